"""What people see: tables, moments, progress, and text in any direction."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from typing import Any, Literal

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

# A file or a pipe has no width: there a table is as wide as a wide screen.
_PIPE_WIDTH = 200
out = Console(highlight=False, emoji=False, width=None if sys.stdout and sys.stdout.isatty() else _PIPE_WIDTH)
err = Console(
    highlight=False, emoji=False, width=None if sys.stderr and sys.stderr.isatty() else _PIPE_WIDTH, stderr=True
)

# Values of so many cells stay on one line: a moment, a slug, a heading. A column of longer ones has at least as many.
_SHORT = 20
_GAP = 2
_LONGEST_TITLE = 200

# What a terminal would obey (escape sequences, returns, turned directions), and what cannot be written (surrogates).
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


def plain(value: object) -> str:
    """A value as one harmless text: no controls, dates short and in UTC, null as a dash, what is
    nested as JSON.
    """
    match value:
        case None:
            return "–"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case float():
            return f"{value:.2f}"
        case Mapping() | [Mapping() | list(), *_]:
            return _CONTROLS.sub("", json.dumps(value, ensure_ascii=False, default=_as_json))
        case list() | tuple():
            return ", ".join(map(plain, value))
        case _:
            return _CONTROLS.sub("", str(value))


def text(value: object) -> Text:
    """A value as a cell. On a terminal, text from right to left is isolated, so that it does not turn its
    neighbours.
    """
    shown = plain(value)
    if out.is_terminal and is_right_to_left(shown):
        shown = f"{_FIRST_STRONG_ISOLATE}{shown}{_POP_ISOLATE}"
    return Text(shown)


def is_right_to_left(value: str) -> bool:
    """Whether the first letter with a direction runs from right to left (UAX 9, rules P2 and P3)."""
    directions = (unicodedata.bidirectional(character) for character in value)
    return next((d for d in directions if d in ("L", "R", "AL")), "L") != "L"


def table(
    rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], title: str = "", spare: Sequence[str] = ()
) -> Table:
    """A table of the named columns (key to heading); numbers to the right, long texts folded, nothing cut but titles.

    Where the screen is narrow, the columns of `spare` are left out, one by one, until short values need not be folded.
    """
    rows = [{key: _bounded(row[key]) if key == "title" else row[key] for key in columns} for row in rows]
    widths = {
        key: max([cell_len(heading), *(cell_len(plain(row[key])) for row in rows)]) for key, heading in columns.items()
    }
    shown = _fitting(widths, spare, out.width)
    fits = _least_width(widths, shown) <= out.width
    made = Table(
        title=title or None, title_justify="left", header_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0)
    )
    for key in shown:
        is_number = any(isinstance(row[key], int | float | Decimal) for row in rows)
        stays = is_number or (fits and widths[key] <= _SHORT)
        justify: Literal["left", "right"] = "right" if is_number else "left"
        least = None if stays or not fits else _SHORT
        made.add_column(Text(plain(columns[key])), justify=justify, overflow="fold", no_wrap=stays, min_width=least)
    for row in rows:
        made.add_row(*(text(row[key]) for key in shown))
    return made


def _bounded(title: str | None) -> str | None:
    """A title, or the beginning of one that a page may have made as long as a book."""
    if title is None or len(title) <= _LONGEST_TITLE:
        return title
    return f"{title[: _LONGEST_TITLE - 1].rstrip()}…"


def _fitting(widths: Mapping[str, int], spare: Sequence[str], width: int) -> list[str]:
    """The columns without as many of the spare ones, the first of them first, as it takes to fit."""
    shown = list(widths)
    for key in spare:
        if _least_width(widths, shown) <= width:
            break
        if key in shown:
            shown.remove(key)
    return shown


def _least_width(widths: Mapping[str, int], shown: Sequence[str]) -> int:
    """How many cells a table needs in which only long values are folded."""
    return sum(min(widths[key], _SHORT) + _GAP for key in shown) - _GAP


def one_line(value: object) -> str:
    """A value as one harmless line: what is in it cannot look like a line of ours."""
    return plain(value).replace("\n", " ")


def print_json(value: object) -> None:
    """A value as JSON on standard output, in UTF-8, moments as ISO 8601."""
    sys.stdout.write(_escaped(json.dumps(value, ensure_ascii=False, indent=2, default=_as_json)) + "\n")


def print_json_rows(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Rows as a JSON list of objects, each written as it comes. Later columns of one name are numbered from 2 on."""
    keys = [_ENCODER.encode(name) for name in _numbered(columns)]
    separator = "[\n"
    for row in rows:
        fields = (f"{key}: {_exact(value)}" for key, value in zip(keys, row, strict=True))
        sys.stdout.write(separator + _escaped("{" + ", ".join(fields) + "}"))
        separator = ",\n"
    sys.stdout.write("[]\n" if separator == "[\n" else "\n]\n")


def _numbered(names: Sequence[str]) -> list[str]:
    """The names, each once: `a, a, a_2` become `a, a_3, a_2`."""
    made: list[str] = []
    taken = set(names)
    for name in names:
        if name in made:
            name = next(one for number in count(2) if (one := f"{name}_{number}") not in taken)
            taken.add(name)
        made.append(name)
    return made


def _exact(value: object) -> str:
    """A value of an answer as JSON. A numeric, alone or in an array, has all its digits; what is no number in JSON is
    the string that Postgres's to_json makes of it: "NaN", "Infinity", "-Infinity".
    """
    match value:
        case float() | Decimal() if not Decimal(value).is_finite():
            return f'"{Decimal(value)}"'
        case Decimal():
            return f"{value:f}"
        case list():
            return f"[{', '.join(map(_exact, value))}]"
        case _:
            return _ENCODER.encode(value)


def _escaped(written: str) -> str:
    """JSON in which everything is written as itself but what a terminal would obey: that is escaped."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def _as_json(value: object) -> object:
    match value:
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return float(value)
        case Mapping():
            return dict(value)
        case _:
            return str(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, default=_as_json)


def print_text(value: object) -> None:
    """A long text, wrapped on a terminal only: what reads a pipe wants its lines as they are."""
    if out.is_terminal:
        out.print(text(value), overflow="fold")
    else:
        out.print(text(value), soft_wrap=True)


def note(message: str) -> None:
    """A line for people, on standard error."""
    err.print(Text(one_line(message)))


@contextmanager
def progress_bar() -> Iterator[Any]:
    """A bar on standard error while the block lasts; silent where nobody watches. Yields a `flows.ingest.Progress`."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        tasks: dict[str, Any] = {}

        def show(doing: str, done: int, total: int) -> None:
            if doing not in tasks:
                tasks[doing] = bar.add_task(doing, total=total)
            bar.update(tasks[doing], completed=done, total=max(done, total))

        yield show


@contextmanager
def said_when_stopped() -> Iterator[None]:
    """Tell a user who stops the block that nothing is lost."""
    try:
        yield
    except KeyboardInterrupt:
        note("stopped; the same command goes on from here")
        raise


def plural(count: int, noun: str) -> str:
    """'1 page', '2 pages', '2 stories'."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("y") else f"{count:,} {noun}s"


def listed(values: Iterable[object]) -> str:
    """Values in one line, separated by commas."""
    return ", ".join(map(plain, values))
