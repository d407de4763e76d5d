"""Sources and what they said."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select, text, update

from db.resources import Resource, resources_of
from db.tables.sources import SourceRow
from pipeline.discover.sources.moves import Move
from pipeline.discover.sources.options import dump_options, parse_options
from pipeline.models.sources import Source, SourceKind


@dataclass(frozen=True, slots=True)
class StoredSource:
    """A source with what we remember of its polls; `failures` counts those in a row, as `excused` does those that came
    to nothing without a fault of its own. `resources` are by URL.
    """

    id: int
    source: Source
    failures: int
    excused: int
    last_polled_at: datetime | None
    last_success_at: datetime | None
    move: Move | None
    resources: Mapping[str, Resource]
    newest_entry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Poll:
    """What one source said in one run: 'new', 'unchanged' or 'failed'. `entries` and `new_pages` are counts."""

    source_id: int
    state: str
    seconds: float
    entries: int = 0
    new_pages: int = 0
    oldest_entry_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a source has said so far. `entries` is None where it was not read in whole."""

    entries: int | None
    newest_entry_at: datetime | None
    has_news: bool


@dataclass(frozen=True, slots=True)
class Success:
    """That a source answered. `problem` is what went wrong with a part of it."""

    source_id: int
    problem: str | None = None
    move: Move | None = None


def follow(conn: Connection, sources: Sequence[Source]) -> None:
    """Store the sources of the sources file; those it no longer names stay, not followed. An unchanged one is not
    written.
    """
    keep(conn, sources)
    slugs = [source.slug for source in sources]
    gone = SourceRow.slug.not_in(slugs) & SourceRow.is_followed & (SourceRow.kind != SourceKind.IMPORT)
    conn.execute(update(SourceRow).where(gone).values(is_followed=False))


def keep(conn: Connection, sources: Sequence[Source]) -> None:
    """Store these sources and leave the others as they are. One that is read otherwise than before is read anew: what
    we would ask its server with would make it look unchanged.
    """
    ordered = sorted(sources, key=lambda source: source.slug)
    conn.execute(
        _KEEP,
        {
            "slugs": [one.slug for one in ordered],
            "names": [one.name for one in ordered],
            "kinds": [one.kind.value for one in ordered],
            "addresses": [one.address for one in ordered],
            "languages": [one.language for one in ordered],
            "known_from": [one.known_from for one in ordered],
            "options": [json.dumps(dump_options(one.options)) for one in ordered],
        },
    )


# Rows that say nothing new are left out before the upsert, which would lock each of them.
_KEEP = text("""
    with given as (
        select g.slug, g.name, g.kind, g.address, g.language, g.known_from, cast(g.options as jsonb) as options
        from unnest(cast(:slugs as text[]), cast(:names as text[]), cast(:kinds as text[]), cast(:addresses as text[]),
                    cast(:languages as text[]), cast(:known_from as text[]), cast(:options as text[]))
             as g (slug, name, kind, address, language, known_from, options)
        left join ingest.source s on s.slug = g.slug
        where s.id is null or not s.is_followed
           or (s.name, s.kind, s.address, s.language, s.known_from, s.options)
              is distinct from (g.name, g.kind, g.address, g.language, g.known_from, cast(g.options as jsonb))
        order by g.slug
    ), read_otherwise as (
        select s.id from given g join ingest.source s on s.slug = g.slug
        where (s.kind, s.address, s.options -> 'paths', s.options -> 'selectors')
              is distinct from (g.kind, g.address, g.options -> 'paths', g.options -> 'selectors')
    ), judged_otherwise as (
        select s.id from given g join ingest.source s on s.slug = g.slug
        where (s.options -> 'topic', s.options -> 'threshold')
              is distinct from (g.options -> 'topic', g.options -> 'threshold')
    ), forgotten as (
        delete from ingest.resource where source_id in (select id from read_otherwise)
    ), judged_again as (
        update ingest.page set state = 'fetched', reason = null, detail = null
        where id in (select p.id from ingest.page p
                     where p.source_id in (select id from judged_otherwise) and p.reason = 'off_topic'
                     order by p.canonical_url for no key update)
    )
    insert into ingest.source as s (slug, name, kind, address, language, known_from, options)
    select * from given
    on conflict (slug) do update set
        name = excluded.name, kind = excluded.kind, address = excluded.address, language = excluded.language,
        known_from = excluded.known_from, options = excluded.options, is_followed = true,
        next_poll_at = case when s.id not in (select id from read_otherwise) then s.next_poll_at end,
        moved_to = case when s.id not in (select id from read_otherwise) then s.moved_to end,
        moved_since = case when s.id not in (select id from read_otherwise) then s.moved_since end,
        last_success_at = case when s.id not in (select id from read_otherwise) then s.last_success_at end,
        last_polled_at = case when s.id not in (select id from read_otherwise) then s.last_polled_at end,
        last_error = case when s.id not in (select id from read_otherwise) then s.last_error end,
        entries = case when s.id not in (select id from read_otherwise) then s.entries end,
        newest_entry_at = case when s.id not in (select id from read_otherwise) then s.newest_entry_at end,
        failures = case when s.id not in (select id from read_otherwise) then s.failures else 0 end,
        excused = case when s.id not in (select id from read_otherwise) then s.excused else 0 end
""")


