"""The Prefect flows: a thin coat over the runs. Prefect decides when, retries and shows; it holds no state of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

from db.views import run_totals
from flows.archives.backfill import backfill as backfill_archives
from flows.archives.request import Request as ArchivesRequest
from flows.backfill import Request as BackfillRequest
from flows.backfill import backfill
from flows.ingest import Request, ingest
from flows.maintain import maintain
from flows.reprocess import Again, Part, reprocess
from flows.scheduling.shown import ShownProgress, show_dropped, show_remade, show_run
from flows.scheduling.tasks import task_runner
from flows.scheduling.tidy import close_dead_flow_runs, drop_overdue
from flows.wiring import Environment, process_environment


def _name() -> str:
    """What a flow run is called: what it loads, for which sources."""
    asked = flow_run.parameters
    schedule = asked.get("schedule")
    sources = ", ".join(asked.get("sources") or [f"schedule {schedule}" if schedule else "all sources"])
    return f"{asked['since']} to {asked['until']}, {sources}" if "since" in asked else sources


@flow(name="ingest", flow_run_name=_name, persist_result=False)
def ingest_flow(sources: list[str] | None = None, schedule: str | None = None) -> dict[str, Any]:
    """The daily job: all sources that are due, those of a schedule, or those named by slug. Late runs of the same
    schedule are dropped. Returns the run's row of news.runs.
    """
    with _environment() as env:
        _make_up_for_late_runs()
        with task_runner(env) as runner:
            request = Request(tuple(sources or ()), schedule)
            return _shown(env, ingest(env, request, runner=runner, progress=ShownProgress()))


@flow(name="backfill", flow_run_name=_name, persist_result=False)
def backfill_flow(
    since: date, until: date, sources: list[str] | None = None, missing_only: bool = False
) -> dict[str, Any]:
    """Load the articles dated from `since` to `until`, both included; `missing_only` where they are not complete.

    Returns the run's row of news.runs.
    """
    request = BackfillRequest(since, until, tuple(sources or ()), missing_only)
    with _environment() as env, task_runner(env) as runner:
        return _shown(env, backfill(env, request, runner=runner, progress=ShownProgress()))


@flow(name="backfill-archives", flow_run_name=_name, persist_result=False)
def archives_flow(
    since: date,
    until: date,
    sources: list[str] | None = None,
    warc: list[str] | None = None,
    wayback: bool = False,
) -> dict[str, Any]:
    """Load the articles dated from `since` to `until`, both included, out of WARC files and the Wayback Machine.

    Returns the run's row of news.runs.
    """
    request = ArchivesRequest(since, until, tuple(sources or ()), tuple(warc or ()), wayback)
    with _environment() as env, task_runner(env) as runner:
        return _shown(env, backfill_archives(env, request, runner=runner, progress=ShownProgress()))


@flow(name="reprocess", flow_run_name=_name, persist_result=False)
def reprocess_flow(
    since: date, until: date, sources: list[str] | None = None, only: Part | None = None
) -> dict[str, Any]:
    """Make the articles dated from `since` to `until`, both included, again from kept bodies, and judge them again.

    Returns what was done. Nothing is fetched.
    """
    request = Again(since, until, tuple(sources or ()), only)
    with _environment() as env, task_runner(env) as runner:
        done = reprocess(env, request, runner=runner, progress=ShownProgress())
        with env.engine.connect() as conn:
            show_remade(conn, done.first_run_id)
        return asdict(done)


@flow(name="maintain", flow_run_name="what is kept no longer", persist_result=False)
def maintain_flow() -> dict[str, Any]:
    """Drop what is kept no longer. Returns what was dropped."""
    with _environment() as env:
        _make_up_for_late_runs()
        done = maintain(env, progress=ShownProgress())
        show_dropped(done.dropped)
        return asdict(done)


@contextmanager
def _environment() -> Iterator[Environment]:
    """The environment of this flow run; what dead ones left on the Prefect server is closed first."""
    env = process_environment()
    with get_client(sync_client=True) as client:
        close_dead_flow_runs(client, env.engine)
    yield replace(env, flow_run=str(flow_run.id))


def _make_up_for_late_runs() -> None:
    with get_client(sync_client=True) as client:
        drop_overdue(client, client.read_flow_run(flow_run.id))


def _shown(env: Environment, run_id: int) -> dict[str, Any]:
    with env.engine.connect() as conn:
        show_run(conn, run_id)
        return dict(run_totals(conn, run_id))
