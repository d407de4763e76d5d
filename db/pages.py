"""Pages: the URLs we know, who works on them, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection, text

from pipeline.discover.urls import canonicalize
from pipeline.models import Entry, Outcome, Source, SourceKind, Validators


@dataclass(frozen=True, slots=True)
class PageToFetch:
    """A page whose body is wanted. `failures` counts the failed fetches in a row."""

    id: int
    url: str
    validators: Validators
    failures: int
    source: Source


def remember_entries(conn: Connection, source_id: int, entries: Iterable[Entry]) -> int:
    """Make a page of each entry that is not known by its canonical URL; the number of new ones.

    A known page keeps its earliest date, and gets none from after its discovery. It is taken up again where its own
    source names another version of it, or where a backfill of another range had left it out. For other versions the
    wait doubles: a page fetched last at the age of three days is due again at six, so that a source whose versions
    change at every poll does not have its pages fetched at every poll.
    """
    rows = _by_page(entries)
    if not rows:
        return 0
    result = conn.execute(
        _REMEMBER,
        {
            "source": source_id,
            "urls": [entry.url for entry in rows.values()],
            "canonical_urls": list(rows),
            "titles": [entry.title for entry in rows.values()],
            "authors": [entry.author for entry in rows.values()],
            "dates": [entry.published_at for entry in rows.values()],
            "versions": [entry.version for entry in rows.values()],
        },
    )
    return sum(is_new for (is_new,) in result)


def _by_page(entries: Iterable[Entry]) -> dict[str, Entry]:
    """The first entry of each page, with the earliest date that any entry of that page has."""
    rows: dict[str, Entry] = {}
    for entry in entries:
        known = rows.setdefault(canonicalize(entry.url), entry)
        if entry.published_at and (known.published_at is None or entry.published_at < known.published_at):
            rows[canonicalize(entry.url)] = replace(known, published_at=entry.published_at)
    return rows


# A file's version is its size and time, which change with the file only. In the first hour a page may change freely.
_MAY_CHANGE = """(page.last_fetched_at is null
                       or now() - page.discovered_at
                          >= 2 * (page.last_fetched_at - page.discovered_at) - interval '1 hour'
                       or exists (select from ingest.source s where s.id = page.source_id and s.kind = 'files'))"""
_IS_NEW_VERSION = f"""(page.source_id = excluded.source_id and page.claimed_by is null
                           and excluded.entry_version <> page.entry_version and {_MAY_CHANGE})"""
_IS_FIRST_VERSION = """(page.source_id = excluded.source_id and page.claimed_by is null
                             and page.entry_version is null and excluded.entry_version is not null)"""
_IS_EARLIER = """(excluded.entry_published_at < coalesce(page.entry_published_at, page.discovered_at))"""
_REMEMBER = text(
    """
    insert into ingest.page
        (source_id, url, canonical_url, entry_title, entry_author, entry_published_at, entry_version)
    select :source, e.*
    from unnest(cast(:urls as text[]), cast(:canonical_urls as text[]), cast(:titles as text[]), cast(:authors as
    text[]),
                cast(:dates as timestamptz[]), cast(:versions as text[])) as e
    on conflict (md5(canonical_url)) do update set
        entry_title = coalesce(page.entry_title, excluded.entry_title),
        entry_author = coalesce(page.entry_author, excluded.entry_author),
        entry_published_at = case when {is_earlier} then excluded.entry_published_at else page.entry_published_at end,
        entry_version = case when {is_new_version} or {is_first_version} then excluded.entry_version
                             else page.entry_version end,
        state = case when page.reason = 'outside_range' then 'fetched'
                     when {is_new_version} then 'discovered'
                     else page.state end,
        reason = case when page.reason = 'outside_range' or {is_new_version} then null else page.reason end
    where {is_new_version} or {is_first_version} or {is_earlier} or page.reason = 'outside_range'
    returning xmax = 0
