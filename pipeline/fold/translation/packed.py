"""Fingerprints and anchors as they are stored and compared, each in one run of bytes.

Anchors are columns of numbers, ascending by key. Little-endian: version (1 byte), one byte of nothing, number of
anchors and length of the text in characters (2 bytes each); then for each anchor the hash of its key (8), its rarity in
thousandths of a nat (2), how it is written (1), the length of its surface (1), the number of its places (1); then all
places, in characters from the start (2 each).

A fingerprint is its text hash (32 bytes), mass (8), number of bands and of anchor keys (1 each), the bands (8 each),
the indices of the anchor keys among the anchors (2 each), and the anchors.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from pipeline.fold.near.shingles import hash64
from pipeline.fold.translation.anchors import Anchor, Carriage, has_fine_sounds
from pipeline.models.folding import Fingerprint

VERSION = 1
_HEAD = struct.Struct("<BxHH")
_FINGERPRINT = struct.Struct("<32sdBB")
_MILLI = 1000
_CARRIAGES = tuple(Carriage)
_CARRIAGE, _IS_COARSE, _HAS_FINE_SOUNDS = 0b111, 0b1000, 0b10000
_LONGEST_SURFACE = 255
_CARRIAGE_NUMBERS = {how: number for number, how in enumerate(_CARRIAGES)}
# By the byte that says how an anchor is written: whether it is a word, as finely as its script is heard.
_IS_WORD = np.array(
    [
        not mark & _IS_COARSE
        and mark & _CARRIAGE not in (_CARRIAGE_NUMBERS[Carriage.NAME], _CARRIAGE_NUMBERS[Carriage.NUMBER])
        for mark in range(256)
    ]
)


@dataclass(frozen=True, eq=False)
class Anchors:
    """The anchors of a text of `length` characters. All columns are as long as `keys`, which ascend."""

    length: int
    keys: NDArray[np.int64]
    rarities: NDArray[np.float64]
    marks: NDArray[np.uint8]
    sizes: NDArray[np.uint8]
    ends: NDArray[np.int64]
    all_places: NDArray[np.uint16]

    def carriage(self, i: int) -> Carriage:
        """How an anchor is written."""
        return _CARRIAGES[int(self.marks[i]) & _CARRIAGE]

    def is_coarse(self, i: int) -> bool:
        """Whether it is a coarse skeleton."""
        return bool(self.marks[i] & _IS_COARSE)

    def has_fine_sounds(self, i: int) -> bool:
        """Whether its script tells b from f, l from r and m from n."""
        return bool(self.marks[i] & _HAS_FINE_SOUNDS)

    def starts(self, i: int) -> list[int]:
        """Where an anchor stands in the text, in characters."""
        found: list[int] = self.all_places[self.ends[i - 1] if i else 0 : self.ends[i]].tolist()
        return found

    def first_span(self, i: int) -> tuple[int, int]:
        """Start and end of the first place of an anchor."""
        start = int(self.all_places[self.ends[i - 1] if i else 0])
        return start, start + int(self.sizes[i])

    @cached_property
    def words(self) -> NDArray[np.int64]:
        """The keys of the anchors that are neither names nor numbers, as finely as their script is heard."""
        found: NDArray[np.int64] = self.keys[_IS_WORD[self.marks]]
        return found

    @cached_property
    def numbers(self) -> NDArray[np.int64]:
        """The keys of the anchors that are numbers."""
        found: NDArray[np.int64] = self.keys[(self.marks & _CARRIAGE) == _CARRIAGE_NUMBERS[Carriage.NUMBER]]
        return found


@lru_cache(maxsize=50_000)
def hash_of(key: str) -> int:
    """The hash of the key of an anchor, remembered."""
    return hash64(key)


def pack(found: Sequence[Anchor], length: int) -> bytes:
    """The anchors of a text of `length` characters, at most 65,535, as bytes."""
    ordered = sorted(((hash_of(anchor.key), anchor) for anchor in found), key=itemgetter(0))
    columns = (
        np.array([key for key, _ in ordered], dtype="<i8"),
        np.array([round(anchor.rarity * _MILLI) for _, anchor in ordered], dtype="<u2"),
        np.array([_mark(anchor) for _, anchor in ordered], dtype=np.uint8),
        np.array([min(len(anchor.surface), _LONGEST_SURFACE) for _, anchor in ordered], dtype=np.uint8),
        np.array([len(anchor.starts) for _, anchor in ordered], dtype=np.uint8),
        np.array([start for _, anchor in ordered for start in anchor.starts], dtype="<u2"),
    )
    return _HEAD.pack(VERSION, len(ordered), length) + b"".join(column.tobytes() for column in columns)


def unpack(packed: bytes) -> Anchors:
    """The anchors in some bytes that `pack` made. Raises ValueError where another version made them."""
    version, count, length = _HEAD.unpack_from(packed)
    if version != VERSION:
        raise ValueError(f"anchors of version {version}, not {VERSION}")
    at = _HEAD.size
    keys = np.frombuffer(packed, "<i8", count, at)
    rarities = np.frombuffer(packed, "<u2", count, at := at + 8 * count)
    marks = np.frombuffer(packed, np.uint8, count, at := at + 2 * count)
    sizes = np.frombuffer(packed, np.uint8, count, at := at + count)
    counts = np.frombuffer(packed, np.uint8, count, at := at + count)
    places = np.frombuffer(packed, "<u2", -1, at + count)
    return Anchors(length, keys, rarities / _MILLI, marks, sizes, np.cumsum(counts, dtype=np.int64), places)


def pack_fingerprint(fingerprint: Fingerprint) -> bytes:
    """A fingerprint as bytes, to be stored."""
    keys = unpack(fingerprint.anchors).keys
    bands, anchor_keys = fingerprint.bands, np.array(fingerprint.anchor_keys, dtype=np.int64)
    head = _FINGERPRINT.pack(bytes.fromhex(fingerprint.text_hash), fingerprint.mass, len(bands), len(anchor_keys))
    indices = np.searchsorted(keys, anchor_keys).astype("<u2")
    return head + np.array(bands, dtype="<i8").tobytes() + indices.tobytes() + fingerprint.anchors


def unpack_fingerprint(packed: bytes) -> Fingerprint:
    """The fingerprint in some bytes that `pack_fingerprint` made. Raises ValueError where another version made them."""
    text_hash, mass, bands, keys = _FINGERPRINT.unpack_from(packed)
    at = _FINGERPRINT.size
    indices = np.frombuffer(packed, "<u2", keys, at + 8 * bands)
    anchors = packed[at + 8 * bands + 2 * keys :]
    return Fingerprint(
        text_hash.hex(),
        tuple(np.frombuffer(packed, "<i8", bands, at).tolist()),
        tuple(unpack(anchors).keys[indices].tolist()),
        anchors,
        mass,
    )


def _mark(anchor: Anchor) -> int:
    return (
        _CARRIAGE_NUMBERS[anchor.carriage]
        | (_IS_COARSE if anchor.key[0] == "c" else 0)
        | (_HAS_FINE_SOUNDS if has_fine_sounds(anchor.surface) else 0)
    )
