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
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectAlreadyExists
from prefect.flows import Flow
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType
from prefect.workers.process import ProcessWorker
from sqlalchemy import Engine

from flows.scheduling.flows import backfill_flow, ingest_flow
from flows.scheduling.tidy import close_dead_flow_runs
from pipeline.discover.sources.schedules import DAILY, Schedule
from pipeline.errors import UserError
from pipeline.settings import Settings

ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
"""Of several runs that are due at once, as after an outage, the first does the work and the others are cancelled."""

_PROCESS = "process"
QUERY_SECONDS = 2
"""How often the server is asked whether a run is due."""


def serve_deployments(engine: Engine, schedules: Sequence[Schedule]) -> None:
    """Serve the schedules, and backfills on demand, until stopped. What dead flow runs left is closed first.

    Raises UserError for a schedule that is none.
    """
    made = deployments(schedules)
    with get_client(sync_client=True) as client:
        close_dead_flow_runs(client, engine)
    serve(*made, print_starting_message=False, query_seconds=QUERY_SECONDS)


def deploy_to_pool(pool: str, schedules: Sequence[Schedule]) -> None:
    """Tell the Prefect server of the same deployments, to be run by the process workers of a pool, which is made where
    there is none. Once more changes nothing.

    Raises UserError for a schedule that is none, and where the pool is of workers of another type.
    """
    made = deployments(schedules)
    template = ProcessWorker.get_default_base_job_template()
    with get_client(sync_client=True) as client:
        with suppress(ObjectAlreadyExists):
            client.create_work_pool(WorkPoolCreate(name=pool, type=_PROCESS, base_job_template=template))
        found = client.read_work_pool(pool)
    if found.type != _PROCESS:
        raise UserError(f"work pool {pool} is of type {found.type}, not {_PROCESS}", "name another with --pool")
    for deployment in made:
        deployment.apply(work_pool_name=pool)


def deployments(schedules: Sequence[Schedule]) -> list[RunnerDeployment]:
    """All deployments: an ingest for each schedule, and what is started on demand."""
    return [*map(_ingest, schedules), _deployment(backfill_flow, "on-demand")]


def all_schedules(settings: Settings, own: Sequence[Schedule]) -> list[Schedule]:
    """The schedules of the sources file, and that of all other sources, each with its time zone."""
    daily = Schedule(DAILY, settings.schedule, settings.timezone, ())
    return [daily, *(replace(one, timezone=one.timezone or settings.timezone) for one in own)]


def _ingest(schedule: Schedule) -> RunnerDeployment:
    try:
        cron = Cron(schedule.cron, timezone=schedule.timezone)
    except ValueError as exc:
        raise UserError(
            f"schedule {schedule.name}: {schedule.cron!r} in time zone {schedule.timezone!r} is not valid",
            "mend NEWSFOLD_SCHEDULE" if schedule.name == DAILY else f"mend [schedules.{schedule.name}]",
        ) from exc
    return _deployment(
        ingest_flow,
        schedule.name,
        schedule=cron,
        parameters={"schedule": schedule.name},
        concurrency_limit=ONE_AT_A_TIME,
    )


def _deployment(flow: Flow[..., Any], name: str, **more: Any) -> RunnerDeployment:
    # Outside an event loop, as here, Prefect gives the deployment itself and not a coroutine.
    made = flow.to_deployment(name, entrypoint_type=EntrypointType.MODULE_PATH, tags=["newsfold"], **more)
    return cast(RunnerDeployment, made)
