"""The command line: arguments in, runs and tables out. Each command loads what it needs when it runs."""

from __future__ import annotations

import codecs
import errno
import sys
from datetime import date
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.db_app import db_app
from flows.cli.options import DAY, Config, Json, Limit, Prefect, Runner, Sources, day, given
from flows.cli.sources_app import sources_app
from pipeline.errors import UserError

app = typer.Typer(
    name="newsfold",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(sources_app, name="sources")
app.add_typer(db_app, name="db")

USER_MISTAKE = 2
_OUTPUT_ERRORS = (errno.ENOSPC, errno.EPIPE, errno.EIO, errno.EBADF)


class Format(StrEnum):
    """How `newsfold sql` prints its answer."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class Part(StrEnum):
    """The parts of `newsfold reprocess`."""

    EXTRACT = "extract"
    FOLD = "fold"


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("newsfold"))
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")]


@app.callback()
def newsfold(version: Version = False) -> None:
    """The news, folded: every copy of a story, in any language, is one story in your Postgres."""


@app.command()
def ingest(
    sources: Sources = None,
    runner: Runner = None,
    prefect: Prefect = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Run the daily job now: discover, fetch, extract, fold, load."""
    from flows.cli import runs

    runs.ingest(tuple(sources or ()), runner=runner, prefect=prefect, config=config, json=json)


@app.command(name="import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="JSONL, also .gz: url, text or html; title, author, language, published_at, site.")
    ],
    json: Json = False,
) -> None:
    """Load articles that you already have."""
    from flows.cli import runs

    runs.import_(file, json=json)


@app.command()
def extract(
    where: Annotated[
        str,
        typer.Argument(metavar="FILE|URL", callback=given, help="A .html, .txt, .md or .jsonl file, or an address."),
    ],
    json: Json = False,
) -> None:
    """Show what extraction sees: text, metadata, every date with its source. Nothing is stored."""
    from flows.cli import extracting

    raise typer.Exit(extracting.show(where, json=json))


@app.command()
def embed() -> None:
    """Give every article that has none the vector of the embedding model (NEWSFOLD_EMBEDDINGS)."""
    from flows.cli import semantic

    semantic.embed()


@app.command()
def search(
    query: Annotated[str, typer.Argument(help="What the articles should be about, in any language of the model.")],
    limit: Limit = 10,
    json: Json = False,
) -> None:
    """List the articles whose meaning is nearest to a query (needs NEWSFOLD_EMBEDDINGS)."""
    from flows.cli import semantic

    semantic.search(query, limit, json=json)


