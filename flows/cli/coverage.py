"""`newsfold coverage`: what each source brought on each day, as a calendar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from rich.text import Text

from db import windows
from flows.cli.console import note, out, plain, plural, print_json
from flows.cli.day_grid import MARKS, NOTHING, Columns, columns, ruler, stretches, worst
from flows.cli.runs import settings_with
from flows.wiring import open_environment
from pipeline.discover.sources.slugs import check_known
from pipeline.discover.windows import asked_days
from pipeline.models.windows import Coverage, Days, day_of

DAYS_SHOWN = 90
SHOWN_HOLES = 15
_LONGEST_NAME = 24
_OPEN = (Coverage.FAILED, Coverage.HOLE, Coverage.GAP, Coverage.PLANNED, Coverage.PENDING)

Row = Mapping[str, Any]


def coverage(
    since: date | None, until: date | None, sources: tuple[str, ...], *, config: Path | None, json: bool
) -> None:
    """Print the calendar, and what is missing with the command that looks for it."""
    with open_environment(settings_with(config)) as env:
        known = [source.slug for source in env.sources]
        check_known(sources, known)
        today = day_of(env.now())
        last = until or today
        first = since or date.fromordinal(max(1, last.toordinal() - DAYS_SHOWN + 1))
        days = asked_days(first, last, today=today)
        with env.engine.connect() as conn:
            rows = windows.coverage(conn, days, sources)
    if json:
        print_json(rows)
        return
    if not rows:
        note(f"nothing from {days.since} to {days.until}: newsfold ingest, newsfold backfill")
        return
    by_source = _by_source(rows)
    _print_calendar(days, by_source)
    _print_open(by_source, sources)
    silent = len(set(sources or known) - by_source.keys())
    if silent:
        note(f"{plural(silent, 'source')} without a page or a window in these days")


def _by_source(rows: Sequence[Row]) -> dict[str, list[Row]]:
    by_source = defaultdict[str, list[Row]](list)
    for row in rows:
        by_source[row["source"]].append(row)
    return by_source


def _states(rows: Sequence[Row]) -> dict[date, Coverage]:
    return {row["day"]: Coverage(row["state"]) for row in rows}


def _print_calendar(days: Days, by_source: Mapping[str, Sequence[Row]]) -> None:
    name_width = min(_LONGEST_NAME, max(map(len, by_source)))
    counts = {slug: _counts(rows) for slug, rows in by_source.items()}
    count_width = max(len("had/known"), *map(len, counts.values()))
    drawn = columns(days, out.width - name_width - count_width - 4)
    each = {1: "a day", 7: "a week"}.get(drawn.width, f"{drawn.width // 7} weeks")
    out.print(f"{days.since} to {days.until}, {each} a column")
    head = ruler(drawn)[: len(drawn.first_days)].ljust(len(drawn.first_days))
    out.print(f"{'':{name_width}}  {head}  {'had/known':>{count_width}}", soft_wrap=True, markup=False)
    for slug, rows in by_source.items():
        line = Text(_short(plain(slug), name_width).ljust(name_width) + "  ")
        line.append_text(_cells(_states(rows), drawn))
        line.append(f"  {counts[slug]:>{count_width}}")
        out.print(line, soft_wrap=True)
    out.print()
    out.print(_legend({state for rows in by_source.values() for state in _states(rows).values()}))


def _short(name: str, width: int) -> str:
    return name if len(name) <= width else name[: width - 1] + "…"


def _counts(rows: Sequence[Row]) -> str:
    """Articles that are there, of all pages that are known or expected."""
    had = sum(row["loaded"] + row["folded"] for row in rows)
    known = sum(max(row["expected"] or 0, row["discovered"]) for row in rows)
    return f"{had:,}/{known:,}"


def _cells(states: Mapping[date, Coverage], drawn: Columns) -> Text:
    line = Text()
    for state in worst(states, drawn):
        mark, colour = MARKS[state] if state else (NOTHING, "")
        line.append(mark, style=colour)
    return line


def _legend(shown: set[Coverage]) -> Text:
    line = Text()
    for state, (mark, colour) in MARKS.items():
        if state in shown:
            line.append("   " if line else "").append(mark, style=colour).append(
                f" {_SAID[state]}".replace(" ", "\u00a0")
            )
    return line


_SAID = {
    Coverage.COMPLETE: "complete",
    Coverage.FOLLOWED: "daily runs only",
    Coverage.PENDING: "pages wait",
    Coverage.PLANNED: "list not read yet",
    Coverage.BEYOND: "not to be had",
    Coverage.GAP: "may be missing some",
    Coverage.HOLE: "fewer than listed",
    Coverage.FAILED: "could not be read",
}


def _print_open(by_source: Mapping[str, Sequence[Row]], sources: Sequence[str]) -> None:
    found = [(slug, *one) for slug, rows in by_source.items() for one in stretches(_states(rows), _OPEN)]
    if not found:
        return
    out.print()
    for slug, state, some in found[:SHOWN_HOLES]:
        rows = [row for row in by_source[slug] if some.since <= row["day"] <= some.until]
        when = f"{some.since}" if some.since == some.until else f"{some.since} to {some.until}"
        reason = next((row["reason"] for row in rows if row["reason"]), None)
        said = f": {plain(reason)}" if reason else ""
        mark, colour = MARKS[state]
        line = Text(mark, style=colour)
        out.print(line.append(f" {plain(slug)}, {when}: {_SAID[state]}, {_counts(rows)}{said}", style="default"))
    if len(found) > SHOWN_HOLES:
        note(f"… and {len(found) - SHOWN_HOLES} more: newsfold coverage --json")
    first, last = min(some.since for _, _, some in found), max(some.until for _, _, some in found)
    named = "".join(f" --source {slug}" for slug in sources)
    out.print(f"→ newsfold backfill --missing-only --since {first} --until {last}{named}", soft_wrap=True)
