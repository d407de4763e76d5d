"""The Prefect flows: a thin coat over the runs. Prefect decides when, retries and shows; it holds no state of ours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from prefect import Task, flow, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run

from db.views import run_totals
from flows.archives.backfill import backfill as backfill_archives
from flows.archives.request import Request as ArchivesRequest
from flows.backfill import Request as BackfillRequest
from flows.backfill import backfill
from flows.ingest import Request, Runner, Step, ingest, run_directly
from flows.runners.remote import run_step
from flows.steps.scope import Scope
from flows.wiring import Environment, process_environment

if TYPE_CHECKING:
    from distributed import Client, Future


@task(cache_policy=NO_CACHE, persist_result=False)
def work(step: Step, scope: Scope, batch: Sequence[Any]) -> None:
    """A step and a batch. It carries ids only and finds its own environment."""
    run_step(step, scope, batch)


def named(step: Step, batch: Sequence[Any]) -> Task[[Step, Scope, Sequence[Any]], None]:
    """The task with the name that people see."""
    return work.with_options(name=step.__name__, task_run_name=f"{step.__name__} {len(batch)}")


@dataclass(frozen=True, slots=True)
class AsTasks:
    """The runner of a flow: a task for each batch, in a thread of this process."""

    lanes: int = run_directly.lanes

    def __call__(self, step: Step, env: Environment, scope: Scope, batch: Sequence[Any]) -> None:  # noqa: ARG002
        """Run the task, and wait for it."""
        named(step, batch)(step, scope, batch)


@contextmanager
def _runner(env: Environment) -> Iterator[Runner]:
    """Tasks in this process, or on the Dask cluster of the settings."""
    if not env.settings.dask:
        yield AsTasks()
        return
    from prefect_dask.client import PrefectDaskClient

    from flows.runners.on_dask import dask_runner

    with dask_runner(env.settings, PrefectDaskClient, submit_task) as runner:
        yield runner


def submit_task(client: Client, step: Step, scope: Scope, batch: Sequence[Any]) -> Future[None]:
    """Have a worker run the task."""
    parameters = {"step": step, "scope": scope, "batch": batch}
    return client.submit(named(step, batch), parameters=parameters, pure=False)


def _name() -> str:
    """What a flow run is called: what it loads, for which sources."""
    asked = flow_run.parameters
    sources = ", ".join(asked.get("sources") or ["all sources"])
    return f"{asked['since']} to {asked['until']}, {sources}" if "since" in asked else sources


@flow(name="ingest", flow_run_name=_name, persist_result=False)
def ingest_flow(sources: list[str] | None = None) -> dict[str, Any]:
    """The daily job: all sources that are due, or those named by slug. Returns the run's row of news.runs."""
    env = process_environment()
    with _runner(env) as runner:
        return _totals(env, ingest(env, Request(tuple(sources or ())), runner=runner))


@flow(name="backfill", flow_run_name=_name, persist_result=False)
def backfill_flow(
    since: date, until: date, sources: list[str] | None = None, missing_only: bool = False
) -> dict[str, Any]:
    """Load the articles dated from `since` to `until`, both included; `missing_only` where they are not complete.

    Returns the run's row of news.runs.
    """
    env = process_environment()
    request = BackfillRequest(since, until, tuple(sources or ()), missing_only)
    with _runner(env) as runner:
        return _totals(env, backfill(env, request, runner=runner))


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
    env = process_environment()
    request = ArchivesRequest(since, until, tuple(sources or ()), tuple(warc or ()), wayback)
    with _runner(env) as runner:
        return _totals(env, backfill_archives(env, request, runner=runner))


def _totals(env: Environment, run_id: int) -> dict[str, Any]:
    with env.engine.connect() as conn:
        return dict(run_totals(conn, run_id))
