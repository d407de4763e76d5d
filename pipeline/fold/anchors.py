"""The anchors of a text: its marks that survive translation, with how rare they are and where they stand."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from operator import itemgetter

from pipeline.fold import han, numerals
from pipeline.fold.background import document_probability
from pipeline.fold.marks import SHORTEST, skeleton_keys, word_keys
from pipeline.fold.skeleton import skeletons
from pipeline.fold.spans import Spans
from pipeline.fold.tokens import Script, Token, has_kana, tokens, word_count

NUMBER = "n:"
"""What the key of an anchor that is a number begins with."""
MOST_ANCHORS = 400
MOST_POSITIONS = 24
LIST_RUN = 5
# What half of all articles carry says nothing.
_LEAST_RARITY = -math.log(0.6)
_FEWEST_WORDS = 20.0
_UNSPACED_WINDOWS = (4, 5, 6)


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


@dataclass(frozen=True, slots=True)
class Anchor:
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


@dataclass(slots=True)
class _Mark:
    surface: str
    shown: str
    starts: list[int] = field(default_factory=list)


def anchors(text: str, language: str | None) -> tuple[Anchor, ...]:
    """The anchors of a text in a language (primary subtag), those that weigh most first, at most MOST_ANCHORS."""
    words = max(_FEWEST_WORDS, word_count(text))
    weighed = []
    for key, mark in _marks(text, language).items():
        rarity = -math.log(document_probability(key, language, words))
        if rarity >= _LEAST_RARITY:
            how = carriage(key, mark.surface)
            weighed.append((-expected_weight(how, rarity), key, mark, how, rarity))
    weighed.sort(key=itemgetter(0, 1))
    return tuple(
        Anchor(key, mark.shown, tuple(mark.starts[:MOST_POSITIONS]), how, round(rarity, 3))
        for _, key, mark, how, rarity in weighed[:MOST_ANCHORS]
    )


def expected_weight(how: Carriage, rarity: float) -> float:
    """What an anchor can be expected to weigh in a comparison with a translation, in nats."""
    rate = carried(how, rarity)
    return rate * max(0.0, rarity + math.log(rate))


def mass(found: Sequence[Anchor]) -> float:
    """What all anchors of a text can be expected to weigh, each place counted once."""
    taken, total = Spans(), 0.0
    for anchor in sorted(found, key=lambda anchor: -anchor.rarity):
        if anchor.carriage is not Carriage.WINDOW and taken.claim(anchor.starts, len(anchor.surface)):
            total += expected_weight(anchor.carriage, anchor.rarity)
    return total


def _marks(text: str, language: str | None) -> dict[str, _Mark]:
    """Every key of the text with its places. The surface is in small letters where the text has it so: no name."""
    marks: dict[str, _Mark] = {}
    for key, surface, start in _occurrences(text, language):
        mark = marks.get(key)
        if mark is None:
            marks[key] = mark = _Mark(surface, surface)
        mark.starts.append(start)
        if surface[0].islower():
            mark.surface = surface
    return marks


def _occurrences(text: str, language: str | None) -> Iterator[tuple[str, str, int]]:
    """(key, surface, start) of everything in the text that may be an anchor."""
    by_script: dict[Script, list[Token]] = defaultdict(list)
    for token in tokens(text):
        by_script[token.script].append(token)
    is_japanese = has_kana(text)
    for script, found in by_script.items():
        if script is Script.NUMBER:
            yield from _number_occurrences(text, found, language)
        elif script is Script.HAN:
            yield from _han_occurrences(found, is_japanese)
        elif script is Script.UNSPACED:
            yield from _unspaced_occurrences(found)
        else:
            distinct = list(dict.fromkeys(token.text for token in found))
            keys = dict(zip(distinct, word_keys(distinct, script), strict=True))
            yield from ((key, token.text, token.start) for token in found for key in keys[token.text])


def _number_occurrences(text: str, found: list[Token], language: str | None) -> Iterator[tuple[str, str, int]]:
    read = [(token, numerals.values(token.text)) for token in found]
    counted = _counted({value for _, values in read for value in values})
    for token, values in read:
        end = token.start + len(token.text)
        factor = numerals.magnitude_after(text, end, language) if len(values) == 1 else 1
        for value in values:
            if value not in counted:
                yield "n:" + numerals.written(value), token.text, token.start
            if factor > 1 and value:
                yield "n:" + numerals.written(value * factor), token.text, token.start


def _counted(values: set[Decimal]) -> set[Decimal]:
    """The values that come in runs of LIST_RUN whole numbers without a gap: a numbered list, a table, a calendar. Two
    lists share them all and in order, and say nothing.
    """
    whole = {value for value in values if value == value.to_integral_value()}
    starts = [value for value in whole if value - 1 not in whole]
    runs = []
    for start in starts:
        run = [start]
        while run[-1] + 1 in whole:
            run.append(run[-1] + 1)
        runs.append(run)
    return {value for run in runs if len(run) >= LIST_RUN for value in run}


def _han_occurrences(found: list[Token], is_japanese: bool) -> Iterator[tuple[str, str, int]]:
    """Windows for other Han texts; in Chinese also what may be a foreign name (Japanese writes those in katakana)."""
    for token in found:
        for start, end, reading in han.windows(token.text):
            yield "h:" + reading, token.text[start:end], token.start + start
        for numeral in numerals.HAN_NUMERAL.finditer(token.text):
            yield (
                "n:" + numerals.written(numerals.han_value(numeral.group())),
                numeral.group(),
                token.start + numeral.start(),
            )
        if not is_japanese:
            for start, end, skeleton in han.name_spans(token.text):
                for key in skeleton_keys(skeleton, Script.HAN):
                    yield key, token.text[start:end], token.start + start


def _unspaced_occurrences(found: list[Token]) -> Iterator[tuple[str, str, int]]:
    """Windows over the consonants of a run without spaces: a name in it starts and ends anywhere."""
    for token in found:
        sounds = [(c, i) for i, sound in enumerate(skeletons(list(token.text))) for c in sound]
        for size in _UNSPACED_WINDOWS:
            for first in range(len(sounds) - size + 1):
                window = sounds[first : first + size]
                surface = token.text[window[0][1] : window[-1][1] + 1]
                for key in skeleton_keys("".join(c for c, _ in window), Script.UNSPACED):
                    if len(key) - 2 >= SHORTEST:
                        yield key, surface, token.start + window[0][1]
