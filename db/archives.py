"""Archives of the web: who reads them, how far they were read, and what they brought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from db.captures import KEEP_UNTIL, stored
from db.pages import remember_entries
from pipeline.discover.urls import canonicalize
from pipeline.models.archives import Found, Listed, Part
from pipeline.models.pages import Entry

KEPT_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Claim:
    """The right of a run to read an archive, from the byte `read_to` or the answer to `resume_key` on."""

    archive_id: int
    read_to: int
    resume_key: str | None


def claim(conn: Connection, run_id: int, address: str, *, version: str, wanted: str) -> Claim | None:
    """Take an archive for this run alone; None where another run reads it, or it was read to its end before.

    One that has changed, or that was read for something else than what is `wanted`, is read from its start.
    """
    parameters = {"run": run_id, "address": address, "version": version, "wanted": wanted}
    conn.execute(_ADD, parameters)
    row = conn.execute(_CLAIM, parameters).one_or_none()
    return Claim(row.id, row.read_to, row.resume_key) if row and row.claimed_by == run_id else None


_ADD = text("""
    insert into ingest.archive (address, version, wanted) values (:address, :version, :wanted)
    on conflict (md5(address)) do nothing
""")
_CLAIM = text(
    """
    with found as (
        select id, (version, wanted) = (:version, :wanted) as is_same from ingest.archive
        where md5(address) = md5(:address) and claimed_by is null for no key update
    )
    update ingest.archive a
    set run_id = :run,
        claimed_by = case when not (f.is_same and a.state = 'done') then cast(:run as bigint) end,
        state = case when f.is_same and a.state = 'done' then 'done' else 'reading' end,
        version = :version, wanted = :wanted,
        read_to = case when f.is_same then a.read_to else 0 end,
        resume_key = case when f.is_same then a.resume_key end,
        records = case when f.is_same then a.records else 0 end,
        matched = case when f.is_same then a.matched else 0 end,
        damaged = case when f.is_same then a.damaged else 0 end,
        problems = case when f.is_same then a.problems else '{}' end, error = null
    from found f where a.id = f.id
    returning a.id, a.claimed_by, a.read_to, a.resume_key
"""
)


def keep_part(
    conn: Connection, run_id: int, archive_id: int, part: Part, source_ids: Mapping[str, int], now: datetime
) -> None:
    """Keep what some records brought, and that they were read: a kill loses both or neither.

    A page that has no body gets this one and waits to be loaded; one that has a body stays as it is. `source_ids` are
    by slug.
    """
    found: dict[str, Found] = {}
    for one in part.found:
        found.setdefault(canonicalize(one.capture.url), one)
    if found:
        _keep_pages(conn, run_id, found, source_ids, now)
        _keep_bodies(conn, found, now)
    _advance(conn, archive_id, part)


def _keep_pages(
    conn: Connection, run_id: int, found: Mapping[str, Found], source_ids: Mapping[str, int], now: datetime
) -> None:
    """New pages in one statement, in the order in which every writer locks pages; what a backfill revives of others
    after all of those are locked.
    """
    known = set(conn.execute(_LOCK_KNOWN, {"urls": list(found)}).scalars())
    new = {
        "sources": [source_ids[one.source] for one in found.values()],
        "urls": [one.capture.url for one in found.values()],
        "canonical_urls": list(found),
        "now": now,
    }
    conn.execute(_ADD_PAGES, new)
    entries = defaultdict[int, list[Entry]](list)
    for canonical_url in known:
        one = found[canonical_url]
        entries[source_ids[one.source]].append(Entry(one.capture.url))
    for source_id, named in sorted(entries.items()):
        remember_entries(conn, run_id, source_id, named, is_wanted=False, now=now)


_LOCK_KNOWN = text("""
    select p.canonical_url from ingest.page p
    where md5(p.canonical_url) in (select md5(u) from unnest(cast(:urls as text[])) u)
    order by p.canonical_url for no key update
""")
_ADD_PAGES = text("""
    insert into ingest.page (source_id, url, canonical_url, is_wanted, discovered_at)
    select n.source_id, n.url, n.canonical_url, false, :now
    from unnest(cast(:sources as bigint[]), cast(:urls as text[]), cast(:canonical_urls as text[]))
         as n (source_id, url, canonical_url)
    order by n.canonical_url
    on conflict (md5(canonical_url)) do nothing
