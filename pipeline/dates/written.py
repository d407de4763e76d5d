"""What a written date says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum


class Detail(IntEnum):
    """How much of a moment a date names."""

    YEAR = 1
    MONTH = 2
    DAY = 3
    MINUTE = 4


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """What a written date names: its moment, naive where it names no zone, the first of what it leaves open.

    `other_day` is the day that it names with day and month the other way round, where nothing tells which is which.
    """

    moment: datetime
    detail: Detail
    other_day: date | None = None


@dataclass(frozen=True, slots=True)
class FoundDay:
    """A day that was found in a text, and what of the text is left without it."""

    day: date
    detail: Detail
    rest: str
    other_day: date | None = None
