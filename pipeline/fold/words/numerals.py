"""Numbers in any digits and format, with their magnitude, as one comparable value.

Magnitude words ('million', 'अरब', '亿') come from the compact decimal formats of Unicode CLDR, by way of Babel.
"""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from functools import lru_cache

import regex
from babel import Locale, UnknownLocaleError

_LONGEST = 24
_SEPARATOR = regex.compile(r"[^0-9]")
_NEXT_WORD = regex.compile(r"[\s\u00a0]?([\p{Han}]|[\p{L}\p{M}]+)")
_HAN_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2}
_HAN_TENS = {"十": 10, "百": 100, "千": 1000}
_HAN_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}
HAN_NUMERAL = regex.compile("[" + "".join([*_HAN_DIGITS, *_HAN_TENS, *_HAN_MYRIADS]) + "]{2,}")


def values(number: str) -> list[Decimal]:
    """What a run of digits with inner separators says: one value, or several where it is no single number ('3.4.2024').

    A lone separator before exactly three digits is read as a thousands separator, as in '1.500' and '1,500'. Digits of
    a later Unicode than Python's are none, though `regex` knows them.
    """
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in number)
    groups, separators = _SEPARATOR.split(digits), _SEPARATOR.findall(digits)
    if not all(groups):
        return []
    if not separators:
        return [Decimal(digits)] if len(digits) <= _LONGEST else []
    is_grouped = len(groups[0]) <= 3 and groups[0] != "0" and all(len(g) == 3 for g in groups[1:-1])
    if len(set(separators)) == 1 and is_grouped and len(groups[-1]) == 3:
        return [Decimal("".join(groups))] if len(digits) <= _LONGEST else []
    if separators.count(separators[-1]) == 1 and separators[-1] in ".,٫" and all(len(g) == 3 for g in groups[1:-1]):
        return [Decimal("".join(groups[:-1]) + "." + groups[-1])] if len(digits) <= _LONGEST else []
    return [Decimal(g) for g in groups if len(g) <= _LONGEST]


def written(value: Decimal) -> str:
    """The one way to write a value: '1818.68', '5000000000'."""
    return f"{value.normalize():f}"


def magnitude_after(text: str, at: int, language: str | None) -> int:
    """The factor that the word after position `at` gives to the number before it: 1 where it is no magnitude."""
    following = _NEXT_WORD.match(text, at)
    return _magnitudes(language).get(following.group(1).casefold(), 1) if following else 1


@lru_cache(maxsize=256)
def _magnitudes(language: str | None) -> dict[str, int]:
    """Magnitude words of a language from 'million' (or 10,000, in Han characters) up: 'thousand' is everywhere."""
    factors: dict[str, int] = dict(_HAN_MYRIADS)
    try:
        formats = Locale.parse(language or "en", sep="-").compact_decimal_formats
    except (UnknownLocaleError, ValueError):
        return factors
    for width in formats:
        for patterns in formats[width].values():
            for power, pattern in patterns.items():
                word = pattern.pattern.replace("0", "").replace("'", "").strip(" \u00a0.").casefold()
                factor = int(power) // 10 ** (pattern.pattern.count("0") - 1)
                if len(word) > 1 and factor > 1:
                    factors[word] = factor
    return factors


def han_value(numeral: str) -> Decimal:
    """The value of a numeral in Han characters: 三万五千 is 35000, 二〇一八 is 2018."""
    if all(c in _HAN_DIGITS for c in numeral):
        return Decimal("".join(str(_HAN_DIGITS[c]) for c in numeral))
    total = section = digit = 0
    for c in numeral:
        if c in _HAN_DIGITS:
            digit = _HAN_DIGITS[c]
        elif c in _HAN_TENS:
            section, digit = section + (digit or 1) * _HAN_TENS[c], 0
        else:
            total, section, digit = total + (section + digit or 1) * _HAN_MYRIADS[c], 0, 0
    return Decimal(total + section + digit)
