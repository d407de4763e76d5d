"""Load: make articles of bodies, fold them into stories, store them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import starmap

from sqlalchemy import Connection

from db import articles, captures, pages
from db.articles import StoredArticle
from db.captures import PageToLoad
from db.locks import lock_folding
from db.pages import Settled
from flows.folding import mark_missing
from flows.making import Made
from flows.steps.clean import Marked, clean_made, known_sites, mark_all
from flows.steps.scope import Scope
from flows.steps.store import (
    New,
    Stored,
    add_new,
    change_known,
    embed_all,
    fold_stored,
    keep_vectors,
    material,
    new_article,
    off_topic,
)
from flows.wiring import Environment
from pipeline.models.pages import NotAnArticle, Outcome, Reason


def load(env: Environment, scope: Scope, page_ids: Sequence[int]) -> None:
    """Make articles of bodies, fold them into stories, and store them: all of the batch in one transaction."""
    with env.engine.begin() as conn:
        captured = captures.pages_to_load(conn, page_ids)
        known = articles.articles_of_pages(conn, page_ids)
    made = list(env.make([material(env, page) for page in captured]))
    with env.engine.begin() as conn:
        seen = known_sites(conn, page_ids, [one.article for one in made if isinstance(one, Made)])
    cleaned = [
        clean_made(one, seen, known.get(page.id)) if isinstance(one, Made) else one
        for page, one in zip(captured, made, strict=True)
    ]
    marked = mark_all(env, cleaned)
    mark_missing(env.engine)
    vectors = embed_all(env, marked)
    with env.engine.begin() as conn:
        lock_folding(conn)
        captures.lock_pages(conn, page_ids)
        known = articles.articles_of_pages(conn, page_ids)
        taken = articles.known_addresses(conn, [one.article.canonical_url for one in marked if isinstance(one, Marked)])
        found = [
            _load_one(conn, env, scope, taken, page, known.get(page.id), one)
            for page, one in zip(captured, marked, strict=True)
        ]
        loaded = add_new(conn, [one for one, _ in found])
        pages.keep_rules(conn, [page.id for page in captured])
        pages.keep_made(
            conn,
            [
                (page.id, one.article.published_at, one.relevance)
                for page, one in zip(captured, marked, strict=True)
                if isinstance(one, Marked)
            ],
        )
        keep_vectors(conn, env, loaded, vectors)
        stored = [one for one in loaded if one is not None]
        folded = fold_stored(conn, env, scope.run_id, stored, seen, "a new text")
        settled = [one for _, one in found if one is not None]
        pages.settle(conn, scope.run_id, [*settled, *starmap(Settled, folded.items())])


def _load_one(
    conn: Connection,
    env: Environment,
    scope: Scope,
    taken: set[str],
    page: PageToLoad,
    known: StoredArticle | None,
    made: Marked | NotAnArticle,
) -> tuple[Stored | New | None, Settled | None]:
    """Store what was made of a page that has an article, or say what is to be stored: what is to be folded, and what
    became of the page where folding has no say in it.
    """
    if isinstance(made, NotAnArticle):
        return None, Settled(page.id, Outcome.SKIPPED, made.reason, made.detail)
    if known is not None:
        changed, outcome = change_known(conn, env, page, known, made)
        return changed, Settled(page.id, outcome, "revised" if outcome is Outcome.LOADED else None)
    if not scope.admits(made.article.published_at):
        return None, Settled(page.id, Outcome.SKIPPED, Reason.OUTSIDE_RANGE)
    added = off_topic(env, page, made) or new_article(env, page, made, taken)
    if isinstance(added, NotAnArticle):
        return None, Settled(page.id, Outcome.SKIPPED, added.reason, added.detail)
    return added, None
