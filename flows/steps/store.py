"""Storing: what was made of the bodies of a batch goes into the database and is folded. For load and remake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from db import articles, embeddings, fingerprints, stories
from db.articles import NewArticle, StoredArticle
from db.captures import PageToLoad
from db.stories import Cause
from flows.embed import embed
from flows.folding import fold, rules
from flows.making import Made, Material, load_lexicon
from flows.steps.clean import Marked, Sites, clean_again
from flows.wiring import Environment
from pipeline.embedding import Vector
from pipeline.models.folding import Fingerprint
from pipeline.models.pages import NotAnArticle, Outcome, Reason
from pipeline.models.sources import Options


@dataclass(frozen=True, slots=True)
class Stored:
    """An article that is to be folded; a new one with its page."""

    article_id: int
    new_page: int | None = None


@dataclass(frozen=True, slots=True)
class New:
    """An article that is to be stored, and what finds it later."""

    article: NewArticle
    fingerprint: Fingerprint


def material(env: Environment, page: PageToLoad) -> Material:
    """What the article of a page is made of."""
    lexicon = env.lexicon_paths(page.source.options.topic)
    return Material(page.entry, page.capture, page.source.language, lexicon, seen_at(env, page))


def seen_at(env: Environment, page: PageToLoad) -> datetime:
    """When a page's body was had."""
    return page.fetched_at or env.now()


def off_topic(env: Environment, page: PageToLoad, made: Made | Marked) -> NotAnArticle | None:
    """That an article is not about the topic of its source, where it is not."""
    topic = page.source.options.topic
    threshold = _threshold(env, page.source.options) if topic else 0.0
    if made.relevance.score >= threshold:
        return None
    detail = f"relevance {made.relevance.score:.2f} of at least {threshold:.2f} for topic {topic}"
    return NotAnArticle(Reason.OFF_TOPIC, detail)


def new_article(env: Environment, page: PageToLoad, made: Marked, taken: set[str]) -> New | NotAnArticle:
    """The article of a page that has none, unless another page led there first: its address is of `taken`, to which
    that of a new one is added.
    """
    address = made.article.canonical_url
    if address in taken:
        return NotAnArticle(Reason.SAME_PAGE, address)
    taken.add(address)
    seen = seen_at(env, page)
    return New(NewArticle(page.id, made.article, made.body_hash, seen), made.fingerprint)


def add_new(conn: Connection, found: Sequence[Stored | New | None]) -> list[Stored | None]:
    """Store the new ones among them, all at once."""
    new = [one for one in found if isinstance(one, New)]
    ids = articles.add_articles(conn, [one.article for one in new])
    marks = [
        fingerprints.Marked(article_id, one.article.dated_at, one.fingerprint)
        for article_id, one in zip(ids, new, strict=True)
    ]
    fingerprints.add(conn, marks)
    stored = iter([Stored(article_id, one.article.page_id) for article_id, one in zip(ids, new, strict=True)])
    return [next(stored) if isinstance(one, New) else one for one in found]


def _threshold(env: Environment, options: Options) -> float:
    return load_lexicon(env.lexicon_paths(options.topic)).threshold if options.threshold is None else options.threshold


def change_known(
    conn: Connection, env: Environment, page: PageToLoad, stored: StoredArticle, made: Marked
) -> tuple[Stored | None, Outcome]:
    """Give a page's article what was made of the page again: what is to be folded, and what became of it."""
    changed = articles.changed_columns(stored, made.article, made.body_hash, seen_at(env, page))
    outcome = Outcome.LOADED if articles.is_new_text(stored, changed) else Outcome.UNCHANGED
    fingerprint = made.fingerprint if articles.is_judged_anew(changed) else None
    articles.change_article(conn, stored, changed, fingerprint)
    return (Stored(stored.id) if fingerprint else None), outcome


def embed_all(env: Environment, marked: Sequence[Marked | NotAnArticle]) -> list[Vector | None]:
    """The vector of each article, where the user has named a model."""
    found = [(one.article.title, one.article.text) for one in marked if isinstance(one, Marked)]
    if env.embedder is None or not found:
        return [None] * len(marked)
    made = embed(env.embedder, found)
    embeddings.make_index(env.engine, made.shape[1])
    vectors = iter(made)
    return [next(vectors) if isinstance(one, Marked) else None for one in marked]


def keep_vectors(
    conn: Connection, env: Environment, stored: Sequence[Stored | None], vectors: Sequence[Vector | None]
) -> None:
    """Keep the vectors of the articles that were stored."""
    known = [
        (one.article_id, vector) for one, vector in zip(stored, vectors, strict=True) if one and vector is not None
    ]
    if env.embedder is not None and known:
        ids, found = zip(*known, strict=True)
        embeddings.add_vectors(conn, env.embedder.name, ids, found)


def fold_stored(
    conn: Connection, env: Environment, run_id: int, stored: Sequence[Stored], seen: Sites, why: str
) -> Mapping[int, Outcome]:
    """Fold a batch, with the articles that `seen` makes cleaner; what became of each page that got an article."""
    cleaner = clean_again(conn, env, seen)
    rule = rules(env.settings)
    pages_of = {one.article_id: one.new_page for one in stored if one.new_page is not None}
    changed = {one.article_id for one in stored if one.new_page is None} | cleaner - pages_of.keys()
    began = stories.stories_of(conn, pages_of)
    fold(conn, rule, changed, pages_of, Cause(why, run_id))
    fold(conn, rule, pages_of, pages_of, Cause("new articles", run_id))
    ended = stories.stories_of(conn, pages_of)
    return {
        page_id: Outcome.LOADED if began[article_id] == ended[article_id] else Outcome.FOLDED
        for article_id, page_id in pages_of.items()
    }
