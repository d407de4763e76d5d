"""A backfill: the articles of past days, by windows of a source and a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from db import runs, windows
from db import sources as db_sources
from flows.ingest import Progress, Runner, ask_sources, chosen, run_directly, running, say_nothing, take_pages
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.discover.windows import asked_days
from pipeline.models.windows import Days, day_of, missing_days, wanted_days


@dataclass(frozen=True, slots=True)
class Request:
    """What a backfill is asked for: the days from `since` to `until`, both included, of some sources or (empty) of all;
    `missing_only` for those windows that are not complete.
    """

    since: date
    until: date
    sources: tuple[str, ...] = ()
    missing_only: bool = False

    @property
    def days(self) -> Days:
        """The days asked for."""
        return Days(self.since, self.until)


def backfill(
    env: Environment, request: Request, *, runner: Runner = run_directly, progress: Progress = say_nothing
) -> int:
    """Load the articles of past days, and return the run's id; what became of each window is in `news.coverage`.

    Windows that an interrupted backfill has listed are not asked for again. The daily job's state is left alone.
    Raises UserError for a source that the sources file does not name, and for days that `asked_days` refuses.
    """
    slugs = checked(env, request)
    with env.engine.begin() as conn:
        db_sources.follow(conn, env.sources)
    with env.engine.begin() as conn:
        runs.close_dead_runs(conn)
    with running(env, "backfill", request.since, request.until) as run_id:
        scope = Scope(run_id, slugs, request.since, request.until)
        with env.engine.begin() as conn:
            wanted = plan(conn, request, slugs)
            windows.plan(conn, run_id, request.days, wanted)
        with env.engine.begin() as conn:
            windows.revive_lost(conn, slugs, request.days)
        ask_sources(env, scope, [slug for slug in slugs if wanted[slug]], runner, progress)
        take_pages(env, scope, runner, progress)
        with env.engine.begin() as conn:
            windows.expect_what_was_found(conn, slugs, request.days)
    return run_id


def checked(env: Environment, request: Request) -> tuple[str, ...]:
    """The slugs of the sources that a request is for. Raises UserError for what cannot be asked."""
    asked_days(request.since, request.until, today=day_of(env.now()))
    return chosen(env, request.sources)


def plan(conn: Connection, request: Request, slugs: Sequence[str]) -> Mapping[str, list[date]]:
    """The days of each source, by slug, whose list is to be read. Nothing is stored."""
    choose = missing_days if request.missing_only else wanted_days
    known = windows.known_windows(conn, slugs, request.days)
    return {slug: choose(known.get(slug, {}), request.days) for slug in slugs}
