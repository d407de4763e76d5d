"""Moments as machines write them, and which of them a publication date can be."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_SPACED_ZONE = re.compile(r"\s+(?=(?:Z|[+-]\d\d:?\d\d)$)")
_UTC_NAME = re.compile(r"\s*(?:UTC|GMT)$")
_MONTH_NAME = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)", re.IGNORECASE)
_UNIX_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


def parse_moment(written: str) -> datetime | None:
    """The moment that an ISO 8601 or RFC 2822 string names, naive where it names no zone; None for anything else."""
    written = written.strip()
    try:
        if _MONTH_NAME.search(written):  # without a month's name the RFC 2822 reader takes nearly any row of numbers
            return parsedate_to_datetime(written)
        return datetime.fromisoformat(_SPACED_ZONE.sub("", _UTC_NAME.sub("Z", written)))
    except (ValueError, TypeError, IndexError, OverflowError):  # not a date; parsedate_to_datetime raises all four
        return None


def settle(moment: datetime, *, now: datetime) -> datetime | None:
    """The moment as a publication date: zoned (UTC where it names none), never after `now`; None where it can be none.

    A page may be ahead by its time zone: up to a day it counts as now, more is an error of the page.
    """
    settled = moment if moment.utcoffset() is not None else moment.replace(tzinfo=UTC)
    # A date that is missing is printed as Unix time zero, or as 0001-01-01 by .NET.
    if settled.year == 1 or abs(settled - _UNIX_ZERO) < _DAY or settled - now > _DAY:
        return None
    return min(settled, now)
