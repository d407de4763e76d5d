"""What users see of a database, and what is missing or too much of it beside another: all but ids and times."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

Row = dict[str, Any]
Contents = Mapping[str, Counter[str]]

# Moments that articles have, not rows.
_DATES = {"published_at", "first_published_at", "last_published_at", "oldest_entry_at", "newest_entry_at"}
_OWN_IDS = {"run_id", "page_id", "notice_id", "archive_id"}
_ARTICLE_IDS = {"article_id", "copy_of", "canonical_article_id"}
_STORY_IDS = {"story_id", "from_story", "to_story"}
_HISTORY = {
    "pages": {"attempts"},
    "sources": {"usual_gap_days"},
    "notices": {"detail", "webhooks", "untold", "attempts"},
}
"""Columns that tell how it came about, which a disturbed job may tell otherwise."""
_COUNTED: dict[str, dict[str, set[str]]] = {
    "runs": {"state": {"running"}},
    "polls": {"state": set()},
    "books": {"run_id": set()},
    "outcomes": {"outcome": {"loaded", "folded", "unchanged", "skipped"}},
    "notices": {"state": {"open"}},
}
"""Of a journal, the values of the rows that must be the same, however often the job was started."""


@dataclass(frozen=True)
class Difference:
    """The rows that are missing, and those that are too much, by their views."""

    lost: Contents = field(default_factory=dict)
    doubled: Contents = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        """The rows for people: of one that has another in its place, what differs."""
        for view in sorted({*self.lost, *self.doubled}):
            lost, doubled = (
                [json.loads(row) for row in some.get(view, Counter()).elements()] for some in (self.lost, self.doubled)
            )
            for row in lost:
                other = next((one for one in doubled if _name(one) == _name(row)), None)
                if other is None:
                    yield f"lost: {view} {row}"
                else:
                    doubled.remove(other)
                    changed = {name: (row[name], other[name]) for name in row if row[name] != other[name]}
                    yield f"changed: {view} {_name(row)} {changed}"
            yield from (f"doubled: {view} {row}" for row in doubled)


def size(contents: Contents) -> int:
    """How many rows."""
    return sum(rows.total() for rows in contents.values())


def _name(row: Row) -> tuple[object, ...]:
    return tuple(row.get(name) for name in ("url", "article_id", "source", "day", "canonical_article_id"))


def contents(conn: Connection) -> Contents:
    """The rows of all views of `news`, as text."""
    views = conn.execute(text("select table_name from information_schema.views where table_schema = 'news'")).scalars()
    names = _names(conn)
    return {view: _rows(conn, view, names) for view in sorted(views)}


def difference(expected: Contents, found: Contents) -> Difference:
    """What `found` has not of what is expected, and what it has beyond that."""
    return Difference(_beyond(expected, found), _beyond(found, expected))


def _beyond(some: Contents, others: Contents) -> Contents:
    return {view: beyond for view, rows in some.items() if (beyond := rows - others[view])}


def _names(conn: Connection) -> Mapping[str, Mapping[int, object]]:
    """What articles and stories are called that goes by no id: an article by its address, a story by its articles'."""
    rows = conn.execute(text("select article_id, story_id, url from news.articles order by url")).all()
    stories: dict[int, list[str]] = {}
    for row in rows:
        stories.setdefault(row.story_id, []).append(row.url)
    return {"article": {row.article_id: row.url for row in rows}, "story": stories}


def _rows(conn: Connection, view: str, names: Mapping[str, Mapping[int, object]]) -> Counter[str]:
    left_out = _OWN_IDS | _HISTORY.get(view, set())
    return Counter(
        json.dumps({name: _plain(name, value, names) for name, value in row.items() if name not in left_out})
        for row in conn.execute(text(f"select * from news.{view}")).mappings()
        if all(row[name] in counted for name, counted in _COUNTED.get(view, {}).items())
    )


def _plain(name: str, value: object, names: Mapping[str, Mapping[int, object]]) -> object:
    match value:
        case int() if name in _ARTICLE_IDS:
            return names["article"].get(value)
        case int() if name in _STORY_IDS:
            return names["story"].get(value)
        case datetime() if name not in _DATES:
            return "a moment"
        case datetime() | date():
            return value.isoformat()
        case list() if name == "dates":
            return [one for one in value if one["source"] != "first_seen"]
        case "folded" if name == "outcome":  # of two copies, the one that happened to come second
            return "loaded"
        case _:
            return value
