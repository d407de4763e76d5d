"""What months, weekdays and halves of the day are called: from Unicode CLDR by way of Babel, and what CLDR lacks.

Babel is loaded with the first date that has a name in it: few pages show their dates to readers only.
"""

from __future__ import annotations

import pickle
import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any, Final

WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff’])*")


def _words(table: str) -> tuple[str, ...]:
    return tuple(table.split())


COMMON_LANGUAGES: Final = _words("en es fr de pt it nl ru uk pl cs sv da nb fi tr el ar he hi bn id")
"""The languages that most news is written in, tried where a page does not say its own, or says it wrongly."""

OTHER_LANGUAGES: Final = _words(
    """
    ro hu bg hr sr sk sl bs mk be lt lv et is nn ca eu gl ga cy sq mt hy ka az kk uz ky tg mn fa ur ps ta te ml kn
    mr gu pa ne si th vi ms fil sw af am my km lo tk rw
    """
)


def _numbered(names: str) -> dict[str, int]:
    return {name: number for number, name in enumerate(names.split(", "), start=1)}


# What editors write and CLDR does not know, or knows for one region only.
_MORE_MONTHS: Final[dict[str, dict[str, int]]] = {
    "en": {"sept": 9},
    "ru": {"мая": 5, "сент": 9, "нояб": 11},
    "el": _numbered(
        "γενάρη, φλεβάρη, μάρτη, απρίλη, μάη, ιούνη, ιούλη, αυγούστου, σεπτέμβρη, οκτώβρη, νοέμβρη, δεκέμβρη"
    )
    | _numbered(
        "γενάρης, φλεβάρης, μάρτης, απρίλης, μάης, ιούνης, ιούλης, αύγουστος, σεπτέμβρης, οκτώβρης, νοέμβρης, δεκέμβρης"
    ),
    "vi": _numbered(
        "tháng một, tháng hai, tháng ba, tháng tư, tháng năm, tháng sáu, tháng bảy, tháng tám, tháng chín, tháng mười, "
        "tháng mười một, tháng mười hai"
    )
    | {"tháng giêng": 1, "tháng chạp": 12},
    "ar": _numbered(
        "كانون الثاني, شباط, آذار, نيسان, أيار, حزيران, تموز, آب, أيلول, تشرين الأول, تشرين الثاني, كانون الأول"
    )
    | {"جانفي": 1, "فيفري": 2, "أفريل": 4, "ماي": 5, "جوان": 6, "جويلية": 7, "أوت": 8, "غشت": 8, "شتنبر": 9},
    "bn": {"জানুয়ারী": 1, "ফেব্রুয়ারী": 2},
    "hi": {"फ़रवरी": 2, "फरवरी": 2, "अक्टूबर": 10, "सितम्बर": 9, "नवम्बर": 11, "दिसम्बर": 12},
}
# Weekdays as they are cut where CLDR cuts them otherwise.
_MORE_WEEKDAYS: Final[dict[str, dict[str, int]]] = {
    "ru": {"пнд": 0, "втр": 1, "срд": 2, "чтв": 3, "птн": 4, "сбт": 5, "вск": 6},
}

_INFLECTED = 7

BEFORE_NOON: Final = frozenset(
    _words("am a.m a.m. ap ap. π.μ. πμ de. ö.ö. öö 오전 午前 上午 早上 凌晨 早 صباحا ص पूर्वाह्न sa сутра преподне")
)
AFTER_NOON: Final = frozenset(
    _words("pm p.m p.m. ip ip. μ.μ. μμ du. ö.s. ös 오후 午後 下午 晚上 晚 傍晚 مساء م अपराह्न ch поподне")
)
NOON: Final = frozenset(
    _words(
        """
        noon midi mittag mittags mediodía mezzogiorno meio-dia полдень południe podne poledne keskipäivä 正午 中午 öğle
        """
    )
)
MIDNIGHT: Final = frozenset(
    _words("midnight minuit mitternacht medianoche mezzanotte meia-noite полночь północ ponoć půlnoc keskiyö 午夜")
)


