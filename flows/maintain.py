"""Maintain: what is kept no longer is dropped, partition by partition. It may be stopped anywhere, and runs go on."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from psycopg.errors import LockNotAvailable
from sqlalchemy.exc import OperationalError

from db import partitions, runs
from flows.ingest import Progress, running, say_nothing
from flows.scheduling.retention import count_old_runs, delete_old_runs
from flows.wiring import Environment


@dataclass(frozen=True, slots=True)
class Dropped:
    """A partition of bodies, outcomes or polls that was dropped, or is to be: its rows, and the bytes they took.

    `left` says why it is still there.
    """

    name: str
    rows: int
    size_bytes: int
    left: str | None = None


@dataclass(frozen=True, slots=True)
class Maintained:
    """What was dropped, how many flow runs Prefect forgot, and why it was not asked, where it was not."""

    dropped: tuple[Dropped, ...]
    flow_runs: int = 0
    prefect_problem: str | None = None


def maintain(env: Environment, *, progress: Progress = say_nothing) -> Maintained:
    """Drop what is kept no longer. Pages stay, with what became of them, and so do articles, stories and runs."""
    with env.engine.begin() as conn:
        runs.close_dead_runs(conn)
    with running(env, "maintain"):
        planned = _outdated(env)
        dropped = []
        for number, one in enumerate(planned):
            progress("partitions", number, len(planned))
            dropped.append(_drop(env, one))
        return _with_prefect(env, tuple(dropped), delete_old_runs)


def plan(env: Environment) -> Maintained:
    """What `maintain` would drop now. Nothing is changed."""
    return _with_prefect(env, _outdated(env), count_old_runs)


def _outdated(env: Environment) -> tuple[Dropped, ...]:
    with env.engine.begin() as conn:
        names = partitions.outdated(conn, env.now(), keep_runs_days=env.settings.keep_runs_days)
        sizes = {name: partitions.size_of(conn, name) for name in names}
    return tuple(Dropped(name, size.rows, size.size_bytes) for name, size in sizes.items())


def _drop(env: Environment, one: Dropped) -> Dropped:
    try:
        is_gone = partitions.drop(env.engine, one.name)
    except OperationalError as exc:
        if not isinstance(exc.orig, LockNotAvailable):
            raise
        is_gone = False
    return one if is_gone else Dropped(one.name, one.rows, one.size_bytes, "in use; the next maintain drops it")


def _with_prefect(env: Environment, dropped: tuple[Dropped, ...], forget: Callable[[str, datetime], int]) -> Maintained:
    api_url = os.environ.get("PREFECT_API_URL")
    if not api_url:
        return Maintained(dropped)
    try:
        before = env.now() - timedelta(days=env.settings.keep_prefect_days)
        return Maintained(dropped, forget(api_url.rstrip("/"), before))
    except httpx.HTTPError as exc:
        return Maintained(dropped, 0, f"{type(exc).__name__}: {exc}")
