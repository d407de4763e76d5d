"""The daily run: discover, then fetch and load batch by batch. One list of steps, run directly or as Prefect tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from math import ceil
from typing import Any, Protocol

from sqlalchemy import Connection

from db import claims, due, hosts, partitions, runs
from db import sources as db_sources
from db.locks import hold_run
from db.notices import STOPPED_BY_USER
from flows.notices import tell
from flows.runners.lanes import in_lanes
from flows.steps.discover import discover
from flows.steps.scope import Scope
from flows.steps.take import take
from flows.wiring import Environment
from pipeline.discover.sources.schedules import members
from pipeline.discover.sources.slugs import check_known
from pipeline.errors import UserError
from pipeline.models.sources import IMPORT_SLUG

SOURCES_A_BATCH = 200
FEWEST_PAGES_A_BATCH, PAGES_A_BATCH = 10, 100

Step = Callable[[Environment, Scope, Sequence[Any]], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What a run is asked for: some sources, those of a schedule that are due, or (neither) all that are due."""

    sources: tuple[str, ...] = ()
    schedule: str | None = None


class Runner(Protocol):
    """How a step runs on one batch of slugs or page ids, and how many batches may be under way at once."""

    @property
    def lanes(self) -> int:
        """How many threads may call it at once."""

    def __call__(self, step: Step, env: Environment, scope: Scope, batch: Sequence[Any]) -> None:
        """Run the step on the batch, and come back when it is done."""


class Progress(Protocol):
    """Told how far a run is: what it does, and how many of how many."""

    def __call__(self, doing: str, done: int, total: int) -> None:
        """Show it."""


@dataclass(frozen=True, slots=True)
class Here:
    """The plain runner: a function call. Of three batches one is fetched, one extracted, one judged."""

    lanes: int = 3

    def __call__(self, step: Step, env: Environment, scope: Scope, batch: Sequence[Any]) -> None:
        """Call the step."""
        step(env, scope, batch)


run_directly = Here()


def say_nothing(doing: str, done: int, total: int) -> None:
    """The progress of a run that nobody watches."""


def ingest(
    env: Environment, request: Request, *, runner: Runner = run_directly, progress: Progress = say_nothing
) -> int:
    """Run the steps for the sources asked for, and return the run's id; what became of it is in the database.

    Raises UserError for a source that the sources file does not name.
    """
    slugs = chosen(env, request.sources) if request.schedule is None else _scheduled(env, request.schedule)
    with env.engine.begin() as conn:
        db_sources.follow(conn, env.sources)
    with env.engine.begin() as conn:
        runs.close_dead_runs(conn)
        hosts.forget(conn)
    with running(env, "ingest") as run_id:
        slugs = _claimed(env, run_id, slugs)
        # What an interrupted import left is picked up here too.
        scope = Scope(run_id, slugs if request.sources else (*slugs, IMPORT_SLUG))
        with env.engine.begin() as conn:
            asked = slugs if request.sources else db_sources.due_sources(conn, slugs, env.now())
        ask_sources(env, scope, asked, runner, progress)
        take_pages(env, scope, runner, progress)
    return run_id


def _scheduled(env: Environment, name: str) -> tuple[str, ...]:
    slugs = members(env.schedules, name, [source.slug for source in env.sources])
    if slugs is None:
        raise UserError(f"no schedule {name!r} in the sources file", "start newsfold serve anew, or deploy again")
    return slugs


def _claimed(env: Environment, run_id: int, slugs: Sequence[str]) -> tuple[str, ...]:
    """The sources that no other run works on; these are the run's alone. A backfill leaves their state alone and so
    needs no claim.
    """
    with env.engine.begin() as conn:
        held = claims.claim_sources(conn, run_id, slugs)
        claims.note_left(conn, run_id, held)
    return tuple(slug for slug in slugs if slug not in held)


def ask_sources(env: Environment, scope: Scope, slugs: Sequence[str], runner: Runner, progress: Progress) -> None:
    """Ask sources what articles they have, a few batches at once."""
    batches = (slugs[start : start + SOURCES_A_BATCH] for start in range(0, len(slugs), SOURCES_A_BATCH))
    report = _Report(progress, "sources")
    report.expect(len(slugs))
    in_lanes(
        runner.lanes,
        lambda: next(batches, ()),
        lambda batch: runner(discover, env, scope, batch),
        report.add,
        env.stop,
    )


