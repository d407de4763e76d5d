"""A step in a process that has nothing but ids: it finds its own environment."""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from typing import Any

from db import runs
from flows.ingest import Step
from flows.steps.scope import Scope
from flows.wiring import process_environment
from pipeline.errors import UserError


def run_step(step: Step, scope: Scope, batch: Sequence[Any]) -> None:
    """Run a step on a batch, unless its run has ended meanwhile. Raises UserError where this process is not set up for
    it.
    """
    if multiprocessing.current_process().daemon:
        raise UserError(
            "this Dask worker is a daemon, which may start no processes to extract in",
            "start it with DASK_DISTRIBUTED__WORKER__DAEMON=False in its environment",
        )
    env = process_environment()
    with env.engine.connect() as conn:
        state = runs.state_of(conn, scope.run_id)
    if state is None:
        raise UserError(
            f"run {scope.run_id} is not in the database of a worker", "give workers the same NEWSFOLD_DATABASE_URL"
        )
    if state == "running":
        step(env, scope, batch)
