"""Pages: the URLs we know, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, text

from db.books import counting
from pipeline.discover.sources.horizon import Horizon
from pipeline.discover.urls import canonicalize
from pipeline.models.pages import Entry, Outcome
from pipeline.rules import EXTRACTION_RULES
from pipeline.topic.relevance import Relevance


def remember_entries(
    conn: Connection,
    run_id: int,
    source_id: int,
    entries: Iterable[Entry],
    *,
    is_wanted: bool,
    now: datetime,
    horizon: Horizon | None = None,
) -> int:
    """Make a page of each entry that is not known by its canonical URL; the number of new ones.

    A new page beyond the `horizon` is known and put aside: its outcome in the run is skipped, as old. One that was put
    aside is due as soon as something names it that wants it: a backfill, or an entry with a later date.
    `is_wanted` says that the daily job wants the pages, so that a backfill of other days must not put them aside. A
    known page keeps its earliest date, and gets none from after its discovery. It is due again where its own source
    names another version of it, or where a backfill had left it out. For versions the wait doubles: a page fetched last
    at the age of three days is due again at six, so that a source whose versions change at every poll does not have its
    pages fetched at every poll. A page of a source that is no longer followed goes over to the one that names it,
    with its article.
    """
    rows = _by_page(entries)
    if not rows:
        return 0
    result = conn.execute(
        _REMEMBER,
        {
            "source": source_id,
            "run": run_id,
            "urls": [entry.url for entry in rows.values()],
            "canonical_urls": list(rows),
            "titles": [entry.title for entry in rows.values()],
            "authors": [entry.author for entry in rows.values()],
            "dates": [entry.published_at for entry in rows.values()],
            "updates": [entry.updated_at for entry in rows.values()],
            "versions": [entry.version for entry in rows.values()],
            "old": [horizon is not None and not horizon.admits(entry) for entry in rows.values()],
            "since": horizon and horizon.since,
            "wanted": is_wanted,
            "now": now,
        },
    )
    return int(result.scalar_one())


def _by_page(entries: Iterable[Entry]) -> dict[str, Entry]:
    """The first entry of each page, with the earliest date that any entry of that page has."""
    rows: dict[str, Entry] = {}
    for entry in entries:
        known = rows.setdefault(canonicalize(entry.url), entry)
        if entry.published_at and (known.published_at is None or entry.published_at < known.published_at):
            rows[canonicalize(entry.url)] = replace(known, published_at=entry.published_at)
    return rows


# Rows that say nothing new are left out before the insert, and the others come in the order of their URLs: an upsert
# locks every row it meets, also those it leaves as they are, and runs that lock rows in two orders block each other.
_IS_OWN = """(page.source_id = excluded.source_id
                    or not (select s.is_followed from ingest.source s where s.id = page.source_id))"""
# A file's version is its size and time, which change with the file only. In the first hour a page may change freely.
_NEXT_FETCH = """case when page.last_fetched_at is null
                          or exists (select from ingest.source s where s.id = page.source_id and s.kind = 'files')
                          then cast(:now as timestamptz)
                      else greatest(:now, page.last_fetched_at + (page.last_fetched_at - page.discovered_at)
                                          - interval '1 hour') end"""
# What was put aside comes back when something wants it. A backfill wants what it names. The daily job wants a page
# that no date proves older than the horizon, whoever named that date; one without a date, and one off the topic of
# its source, where another source names it.
_IS_REVIVED = """case page.reason
        when 'outside_range' then excluded.reason is null
        when 'off_topic' then page.source_id <> excluded.source_id
            and (select not s.options ? 'topic' from ingest.source s where s.id = excluded.source_id)
        when 'old' then excluded.reason is null and (not excluded.is_wanted or coalesce(
            least(page.entry_published_at, page.entry_updated_at,
                  excluded.entry_published_at, excluded.entry_updated_at)
                >= coalesce(cast(:since as timestamptz), '-infinity'),
            page.source_id <> excluded.source_id))
        else false end"""
_REMEMBER = text(
    """
    with remembered as (
        insert into ingest.page as page
            (source_id, url, canonical_url, entry_title, entry_author, entry_published_at, entry_updated_at,
             entry_version, is_wanted, discovered_at, state, reason)
        select :source, e.url, e.canonical_url, e.title, e.author, e.published_at, e.updated_at, e.version,
            :wanted and not e.is_old, :now,
            case when e.is_old then 'skipped' else 'discovered' end, case when e.is_old then 'old' end
        from unnest(cast(:urls as text[]), cast(:canonical_urls as text[]), cast(:titles as text[]),
                    cast(:authors as text[]), cast(:dates as timestamptz[]), cast(:updates as timestamptz[]),
                    cast(:versions as text[]), cast(:old as boolean[]))
             as e (url, canonical_url, title, author, published_at, updated_at, version, is_old)
        left join ingest.page p on md5(p.canonical_url) = md5(e.canonical_url)
        left join ingest.source s on s.id = p.source_id
        where p.id is null
           or e.published_at < coalesce(p.entry_published_at, p.discovered_at)
           or not (s.is_followed or p.source_id = :source)
           or (not e.is_old
               and ((e.version is not null and e.version is distinct from p.entry_version and p.source_id = :source)
                    or p.reason in ('outside_range', 'old', 'off_topic')
                    or (:wanted and not p.is_wanted)))
        order by e.canonical_url
        on conflict (md5(canonical_url)) do update set
            source_id = case when {is_own} or {is_revived} then excluded.source_id else page.source_id end,
            entry_title = coalesce(page.entry_title, excluded.entry_title),
            entry_author = coalesce(page.entry_author, excluded.entry_author),
            entry_published_at = case when excluded.entry_published_at
                                           < coalesce(page.entry_published_at, page.discovered_at)
                                      then excluded.entry_published_at else page.entry_published_at end,
            entry_updated_at = least(page.entry_updated_at, excluded.entry_updated_at),
            entry_version = case when {is_own} then coalesce(excluded.entry_version, page.entry_version)
                                 else page.entry_version end,
            is_wanted = page.is_wanted or excluded.is_wanted,
            state = case when {is_revived} then case page.reason when 'old' then 'discovered' else 'fetched' end
                         else page.state end,
            reason = case when not {is_revived} then page.reason end,
            next_attempt_at = case when {is_own} and excluded.entry_version is distinct from page.entry_version
                                    and excluded.entry_version is not null and excluded.reason is null
                                    and (page.reason is distinct from 'old' or {is_revived})
                                   then coalesce(page.next_attempt_at, {next_fetch}) else page.next_attempt_at end
        returning id, xmax = 0 as is_new, reason, source_id
    ), put_aside as (
        insert into ingest.outcome (run_id, page_id, source_id, outcome, reason, decided_at)
        select :run, id, source_id, 'skipped', reason, now() from remembered where is_new and reason is not null
        returning source_id
    ), taken_back as (
        delete from ingest.outcome o using remembered r
        where o.run_id = :run and o.page_id = r.id and o.reason in ('old', 'off_topic') and r.reason is null
        returning o.source_id
    ), counted as ({counting})
    select count(*) from remembered where is_new
