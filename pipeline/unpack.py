"""Gzip, unpacked up to a given size, so that no more of it is ever in memory than may be kept."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

GZIP_MAGIC = b"\x1f\x8b"

# zlib keeps nothing of a step that ends in broken data; in small steps little is lost.
_STEP_BYTES = 1_024


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