""".replace("{is_new_version}", _IS_NEW_VERSION)
    .replace("{is_first_version}", _IS_FIRST_VERSION)
    .replace("{is_earlier}", _IS_EARLIER)
)


def claim_pages(
    conn: Connection,
    run_id: int,
    source_slugs: Sequence[str],
    *,
    limit: int,
    now: datetime,
    since: date | None = None,
    until: date | None = None,
) -> list[int]:
    """Take up to `limit` pages that are due, for this run alone, and give each a pending outcome in it.

    Due are pages never fetched, fetched and not loaded (an interrupted run left them), and those whose next attempt has
    come. With a range, only pages whose entry is dated in [since, until], or not dated at all.
    """
    parameters = {
        "run": run_id,
        "slugs": list(source_slugs),
        "limit": limit,
        "now": now,
        "since": since,
        "until": until,
    }
    return list(conn.execute(_CLAIM, parameters).scalars())


_DUE = """
    from ingest.page p
    join ingest.source s on s.id = p.source_id
    where p.claimed_by is null
      and (p.state in ('discovered', 'fetched') or p.next_attempt_at <= :now)
      and s.slug = any(:slugs)
      and (cast(:since as date) is null or p.entry_published_at is null
           or (p.entry_published_at >= cast(:since as timestamp) at time zone 'UTC'
               and p.entry_published_at < cast(cast(:until as date) + 1 as timestamp) at time zone 'UTC'))
"""
_COUNT_DUE = text("select count(*)" + _DUE)
_CLAIM = text(
    "with due as (select p.id"
    + _DUE
    + """
        order by p.id
        limit :limit
        for update of p skip locked
    ), claimed as (
        update ingest.page p
        set claimed_by = :run,
            state = case when p.state = 'fetched' then 'fetched' else 'discovered' end,
            reason = null, detail = null, next_attempt_at = null
        from due where p.id = due.id
        returning p.id
    )
    insert into ingest.outcome (run_id, page_id)
    select :run, id from claimed order by id
    on conflict (run_id, page_id) do update set outcome = 'pending', reason = null, decided_at = null
    returning page_id
"""
)


def pages_to_fetch(conn: Connection, page_ids: Sequence[int]) -> list[PageToFetch]:
    """Those of the pages that still need a body."""
    rows = conn.execute(_TO_FETCH, {"ids": list(page_ids)})
    return [
        PageToFetch(
            row.id,
            row.url,
            Validators(row.etag, row.last_modified),
            row.failures,
            Source(row.slug, row.name, SourceKind(row.kind), row.address, row.language),
        )
        for row in rows
    ]


_TO_FETCH = text("""
    select p.id, p.url, p.etag, p.last_modified, p.failures, s.slug, s.name, s.kind, s.address, s.language
    from ingest.page p
    join ingest.source s on s.id = p.source_id
    where p.id = any(:ids) and p.state = 'discovered'
    order by p.id
""")


def settle(
    conn: Connection,
    run_id: int,
    page_id: int,
    outcome: Outcome,
    reason: str | None = None,
    detail: str | None = None,
    next_attempt_at: datetime | None = None,
) -> None:
    """What became of a page in a run. The page is free again; one that has an article stays loaded, whatever came
    later.
    """
    state = outcome.value if outcome in (Outcome.SKIPPED, Outcome.FAILED) else "loaded"
    conn.execute(
        _SETTLE,
        {
            "run": run_id,
            "page": page_id,
            "outcome": outcome.value,
            "state": state,
            "reason": reason,
            "detail": detail or None,
            "next": next_attempt_at,
        },
    )


_SETTLE = text("""
    with page as (
        update ingest.page p
        set claimed_by = null, next_attempt_at = cast(:next as timestamptz),
            state = case when has_article then 'loaded' else :state end,
            reason = case when has_article then null else cast(:reason as text) end,
            detail = case when has_article then null else cast(:detail as text) end
        from (select exists (select from ingest.article a where a.page_id = :page) as has_article) known
        where p.id = :page
    )
    update ingest.outcome
    set outcome = :outcome, reason = cast(:reason as text), decided_at = now()
    where run_id = :run and page_id = :page
""")


def count_failure(conn: Connection, page_id: int) -> None:
    """A fetch of the page brought nothing."""
    conn.execute(_COUNT_FAILURE, {"page": page_id})


_COUNT_FAILURE = text("""
    update ingest.page set attempts = attempts + 1, failures = failures + 1, last_fetched_at = now() where id = :page
""")


def count_due(
    conn: Connection,
    source_slugs: Sequence[str],
    *,
    now: datetime,
    since: date | None = None,
    until: date | None = None,
) -> int:
    """How many pages `claim_pages` could take at `now`."""
    parameters = {"slugs": list(source_slugs), "now": now, "since": since, "until": until}
    return int(conn.execute(_COUNT_DUE, parameters).scalar_one())
