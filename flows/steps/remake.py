"""Remake: articles are made again from the bodies that were kept, by the rules of now. Nothing is fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from db import articles, captures, pages, reprocess
from db.articles import StoredArticle
from db.locks import lock_folding
from db.remade import Remade, keep_remade
from db.reprocess import KeptBody
from flows.making import Made
from flows.steps.clean import Marked, Sites, clean_made, is_clean, known_sites, mark_all
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
    seen_at,
)
from flows.wiring import Environment
from pipeline.models.pages import NotAnArticle, Outcome
from pipeline.revision import Change, measure_change
from pipeline.rules import EXTRACTION_RULES

WHY = "made again"


@dataclass(frozen=True, slots=True)
class _Found:
    """What the rules of now make of a page's body, and what was made of it before.

    `read` is what the body holds, `made` that or why it is not wanted.
    """

    body: KeptBody
    known: StoredArticle | None
    made: Made | NotAnArticle
    read: Made | None

    @property
    def page_id(self) -> int:
        return self.body.page.id

    @property
    def is_read_otherwise(self) -> bool:
        """Whether the page has another date or relevance than was known, or other terms that earned it."""
        if self.read is None:
            return False
        verdict, relevance = self.body.verdict, self.read.relevance
        known = (verdict.published_at, verdict.relevance, verdict.relevance_terms)
        terms = tuple(hit.text for hit in relevance.terms)
        return known != (self.read.article.published_at, relevance.score, terms)

    @property
    def is_known_reason(self) -> bool:
        """Whether that it holds no article is what was known of it."""
        return isinstance(self.made, NotAnArticle) and self.says(self.made)

    def says(self, why: NotAnArticle) -> bool:
        """Whether this is why the page was known to hold no article."""
        return (self.body.verdict.reason, self.body.verdict.detail) == (why.reason, why.detail or None)


def remake(env: Environment, scope: Scope, page_ids: Sequence[int]) -> None:
    """Make the articles of pages again and store what differs, in one transaction; where nothing does, nothing is
    written. A page that another run changed meanwhile is made once more; one that it has taken is left to it.
    """
    left = list(page_ids)
    while left:
        left = _remake(env, scope, left)


def _remake(env: Environment, scope: Scope, page_ids: Sequence[int]) -> list[int]:
    with env.engine.begin() as conn:
        bodies = reprocess.kept_bodies(conn, page_ids)
        known = articles.articles_of_pages(conn, page_ids)
    found = _make(env, bodies, known)
    found, seen = _clean(env, found)
    differing = [one for one in found if _differs(env, one)]
    return _store(env, scope, differing, seen) if differing else []


def _make(env: Environment, bodies: Sequence[Sequence[KeptBody]], known: Mapping[int, StoredArticle]) -> list[_Found]:
    """What each page's newest body holds; where that is no article, what the body of its article holds."""
    made = iter(env.make([material(env, body.page) for of_page in bodies for body in of_page]))
    return [_choose([_found(env, body, known.get(body.page.id), next(made)) for body in one]) for one in bodies]


def _found(env: Environment, body: KeptBody, known: StoredArticle | None, made: Made | NotAnArticle) -> _Found:
    if isinstance(made, NotAnArticle):
        return _Found(body, known, made, None)
    unwanted = off_topic(env, body.page, made) if known is None else None
    return _Found(body, known, unwanted or made, made)


def _choose(found: Sequence[_Found]) -> _Found:
    return next((one for one in found if isinstance(one.made, Made)), found[0])


def _clean(env: Environment, found: Sequence[_Found]) -> tuple[list[_Found], Sites]:
    fresh = {
        one.page_id: one.made.article
        for one in found
        if isinstance(one.made, Made) and not (one.known and is_clean(one.made, one.known))
    }
    seen: Sites = {}
    if fresh:
        with env.engine.begin() as conn:
            seen = known_sites(conn, list(fresh), list(fresh.values()))
    cleaned = [
        replace(one, made=clean_made(one.made, seen, one.known)) if isinstance(one.made, Made) else one for one in found
    ]
    return cleaned, seen


def _differs(env: Environment, found: _Found) -> bool:
    """Whether anything may be to be written for a page."""
    if found.body.verdict.rules != EXTRACTION_RULES or found.is_read_otherwise:
        return True
    if isinstance(found.made, NotAnArticle):
        return found.known is None and not found.is_known_reason
    return found.known is None or bool(_changed(env, found, found.known, found.made))


