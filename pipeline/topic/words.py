"""The spelling under which terms and texts meet, and the words of a text in it."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice
from typing import NamedTuple

import regex

_UNSPACED = r"\p{Han}々〇\p{Hiragana}\p{Katakana}ー\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
WORD = regex.compile(
    rf"""
    [\p{{Latin}}\p{{Nd}}][\p{{Latin}}\p{{Nd}}\p{{M}}]*
  | \p{{Hangul}}+
  | [\p{{L}}--[{_UNSPACED}\p{{Latin}}\p{{Hangul}}]](?:[\p{{L}}\p{{M}}\p{{Nd}}--[{_UNSPACED}\p{{Latin}}\p{{Hangul}}]])*
    """,
    regex.VERBOSE | regex.V1,
)
_IDEOGRAPH = regex.compile(rf"[{_UNSPACED}]")
# Persian writes it where a word ends inside a compound; Indic scripts only shape letters with it.
_PERSIAN_JOINT = re.compile(r"(?<=[\u0600-\u06ff])\u200c")
# A.I. is AI.
_ABBREVIATION_DOT = regex.compile(r"(?<=\b\p{Lu})\.(?=\p{Lu}\b)")
_ONE_LETTER = {
    **dict.fromkeys("أإآٱ", "ا"),
    "ى": "ي",
    "ی": "ي",
    "ې": "ي",
    "ک": "ك",
    "ة": "ه",
    "ۀ": "ه",
    "ہ": "ه",
    "ھ": "ه",
    "ە": "ه",
    "İ": "I",
    "ı": "i",
    "ς": "σ",
    "Ё": "Е",
    "ё": "е",
    "’": "'",
    "׳": "'",
    "ʼ": "'",
}
_MARKS = re.compile(
    "[\u0640\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"  # Arabic: tatweel, vowels
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Hebrew points
    "\u093c\u09bc"  # nukta
    "\u0301\u0307"  # Russian stress; the dot that lower() leaves of İ
    "\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]"
)
_GREEK = {
    chr(code): base
    for code in (*range(0x370, 0x400), *range(0x1F00, 0x2000))
    if (base := unicodedata.normalize("NFD", chr(code))[0]) != chr(code)
}
_LETTERS = str.maketrans(_ONE_LETTER | _GREEK)
# Conjunctions, prepositions and articles that Arabic and Hebrew write onto the next word.
_CLITICS = frozenset(
    [a + b for a in ("", "و", "ف") for b in ("", "ال", "بال", "كال", "لل", "ب", "ل", "ك")]
    + [a + b + c for a in ("", "ו") for b in ("", "ש", "ב", "ל", "כ", "מ") for c in ("", "ה")]
) - {""}
_CLITIC_INITIALS = frozenset(clitic[0] for clitic in _CLITICS)
_LONGEST_CLITIC = max(map(len, _CLITICS))
_SHORTEST_STEM = 2


class Word(NamedTuple):
    """A word of a text: as written but in one spelling, in lower case, and where it stands."""

    written: str
    lower: str
    start: int
    end: int


def respell(text: str) -> str:
    """The text in one spelling: NFKC, without vowel points, nukta, stress and invisible characters; one alef, one yeh,
    one kaf, one heh; no accents in Greek, no dotted capital I, no dots in abbreviations. `lower()` keeps its length.
    """
    text = _PERSIAN_JOINT.sub(" ", unicodedata.normalize("NFKC", text))
    return _ABBREVIATION_DOT.sub("", _MARKS.sub("", text).translate(_LETTERS))


def words(respelled: str, *, begin: int = 0, most: int | None = None) -> list[Word]:
    """The words of a respelled text that are written with spaces; a change of script ends a word ("AI가", "챗GPT")."""
    found = islice(WORD.finditer(respelled, begin), most)
    return [Word(written := m[0], written.lower(), *m.span()) for m in found]


def is_capitals(word: str) -> bool:
    """Whether a word of a term is matched as it is written: AI, not ai."""
    return len(word) > 1 and word.isupper()


def is_unspaced(term: str) -> bool:
    """Whether a term is looked for between other letters: its script writes no spaces."""
    return _IDEOGRAPH.search(term) is not None


def may_have_clitic(word: str) -> bool:
    """Whether a word begins with a letter that may be written onto it."""
    return word[0] in _CLITIC_INITIALS


def readings(word: str) -> list[str]:
    """A word in lower case and, in Arabic and Hebrew, what is left of it without the clitics before it."""
    if not may_have_clitic(word):
        return [word]
    lengths = range(1, min(_LONGEST_CLITIC, len(word) - _SHORTEST_STEM) + 1)
    return [word, *(word[length:] for length in lengths if word[:length] in _CLITICS)]