def folded(text: str) -> str:
    """Text as names are compared: composed, case-folded, one kind of apostrophe."""
    return unicodedata.normalize("NFC", text).casefold().replace("'", "’")


@lru_cache(maxsize=128)
def month_names(language: str) -> dict[str, int]:
    """What the months of the Gregorian calendar are called in a language, long and short, in all its regions."""
    short = _from_cldr(language, "months", ("abbreviated",))
    return {name: number for name, number in short.items() if len(name) > 1} | long_month_names(language)


@lru_cache(maxsize=128)
def long_month_names(language: str) -> dict[str, int]:
    """The full names of the months, in all regions of a language."""
    names = _from_cldr(language, "months", ("wide",)) | _MORE_MONTHS.get(language, {})
    prefixed = {f"ב{name}": number for name, number in names.items()} if language == "he" else {}
    return names | prefixed


@lru_cache(maxsize=1)
def month_words() -> frozenset[str]:
    """The words with which the name of a month begins in any of the languages, long or short."""
    names = (name for language in (*COMMON_LANGUAGES, *OTHER_LANGUAGES) for name in month_names(language))
    return frozenset(name.split(" ")[0] for name in names)


@lru_cache(maxsize=128)
def weekday_names(language: str) -> dict[str, int]:
    """What the weekdays are called in a language, Monday being 0, long and short."""
    return _from_cldr(language, "days", ("abbreviated", "wide")) | _MORE_WEEKDAYS.get(language, {})


def month_of_prefix(word: str, languages: tuple[str, ...]) -> list[int]:
    """The months whose name begins so, one for each language in which only one does. Of a long word the ending is left
    out: "studenom" is "studenoga".
    """
    found: list[int] = []
    stem = word if len(word) < _INFLECTED else word[:-2]
    names = _names_in_order(languages)
    first = bisect_left(names, stem)
    is_begun = first < len(names) and names[first].startswith(stem)
    for language in languages if is_begun else ():
        months = {number for name, number in month_names(language).items() if name.startswith(stem)}
        found += months if len(months) == 1 else ()
    return found


@lru_cache(maxsize=128)
def _names_in_order(languages: tuple[str, ...]) -> list[str]:
    """What the months are called in any of the languages, sorted."""
    return sorted({name for language in languages for name in month_names(language)})


def _from_cldr(language: str, field: str, widths: tuple[str, ...]) -> dict[str, int]:
    names: dict[str, int] = {}
    for table in _tables(language, field):
        for context, width in product(("format", "stand-alone"), widths):
            named = table.get(context, {}).get(width, {})
            for number, name in named.items() if isinstance(named, dict) else ():  # an alias of what is read anyway
                words = WORD.findall(folded(name))
                if words and not any(map(str.isdecimal, name)):  # Vietnamese "tháng 3", Chinese "3月"
                    names.setdefault(" ".join(words), number)
    return names


def _tables(language: str, field: str) -> Iterator[dict[str, Any]]:
    """What the locales of a language say of their own, without what each inherits from another one of them.

    Read from Babel's files: Babel itself joins all of that into each locale and keeps it, 100 MB for all languages, and
    what it has looked up in one language by way of an alias it finds in others, too.
    """
    from babel import localedata  # see above

    for identifier in dict.fromkeys(one for own in _locales().get(language, ()) for one in _with_parents(own)):
        data = pickle.loads(Path(localedata.resolve_locale_filename(identifier)).read_bytes())  # noqa: S301  Babel's own
        yield data.get(field, {})


def _with_parents(identifier: str) -> Iterator[str]:
    """A locale and those it inherits from: nb has its names from no, en_AU from en_001 and that from en."""
    from babel.core import get_global

    while identifier not in ("", "root"):
        yield identifier
        identifier = get_global("parent_exceptions").get(identifier, identifier.rpartition("_")[0])


@lru_cache(maxsize=1)
def _locales() -> dict[str, list[str]]:
    """The locales that Babel knows, by their language."""
    from babel import localedata  # see above

    found = defaultdict[str, list[str]](list)
    for identifier in localedata.locale_identifiers():
        found[identifier.split("_")[0]].append(identifier)
    return dict(found)
