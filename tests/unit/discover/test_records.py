"""Lines of an import file: which are records, and what is wrong with the others."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from pipeline.discover.lists.records import Record, Rejected, parse_record, read_records
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
    ("published_at", "said"),
    [
        ("2026-11-20", None),
        ("Nov 20, 2026", None),
        ("01/02/2026", None),
        (1763600000, None),
        ("1763600000000", None),
        (None, None),
        (" ", None),
        ("gar\x1b[31m\nbage", r"'gar\x1b[31m\nbage'"),
        ("x" * 100_000, "'xxxxxxxxxxxx...xxxxxxxxxxxxx'"),
        ("2026-11", "'2026-11'"),
        (0, "0"),
        (20261120, "20261120"),
        (False, "False"),
        ({"$date": 1763600000000}, "{'$date': 1763600000000}"),
        ([[]] * 50, "[[], [], [], [], [], [], ...]"),
    ],
)
def test_a_date_that_cannot_be_read_is_shown(published_at: object, said: str | None) -> None:
    record = parse_record(_line(url=URL, text="Bees", published_at=published_at), 1)

    assert isinstance(record, Record)
    assert record.unread_date == said


@pytest.mark.parametrize(
    ("fields", "moment"),
    [
        ({"published_at": "2026-11-20T08:00:00+02:00"}, datetime(2026, 11, 20, 6, tzinfo=UTC)),
        ({"published_at": "1978-11-20"}, datetime(1978, 11, 20, tzinfo=UTC)),
        ({"published_at": 1763600000}, datetime(2025, 11, 20, 0, 53, 20, tzinfo=UTC)),
        ({"published_at": "20 Kasım 2026", "language": "tr"}, datetime(2026, 11, 20, tzinfo=UTC)),
        ({"published_at": "01/02/2026", "language": "fr"}, datetime(2026, 2, 1, tzinfo=UTC)),
        ({"published_at": "01/02/2026", "language": "en"}, None),
        ({"published_at": "garbage"}, None),
    ],
)
def test_an_entry_of_a_source_has_the_date_of_its_record_where_it_is_one_day(
    fields: dict[str, object], moment: datetime | None
) -> None:
    line = _line(url=URL, text="Bees", **fields)

    assert [entry.published_at for entry in read_records(Capture(URL, line, RECORD_MEDIA_TYPE)).entries] == [moment]


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
