"""Dates as sources write them: for machines, and for readers in their language."""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline.dates.moments import in_utc, parse_moment
from pipeline.dates.read import find_date, read_date
from pipeline.dates.written import Detail

FIRST_YEAR = 1990
"""The first web page is of this year; earlier dates are placeholders such as 1970-01-01 and 0001-01-01."""
_LAST_YEAR = 2100


def stated_moment(written: str, language: str | None = None) -> datetime | None:
    """The moment that a source states, in UTC; None for what is none, or is before the web.

    It should be written for machines and often is for readers ("20.11.2026 15:05", "20 Kasım 2026"), in the source's
    `language`, a BCP 47 tag: of these a day is the least, and one that may be another day is none. Without a zone it is
    read as UTC.
    """
    moment = parse_moment(written) or _for_readers(written, language)
    return in_utc(moment) if moment and moment.year >= FIRST_YEAR else None


def _for_readers(written: str, language: str | None) -> datetime | None:
    found = read_date(written, language=language)
    return found.moment if found and found.detail >= Detail.DAY and not found.other_day else None


def visible_day(written: str, language: str | None) -> datetime | None:
    """The day that a line for readers names ("1 de marzo de 2026", "2026年3月1日"), as its midnight in UTC.

    `language` is the page's, a BCP 47 tag; it goes first. None where day, month or year is missing ("two hours ago"),
    and where nobody can tell day from month ("02/03/2026" in English without a region).
    """
    found = find_date(written, language=language)
    if found is None or found.other_day or not FIRST_YEAR <= found.moment.year <= _LAST_YEAR:
        return None
    return datetime(found.moment.year, found.moment.month, found.moment.day, tzinfo=UTC)
