"""Commands that read: stories, show, sql, status."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from rich.rule import Rule
from sqlalchemy import Connection

from db import books, reader, views
from db.runs import close_dead_runs
from flows.cli.compare import side_by_side
from flows.cli.console import listed, note, out, plain, plural, print_json, print_json_rows, print_text, table
from flows.source_table import SOURCE_COLUMNS, busiest_first
from flows.wiring import Environment, open_environment, read_settings
from pipeline.errors import UserError
from pipeline.models.pages import Outcome

STATUS_RUNS = 10
STATUS_SOURCES = 10
# A mark that weighs less is as likely chance as not.
LEAST_WEIGHT = 0.5
MOST_TABLE_ROWS = 10_000


@contextmanager
def _reading() -> Iterator[Connection]:
    with open_environment(read_settings()) as env, env.engine.connect() as conn:
        yield conn


def stories(limit: int, *, json: bool) -> None:
    """Print the latest stories."""
    with _reading() as conn:
        rows = views.latest_stories(conn, limit)
    if json:
        print_json(rows)
    elif not rows:
        note("no stories yet: newsfold ingest")
    else:
        columns = {
            "story_id": "story",
            "article_count": "versions",
            "languages": "languages",
            "newest_at": "newest",
            "title": "title",
        }
        out.print(table(rows, columns, spare=("languages", "newest_at")))


def show(story_or_url: str, *, json: bool) -> None:
    """Print one story, each copy beside the article it was found to be a copy of."""
    with _reading() as conn:
        story_id = views.find_story(conn, story_or_url)
        if story_id is None:
            raise _no_story(conn, story_or_url)
        story, versions = views.story(conn, story_id), views.story_versions(conn, story_id)
        move = views.story_move(conn, story_or_url)
    if json:
        print_json({"story": story, "versions": versions, "merged": move})
        return
    if move:
        when = f" on {plain(move['changed_at'])} UTC ({move['reason']})" if move["changed_at"] else ""
        note(f"story {move['from_story']} was merged into story {move['to_story']}{when}")
    out.print(f"[bold]Story {story_id}[/bold]: {plural(len(versions), 'version')}, {listed(story['languages'] or [])}")
    columns = {
        "article_id": "article",
        "copy_kind": "copy",
        "similarity": "similarity",
        "language": "lang",
        "source": "source",
        "published_at": "published",
        "title": "title",
        "url": "url",
    }
    out.print(table(versions, columns, spare=("similarity", "source", "published_at")), "")
    by_id = {version["article_id"]: version for version in versions}
    for copy in versions:
        if copy["copy_of"] is not None:
            _print_copy(by_id[copy["copy_of"]], copy)
    if len(versions) == 1:
        print_text(versions[0]["text"])
    for version in versions:
        _print_cut(version)


def _no_story(conn: Connection, story_or_url: str) -> UserError:
    page = views.find_page(conn, story_or_url)
    if page is None:
        return UserError(f"no story {story_or_url!r}", "newsfold stories lists them; a URL is found as in news.pages")
    why = ": ".join(filter(None, (page["reason"], page["detail"])))
    return UserError(f"{story_or_url}: that page is no article: {page['outcome']}, {why or 'not fetched yet'}")


def _print_copy(original: Mapping[str, Any], copy: Mapping[str, Any]) -> None:
    out.print(
        Rule(
            f"{copy['article_id']} is a copy of {original['article_id']}: {copy['copy_kind']}, {copy['similarity']:.2f}"
        )
    )
    anchors = [one for one in copy["evidence"].get("anchors", []) if one["weight"] >= LEAST_WEIGHT]
    if anchors:
        rows = [
            {
                "weight": anchor["weight"],
                "original": anchor["other_surface"],
                "copy": anchor["surface"],
                "where": f"{anchor['other_at']:.0%} / {anchor['at']:.0%}",
            }
            for anchor in anchors
        ]
        columns = {
            "weight": "weight",
            "original": str(original["article_id"]),
            "copy": str(copy["article_id"]),
            "where": "where",
        }
        out.print(table(rows, columns, title="Shared marks, the strongest first"), "")
    elif "share" in copy["evidence"]:
        shares = copy["evidence"]["share"], copy["evidence"]["other_share"]
        out.print(
            f"{shares[0]:.0%} of {copy['article_id']} stands in {original['article_id']}, "
            f"{shares[1]:.0%} of {original['article_id']} in {copy['article_id']}; the longest passages are green",
            "",
        )
    out.print(side_by_side(original, copy, copy["evidence"], width=out.width), "", soft_wrap=True)


def _print_cut(version: Mapping[str, Any]) -> None:
    if version["boilerplate"]:
        out.print(Rule(f"cut from {version['article_id']}"))
        print_text("\n\n".join(version["boilerplate"]))


def sql(query: str | None, format_: str) -> None:
    """Answer a query, or without one list the views."""
    with open_environment(read_settings()) as env, _answer(env, query) as answer:
        if format_ == "json":
            print_json_rows(answer.columns, answer.rows)
        elif format_ == "csv":
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(map(plain, answer.columns))
            writer.writerows([_csv_value(value) for value in row] for row in answer.rows)
        else:
            _print_table(answer)


def _print_table(answer: reader.Table) -> None:
    rows = list(islice(answer.rows, MOST_TABLE_ROWS + 1))
    # Two columns may have one name, so the rows are keyed by place.
    keyed = [{str(place): value for place, value in enumerate(row)} for row in rows[:MOST_TABLE_ROWS]]
    out.print(table(keyed, {str(place): column for place, column in enumerate(answer.columns)}))
    more = "; the answer goes on: all of it with --format csv or json" if len(rows) > MOST_TABLE_ROWS else ""
    note(plural(len(keyed), "row") + more)


@contextmanager
def _answer(env: Environment, query: str | None) -> Iterator[reader.Table]:
    if query is None:
        with env.engine.connect() as conn:
            yield reader.describe_views(conn)
        return
    timeout = env.settings.statement_timeout_seconds
    with reader.answering(env.engine, query, timeout_seconds=timeout) as answer:
        yield answer


def _csv_value(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return plain(reader.as_text(value))
    if isinstance(value, str):
        return plain(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def status(*, json: bool) -> None:
    """Print the last runs, sources that need a look, and how many pages ended how."""
    with _reading() as conn:
        close_dead_runs(conn)
        conn.commit()
        runs, sources, counts = views.latest_runs(conn, STATUS_RUNS), views.sources(conn), views.page_counts(conn)
        asked = {run["run_id"]: views.run_sources(conn, run["run_id"]) for run in runs}
        unbalanced = [run_id for run_id in asked if not books.balances(conn, run_id)]
    if json:
        with_sources = [{**run, "sources": asked[run["run_id"]]} for run in runs]
        print_json({"runs": with_sources, "sources": sources, "pages": counts, "unbalanced": unbalanced})
        return
    if not runs:
        note("nothing has run yet: newsfold ingest")
        return
    told = [name for name in (*Outcome, "sources_failed", "error") if any(row[name] for row in runs)]
    run_columns = {name: name for name in ("run_id", "kind", "state", "started_at", "pages", *told)}
    headings = {"run_id": "run", "started_at": "started (UTC)"}
    if "sources_failed" in told:
        headings["sources_failed"] = "sources not read"
    spare = ("unchanged", "skipped", "pending", "sources_failed", "folded", "state")
    out.print(table(runs, run_columns | headings, title="Last runs", spare=spare), "")
    if unbalanced:
        note(f"the books of {plural(len(unbalanced), 'run')} do not balance: newsfold doctor says where")
    latest = next((run for run in runs if asked[run["run_id"]]), None)
    if latest:
        _print_sources_of(latest, asked[latest["run_id"]])
    out.print(table(counts, {"outcome": "outcome", "reason": "reason", "pages": "pages"}, title="All pages"), "")
    _print_unwell(sources)


def _print_sources_of(run: Mapping[str, Any], sources: Sequence[Mapping[str, Any]]) -> None:
    title = f"Sources of run {run['run_id']} ({run['kind']})"
    spare = ("reason", "unchanged", "state")
    out.print(table(busiest_first(sources)[:STATUS_SOURCES], SOURCE_COLUMNS, title=title, spare=spare), "")
    if len(sources) > STATUS_SOURCES:
        note(f'{STATUS_SOURCES} of {len(sources)}, the busiest; all: newsfold sql "select * from news.polls"')


def _print_unwell(sources: Sequence[Mapping[str, Any]]) -> None:
    followed = [row for row in sources if row["is_followed"]]
    unasked = sum(row["health"] == "never polled" for row in followed)
    unreached = sum(row["health"] == "unreached" for row in followed)
    unwell = [row for row in followed if row["health"] not in ("ok", "never polled", "unreached")]
    well = len(followed) - unasked - unreached - len(unwell)
    told = {"well": well, "to look at": len(unwell), "not reached at the last try": unreached}
    counts = ", ".join(f"{count} {what}" for what, count in told.items())
    never = f", {unasked} not asked by ingest yet" if unasked else ""
    out.print(f"{plural(len(followed), 'source')} followed: {counts}{never}")
    if not unwell:
        return
    columns = {
        "source": "source",
        "health": "health",
        "failures": "failures",
        "last_success_at": "last answer",
        "newest_entry_at": "newest entry",
        "usual_gap_days": "usual gap (days)",
        "last_error": "last error",
        "next_poll_at": "next",
    }
    spare = ("usual_gap_days", "next_poll_at", "failures", "newest_entry_at")
    out.print(table(unwell, columns, title="Sources to look at", spare=spare))