""")


def _keep_bodies(conn: Connection, found: Mapping[str, Found], now: datetime) -> None:
    columns = [stored(one.capture) | {"canonical_url": url} for url, one in found.items()]
    conn.execute(_KEEP_BODIES, {name: [one[name] for one in columns] for name in columns[0]} | {"now": now})


_KEEP_BODIES = text(f"""
    with kept as (
        insert into ingest.capture (page_id, url, media_type, charset, body, body_hash, size, archived_at, keep_until)
        select p.id, n.url, n.media_type, n.charset, n.body, n.hash, n.size, n.archived_at, {KEEP_UNTIL}
        from unnest(cast(:canonical_url as text[]), cast(:url as text[]), cast(:media_type as text[]),
                    cast(:charset as text[]), cast(:body as bytea[]), cast(:hash as text[]), cast(:size as bigint[]),
                    cast(:archived_at as timestamptz[]))
             as n (canonical_url, url, media_type, charset, body, hash, size, archived_at)
        join ingest.page p on md5(p.canonical_url) = md5(n.canonical_url)
        join ingest.source s on s.id = p.source_id
        where p.state in ('discovered', 'failed') and p.claimed_by is null
          and not exists (select from ingest.capture c where c.page_id = p.id)
        order by p.id
        returning page_id, body_hash
    )
    update ingest.page p
    set state = 'fetched', reason = null, detail = null, archive_url = null, failures = 0, next_attempt_at = null,
        last_fetched_at = :now, body_hash = kept.body_hash
    from kept where p.id = kept.page_id
""")


def _advance(conn: Connection, archive_id: int, part: Part) -> None:
    parameters = {
        "archive": archive_id,
        "read_to": part.read_to,
        "records": part.records,
        "matched": len(part.found),
        "problems": list(part.problems),
        "kept": KEPT_PROBLEMS,
    }
    conn.execute(_ADVANCE, parameters)


_ADVANCE = text("""
    update ingest.archive
    set read_to = :read_to, records = records + :records, matched = matched + :matched,
        damaged = damaged + cardinality(cast(:problems as text[])),
        problems = (problems || cast(:problems as text[]))[1 : cast(:kept as int)], read_at = now()
    where id = :archive
""")


def keep_listed(
    conn: Connection,
    run_id: int,
    archive_id: int,
    source_id: int,
    listed: Sequence[Listed],
    *,
    resume_key: str | None,
    now: datetime,
) -> None:
    """Make pages of what an answer of an archive's index names, and remember how to ask for the next one.

    A page that has no body is fetched from the archive, unless it was not to be had from there before.
    """
    named: dict[str, Listed] = {}
    for one in listed:
        named.setdefault(canonicalize(one.url), one)
    remember_entries(conn, run_id, source_id, [Entry(one.url) for one in listed], is_wanted=False, now=now)
    urls = {"urls": list(named), "archive_urls": [one.archive_url for one in named.values()]}
    conn.execute(_FETCH_FROM_ARCHIVE, urls)
    conn.execute(_ADVANCE_LISTING, {"archive": archive_id, "key": resume_key, "rows": len(listed), "pages": len(named)})


_FETCH_FROM_ARCHIVE = text("""
    with bodiless as (
        select p.id, n.archive_url
        from unnest(cast(:urls as text[]), cast(:archive_urls as text[])) as n (canonical_url, archive_url)
        join ingest.page p on md5(p.canonical_url) = md5(n.canonical_url)
        where p.claimed_by is null and not exists (select from ingest.capture c where c.page_id = p.id)
          and ((p.state = 'discovered' and p.attempts = 0)
               or (p.state = 'failed' and p.archive_url is distinct from n.archive_url))
        order by p.canonical_url for no key update of p
    )
    update ingest.page p
    set state = 'discovered', reason = null, detail = null, failures = 0, next_attempt_at = null,
        archive_url = b.archive_url
    from bodiless b where p.id = b.id
""")
_ADVANCE_LISTING = text("""
    update ingest.archive
    set resume_key = cast(:key as text), records = records + :rows, matched = matched + :pages, read_at = now()
    where id = :archive
""")


def finish(conn: Connection, archive_id: int) -> None:
    """An archive was read to its end."""
    conn.execute(_FINISH, {"archive": archive_id})


_FINISH = text("""
    update ingest.archive set state = 'done', claimed_by = null, resume_key = null, read_at = now() where id = :archive
""")


def leave(conn: Connection, archive_id: int, error: str) -> None:
    """Let go of an archive that cannot be read on for now; the next run goes on from there."""
    conn.execute(_LEAVE, {"archive": archive_id, "error": error})


_LEAVE = text("update ingest.archive set claimed_by = null, read_at = now(), error = :error where id = :archive")


def keep_error(conn: Connection, run_id: int, address: str, error: str) -> None:
    """An archive could not be had at all; how far it was read before is not forgotten."""
    conn.execute(_KEEP_ERROR, {"run": run_id, "address": address, "error": error})


_KEEP_ERROR = text("""
    insert into ingest.archive as a (address, version, wanted, run_id, error) values (:address, '', '', :run, :error)
    on conflict (md5(address)) do update set run_id = excluded.run_id, error = excluded.error where a.claimed_by is null
""")