def take_pages(
    env: Environment, scope: Scope, runner: Runner, progress: Progress, arrivals: Iterable[object] = ()
) -> None:
    """Fetch and load every page that is due, a few batches at once: while one is loaded the next is fetched. No more
    pages are claimed than those. Whenever none is left the next of `arrivals` is waited for, which brings some.
    """
    report = _Report(progress, "pages")
    batches = _due_pages(env, scope, runner.lanes, arrivals, report)
    in_lanes(
        runner.lanes,
        lambda: next(batches, ()),
        lambda batch: runner(take, env, scope, batch),
        report.add,
        env.stop,
    )


def _due_pages(
    env: Environment, scope: Scope, lanes: int, arrivals: Iterable[object], report: _Report
) -> Iterator[Sequence[int]]:
    """Claim what is due, and then what is due after each arrival; no more than was due then, or what comes meanwhile
    would be loaded before the arrival after it has been asked for. A few pages are shared by all lanes.
    """
    now = env.now()
    for _ in chain((None,), arrivals):
        with env.engine.begin() as conn:
            left = due.count(conn, scope.slugs, now=now, since=scope.since, until=scope.until)
        report.expect(left)
        most = min(max(FEWEST_PAGES_A_BATCH, ceil(left / lanes)), PAGES_A_BATCH)
        while left and (batch := _claim(env, scope, min(left, most), left, now)):
            left -= len(batch)
            yield batch


def _claim(env: Environment, scope: Scope, limit: int, expected: int, now: datetime) -> Sequence[int]:
    with env.engine.begin() as conn:
        return due.claim(
            conn,
            scope.run_id,
            scope.slugs,
            limit=limit,
            expected=expected,
            now=now,
            since=scope.since,
            until=scope.until,
        )


class _Report:
    """Counts what is done of what is to be done, and says so."""

    def __init__(self, progress: Progress, doing: str) -> None:
        self._progress, self._doing = progress, doing
        self._done = self._total = 0

    def expect(self, more: int) -> None:
        """So much more is to be done."""
        self._total += more
        self._progress(self._doing, self._done, self._total)

    def add(self, batch: Sequence[Any]) -> None:
        """A batch is done."""
        self._done += len(batch)
        self._progress(self._doing, self._done, self._total)


@contextmanager
def running(env: Environment, kind: str, since: date | None = None, until: date | None = None) -> Iterator[int]:
    """A run that shows it is alive for as long as the block lasts, and ends as the block does."""
    partitions.prepare(env.engine, env.now())
    with env.engine.connect() as keeper:
        keeper.detach()  # closed at the end and not given to others with its lock
        run_id = _open_held(keeper, kind, since, until, env.flow_run)
        try:
            yield run_id
        except BaseException as exc:
            with env.engine.begin() as conn:
                stopped = isinstance(exc, KeyboardInterrupt)
                runs.close_run(conn, run_id, "interrupted" if stopped else "failed", _describe(exc))
            if not stopped:
                tell(env, run_id)
            raise
        with env.engine.begin() as conn:
            runs.close_run(conn, run_id, "completed")
    tell(env, run_id)


def _open_held(keeper: Connection, kind: str, since: date | None, until: date | None, flow_run: str | None) -> int:
    """The lock comes before the commit, so nobody ever sees a running run that nobody holds."""
    with keeper.begin():
        run_id = runs.open_run(keeper, kind, since, until, flow_run)
        hold_run(keeper, run_id)
    return run_id


def _describe(exc: BaseException) -> str:
    return STOPPED_BY_USER if isinstance(exc, KeyboardInterrupt) else f"{type(exc).__name__}: {exc}"


def chosen(env: Environment, sources: tuple[str, ...]) -> tuple[str, ...]:
    """The slugs of the sources asked for, of all where none is. Raises UserError for one that nobody knows."""
    known = tuple(source.slug for source in env.sources)
    check_known(sources, known)
    return sources or known
