"""Cut a text into what matching compares: its letters and digits, its words, its shingles, in any script.

A word is a run of letters with their combining marks. Where a script writes no spaces between words (Han, Thai, Lao,
Khmer, Burmese, Tibetan) the whole run comes as one token, and shingles are made of characters.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import regex
from numpy.typing import NDArray

# A longer text is matched by its beginning: no news article comes near, and what does (a dump, a log) must not take
# seconds. So many characters are some 10,000 words, and each place fits into 16 bits.
MAX_CHARACTERS = 65_535


# Six characters of Han or kana and nine of an alphabet without spaces are about as much as three words.
SHINGLE_WORDS = 3
_SHINGLE_IDEOGRAPHS, _SHINGLE_LETTERS = 6, 9


class Script(StrEnum):
    """What a token is made of, as far as matching treats it differently: the groups of the token pattern."""

    NUMBER = "number"
    LATIN = "latin"
    HAN = "han"
    KATAKANA = "katakana"
    HANGUL = "hangul"
    UNSPACED = "unspaced"
    CLITIC = "clitic"
    OTHER = "other"


class Token(NamedTuple):
    """A run of one script. `start` counts characters of the text it was cut from."""

    text: str
    start: int
    script: Script


_UNSPACED = r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}"
_IDEOGRAPHIC = rf"\p{{Han}}々〇\p{{Hiragana}}\p{{Katakana}}ー{_UNSPACED}"
_TOKEN = regex.compile(
    rf"""
    (?P<number>\p{{Nd}}+(?:[.,٫٬’'\u00a0\u202f]\p{{Nd}}+)*)
  | (?P<latin>\p{{Latin}}(?:[\p{{Latin}}\p{{Mn}}]|[.&-](?=\p{{Latin}}))*)
  | (?P<han>[\p{{Han}}々〇]+)
  | (?P<katakana>[\p{{Katakana}}ー]{{2,}})
  | (?P<hangul>\p{{Hangul}}+)
  | (?P<unspaced>[{_UNSPACED}]+)
  | (?P<clitic>[\p{{Arabic}}\p{{Hebrew}}](?:[\p{{Arabic}}\p{{Hebrew}}\p{{Mn}}\u200c\u200d]|["״](?=\p{{Hebrew}}))*)
  | (?P<other>[\p{{L}}--[{_IDEOGRAPHIC}\p{{Hangul}}]]
        (?:[\p{{L}}--[{_IDEOGRAPHIC}\p{{Latin}}\p{{Hangul}}]]|\p{{M}}|[\u200c\u200d])*)
    """,
    regex.VERBOSE | regex.V1,
)
_SCRIPTS: dict[str | None, Script] = {script.value: script for script in Script}
_KANA = regex.compile(r"\p{Hiragana}")
_NOT_LETTER_OR_DIGIT = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
# A sound mark belongs to its kana, also where halfwidth forms write it apart.
_UNIT = regex.compile(rf"[{_IDEOGRAPHIC}][\u3099\u309aﾞﾟ]?|[\p{{L}}\p{{M}}\p{{N}}--[{_IDEOGRAPHIC}]]+", regex.V1)
_IDEOGRAPH = regex.compile(rf"[{_IDEOGRAPHIC}]", regex.V1)
_UNSPACED_LETTER = regex.compile(rf"[{_UNSPACED}]")


def tokens(text: str) -> list[Token]:
    """The numbers and words of a text, in order. Hiragana is left out: it writes grammar, hardly ever a name."""
    return [Token(m.group(), m.start(), _SCRIPTS[m.lastgroup]) for m in _TOKEN.finditer(text)]


def stretches(text: str) -> tuple[list[str], NDArray[np.int64]]:
    """What stands between spaces or line ends, which no word goes over; and where each begins."""
    found = text.replace("\n", " ").split(" ")
    lengths = np.fromiter(map(len, found), np.int64, len(found)) + 1
    return found, np.cumsum(lengths) - lengths


def letters_and_digits(text: str) -> str:
    """The text as far as two copies of it must agree: case, width, spacing and punctuation are gone."""
    kept: str = _NOT_LETTER_OR_DIGIT.sub("", unicodedata.normalize("NFKC", text).casefold())
    return kept


def unit_spans(text: str) -> list[tuple[int, int]]:
    """Where the units of shingles stand: words, and single characters where the script writes no spaces between."""
    return [match.span() for match in _UNIT.finditer(text)]


def folded_unit(unit: str) -> str:
    """A unit as far as two copies of it must agree: case and width are gone."""
    return unicodedata.normalize("NFKC", unit).casefold()


def shingle_size(unit: str) -> int:
    """How many units a shingle has that begins with this one."""
    if not _IDEOGRAPH.match(unit):
        return SHINGLE_WORDS
    return _SHINGLE_LETTERS if _UNSPACED_LETTER.match(unit) else _SHINGLE_IDEOGRAPHS


def has_kana(text: str) -> bool:
    """Whether Han characters of this text are read as Japanese: it also writes hiragana."""
    return _KANA.search(text) is not None


def word_count(text: str) -> float:
    """About how many words the text has: 1.8 characters make a word where none are separated."""
    # Most texts have none among their different characters, of which there are few.
    ideographs = len(_IDEOGRAPH.findall(text)) if _IDEOGRAPH.search("".join(set(text))) else 0
    return ideographs / 1.8 + max(0, len(text.split()) - ideographs / 20)


@lru_cache(maxsize=1024)
def primary(language: str | None) -> str | None:
    """The language itself of a BCP 47 tag: 'zh' of 'zh-Hant-TW'; None where the tag says nothing."""
    subtag = (language or "").replace("_", "-").split("-")[0].casefold()
    return subtag if subtag not in ("", "und", "mul", "zxx") else None
