"""The day in a written date: by numbers, by the name of its month, or by a weekday."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from pipeline.dates.calendar_names import (
    COMMON_LANGUAGES,
    OTHER_LANGUAGES,
    WORD,
    long_month_names,
    month_names,
    month_of_prefix,
    month_words,
    weekday_names,
)
from pipeline.dates.written import Detail, FoundDay

_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s*[-/.年년]\s*(\d{1,2})\s*[-/.月월]\s*(\d{1,2})(?!\d)\s*[日일号號]?\.?")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})\s?([./|-])\s?(\d{1,2})\s?\2\s?(\d{4}|’?\d{2})(?![\d:])\.?")
# They write the year first; where it stands last, the template's language wrote it.
_YEAR_FIRST_LANGUAGES = frozenset(["zh", "ja", "ko"])
_VIETNAMESE = re.compile(r"(?<!\d)(\d{1,2})\s*tháng\s*(\d{1,2})\s*(?:năm|,)?\s*(\d{4})(?!\d)")
_DAY_MONTH = re.compile(r"(?<!\d)(\d{1,2})[./](\d{1,2})\.?(?![\d:])")
_TOKEN = re.compile(rf"{WORD.pattern}|(?<![\d:])\d+(?![\d:])")
# "1 de marzo", "1st of March", "25শে মার্চ"
_LONGEST_CONNECTOR = 3
_MAX_CONNECTORS = 2
_ISLAMIC_YEARS = range(1300, 1500)
_PIVOT = 70  # RFC 6265 and POSIX: two digits from 70 on are of the last century


def numeric_day(text: str, language: str | None) -> FoundDay | None:
    """The day that numbers name: year first, or last in the order of the language, which is a BCP 47 tag."""
    found = _YEAR_FIRST.search(text)
    if found:
        return _cut(text, found, day_of(int(found[1]), int(found[2]), int(found[3])))
    found = _VIETNAMESE.search(text)
    if found:
        return _cut(text, found, day_of(int(found[3]), int(found[2]), int(found[1])))
    found = _YEAR_LAST.search(text)
    if not found:
        return None
    year = full_year(found[4].lstrip("’"))
    first, second = int(found[1]), int(found[3])
    day_first, month_first = day_of(year, second, first), day_of(year, first, second)
    if found[2] == "." or not month_first or first == second:
        return _cut(text, found, day_first)
    if not day_first:
        return _cut(text, found, month_first)
    primary, *subtags = (language or "").casefold().split("-")
    if primary in _YEAR_FIRST_LANGUAGES or (not subtags and primary in ("", "en")):
        cut = _cut(text, found, month_first)
        return replace(cut, other_day=day_first) if cut else None
    is_american = primary == "en" and "us" in subtags
    return _cut(text, found, month_first if is_american else day_first)


def _cut(text: str, found: re.Match[str], day: date | None) -> FoundDay | None:
    return None if day is None else FoundDay(day, Detail.DAY, f"{text[: found.start()]} {text[found.end() :]}")


def full_year(digits: str) -> int:
    """A year of four digits, or of two: from 70 on of the last century."""
    return int(digits) if len(digits) == 4 else int(digits) + (1900 if int(digits) >= _PIVOT else 2000)


def named_day(text: str, language: str | None, *, months_by_prefix: tuple[str, ...]) -> FoundDay | None:
    """The day that a month by its name and numbers beside it name. `months_by_prefix` are the languages in which the
    beginning of a month's name will do ("верес"), for a text that is nothing but a date.
    """
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
    found = day_of(full_year(tokens[year_at]), number, int(tokens[day]) if day is not None else 1)
    used = {*range(start, end), year_at, *([day] if day is not None else [])}
    rest = " ".join(token for i, token in enumerate(tokens) if i not in used)
    if months_by_prefix:
        rest = _without(text, [tokens[i] for i in sorted(used)])
    return None if found is None else FoundDay(found, Detail.MONTH if day is None else Detail.DAY, rest)


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
    words = [start for start, token in enumerate(tokens) if not token.isdecimal()]
    for name in dict.fromkeys((own or "en", "en")):
        yield from _months_among(tokens, words, month_names(name), with_day=with_day)
    others = [start for start in words if tokens[start] in month_words()]
    for name in (*COMMON_LANGUAGES, *OTHER_LANGUAGES) if others else ():
        if name not in (own, "en"):
            # Abbreviations of other languages are words of this one: "ago", "set".
            names = long_month_names(name) if own or with_day else month_names(name)
            yield from _months_among(tokens, others, names, with_day=with_day)


def _months_among(
    tokens: list[str], starts: list[int], names: dict[str, int], *, with_day: bool
) -> Iterator[tuple[int, int, int]]:
    for start in starts:
        for end in range(min(start + 3, len(tokens)), start, -1):
            month = names.get(" ".join(tokens[start:end]))
            if month and (not with_day or _day_beside(tokens, start, end) is not None):
                yield month, start, end
                break


def _month_of_prefix(tokens: list[str], languages: tuple[str, ...]) -> tuple[int, int, int] | None:
    """A month by its beginning ("верес", "กุมภา"), in the first of the languages that has one so; its whole
    abbreviations go first.
    """
    words = [i for i, token in enumerate(tokens) if not token.isdecimal() and len(token) > 1]
    ends = [(i, i + size) for size in (2, 1) for i in words if i + size <= len(tokens)]
    runs = [(" ".join(tokens[i:end]), i, end) for i, end in ends if _beside_number(tokens, i, end)]
    for language in languages if runs else ():
        names = month_names(language)
        for name, i, end in runs:
            if name in names:
                return names[name], i, end
    for word, i, end in runs:
        months = month_of_prefix(word, languages) if end == i + 1 else []
        if months:
            return months[0], i, end
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


def incomplete_day(text: str, language: str | None, reference: datetime) -> FoundDay | None:
    """The latest day, not after the reference, that a date without a year names."""
    today = reference.date()
    numeric = _DAY_MONTH.search(text)
    if numeric:
        return _latest(today, int(numeric[2]), int(numeric[1]), f"{text[: numeric.start()]} {text[numeric.end() :]}")
    tokens = _TOKEN.findall(text)
    month = _month_of_prefix(tokens, languages_from(language)) or next(_months(tokens, language, with_day=False), None)
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
    return FoundDay(today - timedelta(days=(today.weekday() - weekday) % 7), Detail.DAY, _without(text, words))


def _weekdays(tokens: list[str], language: str | None) -> Iterator[tuple[int, list[str]]]:
    """The weekdays that the tokens name, whole names of all languages before beginnings of names."""
    runs = [run for i in range(len(tokens)) for run in (tokens[i : i + 2], tokens[i : i + 1]) if len(run[0]) > 1]
    for name in languages_from(language):
        weekdays = weekday_names(name)
        yield from ((weekdays[" ".join(run)], run) for run in runs if " ".join(run) in weekdays)
    for name in languages_from(language):
        for run in runs:
            begun = {day for weekday, day in weekday_names(name).items() if weekday.startswith(" ".join(run))}
            if len(begun) == 1:
                yield begun.pop(), run


def _latest(today: date, month: int, day: int, rest: str) -> FoundDay | None:
    days = (day_of(today.year - back, month, day) for back in range(9))
    found = next((one for one in days if one and one <= today), None)
    return None if found is None else FoundDay(found, Detail.DAY, rest)


def languages_from(language: str | None) -> tuple[str, ...]:
    """The languages in which names are looked up: the page's, then those of most news, then the others."""
    own = _primary(language)
    return tuple(dict.fromkeys((*([own] if own else []), *COMMON_LANGUAGES, *OTHER_LANGUAGES)))


def _primary(language: str | None) -> str:
    return (language or "").casefold().split("-")[0].removeprefix("und")


def day_of(year: int, month: int, day: int) -> date | None:
    """A day of the Gregorian calendar; None where there is none such, or where its year is one of an Islamic calendar
    that could not be converted.
    """
    try:
        return None if year in _ISLAMIC_YEARS else date(year, month, day)
    except ValueError:
        return None
