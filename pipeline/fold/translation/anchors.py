"""The anchors of a text: its marks that survive translation, with how rare they are and where they stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.fold.translation.background import rarities
from pipeline.fold.translation.places import places
from pipeline.fold.translation.spans import Spans
from pipeline.fold.words.tokens import word_count

MOST_ANCHORS = 400
MOST_POSITIONS = 24
# What half of all articles carry says nothing.
_LEAST_RARITY = -math.log(0.6)
_FEWEST_WORDS = 20.0


class Carriage(StrEnum):
    """How an anchor is written, which tells how often a translation carries it over."""

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
_NUMBERS = {how: number for number, how in enumerate(CARRIAGES)}
_BASE, _SLOPE, _MOST = np.array([_CARRIED[how] for how in CARRIAGES]).T


@lru_cache(maxsize=10_000)
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


def has_fine_sounds(surface: str) -> bool:
    """Whether the script tells b from f, l from r and m from n: kana, Han, Hangul and unspaced scripts may not."""
    first = surface[0]
    return not (first >= "\u3040" or "\u0e00" <= first <= "\u109f" or "\u1780" <= first <= "\u17ff")


class Anchor(NamedTuple):
    """A mark that survives translation.

    `key` is comparable across languages ('n:1818.68', 'l:chatgpt', 's:gmz'), `surface` is how the text writes it at the
    first of `starts`, its places in characters. `carriage` goes by the least name-like of its places. `rarity` is -ln
    of how probable it is that an unrelated article of this language and length carries it.
    """

    key: str
    surface: str
    starts: tuple[int, ...]
    carriage: Carriage
    rarity: float


def carried(ways: NDArray[np.integer[Any]], rarities: NDArray[np.float64]) -> NDArray[np.float64]:
    """How probably a translation carries anchors over, by how they are written (numbers of CARRIAGES)."""
    rates: NDArray[np.float64] = np.minimum(_MOST[ways], _BASE[ways] + _SLOPE[ways] * rarities)
    return rates


def anchors(text: str, language: str | None) -> tuple[Anchor, ...]:
    """The anchors of a text in a language (primary subtag), those that weigh most first, at most MOST_ANCHORS."""
    found = places(text, language)
    rare = rarities(list(found), language, max(_FEWEST_WORDS, word_count(text)))
    ways = [carriage(key[0], place.surface[0]) for key, place in found.items()]
    weights = np.where(rare >= _LEAST_RARITY, _expected_weights(ways, rare), -1.0)
    weighed = sorted(zip((-weights).tolist(), found, ways, rare.round(3).tolist(), strict=True))
    return tuple(
        Anchor(key, found[key].shown, tuple(found[key].starts[:MOST_POSITIONS]), how, rarity)
        for weight, key, how, rarity in weighed[:MOST_ANCHORS]
        if weight <= 0
    )


def _expected_weights(ways: Sequence[Carriage], rarity: NDArray[np.float64]) -> NDArray[np.float64]:
    """What anchors can be expected to weigh in a comparison with a translation, in nats."""
    rates = carried(np.array([_NUMBERS[how] for how in ways], dtype=np.intp), rarity)
    weights: NDArray[np.float64] = rates * np.maximum(0.0, rarity + np.log(rates))
    return weights


def mass(found: Sequence[Anchor], length: int) -> float:
    """What all anchors of a text of `length` characters can be expected to weigh, each place counted once."""
    taken = Spans(length)
    counted = [
        anchor
        for anchor in sorted(found, key=attrgetter("rarity"), reverse=True)
        if anchor.carriage is not Carriage.WINDOW and taken.claim(anchor.starts, len(anchor.surface))
    ]
    rarity = np.array([anchor.rarity for anchor in counted], dtype=np.float64)
    return float(_expected_weights([anchor.carriage for anchor in counted], rarity).sum())
