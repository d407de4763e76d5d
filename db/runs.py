"""Runs: one execution each, with what became of its pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, func, insert, select, text, update

from db.claims import free_sources
from db.locks import is_run_alive
from db.tables.archives import ArchiveRow
from db.tables.sources import RunRow


def open_run(
    conn: Connection, kind: str, since: date | None = None, until: date | None = None, flow_run: str | None = None
) -> int:
    """Begin a run and return its id; hold it with `db.locks.hold_run` for as long as it works."""
    opened = insert(RunRow).values(kind=kind, since=since, until=until, flow_run=flow_run, is_counted=True)
    return conn.execute(opened.returning(RunRow.id)).scalar_one()


def close_dead_runs(conn: Connection) -> list[int]:
    """Mark runs whose process is gone as interrupted and free what they held, for the next run to pick up."""
    running = conn.execute(select(RunRow.id).where(RunRow.state == "running")).scalars().all()
    dead = [run_id for run_id in running if not is_run_alive(conn, run_id)]
    for run_id in dead:
        close_run(conn, run_id, "interrupted", "the process ended before the run did")
    return dead


def close_run(conn: Connection, run_id: int, state: str, error: str | None = None) -> None:
    """End a run: 'completed', 'failed' or 'interrupted'. The sources, pages and archives it holds are given back."""
    free_sources(conn, run_id)
    conn.execute(_FREE, {"run": run_id})
    conn.execute(update(ArchiveRow).where(ArchiveRow.claimed_by == run_id).values(claimed_by=None))
    conn.execute(
        update(RunRow)
        .where(RunRow.id == run_id, RunRow.state == "running")
        .values(state=state, error=error, finished_at=func.now())
    )


# In the order in which every other writer locks pages.
_FREE = text("""
    with held as (
        select id from ingest.page where claimed_by = :run order by canonical_url for no key update
    )
    update ingest.page p set claimed_by = null from held where p.id = held.id
""")


def ended_flow_runs(conn: Connection, flow_runs: Sequence[str]) -> dict[str, str]:
    """Those of the Prefect flow runs whose work has ended, with the state it ended in. One that came to its own end has
    some minutes to say so itself.
    """
    rows = conn.execute(_ENDED_FLOW_RUNS, {"flow_runs": list(flow_runs)})
    return {row.flow_run: row.state for row in rows}


_ENDED_FLOW_RUNS = text("""
    select flow_run, (array_agg(state order by id desc))[1] as state from ingest.run
    where flow_run = any(:flow_runs)
    group by flow_run
    having bool_and(state = 'interrupted' or finished_at < now() - interval '5 minutes')
""")


def state_of(conn: Connection, run_id: int) -> str | None:
    """The state of a run, or None where there is no such run."""
    return conn.execute(select(RunRow.state).where(RunRow.id == run_id)).scalar_one_or_none()


def seconds_a_page(conn: Connection) -> float | None:
    """How long the latest runs took for a page that they fetched and loaded; None where there was none."""
    found: float | None = conn.execute(_SECONDS_A_PAGE).scalar_one()
    return found


_SECONDS_A_PAGE = text("""
    select cast(sum(extract(epoch from r.finished_at - r.started_at)) / sum(o.pages) as float8)
    from (select * from ingest.run where state = 'completed' and kind in ('ingest', 'backfill')
          order by id desc limit 20) r
    join lateral (
        select count(*) as pages from ingest.outcome o
        where o.run_id = r.id and o.outcome in ('loaded', 'folded', 'unchanged')
    ) o on o.pages > 0
""")


def refold_began(conn: Connection, since: date) -> datetime:
    """When the refold of a period began that goes on now: the start of its first run since one came to its end."""
    same = (RunRow.kind == "refold", RunRow.since == since)
    ended = select(func.coalesce(func.max(RunRow.id), 0)).where(*same, RunRow.state == "completed").scalar_subquery()
    return conn.execute(select(func.min(RunRow.started_at)).where(*same, RunRow.id > ended)).scalar_one()
