"""The deployments: what Prefect runs, and when."""

from __future__ import annotations

from contextlib import suppress
from typing import cast

from prefect import get_client, serve
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectAlreadyExists
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType
from prefect.workers.process import ProcessWorker

from flows.prefect_flows import backfill_flow, ingest_flow
from pipeline.errors import UserError

_PROCESS = "process"


def serve_deployments(cron: str, timezone: str) -> None:
    """Serve the daily ingest on its schedule and the backfill on demand, until stopped.

    Raises UserError for a schedule that is none.
    """
    serve(*_deployments(cron, timezone), print_starting_message=False)


def deploy_to_pool(pool: str, cron: str, timezone: str) -> None:
    """Tell the Prefect server of the same deployments, to be run by the process workers of a pool, which is made where
    there is none. Once more changes nothing.

    Raises UserError for a schedule that is none, and where the pool is of workers of another type.
    """
    deployments = _deployments(cron, timezone)
    template = ProcessWorker.get_default_base_job_template()
    with get_client(sync_client=True) as client:
        with suppress(ObjectAlreadyExists):
            client.create_work_pool(WorkPoolCreate(name=pool, type=_PROCESS, base_job_template=template))
        found = client.read_work_pool(pool)
    if found.type != _PROCESS:
        raise UserError(f"work pool {pool} is of type {found.type}, not {_PROCESS}", "name another with --pool")
    for deployment in deployments:
        deployment.apply(work_pool_name=pool)


def _deployments(cron: str, timezone: str) -> tuple[RunnerDeployment, RunnerDeployment]:
    try:
        schedule = Cron(cron, timezone=timezone)
    except ValueError as exc:
        raise UserError(
            f"the schedule {cron!r} in time zone {timezone!r} is not valid", "mend NEWSFOLD_SCHEDULE"
        ) from exc
    by_module = EntrypointType.MODULE_PATH
    daily = ingest_flow.to_deployment("daily", schedule=schedule, entrypoint_type=by_module)
    past = backfill_flow.to_deployment("on-demand", entrypoint_type=by_module)
    # Outside an event loop, as here, Prefect gives the deployments themselves and not coroutines.
    return cast(RunnerDeployment, daily), cast(RunnerDeployment, past)
