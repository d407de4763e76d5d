"""Articles that a user already has: lines of a JSONL file in, records out."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pipeline.discover.urls import absolute
from pipeline.models import RECORD_MEDIA_TYPE, Capture

_KNOWN = {"url", "text", "html", "title", "author", "language", "published_at", "site"}


@dataclass(frozen=True, slots=True)
class Record:
    """One usable line: itself, as the body of the page it speaks of, and the fields we do not know."""

    capture: Capture
    unknown: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rejected:
    """One line that names no article, and why."""

    line: int
    problem: str


def parse_record(raw: bytes, line: int) -> Record | Rejected:
    """Read one line of a JSONL file; `line` counts from 1. A bad line is a value, so that the others go on."""
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
    if not any(isinstance(data.get(key), str) and data[key].strip() for key in ("text", "html")):
        return Rejected(line, "neither 'text' nor 'html' holds a text")
    capture = Capture(url, raw.strip(), RECORD_MEDIA_TYPE, "utf-8")
    return Record(capture, frozenset(data.keys() - _KNOWN))
