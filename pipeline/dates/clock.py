"""The time of day in a written date: 14:05, 2.05 p.m., 오후 8시, noon."""

from __future__ import annotations

import re
from datetime import time

from pipeline.dates.calendar_names import AFTER_NOON, BEFORE_NOON, MIDNIGHT, NOON

_HALVES = (BEFORE_NOON | AFTER_NOON) - {"de.", "ap", "sa", "m"}  # words of other languages
_HALF = "|".join(map(re.escape, sorted(_HALVES, key=len, reverse=True)))
_BEFORE_TIME = rf"(?:(?P<before>{_HALF})\s*)?"
_AFTER_TIME = rf"(?:\s*(?P<after>{_HALF})(?![^\W\d_]))?"
CLOCK = re.compile(
    rf"{_BEFORE_TIME}(?<![\d:.])(?P<hour>\d{{1,2}})\s?(?:[:h]|時|时|點|点|시)\s?(?P<minute>\d\d|\d(?=\s?[分분]))"
    rf"(?:\s?(?:[:.m]|分|분)\s?(?P<second>\d\d)(?P<fraction>[.,]\d{{1,9}})?)?(?![\d:])[分분秒초]?{_AFTER_TIME}"
)
_DOTTED_CLOCK = re.compile(
    rf"(?<![\d.])(?P<hour>\d{{1,2}})\.(?P<minute>\d\d)(?:\.(?P<second>\d\d))?(?!\d){_AFTER_TIME}"
)
_BARE_HOUR = re.compile(
    rf"(?<![\d:.])(?:(?P<before>오전|오후|午前|午後|上午|下午|晚上)\s*)?(?P<hour>\d{{1,2}})"
    rf"(?:\s*[時时點点시](?!\d)|\s?(?P<after>{_HALF})(?![^\W\d_]))"
)


def clock_time(found: re.Match[str]) -> time | None:
    """The time that a match of one of the patterns names; None for 25:00."""
    groups = found.groupdict()
    hour, minute, second = (int(groups.get(name) or 0) for name in ("hour", "minute", "second"))
    half = groups.get("before") or groups.get("after")
    if half in AFTER_NOON and hour < 12:
        hour += 12
    elif half in BEFORE_NOON and hour == 12:
        hour = 0
    try:
        return time(hour, minute, second, int((groups.get("fraction") or ".0")[1:].ljust(6, "0")[:6]))
    except ValueError:
        return None


def late_time(text: str) -> tuple[time | None, str]:
    """A time that looks like something else before the day is known: 14.12, 1 a.m, noon."""
    for pattern in (_DOTTED_CLOCK, _BARE_HOUR):
        found = pattern.search(text)
        at = clock_time(found) if found else None
        if found and at:
            return at, f"{text[: found.start()]} {text[found.end() :]}"
    words = frozenset(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", text))
    if words & NOON:
        return time(12), text
    return (time(0), text) if words & MIDNIGHT else (None, text)
