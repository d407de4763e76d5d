"""Due pages: which they are, how a run takes them, and what it needs to fetch them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text

from db.books import taking
from db.sources import source_of
from pipeline.models.pages import Validators
from pipeline.models.sources import Source


@dataclass(frozen=True, slots=True)
class PageToFetch:
    """A page whose body is wanted. `failures` counts the failed fetches in a row; `archive_url` is where an archive of
    the web has the body, where it is to be had from there.
    """

    id: int
    url: str
    validators: Validators
    failures: int
    source: Source
    archive_url: str | None = None


def claim(
    conn: Connection,
    run_id: int,
    source_slugs: Sequence[str],
    *,
    limit: int,
    expected: int,
    now: datetime,
    since: date | None = None,
    until: date | None = None,
) -> list[int]:
    """Take up to `limit` pages that are due, for this run alone, and give each a pending outcome in it. `expected` is
    roughly how many are due: very many are not sorted for each claim, but taken in the order of their index.

    A run takes a page once. Due are pages never fetched, fetched and not loaded (an interrupted run left them), and
    those whose next attempt has come. With a range, only pages whose entry is dated in [since, until], or not dated at
    all. Pages that were taken and not loaded before come last, lest one that stops each run keep the others waiting.
    """
    parameters = {
        "run": run_id,
        "sources": _source_ids(conn, source_slugs),
        "limit": limit,
        "now": now,
        "since": since,
        "until": until,
    }
    if expected >= _VERY_MANY:
        conn.execute(_WITHOUT_SORTING)
    return list(conn.execute(_CLAIM, parameters).scalars())


def count(
    conn: Connection,
    source_slugs: Sequence[str],
    *,
    now: datetime,
    since: date | None = None,
    until: date | None = None,
) -> int:
    """How many pages `claim` could take at `now`."""
    parameters = {"sources": _source_ids(conn, source_slugs), "now": now, "since": since, "until": until}
    return int(conn.execute(_COUNT_DUE, parameters).scalar_one())


def _source_ids(conn: Connection, slugs: Sequence[str]) -> list[int]:
    """Asked first, so that Postgres knows by the ids how many pages are those sources'."""
    return list(conn.execute(_SOURCE_IDS, {"slugs": list(slugs)}).scalars())


_SOURCE_IDS = text("select id from ingest.source where slug = any(:slugs)")
_DUE = """
    from ingest.page p
    where p.claimed_by is null
      and (p.state = 'fetched' or p.next_attempt_at <= :now or (p.state = 'discovered' and p.next_attempt_at is null))
      and p.source_id = any(cast(:sources as bigint[]))
      and (cast(:since as date) is null
           or (p.entry_published_at is null
               and (p.entry_updated_at is null
                    or p.entry_updated_at >= cast(:since as timestamp) at time zone 'UTC'))
           or (p.entry_published_at >= cast(:since as timestamp) at time zone 'UTC'
               and p.entry_published_at < cast(cast(:until as date) + 1 as timestamp) at time zone 'UTC'))
"""
_COUNT_DUE = text("select count(*)" + _DUE)
# page_due_ix has the order of the claim. Postgres has no statistics of new pages, may take them for few and sort all of
# them for each claim. For a few of a source among very many of others it knows better.
_VERY_MANY = 1_000
_WITHOUT_SORTING = text("set local enable_sort = off")
_CLAIM = text(
    "with due as (select p.id"
    + _DUE
    + """
          and not exists (select from ingest.outcome o where o.run_id = :run and o.page_id = p.id)
        order by p.load_attempts, mod(p.id * 40503, 65536), p.id
        limit :limit
        for update of p skip locked
    ), claimed as (
        update ingest.page p
        set claimed_by = :run,
            state = case when p.state = 'fetched' then 'fetched' else 'discovered' end,
            load_attempts = load_attempts + cast(p.state = 'fetched' as int),
            reason = null, detail = null, next_attempt_at = case when p.state = 'fetched' then p.next_attempt_at end
        from due where p.id = due.id
        returning p.id, p.source_id
    ), """
    + taking("claimed")
    + """
    select id from claimed order by id
"""
)


def to_fetch(conn: Connection, page_ids: Sequence[int]) -> list[PageToFetch]:
    """Those of the pages that still need a body."""
    rows = conn.execute(_TO_FETCH, {"ids": list(page_ids)})
    return [
        PageToFetch(
            row.id,
            row.url,
            Validators(row.etag, row.last_modified),
            row.failures,
            source_of(row),
            row.archive_url,
        )
        for row in rows
    ]


_TO_FETCH = text("""
    select p.id, p.url, p.etag, p.last_modified, p.failures, p.archive_url, s.slug, s.name, s.kind, s.address,
        s.language, s.known_from, s.options
    from ingest.page p
    join ingest.source s on s.id = p.source_id
    where p.id = any(:ids) and p.state = 'discovered'
    order by p.id
""")
