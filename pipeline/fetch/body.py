"""Bodies, unpacked while they come, so that no more of one is ever in memory than may be kept."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterable
from http import HTTPStatus

import httpcore
import httpx

from pipeline.models.pages import FetchFailure, Reason
from pipeline.unpack import UNPACKERS, Plain, Unpacker

CODINGS = "gzip, deflate"
"""What we offer in Accept-Encoding: what zlib can unpack up to a given size."""

SHORT_BYTES = 65_536
HEAD_SECONDS = 5.0


async def read_body(wire: AsyncIterable[bytes], content_encoding: str, *, max_bytes: int) -> bytes | FetchFailure:
    """The body of an answer, unpacked, or why it cannot be had. It may have so many bytes, packed and unpacked."""
    codings = [word.strip().lower() for word in content_encoding.split(",")]
    applied = [coding for coding in codings if coding not in ("", "identity")]
    if len(applied) > 1:
        return FetchFailure(Reason.UNREADABLE, "compressed more than once", for_good=True)
    coding = applied[0] if applied else ""
    if coding not in UNPACKERS:
        return FetchFailure(Reason.UNREADABLE, f"compressed as {coding}, which we did not ask for")
    try:
        return await _unpack(wire, UNPACKERS[coding](), max_bytes)
    except zlib.error as exc:
        return FetchFailure(Reason.CONNECTION, f"not {coding} as it says: {exc}")


async def read_head(wire: AsyncIterable[bytes], content_encoding: str, *, max_bytes: int) -> bytes:
    """The first bytes of a body that only explains a failure: as many as can be had."""
    unpacker = UNPACKERS.get(content_encoding.strip().lower(), Plain)()
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


async def _unpack(wire: AsyncIterable[bytes], unpacker: Unpacker, max_bytes: int) -> bytes | FetchFailure:
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
