"""Near copies are found by MinHash bands over shingles (Broder 1997).

A shingle is three words, or six to nine characters where the script writes no spaces: each place of a text decides that
for itself, so that a passage has the same shingles wherever it stands. Bands are found through an index on their 64-bit
values; 32 bands of 3 rows find a pair of Jaccard .5 with probability .99, of .3 with .58, of .1 with .03.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.fold.words.remembered import Remembered
from pipeline.fold.words.tokens import (
    MAX_CHARACTERS,
    SHINGLE_WORDS,
    folded_unit,
    letters_and_digits,
    shingle_size,
    stretches,
    unit_spans,
)

BANDS, ROWS = 32, 3
# A shorter text is equal to another one only together with its title: 'Read more' is no news.
_SHORTEST_ALONE = 100
# So many shingles at once keep the table of all permutations at 3 MB, within the cache of a core.
_BLOCK = 4096
_UNIT = struct.Struct("=4q")

Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shingled:
    """A text cut into units (words, or characters without spaces between) and shingles.

    Unit i is the characters `starts[i]` to `ends[i]`, and `words[i]` of a word. Shingle j is the units `firsts[j]` to
    `lasts[j]`, the last one included, and has the hash `hashes[j]`.
    """

    starts: Places
    ends: Places
    words: NDArray[np.float64]
    firsts: Places
    lasts: Places
    hashes: Hashes


def hash64(text: str) -> int:
    """A stable signed 64-bit integer for a text, as Postgres' bigint holds it."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), signed=True)


def text_hash(text: str, title: str | None) -> str:
    """SHA-256, in hex, of the letters and digits of a text; with its title where they are few, raw where there are
    none.
    """
    normalised = letters_and_digits(text)
    if not normalised:
        normalised = f"\0{title or ''}\0{text}"
    elif len(normalised) < _SHORTEST_ALONE:
        normalised = f"{letters_and_digits(title or '')}\0{normalised}"
    return hashlib.sha256(normalised.encode("utf-8", "surrogatepass")).hexdigest()


def shingled(text: str) -> Shingled:
    """The units and shingles of a text, of its first MAX_CHARACTERS. A text shorter than a shingle is one shingle."""
    found, begins = stretches(text[:MAX_CHARACTERS])
    units = _UNITS_OF(found)
    starts, ends, codes, sizes = np.frombuffer(b"".join(units), np.int64).reshape(-1, 4).T
    places = np.repeat(begins, [len(rows) // _UNIT.size for rows in units])
    firsts = np.flatnonzero(np.arange(len(sizes)) + sizes <= len(sizes))
    if len(sizes) and not len(firsts):
        firsts = np.zeros(1, dtype=np.int64)
    lengths = np.minimum(sizes[firsts], len(sizes))
    hashes = _rolled(codes.view(np.uint64), firsts, lengths)
    return Shingled(starts + places, ends + places, SHINGLE_WORDS / sizes, firsts, firsts + lengths - 1, hashes)


def shingles(text: str) -> Hashes:
    """The distinct shingles of a text, hashed, ascending."""
    return np.unique(shingled(text).hashes)


def bands(found: Hashes) -> tuple[int, ...]:
    """The bands of the MinHash signature of some shingles, however often each comes; none for a text without."""
    if not len(found):
        return ()
    multipliers, addends = _permutations()
    lowest = np.full(BANDS * ROWS, np.iinfo(np.uint64).max, dtype=np.uint64)
    for start in range(0, len(found), _BLOCK):
        permuted = found[start : start + _BLOCK] * multipliers + addends
        np.minimum(lowest, permuted.min(axis=1), out=lowest)
    banded = np.arange(BANDS, dtype=np.uint64)
    for row in (lowest >> np.uint64(32)).reshape(BANDS, ROWS).T:
        banded = _joined(banded, row)
    return tuple(banded.view(np.int64).tolist())


def _units(found: Collection[str]) -> dict[str, bytes]:
    """The units of some stretches of text, a row for each: start, end, hash, and the size of a shingle that begins
    there.
    """
    spans = [unit_spans(stretch) for stretch in found]
    units = [stretch[start:end] for stretch, some in zip(found, spans, strict=True) for start, end in some]
    hashes_and_sizes = iter(_HASHES_AND_SIZES(units))
    return {
        stretch: b"".join([_UNIT.pack(*span, *next(hashes_and_sizes)) for span in some])
        for stretch, some in zip(found, spans, strict=True)
    }


_UNITS_OF = Remembered(_units)
_HASHES_AND_SIZES = Remembered(lambda units: {unit: (hash64(folded_unit(unit)), shingle_size(unit)) for unit in units})


def _rolled(codes: Hashes, firsts: Places, sizes: Places) -> Hashes:
    """One hash for the units of each shingle."""
    rolled = np.zeros(len(firsts), dtype=np.uint64)
    for i in range(int(sizes.max(initial=0))):
        longer = sizes > i
        rolled[longer] = _joined(rolled[longer], codes[firsts[longer] + i])
    return rolled


@lru_cache(maxsize=1)
def _permutations() -> tuple[Hashes, Hashes]:
    """Multiply-shift hash functions (Dietzfelbinger et al. 1997), as two columns. The seed is part of every stored
    band: never change it.
    """
    random = np.random.Generator(np.random.PCG64(20250101))
    draw = random.integers(0, 2**63, size=(2, BANDS * ROWS, 1), dtype=np.uint64)
    return draw[0] * np.uint64(2) + np.uint64(1), draw[1]


def _joined(x: Hashes, y: Hashes) -> Hashes:
    """One hash for each two, by the finaliser of splitmix64 (Steele et al. 2014): every bit of the input moves every
    bit of the output.
    """
    x = x * np.uint64(0x9E3779B97F4A7C15) + y
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
