"""Sources and what they said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from db.tables import PollRow, SourceRow
from pipeline.models import Source, SourceKind, Validators


@dataclass(frozen=True, slots=True)
class StoredSource:
    """A source with what we remember of its polls; `failures` counts those in a row."""

    id: int
    source: Source
    validators: Validators
    failures: int


@dataclass(frozen=True, slots=True)
class Poll:
    """What one source said in one run: 'new', 'unchanged' or 'failed'. `entries` and `new_pages` are counts."""

    state: str
    seconds: float
    entries: int = 0
    new_pages: int = 0
    oldest_entry_at: datetime | None = None
    reason: str | None = None


def follow(conn: Connection, sources: Sequence[Source]) -> None:
    """Store the sources of the sources file; those it no longer names stay, not followed. An unchanged one is not
    written.
    """
    keep(conn, sources)
    slugs = [source.slug for source in sources]
    gone = SourceRow.slug.not_in(slugs) & SourceRow.is_followed & (SourceRow.kind != SourceKind.IMPORT)
    conn.execute(update(SourceRow).where(gone).values(is_followed=False))


def keep(conn: Connection, sources: Sequence[Source]) -> None:
    """Store these sources and leave the others as they are."""
    if sources:
        conn.execute(_upsert(sorted(sources, key=lambda source: source.slug)))


def due_sources(conn: Connection, slugs: Iterable[str], now: datetime) -> list[str]:
    """Those of the slugs that may be asked at `now`: no server asked us to wait longer."""
    is_due = or_(SourceRow.next_poll_at.is_(None), SourceRow.next_poll_at <= now)
    found = select(SourceRow.slug).where(SourceRow.slug.in_(list(slugs)), is_due).order_by(SourceRow.slug)
    return list(conn.execute(found).scalars())


def stored_sources(conn: Connection, slugs: Iterable[str]) -> list[StoredSource]:
    """The named sources, in the order of their slugs."""
    rows = conn.execute(select(SourceRow).where(SourceRow.slug.in_(list(slugs))).order_by(SourceRow.slug))
    return [
        StoredSource(
            row.id,
            Source(row.slug, row.name, SourceKind(row.kind), row.address, row.language),
            Validators(row.etag, row.last_modified),
            row.failures,
        )
        for row in rows
    ]


def add_poll(conn: Connection, run_id: int, source_id: int, poll: Poll) -> None:
    """Keep what a source said in a run."""
    conn.execute(
        insert(PollRow)
        .values(
            run_id=run_id,
            source_id=source_id,
            state=poll.state,
            reason=poll.reason,
            entries=poll.entries,
            new_pages=poll.new_pages,
            oldest_entry_at=poll.oldest_entry_at,
            seconds=poll.seconds,
        )
        .on_conflict_do_nothing()
    )


def mark_answered(conn: Connection, source_id: int, validators: Validators, *, new_pages: int, now: datetime) -> None:
    """A source answered: it is healthy, and we know what to ask it with next time."""
    values: dict[str, Any] = {
        "etag": validators.etag,
        "last_modified": validators.last_modified,
        "last_polled_at": now,
        "last_success_at": now,
        "failures": 0,
        "last_error": None,
        "next_poll_at": None,
    }
    if new_pages:
        values["last_new_at"] = now
    conn.execute(update(SourceRow).where(SourceRow.id == source_id).values(values))


def mark_failed(conn: Connection, source_id: int, error: str, *, next_poll_at: datetime, now: datetime) -> None:
    """A source did not answer, or not with what it is: backed off, never dead."""
    conn.execute(
        update(SourceRow)
        .where(SourceRow.id == source_id)
        .values(last_polled_at=now, failures=SourceRow.failures + 1, last_error=error, next_poll_at=next_poll_at)
    )


def _upsert(sources: Iterable[Source]) -> Any:
    statement = insert(SourceRow).values(
        [
            {"slug": s.slug, "name": s.name, "kind": s.kind, "address": s.address, "language": s.language}
            for s in sources
        ]
    )
    new = statement.excluded
    changed = or_(
        SourceRow.name != new.name,
        SourceRow.kind != new.kind,
        SourceRow.address != new.address,
        SourceRow.language.is_distinct_from(new.language),
        ~SourceRow.is_followed,
    )
    # Another address is another resource: what we asked the old one with would make the new one look unchanged.
    is_same_resource = SourceRow.address == new.address
    return statement.on_conflict_do_update(
        index_elements=[SourceRow.slug],
        set_={
            "name": new.name,
            "kind": new.kind,
            "address": new.address,
            "language": new.language,
            "is_followed": True,
            "etag": case((is_same_resource, SourceRow.etag)),
            "last_modified": case((is_same_resource, SourceRow.last_modified)),
            "next_poll_at": case((is_same_resource, SourceRow.next_poll_at)),
        },
        where=changed,
    )
