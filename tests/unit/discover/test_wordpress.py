"""Where a WordPress site has its posts, and what its REST API says of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from pipeline.discover.lists.wordpress import api_links, feed_address, posts_address, read_posts
from pipeline.errors import FeedError
from pipeline.models.pages import Capture, Entry, Reading

FIXED = "per_page=100&orderby=date&order=desc&_fields=link,date_gmt,modified_gmt,title,slug"
BASE = f"https://a.example/wp-json/wp/v2/posts?{FIXED}&page=1"
EIGHT = datetime(2026, 3, 1, 8, tzinfo=UTC)


def _read(body: object, url: str = BASE, per_page: int = 100) -> Reading:
    return read_posts(Capture(url, json.dumps(body).encode(), "application/json"), per_page=per_page)


def _post(**fields: object) -> dict[str, object]:
    return {"link": "https://a.example/bees/", "date_gmt": "2026-03-01T08:00:00", **fields}


def _only_entry(**fields: object) -> Entry:
    [entry] = _read([_post(**fields)]).entries
    return entry


def test_a_page_names_its_api() -> None:
    page = (
        '<!DOCTYPE html><head><link rel="https://api.w.org/" href="/wp-json/"><link rel="alternate" href="/feed/">'
        '<link rel="alternate https://api.w.org/" href="https://a.example/blog/?rest_route=/"></head>'
    )

    assert api_links(Capture("https://a.example/", page.encode(), "text/html")) == [
        "https://a.example/wp-json/",
        "https://a.example/blog/?rest_route=/",
    ]


@pytest.mark.parametrize("body", [b"", b"<!-- -->", b"\0", b"<p>no WordPress</p>", b'<link rel="https://api.w.org/">'])
def test_another_page_names_none(body: bytes) -> None:
    assert api_links(Capture("https://a.example/", body, "text/html")) == []


@pytest.mark.parametrize(
    ("root", "address"),
    [
        ("https://a.example", f"https://a.example/wp-json/wp/v2/posts?{FIXED}&page=1"),
        ("https://a.example/", f"https://a.example/wp-json/wp/v2/posts?{FIXED}&page=1"),
        ("https://a.example/blog/", f"https://a.example/blog/wp-json/wp/v2/posts?{FIXED}&page=1"),
        ("https://a.example/wp-json/", f"https://a.example/wp-json/wp/v2/posts?{FIXED}&page=1"),
        ("https://a.example/index.php/wp-json", f"https://a.example/index.php/wp-json/wp/v2/posts?{FIXED}&page=1"),
        ("https://a.example/wp-json/wp/v2", f"https://a.example/wp-json/wp/v2/posts?{FIXED}&page=1"),
        ("https://a.example/?rest_route=/", f"https://a.example/?rest_route=/wp/v2/posts&{FIXED}&page=1"),
        ("https://a.example/?rest_route=/wp/v2/news", f"https://a.example/?rest_route=/wp/v2/news&{FIXED}&page=1"),
        ("https://a.example/?lang=ar", f"https://a.example/wp-json/wp/v2/posts?lang=ar&{FIXED}&page=1"),
        (
            "https://a.example/wp-json/wp/v2/posts?categories=12,13&page=9&per_page=5",
            f"https://a.example/wp-json/wp/v2/posts?categories=12,13&{FIXED}&page=1",
        ),
        ("https://a.example/wp-json/wp/v2/news/", f"https://a.example/wp-json/wp/v2/news?{FIXED}&page=1"),
        (
            "https://public-api.wordpress.com/wp/v2/sites/ada.wordpress.com/",
            f"https://public-api.wordpress.com/wp/v2/sites/ada.wordpress.com/posts?{FIXED}&page=1",
        ),
    ],
)
def test_the_posts_of_a_site_have_an_address(root: str, address: str) -> None:
    assert posts_address(root) == address
    assert posts_address(address) == address


def test_posts_can_be_asked_for_by_page_and_time() -> None:
    after = datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=1)))

    address = posts_address("https://a.example", page=3, after=after, before=datetime(2026, 4, 1, tzinfo=UTC))

    assert address.endswith("&page=3&after=2026-03-01T08:00:00Z&before=2026-04-01T00:00:00Z")


@pytest.mark.parametrize(
    ("address", "page", "feed"),
    [
        ("https://a.example", 1, "https://a.example/feed/"),
        ("https://a.example/", 2, "https://a.example/feed/?paged=2"),
        ("https://a.example/blog/", 1, "https://a.example/blog/feed/"),
        ("https://a.example/feed/?paged=2", 3, "https://a.example/feed/?paged=3"),
        ("https://a.example/wp-json/", 1, "https://a.example/feed/"),
        ("https://a.example/index.php/wp-json/", 1, "https://a.example/feed/"),
        ("https://a.example/blog/?rest_route=/", 2, "https://a.example/blog/feed/?paged=2"),
        (
            "https://a.example/wp-json/wp/v2/posts?categories=12&lang=ar&per_page=100&page=4",
            2,
            "https://a.example/feed/?cat=12&lang=ar&paged=2",
        ),
    ],
)
def test_the_feed_of_a_site_has_an_address(address: str, page: int, feed: str) -> None:
    assert feed_address(address, page) == feed


def test_a_post_gives_address_title_publication_and_version() -> None:
    entry = _only_entry(
        modified_gmt="2026-03-02T09:00:00", title={"rendered": "AT&#038;T &amp; <em>bees</em> &#8211; x"}
    )

    assert entry == Entry(
        "https://a.example/bees/", "AT&T & bees – x", published_at=EIGHT, version="2026-03-02T09:00:00"
    )


def test_a_post_that_was_not_changed_has_no_version() -> None:
    assert _only_entry(modified_gmt="2026-03-01T08:00:00").version is None


@pytest.mark.parametrize("written", ["0000-00-00T00:00:00", "-001-11-30T00:00:00", None, 7, "", "1970-01-01T00:00:00"])
def test_a_post_without_a_date_has_its_change_as_a_bound_only(written: object) -> None:
    entry = _only_entry(date_gmt=written, modified_gmt="2026-03-01T08:00:00")

    assert (entry.published_at, entry.updated_at, entry.version) == (None, EIGHT, "2026-03-01T08:00:00")


@pytest.mark.parametrize("title", [None, 7, {}, {"rendered": None}, {"rendered": " &nbsp; "}, []])
def test_a_post_may_have_no_title(title: object) -> None:
    assert _only_entry(title=title).title is None


def test_posts_without_an_address_are_left_out_and_counted() -> None:
    reading = _read([_post(link=None), _post(link="javascript:x"), _post(link=""), _post(link=7), "x", None, _post()])

    assert (len(reading.entries), reading.left_out) == (1, 6)


@pytest.mark.parametrize(
    ("url", "following"),
    [
        (BASE, BASE.removesuffix("1") + "2"),
        ("https://a.example/?rest_route=/wp/v2/posts&page=9&lang=ar", "rest_route=/wp/v2/posts&lang=ar&page=10"),
        ("https://a.example/wp-json/wp/v2/posts", "https://a.example/wp-json/wp/v2/posts?page=2"),
        ("https://a.example/wp-json/wp/v2/posts?page=x", "https://a.example/wp-json/wp/v2/posts?page=2"),
    ],
)
def test_a_full_page_leads_to_the_next(url: str, following: str) -> None:
    [link] = _read([_post(), _post()], url, per_page=2).more

    assert link.url.endswith(following)


@pytest.mark.parametrize("posts", [[], [_post()]])
def test_a_page_that_is_not_full_is_the_last(posts: list[object]) -> None:
    assert _read(posts, per_page=2).more == ()


def test_a_page_past_the_last_is_an_empty_reading() -> None:
    assert _read({"code": "rest_post_invalid_page_number", "message": "x", "data": {"status": 400}}) == Reading()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<!DOCTYPE html><p>Gone", "html_not_feed"),
        (b"\xef\xbb\xbf\n<html>", "html_not_feed"),
        (b'<?xml version="1.0"?><rss version="2.0">', "not_a_feed"),
        (b'{"code": "rest_disabled", "message": "The REST API is disabled"}', "rest_disabled"),
        (b'{"code": "rest_cannot_access", "message": ["\\ud83d"], "data": {"status": 401}}', "rest_disabled"),
        (b'{"code": "\\ud83d"}', "rest_disabled"),
        (b'{"code": 7}', "not_a_feed"),
        (b'{"name": "A", "namespaces": ["wp/v2"]}', "not_a_feed"),
        (b'"posts"', "not_a_feed"),
        (b"null", "not_a_feed"),
        (b"[{", "unreadable"),
        (b"Not found", "unreadable"),
        (b"\xff\xfe\x00", "unreadable"),
        (b"[" * 100_000, "unreadable"),
    ],
)
def test_another_answer_has_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(FeedError) as caught:
        read_posts(Capture(BASE, body, "application/json"), per_page=100)

    assert caught.value.reason == reason
    caught.value.detail.encode()


def test_a_byte_order_mark_and_raw_line_ends_are_borne() -> None:
    body = '\ufeff[{"link": "https://a.example/bees/", "title": {"rendered": "Bees\nbuzz"}}]'.encode()

    [entry] = read_posts(Capture(BASE, body, "application/json"), per_page=100).entries

    assert entry.title == "Bees buzz"
