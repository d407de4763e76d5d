"""What can go wrong, and when: disturbances of a job under way, each begun at a moment and over after a while."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from itertools import count
from threading import Event

import psycopg
from chaos.job import Running
from chaos.server import Server
from site_server import Answer, reset
from year_world import World

_LOOK_SECONDS = 0.002
_PATIENCE_SECONDS = 300.0
_LONGEST_SECONDS = 2.0
_JOB_SECONDS = 2.0
_DISTURBED_PART = 0.85
_LARGEST_CLOCK_ERROR = 3 * 86_400
_LARGEST_ROOM = 300_000
_TABLES = {
    "ingest": ("page", "capture", "outcome", "article", "revision", "posting", "bond", "copy", "story"),
    "backfill": ("page", "capture", "outcome", "article", "window", "posting", "bond", "copy", "story"),
    "reprocess": ("page", "article", "revision", "remade", "reprocess", "posting", "fingerprint", "bond", "copy"),
    "refold": ("fingerprint", "bond", "article", "copy", "story", "story_change"),
}
WEB_JOBS = ("ingest", "backfill")


@dataclass(frozen=True)
class Stage:
    """Where a trial takes place: its database is one of the server's."""

    server: Server
    world: World
    database: str


@dataclass(frozen=True)
class Extent:
    """How much a job does that nobody disturbs."""

    statements: int
    requests: int


@dataclass(frozen=True)
class Moment:
    """The n-th statement, request or write to a table; or so many seconds after the start."""

    unit: str
    number: float
    table: str = ""

    def __str__(self) -> str:
        if self.unit == "second":
            return f"after {self.number:.2f} s"
        return f"in write {self.number} to {self.table}" if self.table else f"at {self.unit} {self.number}"


@dataclass(frozen=True)
class Strike:
    """One disturbance. It is over after so many seconds, or when the job has ended; `amount`, between 0 and 1, says how
    much of it.
    """

    deed: str
    moment: Moment
    seconds: float
    amount: float

    def __str__(self) -> str:
        return f"{self.deed} {self.moment}"


def plan(chance: random.Random, job: str, extent: Extent, deeds: Sequence[str]) -> list[Strike]:
    """One to three disturbances of a job, one for each time that it is started, when it has less left to do."""
    strikes, left = [], _DISTURBED_PART
    for _ in range(chance.randint(1, 3)):
        part = chance.uniform(0, left)
        left -= part
        moment = _moment(chance, job, extent, part)
        strikes.append(Strike(chance.choice(deeds), moment, chance.uniform(0.05, _LONGEST_SECONDS), chance.random()))
    return strikes


def _moment(chance: random.Random, job: str, extent: Extent, part: float) -> Moment:
    """A moment at which about so much of a job is done; of a write, an early one."""
    match chance.choice(["statement", "statement", "second", "write"] + ["request"] * (job in WEB_JOBS)):
        case "statement":
            return Moment("statement", math.ceil(extent.statements * part))
        case "request":
            return Moment("request", math.ceil(extent.requests * part))
        case "write":
            return Moment("write", chance.randint(1, 2), chance.choice(_TABLES[job]))
        case unit:
            return Moment(unit, part * _JOB_SECONDS)


def strike(stage: Stage, running: Running, planned: Strike) -> bool:
    """Disturb a job at its moment, until the disturbance is over; False where the job had ended before."""
    with ExitStack() as over:
        with _MOMENTS[planned.moment.unit](stage, running, planned.moment) as has_come:
            if not has_come:
                return False
            over.enter_context(DEEDS[planned.deed](stage, running, planned.amount))
        running.process.join(planned.seconds)
    return True


def _comes(running: Running, has_come: Callable[[], bool]) -> bool:
    end = time.monotonic() + _PATIENCE_SECONDS
    while not has_come():
        if not running.is_alive or time.monotonic() > end:
            return False
        time.sleep(_LOOK_SECONDS)
    return True


@contextmanager
def _at_statement(_stage: Stage, running: Running, _moment: Moment) -> Iterator[bool]:
    try:
        yield _comes(running, running.has_stopped)
    finally:
        running.go_on()


@contextmanager
def _at_request(stage: Stage, running: Running, moment: Moment) -> Iterator[bool]:
    world, has_come, go_on, numbers = stage.world, Event(), Event(), count(1)

    def wait() -> Answer | None:
        if next(numbers) != moment.number:
            return None
        world.on_request = _nothing
        has_come.set()
        go_on.wait(_PATIENCE_SECONDS)
        return world.on_request()

    world.on_request = wait
    try:
        yield _comes(running, has_come.is_set)
    finally:
        if world.on_request is wait:
            world.on_request = _nothing
        go_on.set()