@app.command()
def backfill(
    since: Annotated[date, typer.Option(parser=day, metavar=DAY, help="First day.")],
    until: Annotated[date, typer.Option(parser=day, metavar=DAY, help="Last day, included.")],
    sources: Sources = None,
    missing_only: Annotated[bool, typer.Option("--missing-only", help="Only days that are not complete.")] = False,
    runner: Runner = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    warc: Annotated[
        list[str] | None,
        typer.Option(help="Read a WARC file, a folder or a listing of them, not the sources."),
    ] = None,
    wayback: Annotated[bool, typer.Option("--wayback", help="Ask the Wayback Machine, not the sources.")] = False,
    prefect: Prefect = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Load the articles of a past period. The daily job's state is left alone."""
    from flows.cli import runs

    if warc or wayback:
        from flows.archives.request import Request as ArchivesRequest

        if missing_only or dry_run:
            named_option = "--missing-only" if missing_only else "--dry-run"
            raise UserError(f"{named_option} looks at sources' lists, not into archives", "leave it out")
        named = ArchivesRequest(since, until, tuple(sources or ()), tuple(warc or ()), wayback)
        runs.backfill_from_archives(named, runner=runner, prefect=prefect, config=config, json=json)
        return
    from flows.backfill import Request

    request = Request(since, until, tuple(sources or ()), missing_only)
    if dry_run:
        runs.dry_run(request, config=config, json=json)
        return
    runs.backfill(request, runner=runner, prefect=prefect, config=config, json=json)


@app.command()
def coverage(
    since: Annotated[date | None, typer.Option(parser=day, metavar=DAY, help="First day; else the last 90.")] = None,
    until: Annotated[date | None, typer.Option(parser=day, metavar=DAY, help="Last day; else today.")] = None,
    sources: Sources = None,
    config: Config = None,
    json: Json = False,
) -> None:
    """What each source brought on each day, and what is missing."""
    from flows.cli import coverage as coverage_

    coverage_.coverage(since, until, tuple(sources or ()), config=config, json=json)


@app.command()
def refold(
    since: Annotated[date, typer.Option(parser=day, metavar=DAY, help="Articles dated since this day.")],
    threshold: Annotated[
        float | None,
        typer.Option(min=0.05, max=0.99, help="Try another probability than NEWSFOLD_MERGE_PROBABILITY."),
    ] = None,
    json: Json = False,
) -> None:
    """Judge stored articles again and make their stories anew; say what moved. Nothing is fetched."""
    from flows.cli import refolding

    refolding.refold(since, threshold, json=json)


@app.command()
def reprocess(
    since: Annotated[date, typer.Option(parser=day, metavar=DAY, help="First day of articles.")],
    until: Annotated[date, typer.Option(parser=day, metavar=DAY, help="Last day, included.")],
    sources: Sources = None,
    only: Annotated[Part | None, typer.Option(help="Only extract bodies again, or only fold texts again.")] = None,
    json: Json = False,
) -> None:
    """Make articles again from kept bodies by the rules of now, and fold them; say what changed. Nothing is fetched."""
    from flows.cli import reprocessing

    reprocessing.reprocess(since, until, tuple(sources or ()), only and only.value, json=json)


@app.command()
def maintain(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be dropped.")] = False,
    json: Json = False,
) -> None:
    """Drop what is kept no longer: bodies, what became of pages in old runs, Prefect's old runs."""
    from flows.cli import maintaining

    maintaining.maintain(dry_run=dry_run, json=json)


@app.command()
def serve(config: Config = None) -> None:
    """Run the schedules until stopped: the daily ingest and maintain, and on demand backfill and reprocess."""
    from flows.cli import serving

    serving.serve(config)


@app.command()
def deploy(
    pool: Annotated[str, typer.Option(help="Work pool of type process, made where there is none.")] = "newsfold",
    config: Config = None,
) -> None:
    """Tell the Prefect server of the schedules, for `prefect worker start` on any machines to run."""
    from flows.cli import serving

    serving.deploy(pool, config)


@app.command()
def stories(limit: Limit = 20, json: Json = False) -> None:
    """The latest stories."""
    from flows.cli import reading

    reading.stories(limit, json=json)


@app.command()
def show(
    story: Annotated[str, typer.Argument(help="Number of a story, or URL of an article.")], json: Json = False
) -> None:
    """One story: its versions side by side, and why they were folded."""
    from flows.cli import reading

    reading.show(story, json=json)


@app.command()
def sql(
    query: Annotated[
        str | None, typer.Argument(help="A select over news.*; left out: the views and their columns.")
    ] = None,
    format_: Annotated[
        Format | None, typer.Option("--format", "-f", help="How to print the answer.", show_default="table")
    ] = None,
    json: Json = False,
) -> None:
    """Query the result, read-only, as news_reader."""
    from flows.cli import reading

    if json and format_ not in (None, Format.JSON):
        raise UserError(f"--json and --format {format_} ask for two formats", "leave one of them out")
    reading.sql(query, Format.JSON if json else format_ or Format.TABLE)


@app.command()
def status(json: Json = False) -> None:
    """The last runs, and what became of each page."""
    from flows.cli import reading

    reading.status(json=json)


@app.command()
def notices(
    test: Annotated[bool, typer.Option("--test", help="Send each webhook a trial message instead.")] = False,
    limit: Limit = 20,
    json: Json = False,
) -> None:
    """What is wrong with sources, runs and days, and what was said of it to the webhooks of NEWSFOLD_NOTICES."""
    from flows.cli import notices as notices_

    raise typer.Exit(notices_.test(json=json) if test else notices_.list_(limit, json=json))


@app.command()
def doctor(config: Config = None, json: Json = False) -> None:
    """What is wrong with this set-up, and how to mend it. Exit code 1 where something is."""
    from flows.cli import doctor as doctor_

    raise typer.Exit(doctor_.doctor(config, json=json))


def _escaped(error: UnicodeError) -> tuple[str, int]:
    """Error handler of codecs: what an encoding has no bytes for as JSON escapes it, so that JSON stays JSON."""
    import json

    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


def _write_any_text() -> None:
    """Have both streams escape what they cannot encode, as in `PYTHONIOENCODING=latin-1` or the locale C."""
    codecs.register_error("newsfold", _escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # none where a stream is closed
            stream.reconfigure(errors="newsfold")


def main() -> None:
    """Run a command. A user's mistake is one line and exit code 2."""
    _write_any_text()
    try:
        app()
    except UserError as exc:
        from flows.cli.console import one_line

        typer.echo(f"newsfold: {one_line(exc.problem)}", err=True)
        if exc.remedy:
            typer.echo(f"  → {one_line(exc.remedy)}", err=True)
        sys.exit(USER_MISTAKE)
    except OSError as exc:
        if exc.errno not in _OUTPUT_ERRORS:
            raise
        typer.echo(f"newsfold: the output could not be written: {exc.strerror}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
