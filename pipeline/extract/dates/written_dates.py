"""Dates as people and machines write them, in many languages and formats.

Month names and the order of day and month come from Unicode CLDR (calendar_names).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import IntEnum

from pipeline.extract.dates.calendar_names import (
    AFTER_NOON,
    BEFORE_NOON,
    COMMON_LANGUAGES,
    MIDNIGHT,
    NOON,
    OTHER_LANGUAGES,
    WORD,
    folded,
    long_month_names,
    month_names,
    month_of_prefix,
    weekday_names,
)
from pipeline.extract.dates.zones import cut_zone

_LONGEST = 100


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
class _Day:
    """A day that was found in a text, with the text before and after it."""

    day: date
    detail: Detail
    rest: str
    other_day: date | None = None


# W3C date and time (https://www.w3.org/TR/NOTE-datetime), and what begins like one.
_ISO_LIKE = re.compile(r"\d{4}-\d\d-\d\dt\S+$")
_W3C = re.compile(
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"(?:(?:t|\s+)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?)?"
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

_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s*[-/.年년]\s*(\d{1,2})\s*[-/.月월]\s*(\d{1,2})(?!\d)\s*[日일号號]?\.?")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})\s?([./-])\s?(\d{1,2})\s?\2\s?(\d{4}|’?\d{2})(?![\d:])\.?")
_VIETNAMESE = re.compile(r"(?<!\d)(\d{1,2})\s*tháng\s*(\d{1,2})\s*(?:năm|,)?\s*(\d{4})(?!\d)")
_DAY_MONTH = re.compile(r"(?<!\d)(\d{1,2})[./](\d{1,2})\.?(?![\d:])")
_ERA = re.compile(r"(令和|平成|昭和|民國|民国)\s*(\d{1,3}|元)\s*年")
_ERA_BEGINS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}

_HALVES = (BEFORE_NOON | AFTER_NOON) - {"de.", "ap", "sa", "m"}  # words of other languages
_HALF = "|".join(map(re.escape, sorted(_HALVES, key=len, reverse=True)))
_BEFORE_TIME = rf"(?:(?P<before>{_HALF})\s*)?"
_AFTER_TIME = rf"(?:\s*(?P<after>{_HALF})(?![^\W\d_]))?"
_CLOCK = re.compile(
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
_MIDDLE_ZONE = re.compile(r"\s*([+-]\d\d:?\d\d|[a-z]{3,4})(?=\s+\d{4}$)")  # asctime: 01:16:00 +0000 2026
_ZONE_NAME = re.compile(r"([+-]\d\d:?\d\d)\s*\([^()]*\)$")  # +0100 (Central European Standard Time)
_BEFORE_ZONE = re.compile(r"(?:\b(?:gmt|utc|z)|(?:\d|\b)[ap]m\s\w{2,4})$")
_TOKEN = re.compile(rf"{WORD.pattern}|(?<![\d:])\d+(?![\d:])")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th|er|ère|º|ª|°)(?![^\W\d_])")
# "1 de marzo", "1st of March", "25শে মার্চ"
_LONGEST_CONNECTOR = 3
_MAX_CONNECTORS = 2
_PIVOT = 70  # RFC 6265 and POSIX: two digits from 70 on are of the last century
_LEFT_OVER = 30
_KOREAN_TIME = timezone(timedelta(hours=9))


def read_date(written: str, *, language: str | None = None, reference: datetime | None = None) -> WrittenDate | None:
    """The date that a whole string is; None where it is none, or more than a date.

    `language` is a BCP 47 tag, which goes first and tells day from month; without one 01/02 is read as in the United
    States. Without `reference` a date must name its year; with it one that does not ("26 апреля", "Thu 15:12") is the
    latest such moment that is not after the reference.
    """
    text = _plain(written)
    if not text:
        return None
    found = _machine_date(text)
    if found or _ISO_LIKE.match(text):
        return found
    return _parsed(text, language, reference)


def find_date(line: str, *, language: str | None = None) -> WrittenDate | None:
    """The date in a line for readers ("3 min read · Sunday, March 1st, 2026 at 14:05"), with its year, to the day at
    least; None where it names none.
    """
    text = _plain(line)
    found = _numeric_day(text, language) or _named_day(text, language, months_by_prefix=())
    if not found or found.detail < Detail.DAY:
        return None
    clock = _CLOCK.search(text)
    moment = datetime.combine(found.day, time())
    if not clock or (at := _time(clock)) is None:
        return WrittenDate(moment, Detail.DAY, found.other_day)
    _, zone = cut_zone(text[clock.end() :].strip(" ·|,;-–—")[:40]) if clock.end() < len(text) else ("", None)
    return WrittenDate(datetime.combine(found.day, at, tzinfo=zone), Detail.MINUTE, found.other_day)


def _plain(written: str) -> str:
    text = folded(" ".join(written[:_LONGEST].split()))
    text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text).replace("：", ":")
    text = _ERA.sub(_western_year, text)
    return re.sub(r"(?<=[\d\w])t(?=\d{1,2}:\d\d)", " ", _ORDINAL.sub("", text)) if not _ISO_LIKE.match(text) else text


def _western_year(found: re.Match[str]) -> str:
    return f"{_ERA_BEGINS[found[1]] + (1 if found[2] == '元' else int(found[2]))}年"


def _machine_date(text: str) -> WrittenDate | None:
    found = _W3C.match(text) or _COMPACT.match(text)
    if found:
        return _from_parts(found)
    epoch = _EPOCH.match(text)
    if epoch:
        seconds = int(epoch[1]) if epoch[1] else int(epoch[2]) / 1000
        return WrittenDate(datetime.fromtimestamp(seconds, UTC), Detail.MINUTE)
    found = _TRUNCATED_DAY.match(text)
    if found:
        beginning = datetime(_full_year(found[1]), 1, 1)  # noqa: DTZ001  naive: it names no zone
        return WrittenDate(beginning + timedelta(days=int(found[2]) - 1), Detail.DAY)
    found = _TRUNCATED_MONTH.match(text) or _YEAR_MONTH.match(text)
    if found:
        day = _day(_full_year(found[1]), int(found[2] or 1), 1)
        detail = Detail.MONTH if found[2] else Detail.YEAR
        return WrittenDate(datetime.combine(day, time()), detail) if day else None
    return None


def _from_parts(found: re.Match[str]) -> WrittenDate | None:
    parts = found.groupdict()
    zone = cut_zone(parts["zone"])[1] if parts["zone"] else None
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    try:
        day = date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
        at = time(hour, minute, second, int((parts.get("fraction") or "0").ljust(6, "0")[:6]))
    except ValueError:
        return None
    return WrittenDate(datetime.combine(day, at, tzinfo=zone), Detail.MINUTE if parts["hour"] else Detail.DAY)


def _parsed(text: str, language: str | None, reference: datetime | None) -> WrittenDate | None:
    zone: tzinfo | None
    text = re.sub(r"[\[\](){}（）]", " ", _ZONE_NAME.sub(r"\1", text))
    clock = _CLOCK.search(text)
    rest, zone = cut_zone(text.rstrip(" .")) if clock or _BEFORE_ZONE.search(text) else (text, None)
    clock = _CLOCK.search(rest)
    at = _time(clock) if clock else None
    if clock:
        if at is None:
            return None
        before, after = rest[: clock.start()], rest[clock.end() :]
        middle = _MIDDLE_ZONE.match(after)
        if middle and not zone:
            after, zone = after[middle.end() :], cut_zone(middle[1])[1]
        rest = f"{before} {after}"
    found = _numeric_day(rest, language) or _named_day(rest, language, months_by_prefix=_languages(language))
    if not found and reference:
        found = _incomplete_day(rest, language, reference)
    left = found.rest if found else rest
    if at is None:
        at, left = _late_time(left)
    if any(map(str.isdecimal, left)) or len(re.sub(r"[\W_]", "", left)) > _LEFT_OVER:
        return None
    if found:
        return _joined(found, at, zone or _zone_of_script(text))
    return _time_only(at, zone, left, reference) if at and reference else None


def _joined(found: _Day, at: time | None, zone: tzinfo | None) -> WrittenDate:
    detail = Detail.MINUTE if at else found.detail
    return WrittenDate(datetime.combine(found.day, at or time(), tzinfo=zone), detail, found.other_day)


def _zone_of_script(text: str) -> tzinfo | None:
    """Korean is written in one time zone, and its pages do not name it."""
    return _KOREAN_TIME if re.search(r"[\uac00-\ud7a3]", text) else None


def _late_time(text: str) -> tuple[time | None, str]:
    """A time that looks like something else before the day is known: 14.12, 1 a.m, noon."""
    for pattern in (_DOTTED_CLOCK, _BARE_HOUR):
        found = pattern.search(text)
        at = _time(found) if found else None
        if found and at:
            return at, f"{text[: found.start()]} {text[found.end() :]}"
    words = frozenset(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", text))
    if words & NOON:
        return time(12), text
    return (time(0), text) if words & MIDNIGHT else (None, text)


def _time(found: re.Match[str]) -> time | None:
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


def _numeric_day(text: str, language: str | None) -> _Day | None:
    found = _YEAR_FIRST.search(text)
    if found:
        return _cut(text, found, _day(_thai(int(found[1]), text, language), int(found[2]), int(found[3])))
    found = _VIETNAMESE.search(text)
    if found:
        return _cut(text, found, _day(int(found[3]), int(found[2]), int(found[1])))
    found = _YEAR_LAST.search(text)
    if not found:
        return None
    year = _thai(_full_year(found[4].lstrip("’")), text, language)
    first, second = int(found[1]), int(found[3])
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    if found[2] == "." or not month_first or first == second:
        return _cut(text, found, day_first)
    if not day_first:
        return _cut(text, found, month_first)
    subtags = (language or "").casefold().split("-")
    if len(subtags) == 1 and subtags[0] in ("", "en"):
        cut = _cut(text, found, month_first)
        return replace(cut, other_day=day_first) if cut else None
    is_american = subtags[0] == "en" and "us" in subtags[1:]
    return _cut(text, found, month_first if is_american else day_first)


def _cut(text: str, found: re.Match[str], day: date | None) -> _Day | None:
    return None if day is None else _Day(day, Detail.DAY, f"{text[: found.start()]} {text[found.end() :]}")


def _thai(year: int, text: str, language: str | None) -> int:
    """Thai pages count from the Buddha: 2569 is 2026."""
    is_thai = (language or "").casefold().startswith("th") or re.search(r"[\u0e01-\u0e5b]", text)
    return year - 543 if is_thai and year > 2400 else year


def _full_year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else int(digits) + (1900 if int(digits) >= _PIVOT else 2000)


def _named_day(text: str, language: str | None, *, months_by_prefix: tuple[str, ...]) -> _Day | None:
    tokens = _TOKEN.findall(text)
    year = next((token for token in tokens if len(token) == 4 and token.isascii() and token.isdecimal()), None)
    if not months_by_prefix and year is None:
        return None
    month = next(_months(tokens, language, with_day=True), None) or _month_of_prefix(tokens, months_by_prefix)
    if month is None and year and months_by_prefix:
        month = next(_months(tokens, language, with_day=False), None)
    if month is None:
        return None
    number, start, end = month
    numbers = [(i, token) for i, token in enumerate(tokens) if token.isdecimal() and not start <= i < end]
    day = _day_beside(tokens, start, end)
    if day is None and months_by_prefix:
        day = next((i for i, token in numbers if len(token) <= 2), None)
    year_at = next((i for i, token in numbers if len(token) == 4), None)
    if year_at is None and months_by_prefix:
        year_at = next((i for i, token in numbers if len(token) == 2 and i != day and i >= end), None)
    if year_at is None:
        return None
    found = _day(_thai(_full_year(tokens[year_at]), text, language), number, int(tokens[day]) if day is not None else 1)
    used = {*range(start, end), year_at, *([day] if day is not None else [])}
    rest = " ".join(token for i, token in enumerate(tokens) if i not in used)
    if months_by_prefix:
        rest = _without(text, [tokens[i] for i in sorted(used)])
    return None if found is None else _Day(found, Detail.MONTH if day is None else Detail.DAY, rest)


def _without(text: str, words: list[str]) -> str:
    """The text without words, in their order: what stands between them stays, with its dots and colons."""
    rest, begin = "", 0
    for word in words:
        at = text.find(word, begin)
        rest += text[begin:at] + " "
        begin = at + len(word)
    return rest + text[begin:].lstrip(".")


def _months(tokens: list[str], language: str | None, *, with_day: bool) -> Iterator[tuple[int, int, int]]:
    """The months that the tokens name, each with where its name begins and ends: in the page's language, then in the
    common ones.
    """
    own = _primary(language)
    for name in dict.fromkeys((own or "en", *COMMON_LANGUAGES, *OTHER_LANGUAGES)):
        # Abbreviations of other languages are words of this one: "ago", "set".
        names = month_names(name) if name in (own, "en") or (not own and not with_day) else long_month_names(name)
        for start in range(len(tokens)):
            for end in range(min(start + 3, len(tokens)), start, -1):
                month = names.get(" ".join(tokens[start:end]))
                if month and (not with_day or _day_beside(tokens, start, end) is not None):
                    yield month, start, end
                    break


def _month_of_prefix(tokens: list[str], languages: tuple[str, ...]) -> tuple[int, int, int] | None:
    """A month by its beginning ("верес", "กุมภา"), in the first of the languages that has one so; its whole
    abbreviations go first.
    """
    words = [(i, token) for i, token in enumerate(tokens) if not token.isdecimal() and len(token) > 1]
    for language in languages:
        names = month_names(language)
        for size in (2, 1):
            for i, _ in words:
                month = names.get(" ".join(tokens[i : i + size])) if i + size <= len(tokens) else None
                if month and _beside_number(tokens, i, i + size):
                    return month, i, i + size
    for i, word in words:
        months = month_of_prefix(word, languages) if _beside_number(tokens, i, i + 1) else []
        if months:
            return months[0], i, i + 1
    return None


def _beside_number(tokens: list[str], start: int, end: int) -> bool:
    return any(map(str.isdecimal, [*tokens[max(0, start - 1) : start], *tokens[end : end + 1]]))


def _day_beside(tokens: list[str], start: int, end: int) -> int | None:
    """Where the number of the day stands beside a month: before it, perhaps behind short words, or after it."""
    before = start - 1
    for _ in range(_MAX_CONNECTORS):
        if before > 0 and not tokens[before].isdecimal() and len(tokens[before]) <= _LONGEST_CONNECTOR:
            before -= 1
    return next((i for i in (before, end) if 0 <= i < len(tokens) and _is_day(tokens[i])), None)


def _is_day(token: str) -> bool:
    return token.isdecimal() and len(token) <= 2 and 1 <= int(token) <= 31


def _incomplete_day(text: str, language: str | None, reference: datetime) -> _Day | None:
    """The latest day, not after the reference, that a date without a year names."""
    today = reference.date()
    numeric = _DAY_MONTH.search(text)
    if numeric:
        return _latest(today, int(numeric[2]), int(numeric[1]), f"{text[: numeric.start()]} {text[numeric.end() :]}")
    tokens = _TOKEN.findall(text)
    month = _month_of_prefix(tokens, _languages(language)) or next(_months(tokens, language, with_day=False), None)
    if month:
        number, start, end = month
        beside = _day_beside(tokens, start, end)
        used = [*([beside] if beside is not None and beside < start else []), *range(start, end)]
        used += [beside] if beside is not None and beside >= end else []
        rest = _without(text, [tokens[i] for i in used])
        return _latest(today, number, int(tokens[beside]) if beside is not None else 1, rest)
    named = next(_weekdays(tokens, language), None)
    if not named:
        return None
    weekday, words = named
    return _Day(today - timedelta(days=(today.weekday() - weekday) % 7), Detail.DAY, _without(text, words))


def _weekdays(tokens: list[str], language: str | None) -> Iterator[tuple[int, list[str]]]:
    """The weekdays that the tokens name, whole names of all languages before beginnings of names."""
    runs = [run for i in range(len(tokens)) for run in (tokens[i : i + 2], tokens[i : i + 1]) if len(run[0]) > 1]
    for name in _languages(language):
        weekdays = weekday_names(name)
        yield from ((weekdays[" ".join(run)], run) for run in runs if " ".join(run) in weekdays)
    for name in _languages(language):
        for run in runs:
            begun = {day for weekday, day in weekday_names(name).items() if weekday.startswith(" ".join(run))}
            if len(begun) == 1:
                yield begun.pop(), run


def _latest(today: date, month: int, day: int, rest: str) -> _Day | None:
    days = (_day(today.year - back, month, day) for back in range(9))
    found = next((one for one in days if one and one <= today), None)
    return None if found is None else _Day(found, Detail.DAY, rest)


def _time_only(at: time, zone: tzinfo | None, left: str, reference: datetime) -> WrittenDate | None:
    if re.search(r"[^\W_]{3,}", left):
        return None
    zone = zone or reference.tzinfo
    moment = datetime.combine(reference.date(), at, tzinfo=zone)
    if moment > (reference if zone else reference.replace(tzinfo=None)):
        moment -= timedelta(days=1)
    return WrittenDate(moment, Detail.MINUTE)


def _languages(language: str | None) -> tuple[str, ...]:
    own = _primary(language)
    return tuple(dict.fromkeys((*([own] if own else []), *COMMON_LANGUAGES, *OTHER_LANGUAGES)))


def _primary(language: str | None) -> str:
    return (language or "").casefold().split("-")[0]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