def due_sources(conn: Connection, slugs: Iterable[str], now: datetime) -> list[str]:
    """Those of the slugs that may be asked at `now`: no server asked us to wait longer."""
    is_due = or_(SourceRow.next_poll_at.is_(None), SourceRow.next_poll_at <= now)
    found = select(SourceRow.slug).where(SourceRow.slug.in_(list(slugs)), is_due).order_by(SourceRow.slug)
    return list(conn.execute(found).scalars())


def waiting_sources(conn: Connection, slugs: Iterable[str], now: datetime) -> list[datetime]:
    """When those of the slugs may be asked again that may not be at `now`, the first moment first."""
    found = select(SourceRow.next_poll_at).where(SourceRow.slug.in_(list(slugs)), SourceRow.next_poll_at > now)
    return sorted(moment for moment in conn.execute(found).scalars() if moment)


def stored_sources(conn: Connection, slugs: Iterable[str]) -> list[StoredSource]:
    """The named sources, in the order of their slugs."""
    rows = conn.execute(select(SourceRow).where(SourceRow.slug.in_(list(slugs))).order_by(SourceRow.slug)).all()
    resources = resources_of(conn, [row.id for row in rows])
    return [
        StoredSource(
            row.id,
            source_of(row),
            row.failures,
            row.excused,
            row.last_polled_at,
            row.last_success_at,
            Move(row.moved_to, row.moved_since) if row.moved_to else None,
            resources.get(row.id, {}),
            row.newest_entry_at,
        )
        for row in rows
    ]


def source_of(row: Any) -> Source:
    """The source of a row that has its columns."""
    options = parse_options(row.options)
    return Source(row.slug, row.name, SourceKind(row.kind), row.address, row.language, row.known_from, options)


def add_polls(conn: Connection, run_id: int, polls: Sequence[Poll]) -> None:
    """Keep what sources said in a run."""
    conn.execute(
        _ADD_POLLS,
        {
            "run": run_id,
            "sources": [poll.source_id for poll in polls],
            "states": [poll.state for poll in polls],
            "reasons": [poll.reason for poll in polls],
            "entries": [poll.entries for poll in polls],
            "new_pages": [poll.new_pages for poll in polls],
            "oldest": [poll.oldest_entry_at for poll in polls],
            "seconds": [poll.seconds for poll in polls],
        },
    )


_ADD_POLLS = text("""
    insert into ingest.poll (run_id, source_id, state, reason, entries, new_pages, oldest_entry_at, seconds)
    select :run, q.* from unnest(cast(:sources as bigint[]), cast(:states as text[]), cast(:reasons as text[]),
        cast(:entries as int[]), cast(:new_pages as int[]), cast(:oldest as timestamptz[]), cast(:seconds as float8[]))
        as q
    on conflict do nothing
""")


def lock(conn: Connection, source_ids: Sequence[int]) -> None:
    """Lock sources in the order of their ids, before a transaction writes to them and their pages."""
    conn.execute(_LOCK, {"ids": list(source_ids)})


_LOCK = text("select id from ingest.source where id = any(:ids) order by id for no key update")


def mark_told(conn: Connection, source_id: int, told: Told, now: datetime) -> None:
    """What a source says of all it has."""
    values: dict[str, Any] = {"newest_entry_at": func.greatest(SourceRow.newest_entry_at, told.newest_entry_at)}
    if told.entries is not None:
        values["entries"] = told.entries
    if told.has_news:
        values["last_new_at"] = now
    conn.execute(update(SourceRow).where(SourceRow.id == source_id).values(values))


def mark_answered(conn: Connection, answered: Sequence[Success], now: datetime) -> None:
    """Sources answered: they are healthy."""
    if answered:
        conn.execute(
            _MARK_ANSWERED,
            {
                "ids": [one.source_id for one in answered],
                "problems": [one.problem for one in answered],
                "moved_to": [one.move.to if one.move else None for one in answered],
                "moved_since": [one.move.since if one.move else None for one in answered],
                "now": now,
            },
        )


_MARK_ANSWERED = text("""
    update ingest.source s
    set last_polled_at = :now, last_success_at = :now, failures = 0, excused = 0, last_error = n.problem,
        next_poll_at = null, moved_to = n.moved_to, moved_since = n.moved_since
    from unnest(cast(:ids as bigint[]), cast(:problems as text[]), cast(:moved_to as text[]),
                cast(:moved_since as timestamptz[])) as n (id, problem, moved_to, moved_since)
    where s.id = n.id
""")


def mark_excused(conn: Connection, source_id: int, error: str, now: datetime) -> None:
    """A source could not be asked, and that was not its fault."""
    conn.execute(
        update(SourceRow)
        .where(SourceRow.id == source_id)
        .values(last_polled_at=now, excused=SourceRow.excused + 1, last_error=error)
    )


def mark_failed(
    conn: Connection, source_id: int, error: str, *, move: Move | None, next_poll_at: datetime, now: datetime
) -> None:
    """A source did not answer, or not with what it is: backed off, never dead."""
    conn.execute(
        update(SourceRow)
        .where(SourceRow.id == source_id)
        .values(
            last_polled_at=now,
            failures=SourceRow.failures + 1,
            last_error=error,
            next_poll_at=next_poll_at,
            moved_to=move and move.to,
            moved_since=move and move.since,
        )
    )
