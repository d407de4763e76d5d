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
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.fold.translation.anchors import Found
from pipeline.fold.translation.carriage import CARRIAGES, Carriage
from pipeline.models.folding import Fingerprint

VERSION = 1
_HEAD = struct.Struct("<BxHH")
_FINGERPRINT = struct.Struct("<32sdBB")
_MILLI = 1000
_CARRIAGE, _IS_COARSE, _HAS_FINE_SOUNDS = 0b111, 0b1000, 0b10000
_NAME, _NUMBER = CARRIAGES.index(Carriage.NAME), CARRIAGES.index(Carriage.NUMBER)
# By the byte that says how an anchor is written: whether it is a word, as finely as its script is heard.
_IS_WORD = np.array([not mark & _IS_COARSE and mark & _CARRIAGE not in (_NAME, _NUMBER) for mark in range(256)])


@dataclass(frozen=True, eq=False)
class Anchors:
    """The anchors of a text of `length` characters. All columns but the last are as long as `keys`, which ascend:
    `counts` says how many of `all_places` are those of an anchor.
    """

    length: int
    keys: NDArray[np.int64]
    rarities: NDArray[np.float64]
    marks: NDArray[np.uint8]
    sizes: NDArray[np.uint8]
    counts: NDArray[np.uint8]
    all_places: NDArray[np.uint16]

    @cached_property
    def begins(self) -> NDArray[np.int64]:
        """Where the places of each anchor begin among all."""
        return np.cumsum(self.counts, dtype=np.int64) - self.counts

    @cached_property
    def is_word(self) -> NDArray[np.bool_]:
        """Which anchors are neither names nor numbers, as finely as their script is heard."""
        found: NDArray[np.bool_] = _IS_WORD[self.marks]
        return found

    @cached_property
    def is_number(self) -> NDArray[np.bool_]:
        """Which anchors are numbers."""
        return is_number(self.marks)

    @cached_property
    def words(self) -> int:
        """How many anchors are words."""
        return int(np.count_nonzero(self.is_word))

    @cached_property
    def numbers(self) -> int:
        """How many anchors are numbers."""
        return int(np.count_nonzero(is_number(self.marks)))

    def carriage(self, i: int) -> Carriage:
        """How an anchor is written."""
        return CARRIAGES[int(self.marks[i]) & _CARRIAGE]

    def starts(self, i: int) -> list[int]:
        """Where an anchor stands in the text, in characters."""
        begin = int(self.begins[i])
        found: list[int] = self.all_places[begin : begin + int(self.counts[i])].tolist()
        return found

    def first_span(self, i: int) -> tuple[int, int]:
        """Start and end of the first place of an anchor."""
        start = int(self.all_places[self.begins[i]])
        return start, start + int(self.sizes[i])


def carriages(marks: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """How anchors are written, as numbers of CARRIAGES."""
    return marks & np.uint8(_CARRIAGE)


def is_number(marks: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which anchors are numbers."""
    found: NDArray[np.bool_] = carriages(marks) == _NUMBER
    return found


def is_coarse(marks: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which anchors are coarse skeletons."""
    return (marks & np.uint8(_IS_COARSE)).astype(bool)


def hear_finely(marks: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which anchors are in a script that tells b from f, l from r and m from n."""
    return (marks & np.uint8(_HAS_FINE_SOUNDS)).astype(bool)


def pack(found: Found, length: int) -> bytes:
    """The anchors of a text of `length` characters, at most 65,535, as bytes."""
    is_coarse = np.char.startswith(found.keys, b"c")
    columns = (
        found.hashes,
        (found.rarities * _MILLI).round().astype("<u2"),
        (found.ways | is_coarse * _IS_COARSE | found.has_fine_sounds * _HAS_FINE_SOUNDS).astype(np.uint8),
        found.sizes,
        found.counts.astype(np.uint8),
        found.places.astype("<u2"),
    )
    return _HEAD.pack(VERSION, len(found.keys), length) + b"".join(column.tobytes() for column in columns)


def unpack(packed: bytes) -> Anchors:
    """The anchors in some bytes that `pack` made. Raises ValueError where another version made them."""
    keys, (_, count, length) = _keys(packed), _HEAD.unpack_from(packed)
    at = _HEAD.size + 8 * count
    rarities = np.frombuffer(packed, "<u2", count, at)
    marks = np.frombuffer(packed, np.uint8, count, at := at + 2 * count)
    sizes = np.frombuffer(packed, np.uint8, count, at := at + count)
    counts = np.frombuffer(packed, np.uint8, count, at := at + count)
    places = np.frombuffer(packed, "<u2", -1, at + count)
    return Anchors(length, keys, rarities / _MILLI, marks, sizes, counts, places)


def _keys(packed: bytes) -> NDArray[np.int64]:
    version, count, _ = _HEAD.unpack_from(packed)
    if version != VERSION:
        raise ValueError(f"anchors of version {version}, not {VERSION}")
    return np.frombuffer(packed, "<i8", count, _HEAD.size)


def pack_fingerprint(fingerprint: Fingerprint) -> bytes:
    """A fingerprint as bytes, to be stored."""
    keys = _keys(fingerprint.anchors)
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
        tuple(_keys(anchors)[indices].tolist()),
        anchors,
        mass,
    )
