"""Where the older documents of a source are."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pipeline.discover.readers import (
    Period,
    backfill_addresses,
    guessed_page,
    is_enough,
    period_of,
    read,
)
from pipeline.models.pages import Capture, Entry, Link, Reading
from pipeline.models.sources import Source, SourceKind
from pipeline.models.windows import Days

FEED = Source("feed", "Feed", SourceKind.FEED, "https://a.example/feed/")
BLOG = Source("blog", "Blog", SourceKind.WORDPRESS, "https://a.example")
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'><title>x</title>{links}<entry><link href='/1'/></entry></feed>"
RSS = (
    "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>x</title>{links}"
    "<item><link>https://a.example/1</link></item></channel></rss>"
)
JSON = '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "/1"}], "next_url": "/2.json"}'


def _more(body: str) -> tuple[Link, ...]:
    return read(FEED, Capture("https://a.example/feed/", body.encode(), "application/xml"), max_bytes=10_000).more


@pytest.mark.parametrize(
    ("links", "older"),
    [
        ("<link rel='prev-archive' href='/2025-12.xml'/><link rel='next' href='/2'/>", "https://a.example/2025-12.xml"),
        ("<link rel='self' href='/feed/'/><link rel='next' href='?page=2'/>", "https://a.example/feed/?page=2"),
        ("<link rel='next-archive' href='/2026-01.xml'/><link rel='current' href='/feed/'/>", None),
        ("<link rel='next' href='/feed/'/>", None),
        ("", None),
    ],
    ids=["archived", "paged", "newer", "itself", "none"],
)
def test_a_feed_of_several_documents_names_the_one_before(links: str, older: str | None) -> None:
    expected = (Link(older),) if older else ()

    assert _more(ATOM.format(links=links)) == expected
    assert _more(RSS.format(links=links.replace("<link", "<atom:link"))) == expected


def test_a_json_feed_names_its_next_page() -> None:
    assert _more(JSON) == (Link("https://a.example/2.json"),)


def test_the_older_page_of_a_feed_is_guessed_one_by_one() -> None:
    second = guessed_page(FEED, "https://a.example/feed/?cat=7")

    assert second == "https://a.example/feed/?cat=7&paged=2"
    assert guessed_page(FEED, second) == "https://a.example/feed/?cat=7&paged=3"
    assert guessed_page(BLOG, "https://a.example/feed/") is None


def test_a_feed_that_has_older_entries_than_the_period_is_enough() -> None:
    period = Period(datetime(2026, 1, 5, tzinfo=UTC))
    entries = [Entry(f"/{day}", published_at=datetime(2026, 1, day, tzinfo=UTC)) for day in (9, 5, 4)]

    assert is_enough(Reading(tuple(entries)), period)
    assert not is_enough(Reading(tuple(entries[:2])), period)


def test_a_wordpress_site_is_asked_for_each_stretch_of_days_and_others_once_for_all() -> None:
    stretches = [Days(date(2026, 1, 1), date(2026, 1, 1)), Days(date(2026, 1, 5), date(2026, 1, 6))]

    asked = backfill_addresses(BLOG, BLOG.address, stretches, ())

    assert [days for _, days in asked] == stretches
    assert [url.partition("&after=")[2] for url, _ in asked] == [
        "2025-12-31T23:59:59Z&before=2026-01-02T00:00:00Z",
        "2026-01-04T23:59:59Z&before=2026-01-07T00:00:00Z",
    ]
    assert backfill_addresses(FEED, FEED.address, stretches, ()) == [(FEED.address, None)]
    assert backfill_addresses(BLOG, BLOG.address, stretches, {"https://a.example/feed/"}) == [
        ("https://a.example/feed/", None)
    ]


def test_a_period_holds_its_days_in_whole() -> None:
    days = Days(date(2026, 1, 1), date(2026, 1, 31))

    assert period_of(days) == Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
