"""The Prefect flows: a thin coat over the runs. Prefect decides when, retries and shows; it holds no state of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run

from db.views import run_totals
from flows.ingest import Request, Step, ingest, run_directly
from flows.steps.scope import Scope
from flows.wiring import Environment, process_environment


@dataclass(frozen=True, slots=True)
class AsTasks:
    """The runner of a flow: one task for a step and a batch. It carries ids only and finds its own environment."""

    lanes: int = run_directly.lanes

    def __call__(self, step: Step, env: Environment, scope: Scope, batch: Sequence[Any]) -> None:  # noqa: ARG002
        """Run the task, in this thread."""
        name = step.__name__

        @task(name=name, task_run_name=f"{name} {len(batch)}", cache_policy=NO_CACHE, persist_result=False)
        def work(scope: Scope, batch: Sequence[Any]) -> None:
            step(process_environment(), scope, batch)

        work(scope, batch)


def _name() -> str:
    """What a flow run is called: what it loads, for which sources."""
    asked = flow_run.parameters
    sources = ", ".join(asked.get("sources") or ["all sources"])
    return f"{asked['since']} to {asked['until']}, {sources}" if "since" in asked else sources


@flow(name="ingest", flow_run_name=_name, persist_result=False)
def ingest_flow(sources: list[str] | None = None) -> dict[str, Any]:
    """The daily job: all sources that are due, or those named by slug. Returns the run's row of news.runs."""
    return _run(Request(tuple(sources or ())))


@flow(name="backfill", flow_run_name=_name, persist_result=False)
def backfill_flow(since: date, until: date, sources: list[str] | None = None) -> dict[str, Any]:
    """Load the articles dated from `since` to `until`, both included. Returns the run's row of news.runs."""
    return _run(Request(tuple(sources or ()), since, until))


def _run(request: Request) -> dict[str, Any]:
    env = process_environment()
    run_id = ingest(env, request, runner=AsTasks())
    with env.engine.connect() as conn:
        return dict(run_totals(conn, run_id))
