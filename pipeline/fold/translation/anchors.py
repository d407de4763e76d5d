"""The anchors of a text: its marks that survive translation, with how rare they are and where they stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

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


# The m-probabilities of record linkage, measured between translations in eight languages, chance matches taken off.
_CARRIED = {Carriage.NUMBER: 0.7, Carriage.NAME: 0.42, Carriage.WORD: 0.04, Carriage.STRETCH: 0.05}


def carriage(key: str, surface: str) -> Carriage:
    """How an anchor is written: a number; a name, by its capital or its katakana; a word that never has a capital in a
    script with capitals; a plain word where the script has none; a stretch or a window of Han.
    """
    level, first = key[0], surface[0]
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


def carried(how: Carriage, rarity: float) -> float:
    """How probably a translation carries an anchor over. Without capitals, rare words are names more often."""
    if how is Carriage.PLAIN:
        return min(0.25, 0.02 + 0.035 * rarity)
    if how is Carriage.WINDOW:
        return min(0.12, 0.01 * rarity)
    return _CARRIED[how]


def anchors(text: str, language: str | None) -> tuple[Anchor, ...]:
    """The anchors of a text in a language (primary subtag), those that weigh most first, at most MOST_ANCHORS."""
    found = places(text, language)
    rare = rarities(list(found), language, max(_FEWEST_WORDS, word_count(text)))
    ways = [carriage(key, place.surface) for key, place in found.items()]
    weights = np.where(rare >= _LEAST_RARITY, _expected_weights(ways, rare), -1.0)
    weighed = sorted(zip((-weights).tolist(), found, ways, rare.round(3).tolist(), strict=True))
    return tuple(
        Anchor(key, found[key].shown, tuple(found[key].starts[:MOST_POSITIONS]), how, rarity)
        for weight, key, how, rarity in weighed[:MOST_ANCHORS]
        if weight <= 0
    )


def _expected_weights(ways: Sequence[Carriage], rarity: NDArray[np.float64]) -> NDArray[np.float64]:
    """`expected_weight` of many anchors at once."""
    rates = np.array([_CARRIED.get(how, 0.0) for how in ways])
    is_plain, is_window = (
        np.array([how is one for how in ways], dtype=bool) for one in (Carriage.PLAIN, Carriage.WINDOW)
    )
    rates[is_plain] = np.minimum(0.25, 0.02 + 0.035 * rarity[is_plain])
    rates[is_window] = np.minimum(0.12, 0.01 * rarity[is_window])
    weights: NDArray[np.float64] = rates * np.maximum(0.0, rarity + np.log(rates))
    return weights


def expected_weight(how: Carriage, rarity: float) -> float:
    """What an anchor can be expected to weigh in a comparison with a translation, in nats."""
    rate = carried(how, rarity)
    return rate * max(0.0, rarity + math.log(rate))


def mass(found: Sequence[Anchor], length: int) -> float:
    """What all anchors of a text of `length` characters can be expected to weigh, each place counted once."""
    taken, total = Spans(length), 0.0
    for anchor in sorted(found, key=lambda anchor: -anchor.rarity):
        if anchor.carriage is not Carriage.WINDOW and taken.claim(anchor.starts, len(anchor.surface)):
            total += expected_weight(anchor.carriage, anchor.rarity)
    return total
