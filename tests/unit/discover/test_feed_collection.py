"""What 2,446 published test feeds say, against what the projects they come from expect of them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from w3lib.html import remove_tags, replace_entities

from pipeline.dates.moments import parse_moment
from pipeline.discover.feeds.items import Item
from pipeline.discover.feeds.parse import parse_feed
from pipeline.discover.urls import canonicalize
from pipeline.errors import FeedError
from pipeline.extract.clean import clean_field
from pipeline.models.pages import Capture

DOCS = Path(__file__).parents[3] / "docs" / "feeds.md"
BASE = "https://base.example/feed"
# What the projects call a field, and what we do.
FIELDS = {
    "title": "title",
    "Title": "title",
    "link": "link",
    "URL": "link",
    "url": "link",
    "id": "id",
    "guid": "id",
    "published": "date",
    "Date": "date",
}
_HASH = re.compile(r"[0-9a-f]{32}")

Case = dict[str, Any]


@cache
def _cases(folder: Path) -> list[Case]:
    return [json.loads(line) for line in (folder / "index.jsonl").read_text("utf-8").splitlines()]


@cache
def _items(file: Path, base: str) -> tuple[Item, ...] | FeedError:
    try:
        return parse_feed(Capture(base, file.read_bytes(), "application/xml")).items
    except FeedError as exc:
        return exc


def _read(folder: Path, case: Case) -> tuple[Item, ...] | FeedError:
    return _items(folder / case["file"], case.get("base_url") or BASE)


def _expected(case: Case) -> Iterator[tuple[int, str, Any]]:
    """The (index of the item, field, value) that a case's project expects."""
    entries = case["expect"].get("entries", {})
    for index, entry in enumerate(entries) if isinstance(entries, list) else entries.items():
        for name, value in entry.items():
            if name in FIELDS:
                # An item has one date for us: its publication, or where there is none its update.
                yield int(index), FIELDS[name], value or entry.get("updated") if name == "published" else value
    for path, operator, value in case["expect"].get("asserts", []):
        if path[:1] == ["entries"] and len(path) == 3 and path[2] in FIELDS and operator == "==":
            yield path[1], FIELDS[path[2]], value


def _agrees(field: str, expected: Any, item: Item, base: str) -> bool:
    match field:
        case "title":
            texts = (expected or "", replace_entities(remove_tags(expected or "")))
            return item.title in map(clean_field, texts)
        case "link":
            expected = (expected or "").replace("{rel_base}", base.rpartition("/")[0] + "/")
            return (expected and canonicalize(expected)) == canonicalize(item.url or "")
        case "date":
            return _moment(expected) == (item.published_at or item.updated_at)
        case _:
            return (expected or None) == item.id


def _moment(written: str | None) -> datetime | None:
    moment = parse_moment(written) if written else None
    return moment and (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).replace(microsecond=0)


def test_every_case_with_a_count_of_entries_meets_it_or_is_explained(eval_folder: Path) -> None:
    folder = eval_folder / "feeds"
    counted = [case for case in _cases(folder) if "n_entries" in case["expect"]]

    missed = [
        case["file"]
        for case in counted
        if isinstance(items := _read(folder, case), FeedError) or len(items) != case["expect"]["n_entries"]
    ]

    assert len(counted) > 300
    assert len(missed) <= 0.02 * len(counted)
    explained = DOCS.read_text("utf-8")
    assert [file for file in missed if f"`{file}`" not in explained] == []


def test_every_case_that_must_be_read_or_refused_is_or_is_explained(eval_folder: Path) -> None:
    folder = eval_folder / "feeds"
    judged = [case for case in _cases(folder) if case["expect"].get("parse") in ("ok", "error")]

    missed = [
        case["file"]
        for case in judged
        if isinstance(_read(folder, case), FeedError) != (case["expect"]["parse"] == "error")
    ]

    assert len(judged) > 400
    explained = DOCS.read_text("utf-8")
    assert [file for file in missed if f"`{file}`" not in explained] == []


@pytest.mark.parametrize(("field", "share"), [("title", 0.97), ("link", 0.97), ("id", 0.55), ("date", 0.98)])
def test_titles_links_ids_and_dates_agree(eval_folder: Path, field: str, share: float) -> None:
    folder = eval_folder / "feeds"
    found: Counter[bool] = Counter()

    for case in _cases(folder):
        items = _read(folder, case)
        if isinstance(items, FeedError):
            continue
        for index, name, value in _expected(case):
            is_made_up = name == "id" and case["source"] == "feed-rs" and _HASH.fullmatch(value or "")
            if name == field and not is_made_up:
                found[_agrees(field, value, items[index], case.get("base_url") or BASE)] += 1

    assert found.total() > 350
    assert found[True] / found.total() >= share, found
