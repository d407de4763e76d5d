"""Dates as people and machines write them, in many languages and formats.

Month names and the order of day and month come from Unicode CLDR (calendar_names).
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, timezone, tzinfo

from pipeline.dates.calendar_names import folded
from pipeline.dates.calendars import in_gregorian
from pipeline.dates.clock import CLOCK, clock_time, late_time
from pipeline.dates.days import incomplete_day, languages_from, named_day, numeric_day
from pipeline.dates.moments import machine_date
from pipeline.dates.written import Detail, FoundDay, WrittenDate
from pipeline.dates.zones import cut_zone

_LONGEST = 100
_ISO_LIKE = re.compile(r"\d{4}-\d\d-\d\dt\S+$")
_MIDDLE_ZONE = re.compile(r"\s*([+-]\d\d:?\d\d|[a-z]{3,4})(?=\s+\d{4}$)")  # asctime: 01:16:00 +0000 2026
_ZONE_NAME = re.compile(r"([+-]\d\d:?\d\d)\s*\([^()]*\)$")  # +0100 (Central European Standard Time)
_BEFORE_ZONE = re.compile(r"(?:\b(?:gmt|utc|z)|(?:\d|\b)[ap]m\s\w{2,4})$")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|ère|º|ª|°)(?![^\W\d_])")
_LEFT_OVER = 30
_KOREAN_TIME = timezone(timedelta(hours=9))


def read_date(written: str, *, language: str | None = None, reference: datetime | None = None) -> WrittenDate | None:
    """The date that a whole string is; None where it is none, or more than a date.

    `language` is a BCP 47 tag, which goes first and tells day from month; without one 01/02 is read as in the United
    States. Without `reference` a date must name its year; with it one that does not ("26 апреля", "Thu 15:12") is the
    latest such moment that is not after the reference.
    """
    text = _plain(written, language)
    if not text or (reference is None and not any(map(str.isdecimal, text))):
        return None
    found = machine_date(text)
    if found or _ISO_LIKE.match(text):
        return found
    return _parsed(text, language, reference)


def find_date(line: str, *, language: str | None = None) -> WrittenDate | None:
    """The date in a line for readers ("3 min read · Sunday, March 1st, 2026 at 14:05"), with its year, to the day at
    least; None where it names none.
    """
    text = _plain(line, language)
    found = numeric_day(text, language) or named_day(text, language, months_by_prefix=())
    if not found or found.detail < Detail.DAY:
        return None
    clock = CLOCK.search(text)
    moment = datetime.combine(found.day, time())
    if not clock or (at := clock_time(clock)) is None:
        return WrittenDate(moment, Detail.DAY, found.other_day)
    _, zone = cut_zone(text[clock.end() :].strip(" ·|,;-–—")[:40]) if clock.end() < len(text) else ("", None)
    return WrittenDate(datetime.combine(found.day, at, tzinfo=zone), Detail.MINUTE, found.other_day)


def _plain(written: str, language: str | None) -> str:
    text = in_gregorian(folded(" ".join(written[:_LONGEST].split())), language).replace("：", ":").strip()
    return re.sub(r"(?<=[\d\w])t(?=\d{1,2}:\d\d)", " ", _ORDINAL.sub("", text)) if not _ISO_LIKE.match(text) else text


def _parsed(text: str, language: str | None, reference: datetime | None) -> WrittenDate | None:
    zone: tzinfo | None
    text = re.sub(r"[\[\](){}（）]", " ", _ZONE_NAME.sub(r"\1", text))
    clock = CLOCK.search(text)
    rest, zone = cut_zone(text.rstrip(" .")) if clock or _BEFORE_ZONE.search(text) else (text, None)
    if clock and not CLOCK.search(rest):  # "13 October 2026 - 14:25" names a time and no zone
        rest, zone = text, None
    clock = CLOCK.search(rest)
    at = clock_time(clock) if clock else None
    if clock:
        if at is None:
            return None
        before, after = rest[: clock.start()], rest[clock.end() :]
        middle = _MIDDLE_ZONE.match(after)
        if middle and not zone:
            after, zone = after[middle.end() :], cut_zone(middle[1])[1]
        rest = f"{before} {after}"
    found = numeric_day(rest, language) or named_day(rest, language, months_by_prefix=languages_from(language))
    if not found and reference:
        found = incomplete_day(rest, language, reference)
    left = found.rest if found else rest
    if at is None:
        at, left = late_time(left)
    if any(map(str.isdecimal, left)) or len(re.sub(r"[\W_]", "", left)) > _LEFT_OVER:
        return None
    if found:
        return _joined(found, at, zone or _zone_of_script(text))
    return _time_only(at, zone, left, reference) if at and reference else None


def _joined(found: FoundDay, at: time | None, zone: tzinfo | None) -> WrittenDate:
    detail = Detail.MINUTE if at else found.detail
    return WrittenDate(datetime.combine(found.day, at or time(), tzinfo=zone), detail, found.other_day)


def _zone_of_script(text: str) -> tzinfo | None:
    """Korean is written in one time zone, and its pages do not name it."""
    return _KOREAN_TIME if re.search(r"[\uac00-\ud7a3]", text) else None


def _time_only(at: time, zone: tzinfo | None, left: str, reference: datetime) -> WrittenDate | None:
    if re.search(r"[^\W_]{3,}", left):
        return None
    zone = zone or reference.tzinfo
    moment = datetime.combine(reference.date(), at, tzinfo=zone)
    if moment > (reference if zone else reference.replace(tzinfo=None)):
        moment -= timedelta(days=1)
    return WrittenDate(moment, Detail.MINUTE)
