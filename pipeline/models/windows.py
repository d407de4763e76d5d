"""Windows: days of a source that a backfill is asked for, and how far it came with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

ONE_DAY = timedelta(days=1)


class WindowState(StrEnum):
    """What is known of a window.

    Planned: the source's list is still to be read. Listed: it was read. Beyond: it does not reach so far back. Failed:
    it could not be read. Gap: between two daily polls the feed moved on further than it reaches.
    """

    PLANNED = "planned"
    LISTED = "listed"
    BEYOND = "beyond"
    FAILED = "failed"
    GAP = "gap"


class Coverage(StrEnum):
    """The state of a day of a source, as `news.coverage` shows it."""

    COMPLETE = "complete"
    PENDING = "pending"
    HOLE = "hole"
    FAILED = "failed"
    BEYOND = "beyond"
    PLANNED = "planned"
    GAP = "gap"
    FOLLOWED = "followed"


@dataclass(frozen=True, slots=True, order=True)
class Days:
    """Some days on end, the first and the last included."""

    since: date
    until: date

    def __iter__(self) -> Iterator[date]:
        return map(date.fromordinal, range(self.since.toordinal(), self.until.toordinal() + 1))


@dataclass(frozen=True, slots=True)
class KnownWindow:
    """What is known of a window when a backfill is planned. `is_beyond` says that the source does not list so far back,
    and `is_left` that its list was read by a run that did not come to its end.
    """

    state: Coverage
    is_beyond: bool
    is_left: bool


def wanted_days(known: Mapping[date, KnownWindow], days: Days) -> list[date]:
    """The days whose list a backfill has to read: all but those that an interrupted run has read."""
    return [day for day in days if day not in known or not known[day].is_left]


_NOT_MISSING = {Coverage.COMPLETE, Coverage.BEYOND}


def missing_days(known: Mapping[date, KnownWindow], days: Days) -> list[date]:
    """The days that are not complete, and that their source may have."""
    return [day for day in days if day not in known or not _is_done(known[day])]


def _is_done(window: KnownWindow) -> bool:
    return window.state in _NOT_MISSING or (window.is_beyond and window.state is Coverage.FOLLOWED)


def contiguous(days: Iterable[date]) -> list[Days]:
    """Days in as few stretches as they make, in order."""
    found: list[Days] = []
    for day in sorted(set(days)):
        if found and found[-1].until + ONE_DAY == day:
            found[-1] = Days(found[-1].since, day)
        else:
            found.append(Days(day, day))
    return found


def day_of(moment: datetime) -> date:
    """The day of a moment, in UTC."""
    return moment.astimezone(UTC).date()
