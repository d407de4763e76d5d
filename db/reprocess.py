"""Making articles again from kept bodies: which pages, what is known of them, and how far it is."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from db.captures import PageToLoad
from db.sources import source_of
from pipeline.models.pages import Capture, Entry, NotAnArticle
from pipeline.rules import EXTRACTION_RULES, FOLDING_RULES


@dataclass(frozen=True, slots=True)
class Span:
    """The days of articles, both included, and the sources, by slug; none: all."""

    since: date
    until: date
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """How far a reprocess is: the ids it did last, and how many. `first_run_id` is the run that began it."""

    first_run_id: int
    last_page: int = 0
    pages: int = 0
    last_article: int = 0
    articles: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was known of a page when it was read: its state, why it holds no article, the date and the relevance of what
    was made of it, the rules that said so, and its newest body.
    """

    state: str
    reason: str | None
    detail: str | None
    published_at: datetime | None
    relevance: float | None
    relevance_terms: tuple[str, ...] | None
    rules: int | None
    newest: str


@dataclass(frozen=True, slots=True)
class KeptBody:
    """A body that an article may be made of again."""

    page: PageToLoad
    verdict: Verdict


def begin(conn: Connection, run_id: int, span: Span, parts: Sequence[str]) -> Place:
    """Note what a run is asked for. Where the latest one that was asked for the same, by the same rules, did not come
    to its end, it goes on there.
    """
    parameters = {
        "run": run_id,
        "since": span.since,
        "until": span.until,
        "sources": sorted(span.sources),
        "parts": list(parts),
        "extraction": EXTRACTION_RULES,
        "folding": FOLDING_RULES,
    }
    row = conn.execute(_LATEST, parameters).one_or_none()
    stopped = row is not None and row.state != "completed"
    place = Place(*row[1:]) if row is not None and stopped else Place(run_id)
    conn.execute(_BEGIN, parameters | {"first": place.first_run_id})
    keep_place(conn, run_id, place)
    return place


_LATEST = text("""
    select r.state, p.first_run_id, p.last_page, p.pages, p.last_article, p.articles
    from ingest.reprocess p join ingest.run r on r.id = p.run_id
    where r.id <> :run and r.since = :since and r.until = :until and p.sources = cast(:sources as text[])
        and p.parts = cast(:parts as text[]) and p.extraction_rules = :extraction and p.folding_rules = :folding
    order by r.id desc limit 1
""")
_BEGIN = text("""
    insert into ingest.reprocess (run_id, first_run_id, sources, parts, extraction_rules, folding_rules)
    values (:run, :first, :sources, :parts, :extraction, :folding)
""")


def keep_place(conn: Connection, run_id: int, place: Place) -> None:
    """Note how far a run is."""
    parameters = {
        "run": run_id,
        "page": place.last_page,
        "pages": place.pages,
        "article": place.last_article,
        "articles": place.articles,
    }
    conn.execute(_KEEP_PLACE, parameters)


_KEEP_PLACE = text("""
    update ingest.reprocess
    set last_page = :page, pages = :pages, last_article = :article, articles = :articles where run_id = :run
""")


def all_slugs(conn: Connection) -> list[str]:
    """The slugs of all sources that the database knows, followed or not, and of imports."""
    return list(conn.execute(text("select slug from ingest.source order by slug")).scalars())


def pages_with_body(conn: Connection, span: Span, after: int, *, limit: int) -> list[int]:
    """Some of the pages, with greater ids, whose body may be read again: those of articles dated in the span, and those
    whose body brought none. A body that was never read is left to the run that is to load it.
    """
    return list(conn.execute(_WITH_BODY, _parameters(span) | {"after": after, "limit": limit}).scalars())


def count_pages(conn: Connection, span: Span, after: int) -> int:
    """How many pages `pages_with_body` would name in the end."""
    return int(conn.execute(_COUNT_PAGES, _parameters(span) | {"after": after}).scalar_one())


def count_without_body(conn: Connection, span: Span) -> int:
    """How many articles of the span have no body that could be read again."""
    return int(conn.execute(_WITHOUT_BODY, _parameters(span)).scalar_one())


def _parameters(span: Span) -> dict[str, Any]:
    return {"since": span.since, "until": span.until, "slugs": list(span.sources) or None}


_IS_NAMED = "(cast(:slugs as text[]) is null or s.slug = any(:slugs))"
_ARTICLES = f"""
    from ingest.article a
    join ingest.page p on p.id = a.page_id
    join ingest.source s on s.id = p.source_id
    where a.dated_at >= cast(:since as timestamp) at time zone 'UTC'
        and a.dated_at < cast(cast(:until as date) + 1 as timestamp) at time zone 'UTC' and {_IS_NAMED}
"""
_HAS_BODY = "exists (select from ingest.capture c where c.page_id = p.id)"
# By article_dated_at_ix and page_day_source_id_ix.
_PAGES = f"""
    select p.id {_ARTICLES} and p.state <> 'fetched' and p.id > :after and {_HAS_BODY}
    union all
    select p.id
    from ingest.source s
    join ingest.page p on p.source_id = s.id
    where p.day between :since and :until and {_IS_NAMED}
        and p.state = 'skipped' and p.reason not in ('old', 'outside_range') and p.id > :after and {_HAS_BODY}
"""
_WITH_BODY = text(f"select id from ({_PAGES}) p order by id limit :limit")
_COUNT_PAGES = text(f"select count(*) from ({_PAGES}) p")
_WITHOUT_BODY = text(f"select count(*) {_ARTICLES} and not {_HAS_BODY}")


