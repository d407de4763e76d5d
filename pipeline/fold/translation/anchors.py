"""The anchors of a text: its marks that survive translation, with how rare they are and where they stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.fold.translation.background import Background
from pipeline.fold.translation.listed import hashes_of
from pipeline.fold.translation.places import places
from pipeline.fold.translation.spans import Spans
from pipeline.fold.words.remembered import Remembered
from pipeline.fold.words.tokens import word_count

MOST_ANCHORS = 400
MOST_POSITIONS = 24
# What half of all articles carry says nothing.
_LEAST_RARITY = -math.log(0.6)
_FEWEST_WORDS = 20.0

Values = NDArray[np.float64]
Ways = NDArray[np.uint8]


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
_WINDOW = CARRIAGES.index(Carriage.WINDOW)
_BASE, _SLOPE, _MOST = np.array([_CARRIED[how] for how in CARRIAGES]).T


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


# By level and first character together.
_WAYS = Remembered(lambda both: CARRIAGES.index(carriage(*both)))


def has_fine_sounds(first: str) -> bool:
    """Whether the script of a letter tells b from f, l from r and m from n: kana, Han, Hangul and unspaced scripts may
    not.
    """
    return not (first >= "\u3040" or "\u0e00" <= first <= "\u109f" or "\u1780" <= first <= "\u17ff")


@dataclass(frozen=True, slots=True)
class Found:
    """Marks of a text that survive translation, in columns of one length.

    Keys are comparable across languages ('n:1818.68', 'l:chatgpt', 's:gmz'), `hashes` are theirs. A surface is how the
    text writes one at the first of its `starts`, its places in characters. `ways` are how each is written, by the least
    name-like of its places, as numbers of CARRIAGES. A rarity is -ln of how probable it is that an unrelated article of
    this language and length carries the anchor.
    """

    keys: Sequence[str]
    hashes: NDArray[np.int64]
    surfaces: Sequence[str]
    starts: Sequence[Sequence[int]]
    ways: Ways
    rarities: Values


def carried(ways: NDArray[np.integer[Any]], rarities: Values) -> Values:
    """How probably a translation carries anchors over, by how they are written (numbers of CARRIAGES)."""
    rates: Values = np.minimum(_MOST[ways], _BASE[ways] + _SLOPE[ways] * rarities)
    return rates


def anchors(text: str, language: str | None, background: Background) -> Found:
    """The anchors of a text in a language (primary subtag), those that weigh most first, at most MOST_ANCHORS."""
    found = places(text, language)
    keys = sorted(found.starts)
    hashes = hashes_of(keys)
    rare = background.rarities(keys, hashes, max(_FEWEST_WORDS, word_count(text)))
    ways = np.array([_WAYS[key[0] + found.firsts[key]] for key in keys], dtype=np.uint8)
    weights = np.where(rare >= _LEAST_RARITY, _expected_weights(ways, rare), -1.0)
    best = np.argsort(-weights, kind="stable")[:MOST_ANCHORS]
    best = best[weights[best] >= 0]
    chosen = [keys[i] for i in best.tolist()]
    return Found(
        chosen,
        hashes[best],
        [found.shown[key] for key in chosen],
        [found.starts[key][:MOST_POSITIONS] for key in chosen],
        ways[best],
        rare[best].round(3),
    )


def _expected_weights(ways: Ways, rarity: Values) -> Values:
    """What anchors can be expected to weigh in a comparison with a translation, in nats."""
    rates = carried(ways, rarity)
    # A rate of 0 weighs nothing.
    with np.errstate(divide="ignore"):
        weights: Values = rates * np.maximum(0.0, rarity + np.log(rates))
    return weights


def mass(found: Found) -> float:
    """What all anchors of a text can be expected to weigh, each place counted once."""
    taken = Spans()
    is_window = (found.ways == _WINDOW).tolist()
    rarest_first = np.argsort(-found.rarities, kind="stable").tolist()
    counted = [i for i in rarest_first if not is_window[i] and taken.claim(found.starts[i], len(found.surfaces[i]))]
    return float(_expected_weights(found.ways[counted], found.rarities[counted]).sum())
