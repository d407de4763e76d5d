"""Where a text has something that may be an anchor: its keys, each at its places, in rows of numbers.

What stands between two spaces has the same words wherever it stands, and most of it comes again in the news of a day:
its rows are remembered as bytes. Numbers and foreign names in Chinese depend on the text around them.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate, chain, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.fold.near.shingles import hash64
from pipeline.fold.translation.carriage import CARRIAGES, carriage, has_fine_sounds
from pipeline.fold.words import han, numerals
from pipeline.fold.words.marks import coarse_key, word_keys
from pipeline.fold.words.remembered import Remembered
from pipeline.fold.words.skeleton import skeletons
from pipeline.fold.words.tokens import Script, Token, has_kana, stretches, tokens

LIST_RUN = 5
_UNSPACED_WINDOWS = (4, 5, 6)
# A longer key, a number of more digits than any article needs, is known by its hash alone.
_LONGEST_SURFACE, _LONGEST_KEY = 255, 44
_BY_THE_TEXT = (Script.NUMBER, Script.HAN)
_ROW = struct.Struct(f"=qiBB?x{_LONGEST_KEY}s")
_COLUMNS = np.dtype(
    [
        ("hash", np.int64),
        ("at", np.int32),
        ("size", np.uint8),
        ("way", np.uint8),
        ("has_fine_sounds", np.bool_),
        ("", "V1"),
        ("key", f"S{_LONGEST_KEY}"),
    ]
)

Occurrence = tuple[str, str, int]
"""A key, how the text writes it, and where, in characters from the start."""


class Stretch(NamedTuple):
    """What stands between two spaces: the rows of its words, and what the text around it has a say in."""

    rows: bytes
    others: tuple[Token, ...]


def occurrences(text: str, language: str | None) -> NDArray[Any]:
    """Every key of a text, in a language (primary subtag), at each of its places: a column each for the hash of the
    key, the place `at` which it begins, in characters, its `size` there, the `way` it is written there, as a number of
    CARRIAGES, whether its script there `has_fine_sounds`, and the key.
    """
    found, begins = stretches(text)
    read = _STRETCHES(found)
    words = np.frombuffer(b"".join([stretch.rows for stretch in read]), _COLUMNS).copy()
    words["at"] += np.repeat(begins, [len(stretch.rows) // _ROW.size for stretch in read])
    others = [
        token._replace(start=begin + token.start)
        for stretch, begin in zip(read, begins.tolist(), strict=True)
        for token in stretch.others
    ]
    by_text = [*_number_occurrences(text, others, language), *_name_occurrences(text, others)]
    return np.concatenate([words, np.frombuffer(_rows(by_text), _COLUMNS)]) if by_text else words


def _read(found: Collection[str]) -> dict[str, Stretch]:
    """What stands in some stretches."""
    cut = [tokens(stretch) for stretch in found]
    keys = _keys(token for some in cut for token in some)
    own = [[one for token in some for one in _own_occurrences(token, keys)] for some in cut]
    rows = _rows(list(chain.from_iterable(own)))
    ends = list(accumulate((len(some) * _ROW.size for some in own), initial=0))
    return {
        stretch: Stretch(rows[begin:end], tuple(token for token in some if token.script in _BY_THE_TEXT))
        for stretch, some, (begin, end) in zip(found, cut, pairwise(ends), strict=True)
    }


def _keys(found: Iterable[Token]) -> dict[tuple[Script, str], list[str]]:
    """The keys of all words among some tokens."""
    written: dict[Script, dict[str, None]] = defaultdict(dict)
    for token in found:
        written[token.script][token.text] = None
    return {
        (script, word): keys
        for script, words in written.items()
        if script not in (Script.NUMBER, Script.HAN, Script.UNSPACED)
        for word, keys in zip(words, word_keys(list(words), script), strict=True)
    }


def _own_occurrences(token: Token, keys: Mapping[tuple[Script, str], Sequence[str]]) -> Iterable[Occurrence]:
    """What a token is a key of, whatever stands around it."""
    if token.script is Script.HAN:
        return _han_occurrences(token)
    if token.script is Script.UNSPACED:
        return _unspaced_occurrences(token)
    return [(key, token.text, token.start) for key in keys.get((token.script, token.text), ())]


def _rows(found: Sequence[Occurrence]) -> bytes:
    hashes = _HASHES([key for key, _, _ in found])
    return b"".join(
        [
            _ROW.pack(code, start, min(len(surface), _LONGEST_SURFACE), *_written(key[0], surface[0]), key.encode())
            for code, (key, surface, start) in zip(hashes, found, strict=True)
        ]
    )


_HASHES = Remembered(lambda keys: {key: hash64(key) for key in keys})


@lru_cache(maxsize=50_000)
def _written(level: str, first: str) -> tuple[int, bool]:
    """The way in which an anchor is written, and whether its script has fine sounds."""
    return CARRIAGES.index(carriage(level, first)), has_fine_sounds(first)


_STRETCHES = Remembered(_read)


def _number_occurrences(text: str, found: Sequence[Token], language: str | None) -> Iterator[Occurrence]:
    numbers = [token for token in found if token.script is Script.NUMBER]
    read = list(zip(numbers, _VALUES([token.text for token in numbers]), strict=True))
    counted = _counted({value for _, values in read for value, _ in values})
    for token, values in read:
        following = token.start + len(token.text)
        factor = numerals.magnitude_after(text, following, language) if len(values) == 1 else 1
        for value, key in values:
            if value not in counted:
                yield key, token.text, token.start
            if factor > 1 and value:
                yield _number_key(value * factor), token.text, token.start


def _number_key(value: Decimal) -> str:
    return "n:" + numerals.written(value)


def _values(found: Collection[str]) -> dict[str, list[tuple[Decimal, str]]]:
    """What numbers say as they are written, each value with its key."""
    return {number: [(value, _number_key(value)) for value in numerals.values(number)] for number in found}


_VALUES = Remembered(_values)


def _counted(values: set[Decimal]) -> set[Decimal]:
    """The values that come in runs of LIST_RUN whole numbers without a gap: a numbered list, a table, a calendar. Two
    lists share them all and in order, and say nothing.
    """
    if len(values) < LIST_RUN:
        return set()
    whole = {value for value in values if value == value.to_integral_value()}
    starts = [value for value in whole if value - 1 not in whole]
    runs = []
    for start in starts:
        run = [start]
        while run[-1] + 1 in whole:
            run.append(run[-1] + 1)
        runs.append(run)
    return {value for run in runs if len(run) >= LIST_RUN for value in run}


def _han_occurrences(run: Token) -> Iterator[Occurrence]:
    """Windows for other Han texts, and numerals."""
    for start, end, reading in han.windows(run.text):
        yield "h:" + reading, run.text[start:end], run.start + start
    for numeral in numerals.HAN_NUMERAL.finditer(run.text):
        value = numerals.han_value(numeral.group())
        yield _number_key(value), numeral.group(), run.start + numeral.start()


def _name_occurrences(text: str, found: Sequence[Token]) -> Iterator[Occurrence]:
    """What may be a foreign name in Chinese: Japanese writes those in katakana."""
    runs = [token for token in found if token.script is Script.HAN]
    if not runs or has_kana(text):
        return
    for run in runs:
        for start, end, skeleton in han.name_spans(run.text):
            if key := coarse_key(skeleton):
                yield key, run.text[start:end], run.start + start


def _unspaced_occurrences(run: Token) -> Iterator[Occurrence]:
    """Windows over the consonants of a run without spaces: a name in it starts and ends anywhere."""
    sounds = [(c, i) for i, sound in enumerate(skeletons(list(run.text))) for c in sound]
    for size in _UNSPACED_WINDOWS:
        for first in range(len(sounds) - size + 1):
            window = sounds[first : first + size]
            start, end = window[0][1], window[-1][1] + 1
            if key := coarse_key("".join(c for c, _ in window)):
                yield key, run.text[start:end], run.start + start
