"""The index of a Wayback Machine: questions and answers."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest

from pipeline.archives.cdx import Answer, going_on, questions, read_answer, replayed
from pipeline.errors import FeedError
from pipeline.models.archives import Listed
from pipeline.models.sources import Options, Source, SourceKind

ARCHIVE = "https://archive.example"
NAMES = ["timestamp", "original"]


def _asked(source: Source) -> list[dict[str, str]]:
    found = questions(ARCHIVE, source, date(2026, 1, 1), date(2026, 1, 31))
    return [dict(parse_qsl(urlsplit(one).query)) for one in found]


def test_a_source_is_asked_for_by_its_host_and_by_each_of_its_paths() -> None:
    times = Source("times", "Times", SourceKind.FEED, "https://www.times.example/rss/feed.xml")
    tech = Source("tech", "Tech", SourceKind.FEED, "https://times.example/f", options=Options(("/tech/", "/ai/")))
    folder = Source("folder", "Folder", SourceKind.FILES, "/srv/news")

    assert [one["url"] for one in _asked(times)] == ["times.example/*"]
    assert [one["url"] for one in _asked(tech)] == ["times.example/tech/*", "times.example/ai/*"]
    assert _asked(folder) == []
    assert (_asked(times)[0]["from"], _asked(times)[0]["to"]) == ("20260101", "20260302")


@pytest.mark.parametrize(
    ("rows", "captures", "key"),
    [
        (None, 0, None),
        ([], 0, None),
        ([NAMES], 0, None),
        ([NAMES, ["20260102030405", "http://a.example/1"], ["20260102030405", "https://a.example:443/2?x=1"]], 2, None),
        ([NAMES, ["20260102030405", "http://a.example/1"], [], ["example,a)/2 20260103"]], 1, "example,a)/2 20260103"),
        ([NAMES, ["2026", "http://a.example/1"], ["20260102030405", "no address"], ["20260102030405"]], 0, None),
        ([["original", "digest", "timestamp"], ["http://a.example/1", "X", "20260102030405"]], 1, None),
    ],
    ids=["nothing", "no-rows", "names-only", "two", "more", "broken-rows", "other-columns"],
)
def test_an_answer_names_captures_and_how_to_go_on(rows: object, captures: int, key: str | None) -> None:
    answer = read_answer(b"" if rows is None else json.dumps(rows).encode(), ARCHIVE)

    assert (len(answer.captures), answer.resume_key) == (captures, key)


def test_a_capture_has_the_pages_own_address_and_the_one_of_its_body_as_it_came() -> None:
    answer = read_answer(json.dumps([NAMES, ["20260102030405", "http://a.example/1?x=%20"]]).encode(), ARCHIVE)
    there = "https://archive.example/web/20260102030405id_/http://a.example/1?x=%20"

    assert answer == Answer((Listed("http://a.example/1?x=%20", there),), None)
    assert replayed(there) == ("http://a.example/1?x=%20", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert replayed("https://a.example/1") == ("https://a.example/1", None)
    assert replayed("https://archive.example/web/20269999999999id_/https://a.example/") == ("https://a.example/", None)


@pytest.mark.parametrize(
    "body",
    [b"<html>busy</html>", b'{"error": 1}', b'["a"]', b'[["urlkey"], ["a"]]', b"\xff\xfe"],
    ids=["html", "object", "flat", "other-names", "bytes"],
)
def test_what_is_no_answer_is_an_error(body: bytes) -> None:
    with pytest.raises(FeedError, match="CDX"):
        read_answer(body, ARCHIVE)


def test_a_question_goes_on_from_a_key_as_it_was_given() -> None:
    query = urlsplit(going_on(f"{ARCHIVE}/cdx/search/cdx?url=a", "com,a)/x?y=1&z +2")).query

    assert parse_qsl(query) == [("url", "a"), ("resumeKey", "com,a)/x?y=1&z +2")]
