"""Consonant skeletons: what is left of a name when it has been through another alphabet.

A transliteration keeps the consonants, in order, and loses most of the rest: vowels, which Arabic and Hebrew do not
write and Japanese inserts; voice, which Arabic (p/b) and Korean do not have; and doubled letters. So names are
romanised letter by letter (anyascii) and folded into classes, as Soundex (Russell 1918) does for English, at two
depths:

    fine     b f t k s l r m n    what most alphabets keep apart
    coarse   b   t k s   r   n    what Japanese, Chinese and Korean keep apart as well
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from anyascii import anyascii

# At the start of a word modern Greek writes b, d, g with two letters (Μπάιντεν); elsewhere they may be two sounds
# (Τραμπ).
_GREEK = re.compile("^(?:μπ|ντ|γκ)", re.MULTILINE)
_GREEK_SOUNDS = {"μπ": "b", "ντ": "d", "γκ": "g"}

# 'kh' is h in what Russian and Arabic write for foreign names (Хиллари, خوسيه), and h is no consonant to rely on.
_DIGRAPHS = {
    "sch": "s", "tch": "s", "sh": "s", "ch": "s", "ph": "f", "kh": "", "th": "t", "dh": "d", "gh": "g", "zh": "s",
    "ts": "s", "tz": "s", "ck": "k", "ce": "s", "ci": "s", "cy": "s", "x": "ks",
}  # fmt: skip
_PINYIN = {"zh": "s", "ch": "s", "sh": "s", "ng": "n", "q": "s", "x": "s", "c": "s", "z": "s", "j": "s", "w": "v"}
_DIGRAPH = re.compile("|".join(sorted(_DIGRAPHS, key=len, reverse=True)) + "|^w", re.MULTILINE)
_PINYIN_SOUND = re.compile("|".join(sorted(_PINYIN, key=len, reverse=True)))
_CLASSES = str.maketrans("bpfvtdgkqcjszlrmn", "bbffttkkkkssslrmn", "aeiouywh")
_COARSE = str.maketrans("flm", "brn")
_NO_LETTER = re.compile(r"[^a-z\n]+")
_DOUBLED = {letter * 2: letter for letter in "bfklmnrst"}


class _Ascii(dict[int, str]):
    """What anyascii writes for each character: twice as fast by str.translate as by its own loop."""

    def __missing__(self, codepoint: int) -> str:
        self[codepoint] = written = anyascii(chr(codepoint)).lower()
        return written


_ASCII = _Ascii()


def romanised(words: Sequence[str]) -> list[str]:
    """Each word in the letters a-z."""
    text: str = _NO_LETTER.sub("", _ascii("\n".join(words)))
    return text.split("\n")


def skeletons(words: Sequence[str]) -> list[str]:
    """The fine skeleton of each word, which may be empty. One call for many words costs far less than many calls."""
    text = _GREEK.sub(lambda m: _GREEK_SOUNDS[m.group()], "\n".join(words).lower())
    text = _DIGRAPH.sub(lambda m: _DIGRAPHS.get(m.group(), "v"), _ascii(text))
    return _folded(text).split("\n")


@lru_cache(maxsize=20_000)
def syllable(character: str) -> str:
    """The Mandarin reading of one Han character, in the letters a-z."""
    return romanised([character])[0]


@lru_cache(maxsize=20_000)
def syllable_skeleton(character: str) -> str:
    """The fine skeleton of one Han character, by its Mandarin reading."""
    return _folded(_PINYIN_SOUND.sub(lambda m: _PINYIN[m.group()], syllable(character)))


def coarse(skeletons: Sequence[str]) -> list[str]:
    """The coarse skeleton of each fine one."""
    return undoubled("\n".join(skeletons).translate(_COARSE)).split("\n")


def undoubled(skeleton: str) -> str:
    """A skeleton, or lines of them, with repeated classes written once."""
    for doubled, once in _DOUBLED.items():
        while doubled in skeleton:
            skeleton = skeleton.replace(doubled, once)
    return skeleton


def _ascii(text: str) -> str:
    """A text in small ASCII letters."""
    return text.lower() if text.isascii() else text.translate(_ASCII)


def _folded(text: str) -> str:
    letters: str = _NO_LETTER.sub("", text)
    return undoubled(letters.translate(_CLASSES))
