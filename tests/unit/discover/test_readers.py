"""Where each kind of source is begun, and where it is gone on from there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.discover.readers import (
    Period,
    first_address,
    is_worth_reading,
    on_its_paths,
    other_address,
    reaches_beyond,
    read,
)
from pipeline.errors import FeedError
from pipeline.models.pages import Capture, Entry, FetchFailure, Link, Reading
from pipeline.models.sources import Options, Source, SourceKind

CLOSED = FetchFailure("http_401")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
SITE = "https://a.example/"
SITEMAP = Source("a", "a", SourceKind.SITEMAP, SITE + "sitemap.xml")
WORDPRESS = Source("a", "a", SourceKind.WORDPRESS, SITE)
LISTING = Source("a", "a", SourceKind.LISTING, SITE + "news")
JSONL = Source("a", "a", SourceKind.JSONL, SITE + "all.jsonl")
URLS = f"<urlset><url><loc>{SITE}news/1</loc></url><url><loc>{SITE}about</loc></url></urlset>".encode()


def _capture(body: bytes) -> Capture:
    return Capture(SITE, body, "text/plain")


def test_a_wordpress_site_is_asked_for_its_posts_of_the_period() -> None:
    address = first_address(WORDPRESS, SITE, Period(NOW - timedelta(days=2), NOW), ())

    assert "/wp/v2/posts?" in address
    assert "after=2026-02-26T23:59:59Z" in address
    assert "before=2026-03-01T00:00:00Z" in address


def test_a_wordpress_site_that_closed_its_api_is_asked_for_its_feed_once() -> None:
    feed = other_address(WORDPRESS, first_address(WORDPRESS, SITE, Period(), ()), SITE, CLOSED)

    assert feed == "https://a.example/feed/"
    assert other_address(WORDPRESS, feed, SITE, CLOSED) is None
    assert first_address(WORDPRESS, SITE, Period(), {feed}) == feed


@pytest.mark.parametrize(
    ("failure", "is_closed"),
    [
        (FetchFailure("http_403"), True),
        (FetchFailure("not_a_feed", for_good=True), True),
        (FetchFailure("http_503"), False),
        (FetchFailure("http_429"), False),
        (FetchFailure("timeout"), False),
    ],
)
def test_an_api_is_closed_where_it_refuses_and_not_where_it_is_busy(failure: FetchFailure, is_closed: bool) -> None:
    asked = first_address(WORDPRESS, SITE, Period(), ())

    assert (other_address(WORDPRESS, asked, SITE, failure) is not None) is is_closed


def test_other_kinds_have_no_second_address() -> None:
    assert other_address(SITEMAP, SITEMAP.address, SITEMAP.address, CLOSED) is None


def test_only_entries_on_the_paths_of_a_source_are_its_articles() -> None:
    source = Source("a", "a", SourceKind.SITEMAP, SITE, options=Options(paths=("/news/",)))

    assert [entry.url for entry in on_its_paths(source, read(source, _capture(URLS), max_bytes=10**6)).entries] == [
        SITE + "news/1"
    ]


def test_a_jsonl_source_delivers_texts_and_names_pages() -> None:
    whole = b'{"url": "https://a.example/1", "text": "All of it."}'
    named = b'{"url": "https://a.example/2", "title": "Two"}'
    reading = read(JSONL, _capture(b"\n".join((whole, b"", named, b"nope"))), max_bytes=10**6)

    assert reading.entries == (Entry("https://a.example/1"), Entry("https://a.example/2", "Two"))
    assert [body.url for body in reading.bodies] == ["https://a.example/1"]
    assert reading.left_out == 1


def test_a_jsonl_source_without_one_article_says_what_its_first_line_is() -> None:
    with pytest.raises(FeedError, match="not_jsonl: line 1: not JSON"):
        read(JSONL, _capture(b"<html>"), max_bytes=10**6)


@pytest.mark.parametrize(
    ("updated_at", "read_at", "is_read"),
    [
        (None, None, True),
        (None, NOW, True),
        (NOW, NOW - timedelta(days=1), True),
        (NOW - timedelta(days=1), NOW, True),  # clocks and caches differ
        (NOW - timedelta(days=3), NOW, False),
        (NOW - timedelta(days=10), None, True),
        (NOW - timedelta(days=40), None, False),
    ],
)
def test_a_sitemap_of_an_index_is_read_when_it_may_have_changed(
    updated_at: datetime | None, read_at: datetime | None, is_read: bool
) -> None:
    link = Link(SITE + "1.xml", updated_at)
    period = Period(NOW - timedelta(days=30))

    assert is_worth_reading(SITEMAP, link, read_at=read_at, period=period, is_backfill=False) is is_read


def test_a_backfill_leaves_out_sitemaps_that_changed_last_before_it() -> None:
    period = Period(NOW - timedelta(days=30), NOW - timedelta(days=20))
    old, late = Link(SITE, NOW - timedelta(days=60)), Link(SITE, NOW)

    assert not is_worth_reading(SITEMAP, old, read_at=NOW, period=period, is_backfill=True)
    assert is_worth_reading(SITEMAP, late, read_at=NOW, period=period, is_backfill=True)


def test_older_pages_of_a_listing_are_for_backfills() -> None:
    older = Link(SITE + "news?page=2")

    assert not is_worth_reading(LISTING, older, read_at=None, period=Period(), is_backfill=False)
    assert is_worth_reading(LISTING, older, read_at=None, period=Period(), is_backfill=True)


def test_a_list_that_names_only_what_came_before_the_period_is_gone_through_no_further() -> None:
    pinned, newest = Entry(SITE, published_at=NOW - timedelta(days=99)), Entry(SITE, published_at=NOW)

    assert not reaches_beyond(Reading((pinned, newest)), Period(NOW - timedelta(days=8)))
    assert reaches_beyond(Reading((pinned,)), Period(NOW - timedelta(days=8)))
    assert not reaches_beyond(Reading((pinned,)), Period())
    assert not reaches_beyond(Reading((Entry(SITE),)), Period(NOW))
