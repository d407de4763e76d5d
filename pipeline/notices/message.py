"""A message for people and programs: the JSON that Slack, Mattermost and Discord take as it is, and the facts in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.notices.problems import Kind

MOST_CHARACTERS = 1_900
"""Discord refuses a message of more than 2,000."""
MOST_LISTED = 100
"""So many notices of a message are in its `notices`; `count` says how many there are."""
_MOST_OF_A_DETAIL = 200

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_AS_CODE = str.maketrans({"`": "'", "<": "‹", ">": "›"})

_BEGAN = {
    Kind.SOURCE_SILENT: "source {} fell silent",
    Kind.SOURCE_FAILING: "source {} fails",
    Kind.RUN_FAILED: "run {} failed",
    Kind.DAY_HOLE: "a day has a hole: {}",
}
_ENDED = {
    Kind.SOURCE_SILENT: "source {} speaks again",
    Kind.SOURCE_FAILING: "source {} answers again",
    Kind.RUN_FAILED: "run {} is well again",
    Kind.DAY_HOLE: "the hole of {} is over",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to say: a notice that began, or (with `ended_at`) is over. `was_said`: its begin was said before."""

    notice_id: int
    kind: Kind
    subject: str
    since: datetime
    detail: str
    run_id: int | None
    ended_at: datetime | None
    was_said: bool


def payload(items: Sequence[Item], version: str) -> dict[str, Any]:
    """One message for all items: `text` (Slack, Mattermost, and most others), `content` (Discord), and for programs
    `notices`.
    """
    said = _text(items)
    return _message(said, version) | {
        "count": len(items),
        "notices": [_facts(item) for item in items[:MOST_LISTED]],
    }


def trial(version: str) -> dict[str, Any]:
    """The message of `newsfold notices --test`."""
    return _message("newsfold: a trial message; notices will look like this", version) | {"count": 0, "notices": []}


def _message(said: str, version: str) -> dict[str, Any]:
    return {"text": said, "content": said, "allowed_mentions": {"parse": []}, "newsfold": version}


def _text(items: Sequence[Item]) -> str:
    """The lines of all items, as many as a message holds; what is wrong comes before what is well again."""
    ordered = sorted(items, key=lambda item: (item.ended_at is not None, item.kind, item.subject))
    lines = [_line(item) for item in ordered]
    if len(lines) == 1:
        return f"newsfold: {lines[0]}"
    wrong = sum(item.ended_at is None for item in items)
    counts = [f"{number} {what}" for number, what in ((wrong, "wrong"), (len(items) - wrong, "over")) if number]
    said = f"newsfold: {', '.join(counts)}"
    for place, line in enumerate(lines):
        rest = f"\n… and {len(lines) - place} more: newsfold notices"
        if len(said) + len(line) + len(rest) + 3 > MOST_CHARACTERS:
            return said + rest
        said += f"\n• {line}"
    return said


def _line(item: Item) -> str:
    """One line. Words from outside stand as code, where no chat looks for mentions or links."""
    detail = f": {_code(item.detail)}" if item.detail else ""
    if item.ended_at is None:
        run = f" (run {item.run_id})" if item.run_id else ""
        return f"{_BEGAN[item.kind].format(_code(item.subject))}, since {_moment(item.since)}{detail}{run}"
    span = f"{_moment(item.since)} to {_moment(item.ended_at)}"
    well = f"{_ENDED[item.kind].format(_code(item.subject))} ({span})"
    return well if item.was_said else well + detail


def _facts(item: Item) -> dict[str, Any]:
    return {
        "id": item.notice_id,
        "kind": item.kind.value,
        "state": "open" if item.ended_at is None else "ended",
        "subject": item.subject,
        "source": _source(item),
        "since": item.since.isoformat(),
        "ended_at": item.ended_at and item.ended_at.isoformat(),
        "detail": harmless(item.detail),
        "run_id": item.run_id,
    }


def _source(item: Item) -> str | None:
    slug, _, day = item.subject.partition(" ")
    is_of_source = item.kind in (Kind.SOURCE_SILENT, Kind.SOURCE_FAILING) or (item.kind is Kind.DAY_HOLE and day)
    return slug if is_of_source else None


def harmless(value: str) -> str:
    """One line without characters that a terminal or a chat obeys, of at most 200 characters."""
    flat = " ".join(_CONTROLS.sub(" ", value).split())
    return flat if len(flat) <= _MOST_OF_A_DETAIL else flat[: _MOST_OF_A_DETAIL - 1] + "…"


def _code(value: str) -> str:
    return f"`{harmless(value).translate(_AS_CODE)}`"


def _moment(value: datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M} UTC"
