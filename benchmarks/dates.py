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
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from htmldate import find_date

from pipeline.dates.read import read_date
from pipeline.dates.written import Detail, WrittenDate
from pipeline.extract.charset import charset_in_markup, decode
from pipeline.extract.extract import extract
from pipeline.models import Capture, Document

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
    """Share of pages with the right day, by set, ours beside htmldate's fast search of the first date."""
    sets: dict[str, dict[str, int]] = {}
    future = 0
    for row in _rows(folder / "extraction" / "gold.jsonl"):
        gold = read_date(row.get("date") or "")
        if gold is None or gold.detail < Detail.DAY:
            continue
        body = gzip.decompress((folder / "extraction" / row["html"]).read_bytes())
        document = extract(Capture(row["url"] or "file:///page", body, "text/html"), now=now)
        ours = document.published_at if isinstance(document, Document) else None
        html = decode(body, [None, charset_in_markup(body)]) or ""
        theirs = find_date(html, url=row["url"], original_date=True, extensive_search=False)
        counts = sets.setdefault(row["set"], {"pages": 0, "ours": 0, "htmldate": 0})
        counts["pages"] += 1
        counts["ours"] += ours is not None and (ours.date() == gold.moment.date() or ours == _utc(gold.moment))
        counts["htmldate"] += theirs == gold.moment.date().isoformat()
        future += ours is not None and ours > now
    return {"sets": sets, "in_the_future": future}


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
    print("| set | pages | day-exact | htmldate |\n| --- | --- | --- | --- |")
    for name, counts in dated["sets"].items():
        shares = (f"{counts[who] / counts['pages']:.3f}" for who in ("ours", "htmldate"))
        print(f"| {name} | {counts['pages']} | {' | '.join(shares)} |")
    print(f"\ndates in the future: {dated['in_the_future']}")


if __name__ == "__main__":
    main()
