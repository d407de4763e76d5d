"""The deployments: what Prefect runs, and when."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

from prefect import serve
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectAlreadyExists
from prefect.flows import Flow
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType
from prefect.workers.process import ProcessWorker
from sqlalchemy import Engine

from flows.scheduling.flows import backfill_flow, ingest_flow, maintain_flow, reprocess_flow
from flows.scheduling.tidy import close_dead_flow_runs
from pipeline.discover.sources.schedules import DAILY, Schedule
from pipeline.errors import UserError
from pipeline.settings import Settings

ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
"""Of several runs that are due at once, as after an outage, the first does the work and the others are cancelled."""

_PROCESS = "process"
MAINTAIN_CRON = "30 3 * * *"
QUERY_SECONDS = 2
"""How often the server is asked whether a run is due."""


def serve_deployments(engine: Engine, made: Sequence[RunnerDeployment]) -> None:
    """Serve deployments until stopped. What dead flow runs left is closed first."""
    with get_client(sync_client=True) as client:
        close_dead_flow_runs(client, engine)
    serve(*made, print_starting_message=False, query_seconds=QUERY_SECONDS)


def deploy_to_pool(pool: str, made: Sequence[RunnerDeployment]) -> None:
    """Tell the Prefect server of deployments, to be run by the process workers of a pool, which is made where
    there is none. Once more changes nothing. Raises UserError where the pool is of workers of another type.
    """
    template = ProcessWorker.get_default_base_job_template()
    with get_client(sync_client=True) as client:
        with suppress(ObjectAlreadyExists):
            client.create_work_pool(WorkPoolCreate(name=pool, type=_PROCESS, base_job_template=template))
        found = client.read_work_pool(pool)
    if found.type != _PROCESS:
        raise UserError(f"work pool {pool} is of type {found.type}, not {_PROCESS}", "name another with --pool")
    for deployment in made:
        deployment.apply(work_pool_name=pool)


def deployments(settings: Settings, own: Sequence[Schedule]) -> list[RunnerDeployment]:
    """All deployments: an ingest for each schedule of the sources file and one for all other sources, maintenance,
    and what is started on demand. `prefect.yaml` has the same.
    """
    daily = Schedule(DAILY, settings.schedule, settings.timezone, ())
    schedules = [daily, *(replace(one, timezone=one.timezone or settings.timezone) for one in own)]
    cron = Cron(MAINTAIN_CRON, timezone=settings.timezone)
    return [
        *map(_ingest, schedules),
        _deployment(maintain_flow, DAILY, schedule=cron, concurrency_limit=ONE_AT_A_TIME),
        _deployment(ingest_flow, "now"),
        _deployment(backfill_flow, "on-demand"),
        _deployment(reprocess_flow, "on-demand"),
    ]


def described(made: Sequence[RunnerDeployment]) -> list[str]:
    """A line for each time at which something runs, and one for what runs when it is triggered."""
    at_times = [
        f"{one.flow_name}/{one.name} at {when.schedule.cron!r} ({when.schedule.timezone})"
        for one in made
        for when in one.schedules or ()
        if isinstance(when.schedule, CronSchedule)
    ]
    triggered = [f"{one.flow_name}/{one.name}" for one in made if not one.schedules]
    return [*at_times, f"when triggered: {', '.join(triggered)}"]


def _ingest(schedule: Schedule) -> RunnerDeployment:
    return _deployment(
        ingest_flow,
        schedule.name,
        schedule=Cron(schedule.cron, timezone=schedule.timezone),
        parameters={"schedule": schedule.name},
        concurrency_limit=ONE_AT_A_TIME,
    )


def _deployment(flow: Flow[..., Any], name: str, **more: Any) -> RunnerDeployment:
    # Outside an event loop, as here, Prefect gives the deployment itself and not a coroutine.
    made = flow.to_deployment(name, entrypoint_type=EntrypointType.MODULE_PATH, tags=["newsfold"], **more)
    return cast(RunnerDeployment, made)
