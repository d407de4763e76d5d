"""A backfill out of archives of the web, which are read in place of the sources."""

from __future__ import annotations

from contextlib import closing

from db import runs
from db import sources as db_sources
from flows.archives.request import Request
from flows.archives.warc import read_files
from flows.archives.wayback import ask_index
from flows.backfill import Request as DaysRequest
from flows.backfill import checked
from flows.ingest import Progress, Runner, run_directly, running, say_nothing, take_pages
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.archives.names import may_hold
from pipeline.errors import UserError
from pipeline.fetch.files.archives import Archives


def backfill(
    env: Environment, request: Request, *, runner: Runner = run_directly, progress: Progress = say_nothing
) -> int:
    """Load the articles of past days out of archives, and return the run's id; `news.archives` says how far each was
    read. What an interrupted run has kept of them is not read again; what was never loaded is.

    Raises UserError for a source that the sources file does not name, days in the wrong order, and an address that
    leads to no WARC file.
    """
    slugs = checked(env, DaysRequest(request.since, request.until, request.sources))
    with Archives(env.limits) as archives:
        files = _files(archives, request)
        with env.engine.begin() as conn:
            db_sources.follow(conn, env.sources)
        with env.engine.begin() as conn:
            runs.close_dead_runs(conn)
        with running(env, "backfill", request.since, request.until) as run_id:
            scope = Scope(run_id, slugs, request.since, request.until)
            if request.wayback:
                ask_index(env, scope, request.since, request.until, progress)
            env.prepare()
            with closing(read_files(env, scope, archives, files, progress)) as parts:
                take_pages(env, scope, runner, progress, parts)
    return run_id


def _files(archives: Archives, request: Request) -> list[str]:
    """The files that may hold something of the days."""
    found = archives.find(request.warc)
    files = [file for file in found if may_hold(file, request.since, request.until)]
    if found and not files:
        raise UserError(
            f"none of {len(found):,} WARC files was crawled from {request.since} to {request.until} or soon after",
            "name those of these days; a name as CC-NEWS-20250102030405-00042.warc.gz says when",
        )
    return files
