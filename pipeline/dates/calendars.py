"""Dates of other calendars, rewritten as Gregorian ones where they name their day without doubt.

The lunar Islamic calendar is only cut out: its months begin with the sight of the moon, so no rule tells the day.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

# The names as Unicode CLDR has them (Persian, Dari, Pashto, Central Kurdish); Babel carries the Gregorian ones only.
_SOLAR_MONTHS: Final = {
    name: number
    for names in (
        "فروردین اردیبهشت خرداد تیر مرداد شهریور مهر آبان آذر دی بهمن اسفند",
        "حمل ثور جوزا سرطان اسد سنبله میزان عقرب قوس جدی دلو حوت",
        "وری غویی غبرګولی چنګاښ زمری وږی تله لړم لیندۍ مرغومی سلواغه کب",
        "خاکەلێوە گوڵان جۆزەردان پووشپەڕ گەلاوێژ خەرمانان ڕەزبەر گەڵاڕێزان سەرماوەز بەفرانبار ڕێبەندان ڕەشەمە",
    )
    for number, name in enumerate(names.split(), start=1)
} | {"امرداد": 5}
_ARABIC_LETTERS: Final = str.maketrans("يىك", "ییک")
_SOLAR_NUMERIC: Final = re.compile(r"(?<!\d)(1[34]\d\d)\s?([/.-])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)")
_SOLAR_NUMERIC_YEAR_LAST: Final = re.compile(r"(?<!\d)(\d{1,2})\s?([/.-])\s?(\d{1,2})\s?\2\s?(1[34]\d\d)(?!\d)")
_SOLAR_NAMED: Final = re.compile(
    r"(?<!\d)(\d{1,2})\s*(?:م\s|ام\s)?\s*([^\W\d_]+?)(?:[\s\u200c]*ماه)?[\s،,]+(?:سال\s+)?(1[34]\d\d)(?!\d)"
)
_DAYS_BEFORE_MONTH: Final = (0, 31, 62, 93, 124, 155, 186, 216, 246, 276, 306, 336)
_SOLAR_EPOCH: Final = 1_948_320  # the Julian day of 1 Farvardin 1
_JULIAN_DAY_OF_ORDINAL_0: Final = 1_721_425
_FIRST_SOLAR, _LAST_SOLAR = 1300, 1429  # 1921 to 2050
_SOLAR_LANGUAGES: Final = frozenset(["fa", "prs", "ps", "ckb", "mzn", "glk", "lrc"])
_PERSIAN_DIGIT: Final = re.compile(r"[۰-۹]")

_LUNAR: Final = re.compile(
    r"(?<!\d)(?:\d{1,2}[\s/.-]+(?:\d{1,2}|[^\W\d_]+(?:\s[^\W\d_]+)?)[\s/.-]+14[3-9]\d"
    r"|14[3-9]\d\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{1,2})(?!\d)(?:\s?(?:هـ?|ھ)(?!\w))?"
)

_BUDDHIST_ERA: Final = 543
_FIRST_BUDDHIST, _LAST_BUDDHIST = 2443, 2643  # 1900 to 2100
_BUDDHIST_YEAR: Final = re.compile(r"(?<!\d)2[4-6]\d\d(?!\d)")
_SHORT_BUDDHIST_YEAR: Final = re.compile(
    r"((?<!\d)\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?|[\u0e01-\u0e5b]\.?\s*)(\d\d)(?![\d:.])"
)
_THAI: Final = re.compile(r"[\u0e01-\u0e5b]")
_THAI_ERA: Final = re.compile(r"(?:พ\.?\s?ศ|ค\.?\s?ศ)\.?")

_ERA: Final = re.compile(r"(令和|平成|昭和|(?:中[華华])?民[國国])\s*(\d{1,3}|元)\s*(?=年|[-/.]\s?\d)")
_ERA_BEGINS: Final = {"令": 2018, "平": 1988, "昭": 1925, "民": 1911, "中": 1911}
# "114年10月13日": three digits before year, month and day count from the Republic of China.
_REPUBLIC: Final = re.compile(r"(?<!\d)(1\d\d)\s*(?=年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)")
_REPUBLIC_NUMERIC: Final = re.compile(r"(?<!\d)(1\d\d)(?=([/.-])\d{1,2}\2\d{1,2}(?!\d))")
_REPUBLIC_LANGUAGES: Final = re.compile(r"zh-(?:hant|tw)\b")


def in_gregorian(text: str, language: str | None) -> str:
    """A text with the digits 0 to 9, and its dates in the Gregorian calendar: Solar Hijri of Iran and Afghanistan,
    Buddhist era of Thailand, eras of Japan, years of the Republic of China. `language` is the page's BCP 47 tag.
    """
    tag = (language or "").casefold()
    counts_solar = tag.split("-")[0] in _SOLAR_LANGUAGES or _PERSIAN_DIGIT.search(text) is not None
    if not text.isascii():
        text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    if text.isascii() and not counts_solar and not tag.startswith(("th", "zh")):
        return _LUNAR.sub(" ", text)
    if counts_solar:
        text = _SOLAR_NUMERIC.sub(lambda found: _solar(found, found[1], int(found[3]), found[4]), text)
        text = _SOLAR_NUMERIC_YEAR_LAST.sub(lambda found: _solar(found, found[4], int(found[3]), found[1]), text)
    text = _SOLAR_NAMED.sub(lambda found: _solar(found, found[3], _solar_month(found[2]), found[1]), text)
    text = _LUNAR.sub(" ", text)
    if tag.split("-")[0] == "th" or _THAI.search(text):
        text = _SHORT_BUDDHIST_YEAR.sub(lambda found: f"{found[1]}25{found[2]}", _THAI_ERA.sub(" ", text))
        text = _BUDDHIST_YEAR.sub(lambda found: str(western_year(int(found[0]))), text)
    text = _ERA.sub(lambda found: str(_ERA_BEGINS[found[1][0]] + (1 if found[2] == "元" else int(found[2]))), text)
    years = _REPUBLIC_NUMERIC if _REPUBLIC_LANGUAGES.match(tag) else _REPUBLIC
    return _REPUBLIC.sub(_republican, years.sub(_republican, text))


def is_solar_hijri(year: int) -> bool:
    """Whether a year can be one of the Solar Hijri calendar that a web page is dated with."""
    return _FIRST_SOLAR <= year <= _LAST_SOLAR


def solar_hijri_day(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a Solar Hijri one; None where there is no such day.

    Leap years by the rule of 33 years, as in ICU's PersianCalendar (icu4c/source/i18n/persncal.cpp). It agrees with
    Borkowski's calendar by the equinox ("The Persian calendar for 3000 years", 1996) for all years from 1300 to 1429.
    """
    if not (1 <= month <= 12 and 1 <= day <= _solar_month_length(year, month)):
        return None
    before = 365 * (year - 1) + (8 * year + 21) // 33 + _DAYS_BEFORE_MONTH[month - 1]
    return date.fromordinal(_SOLAR_EPOCH - 1 + before + day - _JULIAN_DAY_OF_ORDINAL_0)


def western_year(year: int) -> int:
    """The Gregorian year of one that may be counted from the Buddha: 2569 is 2026."""
    return year - _BUDDHIST_ERA if _FIRST_BUDDHIST <= year <= _LAST_BUDDHIST else year


def _solar_month_length(year: int, month: int) -> int:
    if month < 12:
        return 31 if month <= 6 else 30
    return 30 if (25 * year + 11) % 33 < 8 else 29


def _solar_month(word: str) -> int:
    name = word.translate(_ARABIC_LETTERS)
    return _SOLAR_MONTHS.get(name) or _SOLAR_MONTHS.get(name.removesuffix("ماه"), 0)


def _solar(found: re.Match[str], year: str, month: int, day: str) -> str:
    gregorian = solar_hijri_day(int(year), month, int(day)) if is_solar_hijri(int(year)) else None
    return f" {gregorian.isoformat()} " if gregorian else found[0]


def _republican(found: re.Match[str]) -> str:
    return str(int(found[1]) + _ERA_BEGINS["民"])
