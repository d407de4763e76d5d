"""`newsfold backfill`: what it would do, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from db import windows
from flows.backfill import Request
from flows.cli.console import note, out, plain, plural, print_json, progress_bar, said_when_stopped, table
from flows.preview import USUAL_SECONDS_A_PAGE, Estimate, Forecast, preview
from flows.wiring import Environment


def print_preview(env: Environment, request: Request, *, json: bool) -> None:
    """Print what a backfill would do. Nothing is stored."""
    with said_when_stopped(), progress_bar() as progress:
        forecasts, estimate = preview(env, request, progress=progress)
    if json:
        print_json({"sources": [asdict(one) for one in forecasts], "estimate": asdict(estimate)})
        return
    if not forecasts:
        out.print("nothing to do: every window is complete, or not to be had")
        return
    columns = {
        "source": "source",
        "kind": "kind",
        "windows": "windows",
        "beyond": "beyond its list",
        "entries": "entries",
        "known": "known",
        "requests": "requests",
    }
    out.print(table([asdict(one) for one in forecasts], columns), "")
    for one in forecasts:
        if one.problem:
            note(f"source {one.source}: {one.problem}")
    _print_estimate(forecasts, estimate)


def _print_estimate(forecasts: Sequence[Forecast], estimate: Estimate) -> None:
    requests = sum(one.requests for one in forecasts)
    windows_asked = sum(one.windows for one in forecasts)
    out.print(
        f"{plural(windows_asked, 'window')}, {plural(requests, 'request')} for articles, "
        f"about {_duration(estimate.seconds)}"
    )
    if estimate.seconds_a_page is None:
        pace = f"{USUAL_SECONDS_A_PAGE} s a page, a guess: no run has loaded a page and come to its end yet"
    else:
        pace = f"{estimate.seconds_a_page:.2f} s a page in the latest runs"
    waits = ""
    if estimate.host_seconds:
        waits = f"; {plain(estimate.slowest_host)} alone is to be kept waiting for {_duration(estimate.host_seconds)}"
    out.print(f"reckoned from {pace}{waits}; Crawl-delay and busy hosts may make it longer")


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def print_windows(conn: Connection, run_id: int) -> None:
    """Print for each source of a backfill how much was expected, loaded, and not to be had."""
    rows = windows.windows_of_run(conn, run_id)
    if not rows:
        return
    columns = {"source": "source", "windows": "days", "expected": "expected", "loaded": "loaded"}
    told = {"skipped": "skipped", "failed": "failed", "pending": "pending", "beyond": "days not to be had"}
    shown = columns | {name: said for name, said in told.items() if any(row[name] for row in rows)}
    out.print(table(rows, shown, title="Days asked for"), "")
    for row in rows:
        _note_beyond(row)
    incomplete = sum(row["incomplete"] for row in rows)
    if incomplete:
        note(f"{plural(incomplete, 'window')} not complete: newsfold coverage shows them, --missing-only tries again")


def _note_beyond(row: Any) -> None:
    if row["beyond"]:
        note(f"source {row['source']}: not to be had until {row['beyond_until']}: {row['beyond_reason']}")
