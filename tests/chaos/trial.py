"""A trial: a job is disturbed and started again until it ends by itself, and what it left is compared."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from signal import SIGKILL

from chaos.compare import Contents, Difference, contents, difference
from chaos.disturb import Extent, Stage, Strike, deeds_for, plan, strike
from chaos.job import JOBS, Order, address, preload, started
from chaos.server import Server, running_server
from chaos.world import BEGINNINGS, NOW, make_beginnings, settings, world
from sqlalchemy import URL, Connection, text
from year_world import World

from db import books
from db.engine import connect

_PATIENCE_SECONDS = 300.0
_MOST_STARTS = 8
_EXPECTED_ENDS = {"completed", f"signal {SIGKILL:d}", "OperationalError", "UserError"}
"""How a job may end that is disturbed: other errors would show a user a traceback."""
_PAUSE = timedelta(hours=1)
_names = count(1)


@dataclass
class Trial:
    """One trial, and what came of it: how often each disturbance was met, how the job ended each time, which rows were
    lost or doubled, and which promises broken.
    """

    number: int
    job: str
    strikes: list[Strike]
    met: list[bool] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    difference: Difference = field(default_factory=Difference)
    unbalanced: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def is_well(self) -> bool:
        """Whether the disturbances left no trace."""
        return not (self.difference.lost or self.difference.doubled or self.unbalanced or self.faults)


@dataclass(frozen=True)
class Reference:
    """What a job does and leaves that nobody disturbs."""

    extent: Extent
    contents: Contents


@dataclass
class Laboratory:
    """The sites and the server that trials share, with what each job leaves undisturbed."""

    server: Server
    world: World
    log: Path
    _references: dict[str, Reference] = field(default_factory=dict)

    def planned(self, seed: int, number: int) -> Trial:
        """The trial of a number: the same seed and number give the same choices. The jobs take turns."""
        job = list(JOBS)[number % len(JOBS)]
        chance = random.Random(f"{seed} {number}")
        return Trial(number, job, plan(chance, job, self.reference(job).extent, deeds_for(job, self.server)))

    def reference(self, job: str) -> Reference:
        """What a job does and leaves undisturbed; run once."""
        if job not in self._references:
            self._references[job] = self._undisturbed(job)
        return self._references[job]

    def _undisturbed(self, job: str) -> Reference:
        self.world.forget()
        with self._database(job) as (stage, order), started(order) as running:
            running.process.join()
            if running.process.exitcode != 0:
                raise AssertionError(f"the undisturbed {job} failed: {self.log.read_text()[-3000:]}")
            requests = sum(len(site.log) for site in self.world.sites.values())
            extent = Extent(running.watch.statements.value, requests)
            with self._reading(stage) as conn:
                return Reference(extent, contents(conn))

    def perform(self, trial: Trial) -> None:
        """Disturb a job as planned, let it come to its end, and note what became of it."""
        began = time.monotonic()
        self.log.write_text("")
        with self._database(trial.job) as (stage, order):
            for planned in trial.strikes:
                stop_before = int(planned.moment.number) if planned.moment.unit == "statement" else 0
                with started(order, stop_before) as running:
                    trial.met.append(strike(stage, running, planned))
                    running.process.join(_PATIENCE_SECONDS)
                    trial.ends.append(self._end(running.process.exitcode))
                if trial.ends[-1] not in _EXPECTED_ENDS:
                    trial.faults.append(f"disturbed, it ended: {trial.ends[-1]}")
                order = replace(order, now=order.now + _PAUSE)
            self._come_to_an_end(trial, stage, order)
            with self._reading(stage) as conn:
                trial.difference = difference(self.reference(trial.job).contents, contents(conn))
                trial.unbalanced = _unbalanced(conn)
        trial.seconds = time.monotonic() - began

    def _come_to_an_end(self, trial: Trial, stage: Stage, order: Order) -> None:
        """Start the job undisturbed, and again when its sources and pages are due that could not be had."""
        for _ in range(_MOST_STARTS):
            with started(order) as running:
                running.process.join(_PATIENCE_SECONDS)
                trial.ends.append(self._end(running.process.exitcode))
            if trial.ends[-1] != "completed":
                trial.faults.append(f"undisturbed, it ended: {trial.ends[-1]}")
                return
            with self._reading(stage) as conn:
                due = _due(conn)
            if due is None:
                return
            order = replace(order, now=max(order.now, due) + _PAUSE)
        trial.faults.append(f"something is due still after {_MOST_STARTS} undisturbed starts")

    def _end(self, code: int | None) -> str:
        match code:
            case None:
                return "hung"
            case 0:
                return "completed"
            case 1:
                return _error(self.log.read_text())
            case _:
                return f"signal {-code}"

    @contextmanager
    def _database(self, job: str) -> Iterator[tuple[Stage, Order]]:
        name = f"trial_{next(_names)}"
        with self.server.cloned(BEGINNINGS[job], name) as url:
            sources = tuple(self.world.sources)
            yield (
                Stage(self.server, self.world, name),
                Order(job, address(url), settings(self.log.parent), sources, NOW, self.log),
            )

    @contextmanager
    def _reading(self, stage: Stage) -> Iterator[Connection]:
        engine = connect(_url(stage))
        with engine.connect() as conn:
            yield conn
        engine.dispose()


def _url(stage: Stage) -> URL:
    return stage.server.url.set(database=stage.database)


def _error(said: str) -> str:
    """The name of the last error in what jobs said."""
    names = re.findall(r"^(?:\w+\.)*(\w+(?:Error|Exception|Exit|Group))\b", said, re.MULTILINE)
    return names[-1] if names else "error"


def _unbalanced(conn: Connection) -> list[str]:
    """What `newsfold doctor` finds wrong with the books."""
    return [f"{one['promise']}: broken {one['broken']} times" for one in books.broken_promises(conn)]


def _due(conn: Connection) -> datetime | None:
    """When the job finds something to do again that a disturbance kept from it; None where there is nothing."""
    found: datetime | None = conn.execute(_DUE).scalar_one()
    return found


_DUE = text("""
    select max(at) from (
        select next_attempt_at as at from ingest.page where next_attempt_at is not null
        union all
        select next_poll_at from ingest.source where next_poll_at is not null
        union all
        select started_at from ingest.run where state = 'running'
        union all
        select discovered_at from ingest.page where claimed_by is not null
        union all
        select cast(day as timestamptz) from ingest.window where state = 'failed'
    ) due
""")


@contextmanager
def laboratory(folder: Path) -> Iterator[Laboratory]:
    """The sites and the server, with the databases that jobs begin with; gone when the block ends."""
    preload()
    with running_server() as server, world() as sites:
        make_beginnings(server, sites, folder)
        yield Laboratory(server, sites, folder / "jobs.log")