""".replace("{is_own}", _IS_OWN)
    .replace("{is_revived}", _IS_REVIVED)
    .replace("{next_fetch}", _NEXT_FETCH)
    .replace(
        "{counting}",
        counting("(select source_id, 1 as pages from put_aside union all select source_id, -1 from taken_back)"),
    )
)


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a page in a run."""

    page_id: int
    outcome: Outcome
    reason: str | None = None
    detail: str | None = None
    next_attempt_at: datetime | None = None


def settle(conn: Connection, run_id: int, settled: Sequence[Settled]) -> None:
    """Keep what became of pages in a run. They are free again; one that has an article stays loaded. An article that
    the run brought, it brought: what another body of its page came to after that does not undo it.

    A page that lies outside a backfill's days and that the daily job wants keeps its body for that.
    """
    rows = [
        {
            "run": run_id,
            "page": one.page_id,
            "outcome": one.outcome.value,
            "state": one.outcome.value if one.outcome in (Outcome.SKIPPED, Outcome.FAILED) else "loaded",
            "reason": one.reason,
            "detail": one.detail or None,
            "next": one.next_attempt_at,
        }
        for one in settled
    ]
    if rows:
        conn.execute(_SETTLE, rows)


_SETTLE = text("""
    with page as (
        update ingest.page p
        set claimed_by = null, next_attempt_at = coalesce(cast(:next as timestamptz), p.next_attempt_at),
            load_attempts = case when known.state = 'fetched' then p.load_attempts else 0 end,
            state = known.state,
            reason = case when known.state in ('skipped', 'failed') then cast(:reason as text) end,
            detail = case when known.state in ('skipped', 'failed') then cast(:detail as text) end
        from (
            select case when exists (select from ingest.article a where a.page_id = q.id) then 'loaded'
                        when :reason = 'outside_range' and q.is_wanted then 'fetched'
                        else :state end as state
            from ingest.page q where q.id = :page
        ) known
        where p.id = :page and p.claimed_by = :run
    )
    update ingest.outcome
    set outcome = :outcome, reason = cast(:reason as text), decided_at = now()
    where run_id = :run and page_id = :page
        and not (outcome in ('loaded', 'folded') and :outcome in ('unchanged', 'skipped', 'failed'))
""")


