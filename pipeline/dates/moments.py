"""Moments as machines write them, and which of them a publication date can be."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime

from pipeline.dates.calendars import is_solar_hijri, solar_hijri_day, western_year
from pipeline.dates.days import day_of, full_year
from pipeline.dates.written import Detail, WrittenDate
from pipeline.dates.zones import cut_zone

# W3C date and time (https://www.w3.org/TR/NOTE-datetime) as it is also written: 2026/3/1, 2026-03-01T8:00:00z,
# 2026-03-01-05:00 (a day of XML Schema with its zone), 2026-03-01T08:00:00+0000Z.
_W3C = re.compile(
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"(?:(?:t|\s+)(?:(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?)?)?"
    r"\s*(?P<zone>z|utc|gmt|[+-]\d{1,2}(?::?\d\d)?z?)?$"
)
_COMPACT = re.compile(
    r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)"
    r"(?:t?\s*(?P<hour>\d\d):?(?P<minute>\d\d)(?::?(?P<second>\d\d))?)?\s*(?P<zone>z|[+-]\d\d:?\d\d)?$"
)
_EPOCH = re.compile(r"(\d{10})(?:\.\d+)?$|(\d{13})$")
# ISO 8601:1988 could leave out the century: -YYMM, -YY-MM, YYDDD.
_TRUNCATED_MONTH = re.compile(r"-(\d\d)-?(\d\d)$")
_TRUNCATED_DAY = re.compile(r"(\d\d)(\d{3})$")
_YEAR_MONTH = re.compile(r"(\d{4})(?:[-/.](\d{1,2}))?$")
_MONTH_NAME = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)", re.IGNORECASE)
_LONGEST = 100
# 0001, which the RFC 2822 reader takes for 2001; +0000 is a zone, 00:00 a time.
_YEAR_ONE = re.compile(r"(?<![-+:\d])00\d\d(?![:\d])")
_HALF_OF_DAY = re.compile(r"\d\s?[ap]\.?m\b", re.IGNORECASE)
_UNIX_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
# A number of this many seconds since 1970, or of as many milliseconds, is a moment of the web's years, 1990 to 2099.
_EPOCH_SECONDS = (datetime(1990, 1, 1, tzinfo=UTC).timestamp(), datetime(2100, 1, 1, tzinfo=UTC).timestamp())


def parse_moment(written: str) -> datetime | None:
    """The moment that an ISO 8601 or RFC 2822 string names, naive where it names no zone; None for anything else."""
    written = written.strip()
    if len(written) > _LONGEST:
        return None
    w3c = _W3C.match(written.casefold())
    if w3c:
        found = _from_parts(w3c)
        return found.moment if found else None
    try:
        # Without a month's name the RFC 2822 reader takes nearly any row of numbers. "2:05 PM" it takes for the night.
        if _MONTH_NAME.search(written):
            is_other = _HALF_OF_DAY.search(written) or _YEAR_ONE.search(written)
            return None if is_other else parsedate_to_datetime(written)
        return datetime.fromisoformat(written)
    except (ValueError, TypeError, IndexError, OverflowError):  # not a date; parsedate_to_datetime raises all four
        return None


def epoch_moment(number: float) -> datetime | None:
    """The moment that a number of seconds or milliseconds since 1970 is; None where that lies outside 1990 to 2099."""
    first, last = _EPOCH_SECONDS
    for unit in (1, 1000):
        if first * unit <= number < last * unit:
            return datetime.fromtimestamp(number / unit, UTC)
    return None


def in_utc(moment: datetime) -> datetime | None:
    """The moment in UTC, which it is in where it names no zone; None where it lies beyond the calendar there."""
    try:
        return moment.replace(tzinfo=UTC) if moment.utcoffset() is None else moment.astimezone(UTC)
    except OverflowError:  # the last day of year 9999, west of Greenwich
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


def machine_date(text: str) -> WrittenDate | None:
    """The date in one of the forms that programs write: W3C, compact ISO 8601, seconds since 1970.

    `text` is case-folded.
    """
    found = _W3C.match(text) or _COMPACT.match(text)
    if found:
        return _from_parts(found)
    epoch = _EPOCH.match(text)
    if epoch:
        seconds = int(epoch[1]) if epoch[1] else int(epoch[2]) / 1000
        return WrittenDate(datetime.fromtimestamp(seconds, UTC), Detail.MINUTE)
    found = _TRUNCATED_DAY.match(text)
    if found:
        beginning = datetime(full_year(found[1]), 1, 1)  # noqa: DTZ001  naive: it names no zone
        return WrittenDate(beginning + timedelta(days=int(found[2]) - 1), Detail.DAY)
    found = _TRUNCATED_MONTH.match(text) or _YEAR_MONTH.match(text)
    if found:
        day = day_of(full_year(found[1]), int(found[2] or 1), 1)
        detail = Detail.MONTH if found[2] else Detail.YEAR
        return WrittenDate(datetime.combine(day, time()), detail) if day else None
    return None


def _from_parts(found: re.Match[str]) -> WrittenDate | None:
    parts = found.groupdict()
    zone = cut_zone(parts["zone"])[1] if parts["zone"] else None
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    try:
        day = _day_of_any_calendar(int(parts["year"]), int(parts["month"]), int(parts["day"]))
        at = time(hour, minute, second, int((parts.get("fraction") or "0").ljust(6, "0")[:6]))
    except ValueError:
        return None
    detail = Detail.MINUTE if parts["hour"] else Detail.DAY
    return WrittenDate(datetime.combine(day, at, tzinfo=zone), detail) if day else None


def _day_of_any_calendar(year: int, month: int, day: int) -> date | None:
    """A day with its year, which templates also print in Solar Hijri (1404-07-21) or Buddhist era (2568-10-13)."""
    solar = solar_hijri_day(year, month, day) if is_solar_hijri(year) else None
    return solar or day_of(western_year(year), month, day)
