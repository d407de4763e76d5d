"""Lines of an import file: which are records, and what is wrong with the others."""

from __future__ import annotations

import json

import pytest

from pipeline.discover.lists.records import Record, Rejected, parse_record
from pipeline.models.pages import RECORD_MEDIA_TYPE, Capture

URL = "https://a.example/bees"


def _line(**fields: object) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode()


def test_a_line_is_kept_as_it_came_as_the_body_of_its_page() -> None:
    raw = _line(url=URL, text="نحل", title="Bees")

    assert parse_record(raw + b"\r\n", 1) == Record(Capture(URL, raw, RECORD_MEDIA_TYPE, "utf-8"), frozenset())


@pytest.mark.parametrize(
    "line",
    [
        _line(url=URL, text="Bees"),
        _line(url=URL, html="<p>Bees"),
        _line(url=URL, text="", html="<p>Bees"),
        _line(url=URL, text="Bees", html=None, title=None, published_at=7),
        b"\xef\xbb\xbf" + _line(url=URL, text="Bees"),
        b'{"url": "https://a.example/bees", "text": "Bees \xff"}',
        b'{"url": "https://a.example/bees", "text": "Bees \\ud800 \\u0000"}',
        b'  {"url": " https://a.example/bees\\n", "text": "Bees"}  ',
    ],
)
def test_a_line_with_an_address_and_a_text_is_a_record(line: bytes) -> None:
    record = parse_record(line, 1)

    assert isinstance(record, Record)
    assert record.capture.url == URL


def test_fields_that_nothing_is_made_of_are_named() -> None:
    line = _line(
        url=URL, text="Bees", title="B", author="A", language="en", published_at="2026", site="S", score=1, tags=[]
    )

    record = parse_record(line, 1)

    assert isinstance(record, Record)
    assert record.unknown == {"score", "tags"}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"url,text", "not JSON"),
        (b"\x00\x01", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"9" * 10_000, "not JSON"),
        (b"[]", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b"null", "not a JSON object"),
        (_line(text="Bees"), "'url' is missing"),
        (_line(url="", text="Bees"), "'url' is missing"),
        (_line(url=None, text="Bees"), "'url' is missing"),
        (_line(url=7, text="Bees"), "'url' is no web address (7)"),
        (_line(url="bees", text="Bees"), "'url' is no web address ('bees')"),
        (_line(url="javascript:alert(1)", text="Bees"), "'url' is no web address"),
        (_line(url="https://a.example/\x00", text="Bees"), "'url' is no web address"),
        (b'{"url": "https://a.example/\\ud800", "text": "Bees"}', "'url' is no web address"),
        (_line(url=URL), "neither 'text' nor 'html'"),
        (_line(url=URL, text=" \n"), "neither 'text' nor 'html'"),
        (_line(url=URL, text=["Bees"], html=7), "neither 'text' nor 'html'"),
    ],
)
def test_a_line_that_names_no_article_says_where_and_why(line: bytes, problem: str) -> None:
    rejected = parse_record(line, 12)

    assert isinstance(rejected, Rejected)
    assert rejected.line == 12
    assert problem in rejected.problem
    assert rejected.problem.isprintable()
    assert len(rejected.problem) < 300
