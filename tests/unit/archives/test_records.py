"""WARC records: all that is whole is read, from any record on; what is damaged is named and passed over."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from datetime import datetime

import pytest
from warcs import http, record

from pipeline.archives.records import Record, is_archive, read_records

LIMIT = 1_000_000


def _records(packed: bool, **changed: bytes) -> list[bytes]:
    """Six records, some of them changed (by their names `r0` to `r5`)."""
    return [changed.get(f"r{n}") or record(_url(n), http(_body(n)), packed=packed) for n in range(6)]


def _url(number: int) -> str:
    return f"https://a.example/{number}"


def _body(number: int) -> bytes:
    return f"<p>body {number}</p>".encode()


def _read(data: bytes, start: int = 0, limit: int = LIMIT) -> list[Record]:
    return list(read_records(io.BytesIO(data), start=start, wants=lambda _url, _at: True, max_bytes=limit))


def _pages(found: list[Record]) -> list[int]:
    return [int(one.url[-1]) for one in found if one.capture]


def _damages(found: list[Record]) -> list[str]:
    return [one.damage for one in found if one.damage]


PACKED = pytest.mark.parametrize("packed", [True, False], ids=["gz", "plain"])


@PACKED
def test_reading_from_any_record_on_gives_those_that_follow(packed: bool) -> None:
    data = b"".join(_records(packed))

    whole = _read(data)

    assert [one.capture and one.capture.body for one in whole] == [_body(n) for n in range(6)]
    assert [one.start for one in whole[1:]] == [one.end for one in whole[:-1]]
    assert whole[-1].end == len(data)
    for number, one in enumerate(whole):
        assert _read(data, one.start) == whole[number:]


@PACKED
def test_only_wanted_responses_are_read(packed: bool) -> None:
    asked = []

    def wants(url: str, _at: datetime) -> bool:
        asked.append(url)
        return url.endswith("1")

    records = [record(_url(n), http(_body(n)), packed=packed) for n in range(3)]
    records.insert(1, record(_url(1), b"GET / HTTP/1.1\r\n\r\n", kind="request", packed=packed))
    found = list(read_records(io.BytesIO(b"".join(records)), start=0, wants=wants, max_bytes=LIMIT))

    assert asked == [_url(0), _url(1), _url(2)]
    assert (len(found), _pages(found), _damages(found)) == (4, [1], [])


def _length(says: object) -> Callable[[bool], dict[str, bytes]]:
    return lambda packed: {"r2": record(_url(2), http(_body(2)), length=says, packed=packed)}


@PACKED
@pytest.mark.parametrize(
    "says", [10, 60, 300, 100_000, 2**70, -3, "many"], ids=["headers", "cut", "next", "all", "huge", "negative", "word"]
)
def test_a_lying_content_length_costs_one_record(packed: bool, says: object) -> None:
    found = _read(b"".join(_records(packed, **_length(says)(packed))))

    assert _pages(found) == [0, 1, 3, 4, 5]
    assert len(_damages(found)) == 1
    assert "Content-Length" in _damages(found)[0]


@PACKED
@pytest.mark.parametrize("at", [0, 60], ids=["its-begin", "its-headers"])
def test_broken_bytes_cost_one_record(packed: bool, at: int) -> None:
    data = bytearray(b"".join(_records(packed)))
    start = _read(bytes(data))[2].start
    data[start + at : start + at + 10] = b"\xff" * 10

    found = _read(bytes(data))

    assert _pages(found) == [0, 1, 3, 4, 5] if packed or at == 0 else set(_pages(found)) >= {0, 1, 3, 4, 5}
    assert len(_damages(found)) == 1 if packed or at == 0 else True


@PACKED
@pytest.mark.parametrize("left", [30, 200], ids=["in-its-headers", "in-its-body"])
def test_a_file_that_breaks_off_gives_what_came_before(packed: bool, left: int) -> None:
    data = b"".join(_records(packed))
    start = _read(data)[4].start

    found = _read(data[: start + left])

    assert _pages(found) == [0, 1, 2, 3]
    assert len(_damages(found)) == 1
    assert found[-1].end == start + left


@PACKED
def test_a_body_that_is_too_large_is_named_and_passed_over(packed: bool) -> None:
    large = record(_url(2), http(b"x" * 300_000), packed=packed)

    found = _read(b"".join(_records(packed, r2=large)), limit=100_000)

    assert (_pages(found), _damages(found)) == ([0, 1, 3, 4, 5], ["more than 100,000 bytes"])


def test_a_bomb_is_unpacked_no_further_than_a_body_may_be_large() -> None:
    bomb = http(gzip.compress(b"\0" * 50_000_000), "Content-Type: text/html\r\nContent-Encoding: gzip")

    found = _read(b"".join(_records(True, r2=record(_url(2), bomb))), limit=100_000)

    assert (_pages(found), _damages(found)) == ([0, 1, 3, 4, 5], ["more than 100,000 bytes"])


def test_a_record_within_a_page_is_none() -> None:
    inner = record("https://victim.example/", http(b"<p>forged</p>"), packed=False)
    outer = record(_url(2), http(b"<p>how WARC looks</p>\r\n\r\n" + inner))

    found = _read(b"".join(_records(True, r2=outer)))

    assert _pages(found) == [0, 1, 3, 4, 5]
    assert not any("victim" in one.url for one in found)


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (record(_url(0), http(b"x")), True),
        (record(_url(0), http(b"x"), packed=False), True),
        (b"", False),
        (b"<!doctype html><p>Not found</p>", False),
        (gzip.compress(b'{"json": true}'), False),
        (b"\x1f\x8b", False),
    ],
    ids=["gz", "plain", "empty", "html", "gz-of-something-else", "two-bytes"],
)
def test_a_file_is_known_by_its_first_record(data: bytes, is_one: bool) -> None:
    assert is_archive(io.BytesIO(data)) is is_one


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 3_000_000, b"hello\r\n\r\nworld " * 1_000], ids=["empty", "zeros", "text"]
)
def test_what_is_no_archive_has_no_records(data: bytes) -> None:
    assert _pages(_read(data)) == []
