"""How many date strings are read right, and how many pages get the day they were published on.

    python benchmarks/dates.py ../shared/eval [--json]

DIR/dates/strings.jsonl holds {input, expect}: a moment (ISO 8601, UTC where it names no zone), "PARSES", or null where
the string is no date; DIR/extraction/gold.jsonl holds {set, html, url, date}. A string that names no year, or no day,
is counted from a moment: `reference` of its row, else those that dateparser's tests set.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from htmldate import find_date

from pipeline.dates.read import read_date
from pipeline.dates.written import Detail, WrittenDate
from pipeline.extract.charset import charset_in_markup, decode
from pipeline.extract.extract import extract
from pipeline.models.articles import Document
from pipeline.models.pages import Capture

OURS = "newsfold"
_HTMLDATE: dict[str, dict[str, Any]] = {
    "htmldate": {},
    "original": {"original_date": True, "extensive_search": False},
    "original, extensive": {"original_date": True, "extensive_search": True},
}
_SECOND = timedelta(seconds=1)
_REFERENCES = (
    datetime(2012, 11, 13, 23, 59, tzinfo=UTC),
    datetime(2015, 2, 15, 15, 30, tzinfo=UTC),
    datetime(2021, 10, 19, 23, 59, tzinfo=timezone(timedelta(hours=-4))),
    datetime(2021, 10, 19, 23, 59, tzinfo=timezone(timedelta(hours=11))),
)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _is_right(found: WrittenDate | None, expected: str | None) -> bool:
    if expected is None or found is None:
        return found is None and expected is None
    return expected == "PARSES" or abs(_utc(found.moment) - _utc(datetime.fromisoformat(expected))) < _SECOND


def _references(row: dict[str, Any]) -> tuple[datetime, ...]:
    return (datetime.fromisoformat(row["reference"]),) if row.get("reference") else _REFERENCES


def strings(folder: Path) -> dict[str, Any]:
    """Share of strings read right. Rows of the Feed Validator say whether a string is valid RFC 2822, not what it
    names: they are left out.
    """
    rows = [row for row in _rows(folder / "dates" / "strings.jsonl") if row.get("source") != "feedvalidator"]
    begin = time.perf_counter()
    whole = [(row, read_date(row["input"])) for row in rows]
    seconds = time.perf_counter() - begin
    incomplete = [row for row, found in whole if found is None and row["expect"] not in (None, "PARSES")]
    right = [row for row, found in whole if row not in incomplete and _is_right(found, row["expect"])]
    counted = [
        row
        for row in incomplete
        if any(_is_right(read_date(row["input"], reference=one), row["expect"]) for one in _references(row))
    ]
    good = len(right) + len(counted)
    return {
        "strings": len(rows),
        "right": good,
        "share": good / len(rows),
        "of_them_counted_from_a_reference": len(counted),
        "ms_per_string": 1000 * seconds / len(rows),
        "wrong": [row["input"] for row in rows if row not in right and row not in counted],
    }


def pages(folder: Path, now: datetime) -> dict[str, Any]:
    """By set: how many pages with a gold day get it, how many without one get any, ours beside htmldate's modes."""
    sets: dict[str, dict[str, Any]] = {}
    future = 0
    for row in _rows(folder / "extraction" / "gold.jsonl"):
        gold = read_date(row.get("date") or "")
        day = gold.moment.date() if gold and gold.detail >= Detail.DAY else None
        body = gzip.decompress((folder / "extraction" / row["html"]).read_bytes())
        document = extract(Capture(row["url"] or "file:///page", body, "text/html"), now=now)
        ours = document.published_at if isinstance(document, Document) else None
        is_moment = gold is not None and ours is not None and ours == _utc(gold.moment)
        found = {OURS: day if is_moment else ours and ours.date()}
        html = decode(body, [None, charset_in_markup(body)]) or ""
        for name, mode in _HTMLDATE.items():
            theirs = find_date(html, url=row["url"], **mode)
            found[name] = date.fromisoformat(theirs) if theirs else None
        counts = sets.setdefault(row["set"], {"dated": 0, "undated": 0, "right": Counter(), "given": Counter()})
        counts["dated" if day else "undated"] += 1
        counts["right"].update(name for name, one in found.items() if day and one == day)
        counts["given"].update(name for name, one in found.items() if not day and one)
        future += ours is not None and ours > now
    return {"sets": sets, "in_the_future": future}


def _print_pages(measured: dict[str, Any]) -> None:
    readers = (OURS, *_HTMLDATE)
    print(f"| set | pages with a gold day | {' | '.join(readers)} |\n| --- | --- |{' --- |' * len(readers)}")
    for name, counts in measured["sets"].items():
        if counts["dated"]:
            print(
                f"| {name} | {counts['dated']} |",
                *(f"{counts['right'][who] / counts['dated']:.3f} |" for who in readers),
            )
    print(f"\n| set | pages without | {' | '.join(readers)} |\n| --- | --- |{' --- |' * len(readers)}")
    for name, counts in measured["sets"].items():
        print(f"| {name} | {counts['undated']} |", *(f"{counts['given'][who]} |" for who in readers))
    print(f"\ndates in the future: {measured['in_the_future']}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    measured = {"strings": strings(arguments.folder), "pages": pages(arguments.folder, datetime.now(UTC))}
    if arguments.json:
        print(json.dumps(measured, ensure_ascii=False, indent=2))
        return
    read, dated = measured["strings"], measured["pages"]
    print(
        f"| strings | right | share | ms each |\n| --- | --- | --- | --- |\n| {read['strings']} | {read['right']} ",
        end="",
    )
    print(f"| {read['share']:.3f} | {read['ms_per_string']:.2f} |\n\nwrong: {', '.join(map(repr, read['wrong']))}\n")
    _print_pages(dated)


if __name__ == "__main__":
    main()
