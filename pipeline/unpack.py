"""What bodies are packed with, unpacked up to a given size: no more of one is ever in memory than may be kept."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

GZIP_MAGIC = b"\x1f\x8b"

# zlib keeps nothing of a step that ends in broken data; in small steps little is lost.
_STEP_BYTES = 1_024


class Unpacker(Protocol):
    """What makes a body of the bytes on the wire."""

    def feed(self, data: bytes, most: int) -> bytes:
        """At most so many bytes more. Raises zlib.error for what is not packed as it should be."""

    def is_cut(self) -> bool:
        """Whether something was begun and has not ended."""


class Gzip:
    """RFC 1952: members one after another; zeros or other things behind the last are padding."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)
        self._has_begun = False
        self._has_ended = False
        self._held = b""

    def feed(self, data: bytes, most: int) -> bytes:
        """At most so many bytes more. Raises zlib.error for what is not packed as it should be."""
        self._has_begun = True
        data = self._held + data
        self._held = b""
        out = bytearray()
        while data and len(out) < most and not self._has_ended:
            if self._member.eof:
                if data == GZIP_MAGIC[:1]:
                    self._held = data
                    break
                self._has_ended = not data.startswith(GZIP_MAGIC)
                self._member = self._member if self._has_ended else zlib.decompressobj(wbits=31)
                continue
            out += self._member.decompress(data, most - len(out))
            data = self._member.unused_data
        return bytes(out)

    def is_cut(self) -> bool:
        """Whether something was begun and has not ended."""
        return self._has_begun and not self._member.eof


class Plain:
    """A body that is not packed."""

    def feed(self, data: bytes, most: int) -> bytes:
        return data[:most]

    def is_cut(self) -> bool:
        return False


class Deflate:
    """RFC 9110, section 8.4.1.2: a zlib stream (RFC 1950), or, of some servers, bare deflate data (RFC 1951)."""

    def __init__(self) -> None:
        self._head = b""
        self._stream: zlib._Decompress | None = None

    def feed(self, data: bytes, most: int) -> bytes:
        if self._stream is None:
            self._head += data
            if len(self._head) < 2:
                return b""
            data = self._head
            self._stream = zlib.decompressobj(15 if _is_zlib_header(data) else -15)
        return b"" if self._stream.eof else self._stream.decompress(data, most)

    def is_cut(self) -> bool:
        return bool(self._head) and (self._stream is None or not self._stream.eof)


def _is_zlib_header(data: bytes) -> bool:
    """RFC 1950, section 2.2: method 8, and the two bytes are a multiple of 31."""
    return data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0


UNPACKERS: Mapping[str, type[Plain | Gzip | Deflate]] = {
    "": Plain,
    "gzip": Gzip,
    "x-gzip": Gzip,  # RFC 9110, section 8.4.1.3
    "deflate": Deflate,
}


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What came out of a gzip file, and whether it breaks off or is broken at the end."""

    body: bytes
    is_cut: bool


def gunzip(packed: bytes, *, max_bytes: int) -> Unpacked | None:
    """The content of a gzip file as far as it can be read, or None where it has more bytes than it may."""
    gzip = Gzip()
    body = bytearray()
    for start in range(0, len(packed), _STEP_BYTES):
        try:
            body += gzip.feed(packed[start : start + _STEP_BYTES], max_bytes + 1 - len(body))
        except zlib.error:
            return Unpacked(bytes(body), is_cut=True)
        if len(body) > max_bytes:
            return None
    return Unpacked(bytes(body), gzip.is_cut())
