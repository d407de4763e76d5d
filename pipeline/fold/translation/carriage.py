"""How an anchor is written, and how often a translation carries it over."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Carriage(StrEnum):
    """How an anchor is written, which tells how often a translation carries it over: of what is no number the most
    name-like first.
    """

    NUMBER = "number"
    NAME = "name"
    PLAIN = "plain"
    WORD = "word"
    STRETCH = "stretch"
    WINDOW = "window"


CARRIAGES = tuple(Carriage)
# The m-probabilities of record linkage, measured between translations in eight languages, chance matches taken off: at
# rarity 0, what each nat of rarity adds, and the most. Without capitals, rare words are names more often.
_CARRIED = {
    Carriage.NUMBER: (0.7, 0.0, 0.7),
    Carriage.NAME: (0.42, 0.0, 0.42),
    Carriage.PLAIN: (0.02, 0.035, 0.25),
    Carriage.WORD: (0.04, 0.0, 0.04),
    Carriage.STRETCH: (0.05, 0.0, 0.05),
    Carriage.WINDOW: (0.0, 0.01, 0.12),
}
_BASE, _SLOPE, _MOST = np.array([_CARRIED[how] for how in CARRIAGES]).T

Values = NDArray[np.float64]


def carriage(level: str, first: str) -> Carriage:
    """How an anchor is written, by the level of its key and the first character of its surface: a number; a name, by
    its capital or its katakana; a word that never has a capital in a script with capitals; a plain word where the
    script has none; a stretch or a window of Han.
    """
    if level == "n":
        return Carriage.NUMBER
    if level == "h":
        return Carriage.WINDOW
    if "ァ" <= first <= "ヿ" or "ｦ" <= first <= "ﾟ" or first.isupper():
        return Carriage.NAME
    if first.islower():
        return Carriage.WORD
    return Carriage.STRETCH if first >= "\u3400" and not "가" <= first <= "힣" else Carriage.PLAIN


def has_fine_sounds(first: str) -> bool:
    """Whether the script of a letter tells b from f, l from r and m from n: kana, Han, Hangul and unspaced scripts may
    not.
    """
    return not (first >= "\u3040" or "\u0e00" <= first <= "\u109f" or "\u1780" <= first <= "\u17ff")


def carried(ways: NDArray[np.integer[Any]], rarities: Values) -> Values:
    """How probably a translation carries anchors over, by how they are written (numbers of CARRIAGES)."""
    rates: Values = np.minimum(_MOST[ways], _BASE[ways] + _SLOPE[ways] * rarities)
    return rates
