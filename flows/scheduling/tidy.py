"""Tidying up on the Prefect server: flow runs whose process is gone, and late ones that a later one makes up for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Cancelled, Completed, Crashed
from sqlalchemy import Engine

from db import runs
from flows.scheduling.names import FLOWS

_AT_ONCE = 200


def close_dead_flow_runs(client: SyncPrefectClient, engine: Engine) -> int:
    """End flow runs that say Running while their work in the database is over; how many. Others' are left alone."""
    running = _flow_runs(client, FlowRunFilterStateType(any_=[StateType.RUNNING]))
    with engine.begin() as conn:
        runs.close_dead_runs(conn)
        ended = runs.ended_flow_runs(conn, [str(one.id) for one in running])
    for flow_run, state in ended.items():
        client.set_flow_run_state(flow_run, _state_after(state))
    return len(ended)


def _state_after(state: str) -> State[None]:
    if state == "completed":
        return Completed(message="its process ended before it could say so")
    return Crashed(message=f"its run is {state}: the process ended before the flow run did")


def _flow_runs(client: SyncPrefectClient, state: FlowRunFilterStateType) -> Sequence[FlowRun]:
    return client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=list(FLOWS))),
        flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=state)),
        limit=_AT_ONCE,
    )


def drop_overdue(client: SyncPrefectClient, flow_run: FlowRun) -> int:
    """Cancel the other runs of a deployment that were due before now: the one that runs does their work. How many."""
    if flow_run.deployment_id is None:
        return 0
    overdue = client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[flow_run.deployment_id]),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
            expected_start_time=FlowRunFilterExpectedStartTime(before_=datetime.now(UTC)),
        ),
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=_AT_ONCE,
    )
    for late in overdue:
        client.set_flow_run_state(late.id, Cancelled(message=f"{flow_run.name} makes up for it"))
    return len(overdue)
