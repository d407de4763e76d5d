"""Who states which date of an article."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class DateSource(StrEnum):
    """Who says when an article was published, the strongest first; the last two only say by when it was."""

    RECORD = "record"
    FEED = "feed"
    JSON_LD = "json-ld"
    META = "meta"
    VISIBLE = "visible"
    URL = "url"
    SITEMAP = "sitemap"
    ARCHIVE = "archive"
    FIRST_SEEN = "first_seen"


class Precision(StrEnum):
    """How exactly a date is stated. A day is kept as its midnight in UTC, whatever zone it was said in."""

    DAY = "day"
    MINUTE = "minute"


class DateFault(StrEnum):
    """Why a date is not believed."""

    FUTURE = "future"
    PLACEHOLDER = "placeholder"
    GENERATED = "generated"
    SWAPPED = "swapped"


@dataclass(frozen=True, slots=True)
class DateClaim:
    """A date that somebody states for an article.

    `moment` has the time zone that was written, UTC where none was (`names_zone`). `is_update` marks the date of a
    change, which bounds the one of publication. `other_day` is the day it names with day and month exchanged, where
    nothing in it tells which is which. `fault` is why it is not believed.
    """

    source: DateSource
    moment: datetime
    precision: Precision
    names_zone: bool = False
    is_update: bool = False
    other_day: date | None = None
    fault: DateFault | None = None


@dataclass(frozen=True, slots=True)
class DateChoice:
    """One date out of several: `claims` are all that were made, strongest first; `why` says it to people.

    `confidence` is in [0, 1], None where no date was chosen.
    """

    claims: tuple[DateClaim, ...] = ()
    at: datetime | None = None
    source: DateSource | None = None
    confidence: float | None = None
    why: str = "nobody states a date"
