"""Vectors of articles: for those that have none yet, and what they say of the nearest ones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from sqlalchemy import Connection, Engine

from db import embeddings
from pipeline.embedding import Embedder, Vectors
from pipeline.fold.translation.meaning import Meaning, meaning, strangers

BATCH = 32
_STRANGERS = 200


def fill_embeddings(engine: Engine, embedder: Embedder, progress: Callable[[int, int], None]) -> int:
    """Embed articles, newest first, each batch in a transaction of its own; how many. `progress` gets (done, all).

    Stopped anywhere, the next call goes on with what is missing.
    """
    with engine.connect() as conn:
        total = embeddings.count_without(conn, embedder.name)
    done = 0
    while batch := _next_batch(engine, embedder.name):
        vectors = embed(embedder, [(title, text) for _, title, text in batch])
        with engine.begin() as conn:
            embeddings.add_vectors(conn, embedder.name, [article_id for article_id, _, _ in batch], vectors)
        done += len(batch)
        progress(done, max(done, total))
    if total:
        embeddings.make_index(engine, len(embedder.embed_query("")))
    return done


def embed(embedder: Embedder, articles: Sequence[tuple[str | None, str]]) -> Vectors:
    """The vectors of one or more articles, each a title and a text."""
    return embedder.embed_documents([document_text(title, text) for title, text in articles])


def meanings(conn: Connection, model: str, pairs: Mapping[int, Collection[int]]) -> dict[int, dict[int, Meaning]]:
    """For each of these articles, what the model says of others that it is compared with, where both have a vector.
    Empty where the archive has too few vectors to tell what is near.
    """
    usual = strangers(embeddings.latest_vectors(conn, model, limit=_STRANGERS))
    if usual is None:
        return {}
    vectors = embeddings.vectors_of(conn, model, {one for i in pairs for one in (i, *pairs[i])})
    return {
        here: {
            there: meaning(float(vectors[here] @ vectors[there]), usual)
            for there in others
            if there in vectors and len(vectors[here]) == len(vectors[there])
        }
        for here, others in pairs.items()
        if here in vectors
    }


def document_text(title: str | None, text: str) -> str:
    """What of an article is embedded: its title, then its text."""
    return f"{title}\n\n{text}" if title else text


def _next_batch(engine: Engine, model: str) -> list[tuple[int, str | None, str]]:
    with engine.connect() as conn:
        return embeddings.articles_without(conn, model, limit=BATCH)
