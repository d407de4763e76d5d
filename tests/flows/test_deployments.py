"""One list of deployments, for `newsfold serve`, `newsfold deploy` and `prefect deploy` alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from prefect.deployments.runner import RunnerDeployment
from prefect.flows import Flow

from flows.scheduling import flows
from flows.scheduling.deployments import deployments, described
from flows.scheduling.names import FLOWS
from pipeline.discover.sources.schedules import Schedule
from pipeline.settings import Settings

ROOT = Path(__file__).parents[2]
OURS = {f"{flows.__name__}.{name}": found.name for name, found in vars(flows).items() if isinstance(found, Flow)}
"""The flows by their entrypoints."""


def _of_serve(one: RunnerDeployment) -> tuple[Any, ...]:
    times = tuple((when.schedule.cron, when.schedule.timezone) for when in one.schedules or ())  # type: ignore[union-attr]
    return f"{one.flow_name}/{one.name}", one.entrypoint, times, one.concurrency_limit


def _of_file(one: dict[str, Any]) -> tuple[Any, ...]:
    times = tuple((when["cron"], when["timezone"]) for when in one.get("schedules", ()))
    name = f"{OURS[one['entrypoint']]}/{one['name']}"
    return name, one["entrypoint"], times, one.get("concurrency_limit", {}).get("limit")


def test_prefect_yaml_has_the_deployments_of_serve() -> None:
    written = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]

    assert sorted(map(_of_file, written)) == sorted(map(_of_serve, deployments(Settings(), ())))


def test_dead_runs_of_every_flow_are_looked_for() -> None:
    assert sorted(FLOWS) == sorted(OURS.values())


def test_what_runs_is_said_with_its_times() -> None:
    settings = Settings(timezone="Europe/Berlin")
    hourly = Schedule("hourly", "0 * * * *", None, ("bees",))

    assert described(deployments(settings, [hourly])) == [
        "ingest/daily at '0 6 * * *' (Europe/Berlin)",
        "ingest/hourly at '0 * * * *' (Europe/Berlin)",
        "maintain/daily at '30 3 * * *' (Europe/Berlin)",
        "when triggered: ingest/now, backfill/on-demand, reprocess/on-demand",
    ]
