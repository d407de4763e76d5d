"""Vectors for the articles that have none: those loaded before a model was named, or by another one."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from db import embeddings
from pipeline.embedding import Embedder

BATCH = 32


def fill_embeddings(engine: Engine, embedder: Embedder, progress: Callable[[int, int], None]) -> int:
    """Embed articles, newest first, each batch in a transaction of its own; how many. `progress` gets (done, all).

    Stopped anywhere, the next call goes on with what is missing.
    """
    with engine.connect() as conn:
        total = embeddings.count_without(conn, embedder.name)
    done = 0
    while batch := _next_batch(engine, embedder.name):
        vectors = embedder.embed_documents([document_text(title, text) for _, title, text in batch])
        with engine.begin() as conn:
            embeddings.add_vectors(conn, embedder.name, [article_id for article_id, _, _ in batch], vectors)
        done += len(batch)
        progress(done, max(done, total))
    if total:
        embeddings.make_index(engine, len(embedder.embed_query("")))
    return done


def document_text(title: str | None, text: str) -> str:
    """What of an article is embedded: its title, then its text."""
    return f"{title}\n\n{text}" if title else text


def _next_batch(engine: Engine, model: str) -> list[tuple[int, str | None, str]]:
    with engine.connect() as conn:
        return embeddings.articles_without(conn, model, limit=BATCH)
