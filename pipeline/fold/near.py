"""Near copies in one language: MinHash bands to find them, Jaccard and containment to verify them (Broder 1997).

A shingle is three words, or six characters where the script writes no spaces. Bands are found through an index on their
64-bit values; 32 bands of 3 rows find a pair of Jaccard .5 with probability .99, of .3 with .58, of .1 with .03.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.fold.tokens import MAX_CHARACTERS, is_ideographic, letters_and_digits, shingle_units

BANDS, ROWS = 32, 3
SHINGLE_WORDS, SHINGLE_CHARACTERS = 3, 6
# A shorter text is equal to another one only together with its title: 'Read more' is no news.
_SHORTEST_ALONE = 100

Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much two texts share: of all their shingles, and of the shingles of the shorter one."""

    jaccard: float
    containment: float
    shorter: int


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


def shingles(text: str) -> Hashes:
    """The distinct shingles of a text, hashed, ascending. A text shorter than a shingle is one shingle."""
    units = shingle_units(text[:MAX_CHARACTERS])
    if not units:
        return np.empty(0, dtype=np.uint64)
    size = SHINGLE_CHARACTERS if 2 * sum(map(is_ideographic, units)) > len(units) else SHINGLE_WORDS
    size = min(size, len(units))
    codes = {unit: hash64(unit) & 0xFFFF_FFFF_FFFF_FFFF for unit in set(units)}
    hashes = np.array([codes[unit] for unit in units], dtype=np.uint64)
    rolled = np.zeros(len(units) - size + 1, dtype=np.uint64)
    for i in range(size):
        rolled = _mixed(rolled * np.uint64(0x9E3779B97F4A7C15) + hashes[i : i + len(rolled)])
    return np.unique(rolled)


def bands(found: Hashes) -> tuple[int, ...]:
    """The bands of the MinHash signature of some shingles; none for a text without shingles."""
    if not len(found):
        return ()
    multipliers, addends = _permutations()
    lowest = np.array([((found * a + b) >> np.uint64(32)).min() for a, b in zip(multipliers, addends, strict=True)])
    return tuple(hash64(f"{i}:{row.tobytes().hex()}") for i, row in enumerate(lowest.reshape(BANDS, ROWS)))


def overlap(one: Hashes, other: Hashes) -> Overlap:
    """True Jaccard and containment of two sets of shingles."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    shorter = min(len(one), len(other))
    union = len(one) + len(other) - shared
    return Overlap(shared / union if union else 0.0, shared / shorter if shorter else 0.0, shorter)


@lru_cache(maxsize=1)
def _permutations() -> tuple[Hashes, Hashes]:
    """Multiply-shift hash functions (Dietzfelbinger et al. 1997). The seed is part of every stored band: never change
    it.
    """
    random = np.random.Generator(np.random.PCG64(20250101))
    draw = random.integers(0, 2**63, size=(2, BANDS * ROWS), dtype=np.uint64)
    return draw[0] * np.uint64(2) + np.uint64(1), draw[1]


def _mixed(x: Hashes) -> Hashes:
    """The finaliser of splitmix64 (Steele et al. 2014): every bit of the input moves every bit of the output."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
