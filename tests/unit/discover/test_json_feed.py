"""What a JSON Feed says, and why JSON is none."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.discover.feeds.items import Feed, Item
from pipeline.discover.feeds.parse import parse_feed
from pipeline.errors import FeedError
from pipeline.models.pages import Capture

VERSION = "https://jsonfeed.org/version/1.1"
EIGHT = datetime(2026, 3, 1, 8, tzinfo=UTC)


def _read(body: str | bytes, charset: str | None = None) -> Feed:
    body = body.encode() if isinstance(body, str) else body
    return parse_feed(Capture("https://a.example/news/feed.json", body, "application/feed+json", charset))


def _feed(*items: object, **fields: object) -> str:
    return json.dumps({"version": VERSION, "title": "A", "items": items, **fields})


def _only_item(item: dict[str, Any], **fields: object) -> Item:
    [read] = _read(_feed(item, **fields)).items
    return read


def test_a_date_for_readers_is_read_in_the_language_of_its_item() -> None:
    item = {"url": "https://a.example/bees", "language": "tr", "date_published": "20 Kasım 2026"}

    assert _only_item(item).published_at == datetime(2026, 11, 20, tzinfo=UTC)


def test_an_item_gives_id_address_title_authors_and_dates() -> None:
    item = {
        "id": "7",
        "url": "https://a.example/bees",
        "title": "Bees &  wasps",
        "authors": [{"name": "Ada"}, {"url": "https://b.example"}, {"name": "Bo"}],
        "date_published": "2026-03-01T09:00:00+01:00",
        "date_modified": "2026-03-01T08:00:00.5Z",
    }

    assert _only_item(item) == Item(
        "7", "https://a.example/bees", "Bees & wasps", "Ada; Bo", EIGHT, EIGHT.replace(microsecond=500_000)
    )


@pytest.mark.parametrize(
    ("item", "address"),
    [
        ({"url": "bees"}, "https://a.example/news/bees"),
        ({"url": "//b.example/bees"}, "https://b.example/bees"),
        ({"external_url": "https://b.example/x"}, "https://b.example/x"),
        ({"url": "mailto:ada@a.example", "external_url": "https://b.example/x"}, "https://b.example/x"),
        ({"url": "/bees", "external_url": "https://b.example/x"}, "https://a.example/bees"),
        ({"id": "https://a.example/bees"}, "https://a.example/bees"),
        ({"id": "bees"}, None),
        ({"id": 7, "url": 7.5}, None),
        ({}, None),
    ],
)
def test_the_address_is_url_else_external_url_else_an_id_that_is_one(item: dict[str, Any], address: str | None) -> None:
    assert _only_item(item).url == address


@pytest.mark.parametrize(
    ("given", "read"), [("x", "x"), (7, "7"), (1.5, "1.5"), (True, None), (None, None), ([], None)]
)
def test_an_id_may_be_a_number(given: object, read: str | None) -> None:
    assert _only_item({"id": given}).id == read


@pytest.mark.parametrize(
    ("item", "feed", "author"),
    [
        ({"author": {"name": "Ada"}}, {}, "Ada"),
        ({"authors": {"name": "Ada"}}, {}, "Ada"),
        ({"authors": [{"name": "Ada"}], "author": {"name": "Bo"}}, {}, "Ada"),
        ({"authors": []}, {"authors": [{"name": "Cy"}]}, "Cy"),
        ({"authors": "Ada"}, {"author": {"name": "Cy"}}, "Cy"),
        ({"author": [None, 7, {"name": 7}]}, {}, None),
    ],
)
def test_the_author_is_the_items_else_the_feeds(item: dict[str, Any], feed: dict[str, Any], author: str | None) -> None:
    assert _only_item(item, **feed).author == author


@pytest.mark.parametrize(
    "date", [None, 7, "", "yesterday", "1970-01-01T00:00:00Z", "0001-01-01", "9999-12-31T23:59:59-12:00", {}]
)
def test_an_impossible_date_is_none(date: object) -> None:
    assert _only_item({"date_published": date}).published_at is None


def test_a_title_that_is_no_text_is_none() -> None:
    assert _only_item({"title": ["Bees"]}).title is None


def test_items_without_an_address_are_counted_and_what_is_no_item_is_not() -> None:
    feed = _read(_feed({"id": "1"}, {"url": "/bees"}, None, "item", []))

    assert len(feed.items) == 2
    assert [entry.url for entry in feed.entries] == ["https://a.example/bees"]
    assert feed.left_out == 1


@pytest.mark.parametrize(
    "version",
    ["https://jsonfeed.org/version/1", VERSION, "http://www.jsonfeed.org/version/1/", " 1.1 ", "1"],
)
def test_each_way_to_write_the_version_is_a_feed(version: str) -> None:
    assert _read(_feed(version=version)).items == ()


@pytest.mark.parametrize("charset", [None, "utf-8", "no-such-charset"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_json_is_read_in_each_unicode_encoding(encoding: str, charset: str | None) -> None:
    body = json.dumps({"version": VERSION, "items": [{"title": "قصة", "url": "/x"}]}, ensure_ascii=False)

    assert _read(f" \n{body}".encode(encoding), charset).items[0].title == "قصة"


@pytest.mark.parametrize(("charset", "title"), [("windows-1256", "قصة"), (None, "���"), ("no-such", "���")])
def test_a_declared_charset_counts_where_the_body_is_not_utf_8(charset: str | None, title: str) -> None:
    body = json.dumps({"version": VERSION, "items": [{"title": "قصة"}]}, ensure_ascii=False).encode("cp1256")

    assert _read(body, charset).items[0].title == title


def test_controls_and_lone_surrogates_do_not_reach_the_title() -> None:
    body = '{"version": "1", "items": [{"title": "a\x01b\tc\\ud83dd\\u0000", "url": "/x"}]}'

    assert _read(body).items[0].title == "ab cd"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{}", "not_a_feed"),
        ('{"version": "1"}', "not_a_feed"),
        ('{"items": []}', "not_a_feed"),
        ('{"version": "2024-01-01", "items": []}', "not_a_feed"),
        ('{"version": 1, "items": []}', "not_a_feed"),
        ('{"version": "1", "items": {}}', "not_a_feed"),
        ('{"version": "1", "items": [', "unreadable"),
        ('{"a":' * 100_000, "unreadable"),
        ('{"id": ' + "1" * 10_000 + "}", "unreadable"),
    ],
)
def test_json_that_is_no_feed_says_why(body: str, reason: str) -> None:
    with pytest.raises(FeedError) as caught:
        _read(body)

    assert caught.value.reason == reason
    assert caught.value.detail.isprintable()
