"""Dates as sources write them: for machines, and for readers in their language."""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline.dates.moments import in_utc, parse_moment
from pipeline.dates.read import find_date
from pipeline.discover.feeds.items import FIRST_YEAR

_LAST_YEAR = 2100


def stated_moment(written: str) -> datetime | None:
    """The moment that a source states for machines, in UTC; None for what is none, or is before the web.

    Without a zone it is read as UTC.
    """
    moment = parse_moment(written)
    return in_utc(moment) if moment and moment.year >= FIRST_YEAR else None


def visible_day(written: str, language: str | None) -> datetime | None:
    """The day that a line for readers names ("1 de marzo de 2026", "2026年3月1日"), as its midnight in UTC.

    `language` is the page's, a BCP 47 tag; it goes first. None where day, month or year is missing ("two hours ago"),
    and where nobody can tell day from month ("02/03/2026" in English without a region).
    """
    found = find_date(written, language=language)
    if found is None or found.other_day or not FIRST_YEAR <= found.moment.year <= _LAST_YEAR:
        return None
    return datetime(found.moment.year, found.moment.month, found.moment.day, tzinfo=UTC)
