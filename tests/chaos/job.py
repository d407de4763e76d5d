"""The jobs that are disturbed, each run in a process of its own that can be stopped at any of its statements."""

from __future__ import annotations

import ctypes
import itertools
import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from chaos.world import DAYS
from sqlalchemy import URL, Engine, event, make_url

from db.engine import connect
from flows import backfill, ingest, refold, reprocess
from flows.folding import rules
from flows.wiring import Environment
from pipeline.models.sources import Source
from pipeline.settings import Settings

_FORKSERVER = multiprocessing.get_context("forkserver")
_PATIENCE_SECONDS = 300.0
_BATCH = 3
"""Pages and articles in a transaction: few, so that there are many to be broken off."""

JOBS: dict[str, Callable[[Environment], object]] = {
    "ingest": lambda env: ingest.ingest(env, ingest.Request()),
    "backfill": lambda env: backfill.backfill(env, backfill.Request(DAYS[-1], DAYS[0])),
    "reprocess": lambda env: reprocess.reprocess(env, reprocess.Again(DAYS[-1], DAYS[0])),
    "refold": lambda env: refold.refold(env, DAYS[-1], rules(env.settings)),
}


@dataclass(frozen=True)
class Watch:
    """What a job and who disturbs it share: how many statements and commits it has sent, before which of them it waits,
    the line on which it says so, and how many seconds its clock is wrong. No locks: who is killed would keep them.
    """

    statements: ctypes.c_int
    stop_before: int
    line: Connection
    clock_error: ctypes.c_double

    def count(self, number: int) -> None:
        """Count the n-th statement, and wait if it is the one."""
        self.statements.value = number
        if number == self.stop_before:
            self.line.send("here")
            self.line.poll(_PATIENCE_SECONDS)


@dataclass(frozen=True)
class Order:
    """What a process is to do: a job on a database, at a moment by its clock. What it says goes to the log."""

    job: str
    database: str
    settings: Settings
    sources: tuple[Source, ...]
    now: datetime
    log: Path


@dataclass(frozen=True)
class Running:
    """A job under way."""

    process: ForkServerProcess
    watch: Watch
    line: Connection

    def has_stopped(self) -> bool:
        """Whether it waits before its statement."""
        return self.line.poll()

    def go_on(self) -> None:
        """Let it go on."""
        self.line.send("go on")

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self.process.is_alive()


def preload() -> None:
    """Load what jobs need once, in the process that they are forked from."""
    _FORKSERVER.set_forkserver_preload(["chaos.job", "chaos.warm"])


@contextmanager
def started(order: Order, stop_before: int = 0) -> Iterator[Running]:
    """A job that waits before its n-th statement (0: before none); killed when the block ends."""
    here, there = _FORKSERVER.Pipe()
    watch = Watch(_FORKSERVER.RawValue(ctypes.c_int, 0), stop_before, there, _FORKSERVER.RawValue(ctypes.c_double, 0))
    process = _FORKSERVER.Process(target=_work, args=(order, watch))
    process.start()
    try:
        yield Running(process, watch, here)
    finally:
        process.kill()
        process.join()
        here.close()
        there.close()


def _work(order: Order, watch: Watch) -> None:
    """In the process: the job, by the wiring of the command line but for its sandbox, which is slow to start."""
    _write_to(order.log)
    for module, name in (
        (ingest, "PAGES_A_BATCH"),
        (reprocess, "PAGES_A_BATCH"),
        (reprocess, "ARTICLES_A_BATCH"),
        (refold, "ARTICLES_A_BATCH"),
    ):
        setattr(module, name, _BATCH)
    engine = connect(make_url(order.database))
    _count_statements(engine, watch)
    env = Environment(
        order.settings,
        engine,
        order.sources,
        now=lambda: order.now + timedelta(seconds=watch.clock_error.value),
    )
    JOBS[order.job](env)


def _write_to(log: Path) -> None:
    with log.open("a") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)


def _count_statements(engine: Engine, watch: Watch) -> None:
    numbers = itertools.count(1)

    @event.listens_for(engine, "before_cursor_execute")
    @event.listens_for(engine, "commit")
    def count(*_: object) -> None:
        watch.count(next(numbers))


def address(url: URL) -> str:
    """An address that a process can be given."""
    return url.render_as_string(hide_password=False)
