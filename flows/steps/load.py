"""Load: make articles of bodies, fold them into stories, store them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from db import articles, captures, embeddings, fingerprints, pages, stories
from db.articles import NewArticle
from db.captures import PageToLoad
from db.locks import lock_folding
from db.stories import Cause
from flows.embed import embed
from flows.folding import fold, mark_missing, rules
from flows.making import Made, Material, load_lexicon
from flows.steps.clean import Marked, clean_again, clean_made, known_sites, mark_all
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.embedding import Vector
from pipeline.extract.text.site import restore
from pipeline.models.folding import Fingerprint
from pipeline.models.pages import NotAnArticle, Outcome, Reason
from pipeline.models.sources import Options


@dataclass(frozen=True, slots=True)
class _Stored:
    """An article that is to be folded; a new one with the page that waits for the outcome."""

    article_id: int
    new_page: int | None = None


@dataclass(frozen=True, slots=True)
class _New:
    """An article that is to be stored, and what finds it later."""

    article: NewArticle
    fingerprint: Fingerprint


def load(env: Environment, scope: Scope, page_ids: Sequence[int]) -> None:
    """Make articles of bodies, fold them into stories, and store them: all of the batch in one transaction."""
    with env.engine.begin() as conn:
        captured = captures.pages_to_load(conn, page_ids)
    made = list(env.make([_material(env, page) for page in captured]))
    with env.engine.begin() as conn:
        seen = known_sites(conn, page_ids, [one.article for one in made if isinstance(one, Made)])
    cleaned = [clean_made(one, seen) if isinstance(one, Made) else one for one in made]
    marked = mark_all(env, cleaned)
    mark_missing(env.engine)
    vectors = _embed(env, marked)
    with env.engine.begin() as conn:
        lock_folding(conn)
        captures.lock_pages(conn, page_ids)
        taken = articles.known_addresses(conn, [one.article.canonical_url for one in marked if isinstance(one, Marked)])
        found = [_load_one(conn, env, scope, taken, page, one) for page, one in zip(captured, marked, strict=True)]
        loaded = _add_new(conn, found)
        stored = [one for one in loaded if one is not None]
        _keep_vectors(conn, env, loaded, vectors)
        cleaner = clean_again(conn, env, seen)
        _fold(conn, env, scope, stored, cleaner)


def _embed(env: Environment, marked: Sequence[Marked | NotAnArticle]) -> list[Vector | None]:
    """The vector of each article, where the user has named a model."""
    articles = [(one.article.title, one.article.text) for one in marked if isinstance(one, Marked)]
    if env.embedder is None or not articles:
        return [None] * len(marked)
    found = embed(env.embedder, articles)
    embeddings.make_index(env.engine, found.shape[1])
    vectors = iter(found)
    return [next(vectors) if isinstance(one, Marked) else None for one in marked]


def _keep_vectors(
    conn: Connection, env: Environment, loaded: Sequence[_Stored | None], vectors: Sequence[Vector | None]
) -> None:
    known = [
        (one.article_id, vector) for one, vector in zip(loaded, vectors, strict=True) if one and vector is not None
    ]
    if env.embedder is not None and known:
        ids, found = zip(*known, strict=True)
        embeddings.add_vectors(conn, env.embedder.name, ids, found)


def _fold(conn: Connection, env: Environment, scope: Scope, stored: Sequence[_Stored], cleaner: set[int]) -> None:
    rule = rules(env.settings)
    pages_of = {one.article_id: one.new_page for one in stored if one.new_page is not None}
    changed = {one.article_id for one in stored if one.new_page is None} | cleaner - pages_of.keys()
    began = stories.stories_of(conn, pages_of)
    fold(conn, rule, changed, pages_of, Cause("a new text", scope.run_id))
    fold(conn, rule, pages_of, pages_of, Cause("new articles", scope.run_id))
    ended = stories.stories_of(conn, pages_of)
    for article_id, page_id in pages_of.items():
        is_first = began[article_id] == ended[article_id]
        pages.settle(conn, scope.run_id, page_id, Outcome.LOADED if is_first else Outcome.FOLDED)


def _material(env: Environment, page: PageToLoad) -> Material:
    lexicon = env.lexicon_paths(page.source.options.topic)
    return Material(page.entry, page.capture, page.source.language, lexicon, page.fetched_at or env.now())


def _add_new(conn: Connection, found: Sequence[_Stored | _New | None]) -> list[_Stored | None]:
    """Store the new ones among them, all at once."""
    new = [one for one in found if isinstance(one, _New)]
    ids = articles.add_articles(conn, [one.article for one in new])
    marks = [
        fingerprints.Marked(article_id, one.article.dated_at, one.fingerprint)
        for article_id, one in zip(ids, new, strict=True)
    ]
    fingerprints.add(conn, marks)
    stored = iter([_Stored(article_id, one.article.page_id) for article_id, one in zip(ids, new, strict=True)])
    return [next(stored) if isinstance(one, _New) else one for one in found]


def _load_one(
    conn: Connection, env: Environment, scope: Scope, taken: set[str], page: PageToLoad, made: Marked | NotAnArticle
) -> _Stored | _New | None:
    """Store what was made of a page that has an article, or say what is to be stored; None where there is nothing to
    fold. An address of `taken` belongs to an article of another page; that of a new one is added.
    """
    if isinstance(made, NotAnArticle):
        pages.settle(conn, scope.run_id, page.id, Outcome.SKIPPED, made.reason, made.detail)
        return None
    topic = page.source.options.topic
    threshold = _threshold(env, page.source.options) if topic else 0.0
    pages.keep_made(conn, page.id, made.article.published_at, made.relevance)
    stored = articles.article_of_page(conn, page.id)
    if stored is not None:
        return _load_again(conn, scope, page, stored, made)
    if not scope.admits(made.article.published_at):
        pages.settle(conn, scope.run_id, page.id, Outcome.SKIPPED, Reason.OUTSIDE_RANGE)
    elif made.relevance.score < threshold:
        detail = f"relevance {made.relevance.score:.2f} of at least {threshold:.2f} for topic {topic}"
        pages.settle(conn, scope.run_id, page.id, Outcome.SKIPPED, Reason.OFF_TOPIC, detail)
    elif made.article.canonical_url in taken:
        pages.settle(conn, scope.run_id, page.id, Outcome.SKIPPED, Reason.SAME_PAGE, made.article.canonical_url)
    else:
        taken.add(made.article.canonical_url)
        return _New(NewArticle(page.id, page.source_id, made.article, made.body_hash, env.now()), made.fingerprint)
    return None


def _threshold(env: Environment, options: Options) -> float:
    return load_lexicon(env.lexicon_paths(options.topic)).threshold if options.threshold is None else options.threshold


def _load_again(
    conn: Connection, scope: Scope, page: PageToLoad, stored: articles.StoredArticle, made: Marked
) -> _Stored | None:
    whole_text = restore(made.article.text, made.article.cut)
    if (stored.whole_text, stored.title) == (whole_text, made.article.title):
        articles.mark_same_text(conn, stored.id, made.body_hash)
        pages.settle(conn, scope.run_id, page.id, Outcome.UNCHANGED)
        return None
    articles.revise_article(conn, stored, made.article, made.body_hash, made.fingerprint)
    pages.settle(conn, scope.run_id, page.id, Outcome.LOADED, "revised")
    return _Stored(stored.id)