def articles_to_judge(conn: Connection, span: Span, after: int, *, limit: int) -> list[int]:
    """Some of the articles dated in the span, with greater ids, that were last judged by other rules."""
    parameters = _parameters(span) | {"after": after, "rules": FOLDING_RULES, "limit": limit}
    return list(conn.execute(_TO_JUDGE, parameters).scalars())


def count_to_judge(conn: Connection, span: Span, after: int) -> int:
    """How many articles `articles_to_judge` would name in the end."""
    return int(conn.execute(_COUNT_TO_JUDGE, _parameters(span) | {"after": after, "rules": FOLDING_RULES}).scalar_one())


_JUDGED = f"""{_ARTICLES} and a.id > :after and exists (
    select from ingest.fingerprint f where f.article_id = a.id and f.folding_rules is distinct from :rules)"""
_TO_JUDGE = text(f"select a.id {_JUDGED} order by a.id limit :limit")
_COUNT_TO_JUDGE = text(f"select count(*) {_JUDGED}")


def kept_bodies(conn: Connection, page_ids: Sequence[int]) -> list[list[KeptBody]]:
    """The bodies that count of each page: its newest, and the one that its article was made of where that is another.

    With the latter, `fetched_at` is the moment for which the article was made.
    """
    pages: dict[int, list[KeptBody]] = {}
    for row in conn.execute(_BODIES, {"ids": list(page_ids)}):
        pages.setdefault(row.id, []).append(_kept(row))
    return list(pages.values())


def _kept(row: Any) -> KeptBody:
    entry = Entry(
        row.page_url, row.entry_title, row.entry_author, row.entry_published_at, updated_at=row.entry_updated_at
    )
    capture = Capture(row.url, gzip.decompress(row.body), row.media_type, row.charset, row.archived_at)
    page = PageToLoad(row.id, source_of(row), entry, capture, row.seen_at)
    return KeptBody(page, _verdict(row))


def _verdict(row: Any) -> Verdict:
    terms = None if row.relevance_terms is None else tuple(row.relevance_terms)
    return Verdict(
        row.state,
        row.reason,
        row.detail,
        row.article_published_at,
        row.relevance,
        terms,
        row.extraction_rules,
        row.newest,
    )


_VERDICT = """p.id, case when a.id is null then p.state else 'loaded' end as state, p.reason, p.detail,
    p.article_published_at, p.relevance, p.relevance_terms, p.extraction_rules"""
_NEWEST = """(select c.body_hash from ingest.capture c where c.page_id = p.id
    order by c.fetched_at desc, c.body_hash limit 1)"""
_IS_FREE = "(a.id is not null and p.state <> 'fetched' or p.state = 'skipped' and p.claimed_by is null)"
_BODIES = text(f"""
    select {_VERDICT}, n.newest, p.url as page_url, p.entry_title, p.entry_author, p.entry_published_at,
        p.entry_updated_at, s.slug, s.name, s.kind, s.address, s.language, s.known_from, s.options,
        c.url, c.media_type, c.charset, c.archived_at, c.body,
        case when c.body_hash = a.body_hash then a.seen_at else p.last_fetched_at end as seen_at
    from ingest.page p
    join ingest.source s on s.id = p.source_id
    left join ingest.article a on a.page_id = p.id
    cross join lateral (select {_NEWEST} as newest) n
    join ingest.capture c on c.page_id = p.id and c.body_hash in (n.newest, a.body_hash)
    where p.id = any(:ids) and {_IS_FREE}
    order by p.id, c.fetched_at desc, c.body_hash
""").execution_options(binary=True)


def verdicts(conn: Connection, page_ids: Sequence[int]) -> dict[int, Verdict]:
    """What is known of pages now, but for those that a run has taken."""
    return {row.id: _verdict(row) for row in conn.execute(_VERDICTS, {"ids": list(page_ids)})}


_VERDICTS = text(f"""
    select {_VERDICT}, {_NEWEST} as newest from ingest.page p left join ingest.article a on a.page_id = p.id
    where p.id = any(:ids) and {_IS_FREE}
""")


def put_aside(conn: Connection, page_id: int, why: NotAnArticle) -> None:
    """Say why a page without an article has none."""
    conn.execute(_PUT_ASIDE, {"page": page_id, "reason": why.reason, "detail": why.detail or None})


_PUT_ASIDE = text("update ingest.page set reason = :reason, detail = :detail where id = :page and state = 'skipped'")


def mark_loaded(conn: Connection, page_id: int) -> None:
    """A page that had no article has one."""
    conn.execute(_MARK_LOADED, {"page": page_id})


_MARK_LOADED = text("""
    update ingest.page set state = 'loaded', reason = null, detail = null where id = :page and state = 'skipped'
""")


def after_pages(place: Place, batch: Sequence[int]) -> Place:
    """The place after a batch of pages."""
    return replace(place, last_page=batch[-1], pages=place.pages + len(batch))


def after_articles(place: Place, batch: Sequence[int]) -> Place:
    """The place after a batch of articles."""
    return replace(place, last_article=batch[-1], articles=place.articles + len(batch))