def release(conn: Connection, run_id: int, next_attempts: Mapping[int, datetime]) -> None:
    """Give back pages, by their ids, that were taken and not asked for: nothing became of them in this run."""
    if next_attempts:
        parameters = {"run": run_id, "pages": list(next_attempts), "next": list(next_attempts.values())}
        conn.execute(_RELEASE, parameters)


_RELEASE = text(f"""
    with given as (
        select * from unnest(cast(:pages as bigint[]), cast(:next as timestamptz[])) as g (page_id, next_attempt_at)
    ), page as (
        update ingest.page p
        set claimed_by = null, next_attempt_at = g.next_attempt_at,
            state = case when exists (select from ingest.article a where a.page_id = p.id) then 'loaded'
                         else p.state end
        from given g
        where p.id = g.page_id and p.claimed_by = :run
    ), gone as (
        delete from ingest.outcome o using given g where o.run_id = :run and o.page_id = g.page_id
        returning o.source_id, -1 as pages
    )
    {counting("gone")}
""")


def keep_made(conn: Connection, made: Sequence[tuple[int, datetime | None, Relevance]]) -> None:
    """For each page, by its id, the date of what was made of it, how much that is about its topic, and the terms that
    earned it.
    """
    rows = [
        {"page": page_id, "published_at": date, "score": found.score, "terms": [hit.text for hit in found.terms]}
        for page_id, date, found in made
    ]
    if rows:
        conn.execute(_KEEP_MADE, rows)


_KEEP_MADE = text("""
    update ingest.page set article_published_at = :published_at, relevance = :score, relevance_terms = :terms
    where id = :page and (article_published_at, relevance, relevance_terms)
        is distinct from (cast(:published_at as timestamptz), cast(:score as float8), cast(:terms as text[]))
""")


def keep_rules(conn: Connection, page_ids: Sequence[int]) -> None:
    """The bodies of these pages were read by the rules of now."""
    conn.execute(_KEEP_RULES, {"ids": list(page_ids), "rules": EXTRACTION_RULES})


_KEEP_RULES = text("""
    update ingest.page set extraction_rules = :rules where id = any(:ids) and extraction_rules is distinct from :rules
""")


def count_failure(conn: Connection, page_id: int, now: datetime) -> None:
    """A fetch of the page brought nothing."""
    conn.execute(_COUNT_FAILURE, {"page": page_id, "now": now})


_COUNT_FAILURE = text("""
    update ingest.page set attempts = attempts + 1, failures = failures + 1, last_fetched_at = :now where id = :page
""")
