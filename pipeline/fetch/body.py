"""Bodies, unpacked while they come, so that no more of one is ever in memory than may be kept."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterable
from http import HTTPStatus
from typing import Protocol

import httpcore
import httpx

from pipeline.models.pages import FetchFailure, Reason
from pipeline.unpack import Gzip

CODINGS = "gzip, deflate"
"""What we offer in Accept-Encoding: what zlib can unpack up to a given size."""

SHORT_BYTES = 65_536
HEAD_SECONDS = 5.0


class _Unpacker(Protocol):
    """What makes a body of the bytes on the wire."""

    def feed(self, data: bytes, most: int) -> bytes:
        """At most so many bytes more. Raises zlib.error for what is not packed as it should be."""

    def is_cut(self) -> bool:
        """Whether something was begun and has not ended."""


class _Plain:
    def feed(self, data: bytes, most: int) -> bytes:
        return data[:most]

    def is_cut(self) -> bool:
        return False


class _Deflate:
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


_UNPACKERS: dict[str, type[_Plain | Gzip | _Deflate]] = {
    "": _Plain,
    "gzip": Gzip,
    "x-gzip": Gzip,  # RFC 9110, section 8.4.1.3
    "deflate": _Deflate,
}


async def read_body(wire: AsyncIterable[bytes], content_encoding: str, *, max_bytes: int) -> bytes | FetchFailure:
    """The body of an answer, unpacked, or why it cannot be had. It may have so many bytes, packed and unpacked."""
    codings = [word.strip().lower() for word in content_encoding.split(",")]
    applied = [coding for coding in codings if coding not in ("", "identity")]
    if len(applied) > 1:
        return FetchFailure(Reason.UNREADABLE, "compressed more than once", for_good=True)
    coding = applied[0] if applied else ""
    if coding not in _UNPACKERS:
        return FetchFailure(Reason.UNREADABLE, f"compressed as {coding}, which we did not ask for")
    try:
        return await _unpack(wire, _UNPACKERS[coding](), max_bytes)
    except zlib.error as exc:
        return FetchFailure(Reason.CONNECTION, f"not {coding} as it says: {exc}")


async def read_head(wire: AsyncIterable[bytes], content_encoding: str, *, max_bytes: int) -> bytes:
    """The first bytes of a body that only explains a failure: as many as can be had."""
    unpacker = _UNPACKERS.get(content_encoding.strip().lower(), _Plain)()
    head = bytearray()
    came = 0
    try:
        async with asyncio.timeout(HEAD_SECONDS):
            async for data in wire:
                came += len(data)
                head += unpacker.feed(data, max_bytes - len(head))
                if max(came, len(head)) >= max_bytes:
                    break
    except (zlib.error, TimeoutError, httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError):
        pass  # the failure itself is known already
    return bytes(head)


async def drain(response: httpx.Response) -> None:
    """Read a short body that nobody wants, so that the connection stays open for the next page of the host."""
    length = response.headers.get("content-length", "0" if response.status_code == HTTPStatus.NOT_MODIFIED else "")
    if length.isdecimal() and int(length) <= SHORT_BYTES:
        async for _ in response.aiter_raw():
            pass


async def _unpack(wire: AsyncIterable[bytes], unpacker: _Unpacker, max_bytes: int) -> bytes | FetchFailure:
    body = bytearray()
    came = 0
    async for data in wire:
        came += len(data)
        body += unpacker.feed(data, max_bytes + 1 - len(body))
        if max(came, len(body)) > max_bytes:
            return FetchFailure(Reason.TOO_LARGE, f"more than {max_bytes:,} bytes", for_good=True)
    if unpacker.is_cut():
        return FetchFailure(Reason.CONNECTION, "the compressed body breaks off")
    return bytes(body)
