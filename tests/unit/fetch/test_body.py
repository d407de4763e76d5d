"""Unpacking: every coding and fault of a body, in every cut of the wire, within its limit."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Iterable

import pytest

from pipeline.fetch.body import read_body
from pipeline.models.pages import FetchFailure, Reason

MEGABYTE = 1_000_000
TEXT = "نحل و عسل — bees and honey. ".encode() * 100


def _gzip(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)  # the names of the cases must not change with the time


def _read(chunks: Iterable[bytes], encoding: str = "gzip", most: int = MEGABYTE) -> bytes | FetchFailure:
    async def wire() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    return asyncio.run(read_body(wire(), encoding, max_bytes=most))


def _cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def _deflate(data: bytes) -> bytes:
    press = zlib.compressobj(wbits=-15)
    return press.compress(data) + press.flush()


def _zeros(size: int) -> bytes:
    press = zlib.compressobj(wbits=31)
    return b"".join(press.compress(bytes(MEGABYTE)) for _ in range(size // MEGABYTE)) + press.flush()


@pytest.mark.parametrize("size", [1, 2, 7, 100_000])
@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("", TEXT),
        ("identity", TEXT),
        ("gzip", _gzip(TEXT)),
        ("GZip", _gzip(TEXT)),
        ("x-gzip", _gzip(TEXT)),
        (" gzip , identity", _gzip(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT, 1)),
        ("deflate", _deflate(TEXT)),
        ("gzip", _gzip(TEXT[:1000]) + _gzip(TEXT[1000:])),
        ("gzip", _gzip(TEXT) + bytes(512)),
        ("gzip", _gzip(TEXT) + b"padding \x1f\x8b and more"),
        ("gzip", _gzip(TEXT) + b"\x1f"),
        ("deflate", zlib.compress(TEXT) + b"padding"),
    ],
)
def test_a_body_is_unpacked_wherever_the_wire_cuts_it(encoding: str, packed: bytes, size: int) -> None:
    assert _read(_cut(packed, size), encoding) == TEXT


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
def test_an_answer_without_a_body_is_empty(encoding: str) -> None:
    assert _read([], encoding) == b""


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [("gzip", _gzip(TEXT)), ("deflate", zlib.compress(TEXT)), ("deflate", _deflate(TEXT))],
)
def test_a_compressed_body_that_breaks_off_is_a_failure_for_now(encoding: str, packed: bytes) -> None:
    for end in range(1, len(packed)):
        assert _read([packed[:end]], encoding) == FetchFailure(Reason.CONNECTION, "the compressed body breaks off"), end


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", b"Bees"),
        ("gzip", _gzip(TEXT)[:-8] + bytes(8)),
        ("gzip", _gzip(TEXT) + b"\x1f\x8bno member"),
        ("deflate", b"\xff\xff\xff\xff"),
        ("deflate", zlib.compress(TEXT)[:-4] + bytes(4)),
    ],
)
def test_a_body_that_is_not_compressed_as_it_says_is_a_failure_for_now(encoding: str, packed: bytes) -> None:
    result = _read([packed], encoding)

    assert isinstance(result, FetchFailure)
    assert (result.reason, result.for_good) == (Reason.CONNECTION, False)
    assert result.detail.startswith(f"not {encoding} as it says: ")


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip,deflate", "br, gzip", "deflate, identity, gzip"])
def test_a_body_compressed_more_than_once_is_not_opened(encoding: str) -> None:
    assert _read([_gzip(_zeros(MEGABYTE))], encoding) == FetchFailure(
        Reason.UNREADABLE, "compressed more than once", for_good=True
    )


@pytest.mark.parametrize("encoding", ["br", "zstd", "compress", "aes128gcm"])
def test_a_coding_that_was_not_offered_is_a_failure_for_now(encoding: str) -> None:
    assert _read([b"x"], encoding) == FetchFailure(
        Reason.UNREADABLE, f"compressed as {encoding}, which we did not ask for"
    )


@pytest.mark.parametrize(("size", "is_read"), [(MEGABYTE, True), (MEGABYTE + 1, False)])
@pytest.mark.parametrize(("encoding", "pack"), [("", bytes), ("gzip", _gzip), ("deflate", zlib.compress)])
def test_the_limit_is_exact(encoding: str, pack: type[bytes], size: int, is_read: bool) -> None:
    result = _read(_cut(pack(bytes(size)), 10_000), encoding)

    assert result == (
        bytes(size) if is_read else FetchFailure(Reason.TOO_LARGE, "more than 1,000,000 bytes", for_good=True)
    )


def test_members_without_end_stop_at_the_limit() -> None:
    empty = _gzip(b"")

    def without_end() -> Iterable[bytes]:
        while True:
            yield empty * 100

    result = _read(without_end(), most=100_000)

    assert isinstance(result, FetchFailure)
    assert result.reason == Reason.TOO_LARGE


@pytest.mark.parametrize("chunk", [100, 65_536, 10**9])
def test_a_bomb_costs_no_more_memory_than_the_limit(chunk: int) -> None:
    bomb = _cut(_zeros(100 * MEGABYTE), chunk)

    tracemalloc.start()
    result = _read(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert isinstance(result, FetchFailure)
    assert result.reason == Reason.TOO_LARGE
    assert peak < 5 * MEGABYTE
