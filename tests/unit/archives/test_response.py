"""HTTP answers out of archives: codings are taken off where the body has them."""

from __future__ import annotations

import gzip
import io
import zlib
from datetime import UTC, datetime

import pytest
from fastwarc.stream_io import BrotliWriter
from warcs import http

from pipeline.archives.response import DamageError, read_response
from pipeline.models.pages import Capture

NOW = datetime(2026, 1, 2, tzinfo=UTC)
PAGE = "<p>Ein Bär.</p>".encode("windows-1252") * 100
HTML = "Content-Type: text/html; charset=windows-1252"
URL = "https://a.example/1"


class _Open(io.BytesIO):
    def close(self) -> None:
        """Its value is wanted after the writer has closed it."""


def _brotli(body: bytes) -> bytes:
    packed = _Open()
    with BrotliWriter(packed) as writer:
        writer.write(body)
    return packed.getvalue()


def _chunked(body: bytes) -> bytes:
    return b"%x;name=value\r\n%s\r\n%X\r\n%s\r\n0\r\nTrailer: x\r\n\r\n" % (7, body[:7], len(body) - 7, body[7:])


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("", PAGE),
        ("Content-Encoding: gzip", gzip.compress(PAGE)),
        ("Content-Encoding: x-gzip", gzip.compress(PAGE)),
        ("Content-Encoding: deflate", zlib.compress(PAGE)),
        ("Content-Encoding: deflate", zlib.compress(PAGE, wbits=-15)),
        ("Content-Encoding: br", _brotli(PAGE)),
        ("Content-Encoding: identity", PAGE),
        ("Transfer-Encoding: chunked", _chunked(PAGE)),
        ("Transfer-Encoding: chunked\r\nContent-Encoding: gzip", _chunked(gzip.compress(PAGE))),
        ("Content-Encoding: gzip", PAGE),
        ("Content-Encoding: deflate", PAGE),
        ("Content-Encoding: br", PAGE),
        ("Transfer-Encoding: chunked", PAGE),
        (f"Content-Length: {len(PAGE)}", PAGE),
        ("X-Crawl-Content-Encoding: gzip\r\nX-Folded: a\r\n b", PAGE),
    ],
    ids=[
        "as-it-is", "gzip", "x-gzip", "deflate", "bare-deflate", "br", "identity", "chunked", "chunked-gzip",
        "gzip-taken-off", "deflate-taken-off", "br-taken-off", "chunks-taken-off", "length", "other-fields",
    ],
)  # fmt: skip
def test_a_page_is_had_whatever_it_is_packed_in(headers: str, body: bytes) -> None:
    block = http(body, f"{HTML}\r\n{headers}" if headers else HTML)

    assert read_response(block, URL, NOW, max_bytes=10_000) == Capture(URL, PAGE, "text/html", "windows-1252", NOW)


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        (b"", "no HTTP answer"),
        (b"hello", "no HTTP answer"),
        (http(PAGE)[:40], "no HTTP answer"),
        (http(PAGE, f"{HTML}\r\nContent-Length: 9999"), "breaks off: 1,500 of 9,999 bytes"),
        (http(b"x" * 10_001), "more than 10,000 bytes"),
        (http(gzip.compress(PAGE)[:-9], f"{HTML}\r\nContent-Encoding: gzip"), "its gzip breaks off"),
        (http(gzip.compress(b"x" * 99_999), f"{HTML}\r\nContent-Encoding: gzip"), "more than 10,000 bytes"),
        (http(_brotli(b"x" * 99_999), f"{HTML}\r\nContent-Encoding: br"), "more than 10,000 bytes"),
        (http(zlib.compress(b"x" * 99_999), f"{HTML}\r\nContent-Encoding: deflate"), "more than 10,000 bytes"),
        (http(b"\x00\x01" * 9, f"{HTML}\r\nContent-Encoding: deflate"), "not deflate as it says"),
        (http(PAGE, f"{HTML}\r\nContent-Encoding: exi"), "packed as exi, which is not read"),
        (http(_chunked(PAGE)[:60], f"{HTML}\r\nTransfer-Encoding: chunked"), "its chunks break off"),
        (http(b"ffffffff\r\nabc", f"{HTML}\r\nTransfer-Encoding: chunked"), "its chunks break off"),
    ],
    ids=[
        "empty", "no-http", "cut-headers", "cut", "large", "cut-gzip", "gzip-bomb", "br-bomb", "deflate-bomb",
        "no-deflate", "unknown", "cut-chunks", "endless-chunk",
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(block: bytes, problem: str) -> None:
    with pytest.raises(DamageError, match=problem):
        read_response(block, URL, NOW, max_bytes=10_000)


@pytest.mark.parametrize(
    "block",
    [
        http(PAGE, status="404 Not Found"),
        http(PAGE, status="301 Moved"),
        http(PAGE, "Content-Type: image/png"),
        http(PAGE, "Content-Type: application/rss+xml"),
    ],
    ids=["missing", "moved", "image", "feed"],
)
def test_what_is_no_page_is_no_damage(block: bytes) -> None:
    assert read_response(block, URL, NOW, max_bytes=10_000) is None
