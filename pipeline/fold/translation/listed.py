"""How often a word of running text carries each key, by the word list of its language.

A table is made of a list once, and kept as one run of bytes that processes map into their memory and share. In the
order of bytes of the machine: what made it (16), a checksum of the rest (4), nothing (4); the share of words that are
not listed, how often each letter occurs in the skeletons of each level, and each length (8 each); then the hashes of
the keys, ascending, and their frequencies (8 each).
"""

from __future__ import annotations

import hashlib
import struct
import unicodedata
import zlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from itertools import accumulate
from mmap import mmap
from string import ascii_lowercase

import numpy as np
from numpy.typing import NDArray

from pipeline.fold.near.shingles import hash64
from pipeline.fold.words.han import windows
from pipeline.fold.words.lists import frequencies
from pipeline.fold.words.marks import LONGEST, word_keys
from pipeline.fold.words.tokens import Script, tokens
from pipeline.rules import FOLDING_RULES

_VERSION = 1
_HEAD = struct.Struct("=16sI4x")
_LEVELS = ("s", "c")
_LETTERS = np.frombuffer(ascii_lowercase.encode(), np.uint8)
_SHAPE = 1 + len(_LEVELS) * (len(_LETTERS) + LONGEST + 1)
_RARE_LETTER, _RARE_LENGTH = 0.05, 0.01

Values = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Listed:
    """The keys of the words of a list: `hashes` ascend, `frequencies` are how many times a word of running text carries
    each. Of skeletons, the fine ones in row 0 and the coarse ones in row 1, `letters` are how often each ASCII
    character occurs (1 for what is no letter), `lengths` how often each length. `unlisted` is the share of words that
    are not listed.
    """

    hashes: NDArray[np.int64]
    frequencies: Values
    letters: Values
    lengths: Values
    unlisted: float

    def carried(self, hashes: NDArray[np.int64]) -> Values:
        """How many times a word of running text carries each hashed key, by the listed words."""
        at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        found: Values = np.where(self.hashes[at] == hashes, self.frequencies[at], 0.0)
        return found

    def chances(self, is_coarse: NDArray[np.bool_], marks: NDArray[np.uint8], unlisted: float) -> Values:
        """How many times a word of running text carries each skeleton, where so many are not listed: by its letters
        and its length. `marks` has a row for each skeleton, with 0 after its last letter.
        """
        level = is_coarse.astype(np.intp)
        letters = self.letters[level, marks.T].prod(axis=0)
        lengths = self.lengths[level, np.count_nonzero(marks, axis=1)]
        found: Values = unlisted * letters * (lengths + _RARE_LENGTH)
        return found


def listed(name: str) -> Listed:
    """The table of a word list, made anew. It takes 0.2 to 0.6 s."""
    return unpack(pack(name), name)


def pack(name: str) -> bytes:
    """The table of a word list, made anew, as bytes. It takes 0.2 to 0.6 s."""
    words = frequencies(name)
    carried = _carried(words)
    shape = [1.0 - sum(words.values())]
    for level in _LEVELS:
        shape += _letters_and_lengths({key[2:]: often for key, often in carried.items() if key[0] == level})
    hashes = np.array([*map(hash64, carried)], dtype=np.int64)
    ascending = np.argsort(hashes)
    often = np.array([*carried.values()], dtype=np.float64)
    rest = b"".join(column.tobytes() for column in (np.array(shape), hashes[ascending], often[ascending]))
    return _HEAD.pack(_maker(name), zlib.crc32(rest)) + rest


def unpack(packed: bytes | mmap, name: str) -> Listed:
    """The table in some bytes that `pack` made of this list. Raises ValueError where they are damaged, or something
    else.
    """
    rest = memoryview(packed)[_HEAD.size :]
    if packed[: _HEAD.size] != _HEAD.pack(_maker(name), zlib.crc32(rest)):
        raise ValueError(f"no table of the word list {name}, or a damaged one")
    values = np.frombuffer(rest, np.float64)
    shape = values[1:_SHAPE].reshape(len(_LEVELS), -1)
    letters, lengths = np.ones((len(_LEVELS), 128)), shape[:, len(_LETTERS) :]
    letters[:, _LETTERS] = shape[:, : len(_LETTERS)]
    hashes, often = np.split(values[_SHAPE:], 2)
    return Listed(hashes.view(np.int64), often, letters, lengths, float(values[0]))


def _maker(name: str) -> bytes:
    """What makes the table of a list what it is."""
    return hashlib.blake2b(repr((name, _versions())).encode(), digest_size=16).digest()


@cache
def _versions() -> tuple[object, ...]:
    packages = map(version, ("wordfreq", "anyascii", "regex"))
    return _VERSION, FOLDING_RULES, unicodedata.unidata_version, *packages


def _carried(words: Mapping[str, float]) -> dict[str, float]:
    """How often each key is carried by the words of a list."""
    # One line for each word: no token goes over the end of one.
    begins = list(accumulate((len(word) + 1 for word in words), initial=0))
    often = list(words.values())
    by_script: dict[Script, list[tuple[str, float]]] = defaultdict(list)
    for token in tokens("\n".join(words)):
        by_script[token.script].append((token.text, often[bisect_right(begins, token.start) - 1]))
    carried: dict[str, float] = defaultdict(float)
    for script, entries in by_script.items():
        for keys, frequency in zip(_keys([word for word, _ in entries], script), (f for _, f in entries), strict=True):
            for key in keys:
                carried[key] += frequency
    return carried


def _keys(words: list[str], script: Script) -> list[list[str]]:
    if script is Script.HAN:
        return [["h:" + reading for _, _, reading in windows(run)] for run in words]
    if script in (Script.NUMBER, Script.UNSPACED):
        return [[] for _ in words]
    return word_keys(words, script)


def _letters_and_lengths(skeletons: Mapping[str, float]) -> list[float]:
    """How often each letter occurs in some skeletons, and each length from 0 on."""
    letters: dict[str, float] = defaultdict(float)
    lengths = [0.0] * (LONGEST + 1)
    for skeleton, frequency in skeletons.items():
        lengths[len(skeleton)] += frequency
        for c in skeleton:
            letters[c] += frequency
    total = sum(letters.values()) or 1.0
    return [letters[c] / total if c in letters else _RARE_LETTER for c in ascii_lowercase] + lengths
