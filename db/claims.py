"""Claims on sources: a run that ingests a source has it alone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text


def claim_sources(conn: Connection, run_id: int, slugs: Sequence[str]) -> dict[str, int]:
    """Take sources for a run until it is closed; those that other runs have, each with that run."""
    conn.execute(_CLAIM, {"run": run_id, "slugs": list(slugs)})
    held = conn.execute(_HELD, {"run": run_id, "slugs": list(slugs)})
    return {row.slug: row.claimed_by for row in held}


# Locked in the order of their ids, as by `db.sources.lock`.
_CLAIM = text("""
    with free as (
        select id from ingest.source where slug = any(:slugs) and claimed_by is null order by id for no key update
    )
    update ingest.source s set claimed_by = :run from free where s.id = free.id
""")
_HELD = text("""
    select slug, claimed_by from ingest.source where slug = any(:slugs) and claimed_by <> :run order by slug
""")


def free_sources(conn: Connection, run_id: int) -> None:
    """Give back the sources that a run still holds."""
    conn.execute(_FREE, {"run": run_id})


_FREE = text("""
    with held as (select id from ingest.source where claimed_by = :run order by id for no key update)
    update ingest.source s set claimed_by = null from held where s.id = held.id
""")


def note_left(conn: Connection, run_id: int, held: dict[str, int]) -> None:
    """Say in the run which sources were left to which other run."""
    conn.execute(_NOTE_LEFT, {"run": run_id, "slugs": list(held), "holders": list(held.values())})


_NOTE_LEFT = text("""
    insert into ingest.poll (run_id, source_id, state, reason, seconds)
    select :run, s.id, 'left', 'left to run ' || h.holder, 0
    from unnest(cast(:slugs as text[]), cast(:holders as bigint[])) as h (slug, holder)
    join ingest.source s on s.slug = h.slug
    on conflict do nothing
""")