def _nothing() -> None:
    """The site answers as it does."""


@contextmanager
def _after_seconds(_stage: Stage, running: Running, moment: Moment) -> Iterator[bool]:
    running.process.join(moment.number)
    yield running.is_alive


@contextmanager
def _in_write(stage: Stage, running: Running, moment: Moment) -> Iterator[bool]:
    """Hold a lock that keeps a statement of the job waiting in its middle."""
    with suppress(psycopg.OperationalError), stage.server.connect(stage.database) as conn:
        yield all(_keeps_waiting(conn, running, moment.table) for _ in range(int(moment.number)))


def _keeps_waiting(conn: psycopg.Connection[tuple[object, ...]], running: Running, table: str) -> bool:
    conn.execute("rollback")
    conn.execute("begin")
    conn.execute("set local lock_timeout = '10s'")
    try:
        conn.execute(f"lock table ingest.{table} in exclusive mode".encode())
    except psycopg.errors.LockNotAvailable:
        return False
    return _comes(running, lambda: bool(conn.execute(_WAITING).fetchall()))


_WAITING = "select from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))"
_MOMENTS: dict[str, Callable[[Stage, Running, Moment], AbstractContextManager[bool]]] = {
    "statement": _at_statement,
    "request": _at_request,
    "second": _after_seconds,
    "write": _in_write,
}


@contextmanager
def _kill(_stage: Stage, running: Running, _amount: float) -> Iterator[None]:
    """The process ends as by `kill -9`."""
    running.process.kill()
    running.process.join()
    yield


@contextmanager
def _cut(stage: Stage, _running: Running, _amount: float) -> Iterator[None]:
    """All its connections to Postgres are ended by the server."""
    stage.server.execute(
        f"""select pg_terminate_backend(pid) from pg_stat_activity
        where datname = '{stage.database}' and application_name = 'newsfold'"""
    )
    yield


@contextmanager
def _restart(stage: Stage, _running: Running, _amount: float) -> Iterator[None]:
    stage.server.stop("fast")
    stage.server.start()
    yield


@contextmanager
def _crash(stage: Stage, _running: Running, _amount: float) -> Iterator[None]:
    """Postgres ends without a word, and recovers from its log."""
    stage.server.stop("immediate")
    stage.server.start()
    yield


@contextmanager
def _stop(stage: Stage, _running: Running, _amount: float) -> Iterator[None]:
    """Postgres is away for a while."""
    stage.server.stop("fast")
    yield
    stage.server.start()


@contextmanager
def _fill_disk(stage: Stage, _running: Running, amount: float) -> Iterator[None]:
    with stage.server.filled(int(amount * _LARGEST_ROOM)):
        yield
    stage.server.start()


@contextmanager
def _shift_clock(_stage: Stage, running: Running, amount: float) -> Iterator[None]:
    """The clock of the process jumps by up to three days, back or forth, and stays wrong."""
    running.watch.clock_error.value = (2 * amount - 1) * _LARGEST_CLOCK_ERROR
    yield


@contextmanager
def _reset(stage: Stage, _running: Running, _amount: float) -> Iterator[None]:
    """All sites close connections without an answer."""
    with _answering(stage.world, reset):
        yield


@contextmanager
def _break_off(stage: Stage, _running: Running, _amount: float) -> Iterator[None]:
    """All sites break off in the middle of their answers."""
    with _answering(stage.world, _half_an_answer):
        yield


@contextmanager
def _refuse(stage: Stage, _running: Running, _amount: float) -> Iterator[None]:
    """No site listens."""
    with _answering(stage.world, reset), ExitStack() as closed:
        for site in stage.world.sites.values():
            closed.enter_context(site.closed())
        yield


@contextmanager
def _answering(world: World, speak: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[None]:
    world.on_request = lambda: Answer(speak=speak)
    yield
    world.on_request = _nothing


def _half_an_answer(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n<html><body><p>")
    reset(handler)


WEB_DEEDS = {"reset": _reset, "break-off": _break_off, "refuse": _refuse}
DISK = "disk-full"
DEEDS: dict[str, Callable[[Stage, Running, float], AbstractContextManager[None]]] = {
    "kill": _kill,
    "cut": _cut,
    "restart": _restart,
    "crash": _crash,
    "stop": _stop,
    DISK: _fill_disk,
    "clock": _shift_clock,
    **WEB_DEEDS,
}


def deeds_for(job: str, server: Server) -> list[str]:
    """The disturbances that a job can meet here."""
    return [deed for deed in DEEDS if (deed not in WEB_DEEDS or job in WEB_JOBS) and (deed != DISK or server.is_small)]