def _changed(env: Environment, found: _Found, known: StoredArticle, made: Made | Marked) -> Mapping[str, Any]:
    return articles.changed_columns(known, made.article, made.body_hash, seen_at(env, found.body.page))


def _store(env: Environment, scope: Scope, found: Sequence[_Found], seen: Sites) -> list[int]:
    """Store what differs; the pages that were changed meanwhile."""
    marked = mark_all(env, [one.made for one in found])
    vectors = embed_all(env, marked)
    ids = [one.page_id for one in found]
    with env.engine.begin() as conn:
        lock_folding(conn)
        captures.lock_pages(conn, ids)
        known, verdicts = articles.articles_of_pages(conn, ids), reprocess.verdicts(conn, ids)
        moved = [
            one.page_id
            for one in found
            if (known.get(one.page_id), verdicts.get(one.page_id)) != (one.known, one.body.verdict)
        ]
        done = [(one, new) for one, new in zip(found, marked, strict=True) if one.page_id not in moved]
        taken = articles.known_addresses(
            conn, [new.article.canonical_url for _, new in done if isinstance(new, Marked)]
        )
        results = [_store_one(conn, env, taken, one, new) for one, new in done]
        added = add_new(conn, [stored for stored, _ in results])
        pages.keep_rules(conn, [one.page_id for one, _ in done])
        pages.keep_made(
            conn,
            [(one.page_id, one.read.article.published_at, one.read.relevance) for one, _ in done if one.read],
        )
        by_page = {one.page_id: stored for (one, _), stored in zip(done, added, strict=True)}
        keep_vectors(conn, env, [by_page.get(page_id) for page_id in ids], vectors)
        stored = [one for one in by_page.values() if one is not None]
        outcomes = fold_stored(conn, env, scope.run_id, stored, seen, WHY)
        remade = [one for _, one in results if one is not None]
        keep_remade(
            conn, scope.run_id, [replace(one, outcome=outcomes.get(one.page_id, one.outcome)) for one in remade]
        )
    return moved


def _store_one(
    conn: Connection, env: Environment, taken: set[str], found: _Found, new: Marked | NotAnArticle
) -> tuple[Stored | New | None, Remade | None]:
    """Store what was made of a page: what is to be stored and folded, and what is to be said of it."""
    if found.known is not None:
        return _store_known(conn, env, found, found.known, new)
    added = new if isinstance(new, NotAnArticle) else new_article(env, found.body.page, new, taken)
    if isinstance(added, New):
        reprocess.mark_loaded(conn, found.page_id)
        return added, Remade(found.page_id, Outcome.LOADED, ("article",))
    if found.says(added):
        return None, _remade(found, Outcome.SKIPPED, (), added.reason)
    reprocess.put_aside(conn, found.page_id, added)
    return None, _remade(found, Outcome.SKIPPED, ("outcome",), added.reason)


def _store_known(
    conn: Connection, env: Environment, found: _Found, known: StoredArticle, new: Marked | NotAnArticle
) -> tuple[Stored | None, Remade | None]:
    """The page of an article: what it was made of may hold none by the rules of now, but it stays."""
    if isinstance(new, NotAnArticle):
        return None, _remade(found, Outcome.SKIPPED, ("outcome",), new.reason)
    changed = _changed(env, found, known, new)
    stored, outcome = change_known(conn, env, found.body.page, known, new)
    reason = "revised" if outcome is Outcome.LOADED else None
    return stored, _remade(found, outcome, _names(changed), reason, _size(known, changed))


def _remade(
    found: _Found, outcome: Outcome, names: tuple[str, ...], reason: str | None, size: Change | None = None
) -> Remade | None:
    """What is to be said of a page; nothing where nothing of it changed."""
    names = names or (("metadata",) if found.is_read_otherwise else ())
    return Remade(found.page_id, outcome, names, reason, size) if names else None


_NAMES = {"text": "text", "title": "title", "published_at": "date", "language": "language"}
_UNSAID = {"body_hash", "extraction_rules", "seen_at"}


def _names(changed: Mapping[str, Any]) -> tuple[str, ...]:
    """What changed, in users' words; what goes with it is not named."""
    named = tuple(name for column, name in _NAMES.items() if column in changed)
    return named or (("metadata",) if changed.keys() - _UNSAID else ())


def _size(known: StoredArticle, changed: Mapping[str, Any]) -> Change | None:
    return measure_change(known.row["text"], changed["text"]) if "text" in changed else None
