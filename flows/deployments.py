"""The deployments: what Prefect runs, and when."""

from __future__ import annotations

from typing import cast

from prefect import serve
from prefect.deployments.runner import RunnerDeployment
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows.prefect_flows import backfill_flow, ingest_flow
from pipeline.errors import UserError


def serve_deployments(cron: str, timezone: str) -> None:
    """Serve the daily ingest on its schedule and the backfill on demand, until stopped.

    Raises UserError for a schedule that is none.
    """
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
    serve(cast(RunnerDeployment, daily), cast(RunnerDeployment, past), print_starting_message=False)
