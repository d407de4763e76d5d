"""Dates as sources write them: for machines, and for readers in their language.

Month names and the order of day and month come from Unicode CLDR, by way of Babel.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache

from pipeline.discover.feeds.items import FIRST_YEAR
from pipeline.extract.dates.moments import parse_moment

_LONGEST = 100
_LAST_YEAR = 2100
# W3C date and time (https://www.w3.org/TR/NOTE-datetime) as it is also written: 2026/3/1, 2026-03-01T8:00:00z,
# 2026-03-01-05:00 (a day of XML Schema with its zone), 2026-03-01T08:00:00+0000Z.
_W3C = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T\s]+(?:(\d{1,2}):(\d\d(?::\d\d(?:[.,]\d{1,9})?)?))?)?"
    r"\s*(?:(z|utc|gmt)|([+-])(\d{1,2}):?(\d\d)z?)?",
    re.IGNORECASE,
)
# The languages that most news is written in, tried where a page does not say its own, or says it wrongly.
_COMMON = (
    *("en", "es", "fr", "de", "pt", "it", "nl", "ru", "uk", "pl", "cs", "sv", "da", "nb", "fi", "tr", "el", "ar"),
    *("he", "hi", "bn", "id"),
)
_WORD = r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff’])*"
_TOKEN = re.compile(rf"{_WORD}|(?<![\d:])(?<!\d\.)\d+(?![\d:])")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s*[-/.年년]\s*(\d{1,2})\s*[-/.月월]\s*(\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4})(?!\d)")
_VIETNAMESE = re.compile(r"(?<!\d)(\d{1,2})\s*tháng\s*(\d{1,2})\s*(?:năm|,)?\s*(\d{4})(?!\d)")
# "1 de marzo", "1st of March", "25শে মার্চ"
_LONGEST_CONNECTOR = 2
_MAX_CONNECTORS = 2


def stated_moment(written: str) -> datetime | None:
    """The moment that a source states for machines, in UTC; None for what is none, or is before the web.

    Without a zone it is read as UTC.
    """
    written = written.strip()[:_LONGEST]
    moment = parse_moment(_mended(written))
    if moment is None or moment.year < FIRST_YEAR:
        return None
    try:
        return moment.astimezone(UTC) if moment.utcoffset() is not None else moment.replace(tzinfo=UTC)
    except OverflowError:  # the last day of year 9999, west of Greenwich
        return None


def visible_day(written: str, language: str | None) -> datetime | None:
    """The day that a line for readers names ("1 de marzo de 2026", "2026年3月1日"), as its midnight in UTC.

    `language` is the page's, a BCP 47 tag; it goes first. None where day, month or year is missing ("two hours ago"),
    and where nobody can tell day from month ("02/03/2026" in English without a region).
    """
    text = unicodedata.normalize("NFC", written[:_LONGEST]).casefold().replace("'", "’")
    text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    found = _YEAR_FIRST.search(text)
    if found:
        return _day(int(found[1]), int(found[2]), int(found[3]))
    found = _YEAR_LAST.search(text)
    if found:
        return _ordered_day(int(found[1]), int(found[3]), int(found[4]), found[2], language)
    found = _VIETNAMESE.search(text)
    if found:
        return _day(int(found[3]), int(found[2]), int(found[1]))
    return _named_day(_TOKEN.findall(text), language)


def _mended(written: str) -> str:
    found = _W3C.fullmatch(written)
    if not found:
        return written
    year, month, day, hour, rest, utc, sign, zone_hours, zone_minutes = found.groups()
    time = f"{hour:0>2}:{rest}" if hour else "00:00"
    zone = "Z" if utc else f"{sign}{zone_hours:0>2}:{zone_minutes}" if sign else ""
    return f"{year}-{month:0>2}-{day:0>2}T{time}{zone}"


def _ordered_day(first: int, second: int, year: int, separator: str, language: str | None) -> datetime | None:
    """Dots are written between day, month and year; slashes and dashes in the order of the language's region."""
    if first > 12 or first == second or separator == ".":
        return _day(year, second, first)
    if second > 12:
        return _day(year, first, second)
    subtags = (language or "").casefold().split("-")
    if subtags[0] in ("", "en") and len(subtags) == 1:
        return None
    return _day(year, first, second) if subtags[0] == "en" and "us" in subtags[1:] else _day(year, second, first)


def _named_day(tokens: list[str], language: str | None) -> datetime | None:
    year = next((int(token) for token in tokens if len(token) == 4 and token.isascii() and token.isdecimal()), None)
    if year is None:
        return None
    month, day = next(_months_with_days(tokens, language), (0, 0))
    return _day(year, month, day)


def _months_with_days(tokens: list[str], language: str | None) -> Iterator[tuple[int, int]]:
    """The months that the tokens name, with the day beside them: in the page's language, then in the common ones."""
    own = (language or "en").casefold().split("-")[0]
    for name in dict.fromkeys((own, *_COMMON)):
        # Abbreviations of other languages are words of this one: "ago", "set".
        names = _month_names(name) if name in (own, "en") else _long_month_names(name)
        for start, token in enumerate(tokens):
            pair = " ".join(tokens[start : start + 2])
            end = start + 2 if pair in names else start + 1
            month = names.get(pair) or names.get(token)
            day = _day_beside(tokens[:start], tokens[end:]) if month else None
            if month and day:
                yield month, day


def _day_beside(before: list[str], after: list[str]) -> int | None:
    for _ in range(_MAX_CONNECTORS):
        if len(before) > 1 and not before[-1].isdecimal() and len(before[-1]) <= _LONGEST_CONNECTOR:
            before = before[:-1]
    beside = [*before[-1:], *after[:1]]
    return next(
        (int(token) for token in beside if token.isdecimal() and len(token) <= 2 and 1 <= int(token) <= 31), None
    )


@lru_cache(maxsize=64)
def _month_names(language: str) -> dict[str, int]:
    """What the months of the Gregorian calendar are called in a language, long and short, in all its regions."""
    short = {"sept": 9} if language == "en" else {}  # what editors write; CLDR has it for Britain only
    return _names(language, "abbreviated") | _long_month_names(language) | short


@lru_cache(maxsize=64)
def _long_month_names(language: str) -> dict[str, int]:
    return _names(language, "wide")


def _names(language: str, width: str) -> dict[str, int]:
    from babel import Locale, localedata  # few sources show their dates to readers only

    names: dict[str, int] = {}
    for identifier in localedata.locale_identifiers():
        if identifier.split("_")[0] == language:
            months = Locale.parse(identifier).months
            for number, name in (*months["format"][width].items(), *months["stand-alone"][width].items()):
                words = _TOKEN.findall(unicodedata.normalize("NFC", name).casefold().replace("'", "’"))
                if not any(map(str.isdecimal, words)):  # Vietnamese "tháng 3", Chinese "3月"
                    names.setdefault(" ".join(words), number)
    prefixed = {f"ב{name}": number for name, number in names.items()} if language == "he" else {}
    return names | prefixed


def _day(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day, tzinfo=UTC) if FIRST_YEAR <= year <= _LAST_YEAR else None
    except ValueError:
        return None
