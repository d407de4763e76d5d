"""Commands that start a run, and the report of what came of it."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from db import views
from db.sources import waiting_sources
from db.windows import windows_of_run
from flows.archives.request import Request as ArchivesRequest
from flows.backfill import Request as BackfillRequest
from flows.backfill import backfill as run_backfill
from flows.cli.backfilling import print_preview, print_windows
from flows.cli.console import note, out, plain, plural, print_json, progress_bar, said_when_stopped, table
from flows.import_file import ImportReport, import_file
from flows.ingest import Progress, Request, Runner, run_directly
from flows.ingest import ingest as run_ingest
from flows.wiring import Environment, open_environment, read_settings
from pipeline.errors import UserError
from pipeline.models.pages import Outcome, Reason
from pipeline.settings import LOCAL_DASK, Settings

EVERY_SOURCE_FAILED = 1
SHOWN_SOURCES = 20
SHOWN_STORIES = 15
SHOWN_PROBLEMS = 20
AnyRequest = Request | BackfillRequest | ArchivesRequest
OUTCOMES = tuple(outcome.value for outcome in Outcome)


def ingest(sources: tuple[str, ...], *, runner: str | None, prefect: bool, config: Path | None, json: bool) -> None:
    """Run the daily job and report."""
    choose_runner(runner)
    _run(Request(sources), prefect=prefect, config=config, json=json)


def backfill(request: BackfillRequest, *, runner: str | None, prefect: bool, config: Path | None, json: bool) -> None:
    """Load a past period and report."""
    choose_runner(runner)
    _run(request, prefect=prefect, config=config, json=json)


def dry_run(request: BackfillRequest, *, config: Path | None, json: bool) -> None:
    """Say what a backfill would do."""
    with open_environment(settings_with(config)) as env:
        print_preview(env, request, json=json)


def backfill_from_archives(
    request: ArchivesRequest, *, runner: str | None, prefect: bool, config: Path | None, json: bool
) -> None:
    """Load a past period out of archives of the web and report."""
    choose_runner(runner)
    _run(request, prefect=prefect, config=config, json=json)


def import_(file: Path, *, json: bool) -> None:
    """Load a JSONL file and report. Raises UserError where none of its lines named an article."""
    with open_environment(read_settings()) as env:
        with said_when_stopped(), progress_bar() as progress:
            report = import_file(env, file, progress=progress)
        with env.engine.connect() as conn:
            _note_rejected(file, report)
            _report(conn, report.run_id, json=json)
    if report.rejected and len(report.rejected) == report.lines:
        raise UserError(f"{file}: no line names an article", 'write one JSON object a line: {"url": …, "text": …}')


def settings_with(config: Path | None) -> Settings:
    """The settings, with the sources file that the command line names. Tasks in other processes see it too."""
    if config is not None:
        os.environ["NEWSFOLD_CONFIG"] = str(config.expanduser().absolute())
    return read_settings()


def choose_runner(named: str | None) -> None:
    """Have runs use the runner that the command line names: `threads`, `dask` or `dask:ADDRESS`. Raises UserError for
    another. Tasks in other processes see it too.
    """
    kind, _, address = (named or "").partition(":")
    match kind, address:
        case "", "":
            return
        case "threads", "":
            os.environ["NEWSFOLD_DASK"] = ""
        case "dask", "":
            os.environ.setdefault("NEWSFOLD_DASK", LOCAL_DASK)
        case "dask", _:
            os.environ["NEWSFOLD_DASK"] = address
        case _:
            raise UserError(f"--runner {named}: no such runner", "write threads, dask or dask:ADDRESS")


@contextmanager
def chosen_runner(settings: Settings) -> Iterator[Runner]:
    """The runner of the settings, for as long as the block lasts."""
    if not settings.dask:
        yield run_directly
        return
    from flows.runners.on_dask import dask_runner

    with dask_runner(settings) as runner:
        yield runner


def _run(request: AnyRequest, *, prefect: bool, config: Path | None, json: bool) -> None:
    settings = settings_with(config)
    with open_environment(settings) as env:
        if prefect or os.environ.get("PREFECT_API_URL"):
            run_id = _as_flow(request)
        else:
            with said_when_stopped(), chosen_runner(settings) as runner, progress_bar() as progress:
                run_id = _directly(env, request, runner, progress)
        if not env.sources:
            note("no sources to follow: newsfold sources add URL")
        with env.engine.connect() as conn:
            _report(conn, run_id, json=json)
            if isinstance(request, Request) and not request.sources:
                _print_waiting(waiting_sources(conn, [source.slug for source in env.sources], env.now()))
            has_failed = [row["state"] == "failed" for row in views.run_sources(conn, run_id) if row["state"]]
            has_failed += [row["error"] is not None for row in views.run_archives(conn, run_id)]
    if has_failed and all(has_failed):
        sys.exit(EVERY_SOURCE_FAILED)


def _directly(env: Environment, request: AnyRequest, runner: Runner, progress: Progress) -> int:
    if isinstance(request, ArchivesRequest):
        from flows.archives.backfill import backfill  # loads what reads archives

        return backfill(env, request, runner=runner, progress=progress)
    if isinstance(request, BackfillRequest):
        return run_backfill(env, request, runner=runner, progress=progress)
    return run_ingest(env, request, runner=runner, progress=progress)


def _as_flow(request: AnyRequest) -> int:
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    # Its server of the moment is some 15 s away, and more on a busy machine; it would be waited for 20.
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "120")
    from flows.scheduling.flows import archives_flow, backfill_flow, ingest_flow

    sources = list(request.sources) or None
    if isinstance(request, ArchivesRequest):
        asked = (request.since, request.until, sources, list(request.warc), request.wayback)
        return int(archives_flow(*asked)["run_id"])
    if isinstance(request, BackfillRequest):
        return int(backfill_flow(request.since, request.until, sources, request.missing_only)["run_id"])
    return int(ingest_flow(sources)["run_id"])


def _report(conn: Connection, run_id: int, *, json: bool) -> None:
    totals = views.run_totals(conn, run_id)
    sources = views.run_sources(conn, run_id)
    problems = views.run_problems(conn, run_id)
    articles = views.run_articles(conn, run_id, SHOWN_STORIES)
    archive = views.archive_totals(conn)
    archives_ = views.run_archives(conn, run_id)
    if json:
        told = {"run": totals, "sources": sources, "problems": problems, "articles": articles, "archive": archive}
        if totals["kind"] == "backfill":
            told |= {"windows": windows_of_run(conn, run_id), "archives": archives_}
        print_json(told)
        return
    _print_sources(sources)
    _print_archives(archives_)
    _print_problems(sources, problems)
    _print_unwanted(views.run_unwanted(conn, run_id))
    print_windows(conn, run_id)
    _print_articles(articles)
    out.print(_summary(totals))
    out.print(f"the archive: {plural(archive['articles'], 'article')} in {plural(archive['stories'], 'story')}")


def _print_sources(sources: Sequence[Any]) -> None:
    """Of many sources those that have something to show."""
    quiet = [row for row in sources if not row["pages"] and (row["state"] == "unchanged" or _is_offline(row))]
    if len(sources) > SHOWN_SOURCES:
        sources = [row for row in sources if row not in quiet]
    if sources:
        columns = {"source": "source", "state": "answer", "entries": "entries"} | {name: name for name in OUTCOMES}
        shown = [column for column in columns if column not in OUTCOMES or any(row[column] for row in sources)]
        out.print(table(sources, {column: columns[column] for column in shown}), "")


def _print_archives(archives: Sequence[Any]) -> None:
    """What was wrong with archives, and their totals."""
    problems = [
        (row["address"], problem) for row in archives for problem in (*row["problems"], *filter(None, [row["error"]]))
    ]
    for address, problem in problems[:SHOWN_PROBLEMS]:
        note(problem if problem.startswith(address) else f"{address}: {problem}")
    if len(problems) > SHOWN_PROBLEMS:
        note('… and more: newsfold sql "select address, problems from news.archives"')
    if archives:
        totals = {name: sum(row[name] for row in archives) for name in ("records", "matched", "damaged")}
        left = sum(row["state"] != "done" for row in archives)
        tail = f"; {totals['damaged']:,} damaged" if totals["damaged"] else ""
        tail += f"; {plural(left, 'archive')} to be read on: run the same again" if left else ""
        counts = f"{plural(totals['records'], 'record')}, {totals['matched']:,} of the sources and days asked for"
        out.print(f"{plural(len(archives), 'archive')}: {counts}{tail}", "")


def _is_offline(row: Any) -> bool:
    return bool(row["reason"]) and row["reason"].startswith(Reason.OFFLINE)


def _print_problems(sources: Sequence[Any], problems: Sequence[Any]) -> None:
    offline = [row for row in sources if _is_offline(row)]
    left = Counter(row["reason"] for row in sources if row["state"] == "left")
    for row in sources:
        if row["reason"] and row not in offline and row["state"] != "left":
            note(f"source {row['source']}: {row['reason']}")
    for reason, sources_left in left.items():
        note(f"{plural(sources_left, 'source')} {reason}, which is at work on them")
    if offline:
        count = plural(len(offline), "source")
        note(f"{count} not reached: so many at once are the fault of our own network, and none of them is blamed")
    for row in problems[:SHOWN_PROBLEMS]:
        again = f"; next try {plain(row['next_attempt_at'])} UTC" if row["next_attempt_at"] else ""
        detail = f" ({row['detail']})" if row["detail"] else ""
        note(f"{row['outcome']}: {row['url']}: {row['reason']}{detail}{again}")
    if len(problems) > SHOWN_PROBLEMS:
        note(f'… and {plural(len(problems) - SHOWN_PROBLEMS, "page")} more: newsfold sql "select * from news.pages"')


_UNWANTED = {
    "outside_range": "outside the days asked for: a source may say when a page changed, not when it was published",
    "old": "older than their sources are followed back; newsfold backfill loads them",
    "off_topic": "off topic: newsfold sql \"select url, relevance from news.pages where reason = 'off_topic'\"",
}


def _print_waiting(moments: Sequence[datetime]) -> None:
    if moments:
        count = plural(len(moments), "source")
        note(f"{count} waiting after a failure, the first until {plain(moments[0])} UTC; ingest --source SLUG asks now")


def _print_unwanted(rows: Sequence[Any]) -> None:
    for row in rows:
        note(f"{plural(row['pages'], 'page')} {_UNWANTED[row['reason']]}")


def _print_articles(articles: Sequence[Any]) -> None:
    if not articles:
        return
    rows = [
        {
            "story": row["story_id"] if row["is_canonical"] else "",
            "copy": "" if row["is_canonical"] else f"└ {row['copy_kind']} {row['similarity']:.2f}",
            "language": row["language"],
            "source": row["source"],
            "title": row["title"],
        }
        for row in articles
    ]
    columns = {"story": "story", "copy": "copy", "language": "lang", "source": "source", "title": "title"}
    out.print(table(rows, columns, title="Stories that got something new"), "")
    if len({row["story_id"] for row in articles}) == SHOWN_STORIES:
        note(f"the {SHOWN_STORIES} largest are shown; newsfold stories lists the newest")


def _summary(totals: Any) -> str:
    new = totals["loaded"] + totals["folded"]
    counts = ", ".join(f"{totals[name]} {name}" for name in OUTCOMES if totals[name])
    seconds = (totals["finished_at"] - totals["started_at"]).total_seconds()
    head = f"run {totals['run_id']}: {plural(totals['pages'], 'page')}" + (f": {counts}" if counts else "")
    failed = f"; {plural(totals['sources_failed'], 'source')} not read" if totals["sources_failed"] else ""
    tail = "" if new else "; nothing new, no article was written"
    return f"{head}{failed}{tail} ({seconds:.1f} s)"


def _note_rejected(file: Path, report: ImportReport) -> None:
    for rejected in report.rejected[:SHOWN_PROBLEMS]:
        note(f"{file}: line {rejected.line}: {rejected.problem}; left out")
    if len(report.rejected) > SHOWN_PROBLEMS:
        note(f"{file}: … and {plural(len(report.rejected) - SHOWN_PROBLEMS, 'line')} more left out")
    if report.repeated:
        note(f"{file}: {plural(report.repeated, 'line')} name the page of a line before; the last one counts")
    if report.left:
        note(
            f"{file}: {plural(report.left, 'page')} left to a run that works on them now; import again when it is done"
        )
    if report.first_unread_date:
        line, value = report.first_unread_date
        records = plural(report.unread_dates, "record")
        note(f"{file}: {records} with a published_at that cannot be read; the first, in line {line}: {value}")
    if report.unknown_fields:
        note(f"{file}: fields not used: {', '.join(sorted(report.unknown_fields))}")
