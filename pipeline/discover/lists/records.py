"""Articles that a user already has: lines of a JSONL file in, records out."""

from __future__ import annotations

import json
import reprlib
from dataclasses import dataclass
from typing import Any

from pipeline.dates.moments import in_utc
from pipeline.discover.urls import absolute
from pipeline.errors import FeedError
from pipeline.extract.clean import clean_field
from pipeline.extract.given import given_date, unread_date
from pipeline.models.pages import RECORD_MEDIA_TYPE, Capture, Entry, Reading

_KNOWN = {"url", "text", "html", "title", "author", "language", "published_at", "site"}


@dataclass(frozen=True, slots=True)
class Record:
    """One usable line: itself, as the body of the page it speaks of, the fields we do not know, and its `published_at`
    where that cannot be read, shortened and printable.
    """

    capture: Capture
    unknown: frozenset[str]
    unread_date: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """One line that names no article, and why."""

    line: int
    problem: str


def parse_record(raw: bytes, line: int) -> Record | Rejected:
    """Read one line of a JSONL file; `line` counts from 1. A bad line is a value, so that the others go on."""
    found = _parse_named(raw, line)
    if isinstance(found, Rejected):
        return found
    return _record(found, raw) or Rejected(line, "neither 'text' nor 'html' holds a text")


@dataclass(frozen=True, slots=True)
class _Named:
    """A line that names a web address, with all its fields."""

    url: str
    data: dict[str, Any]


def _parse_named(raw: bytes, line: int) -> _Named | Rejected:
    try:
        data = json.loads(raw.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError) as exc:
        return Rejected(line, f"not JSON ({exc})")
    if not isinstance(data, dict):
        return Rejected(line, "not a JSON object")
    link = data.get("url")
    url = absolute(link, "") if isinstance(link, str) else None
    if url is None:
        return Rejected(line, f"'url' is no web address ({link!r})" if link else "'url' is missing")
    return _Named(url, data)


def _record(named: _Named, raw: bytes) -> Record | None:
    if not (_text(named, "text") or _text(named, "html")):
        return None
    capture = Capture(named.url, raw.strip(), RECORD_MEDIA_TYPE, "utf-8")
    unread = unread_date(named.data)
    return Record(capture, frozenset(named.data.keys() - _KNOWN), None if unread is None else reprlib.repr(unread))


def _entry(named: _Named) -> Entry:
    given = given_date(named.data)
    return Entry(
        named.url,
        title=clean_field(_text(named, "title")),
        author=clean_field(_text(named, "author")),
        published_at=in_utc(given.moment) if given and not given.other_day else None,
    )


def _text(named: _Named, field: str) -> str | None:
    value = named.data.get(field)
    return value if isinstance(value, str) and value.strip() else None


def read_records(capture: Capture) -> Reading:
    """What a JSONL document says: one article a line, with its text, or else only where it is.

    Lines that name no article are counted as left out. Raises FeedError where none does.
    """
    entries: list[Entry] = []
    bodies: list[Capture] = []
    rejected: list[Rejected] = []
    for number, raw in enumerate(capture.body.splitlines(), 1):
        if not raw.strip():
            continue
        found = _parse_named(raw, number)
        if isinstance(found, Rejected):
            rejected.append(found)
        else:
            entries.append(_entry(found))
            record = _record(found, raw)
            bodies += [record.capture] if record else []
    if rejected and not entries:
        raise FeedError("not_jsonl", f"line {rejected[0].line}: {rejected[0].problem}")
    return Reading(tuple(entries), left_out=len(rejected), bodies=tuple(bodies))
