"""What a listing page lists, by selectors and by JSON-LD, and why it lists nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from pipeline.discover.lists.listing import check_selectors, read_listing
from pipeline.errors import FeedError
from pipeline.models.pages import Capture, Entry, Link, Reading
from pipeline.models.sources import Selectors

BASE = "https://a.example/news/"
MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)
EIGHT = datetime(2026, 3, 1, 8, tzinfo=UTC)
CARD = Selectors(entry=".card")


def _read(body: str | bytes, selectors: Selectors | None = CARD) -> Reading:
    return read_listing(Capture(BASE, body.encode() if isinstance(body, str) else body, "text/html"), selectors)


def _page(*cards: str, head: str = "", language: str = "en") -> str:
    inner = "".join(f'<div class="card">{card}</div>' for card in cards)
    return f'<!DOCTYPE html><html lang="{language}"><head>{head}</head><body>{inner}</body></html>'


def _json_ld(*documents: object) -> str:
    scripts = (f'<script type="application/ld+json">{json.dumps(document)}</script>' for document in documents)
    return _page(head="".join(scripts))


def _error(body: str | bytes, selectors: Selectors | None = CARD) -> FeedError:
    with pytest.raises(FeedError) as caught:
        _read(body, selectors)
    return caught.value


def test_selectors_give_links_titles_and_dates_in_the_order_of_the_page() -> None:
    selectors = Selectors(entry="li", link="a.more", title="h2", date="time", next="a.older")
    body = """<ul>
        <li><a href="/ada">Ada</a><h2>Bees\n and <b>wasps</b></h2><time datetime="2026-03-01T09:00:00+01:00">Sun</time>
            <a class="more" href="/bees">More</a></li>
        <li><h2></h2><a class="more" href="ants">Ants</a></li></ul><a class="older" href="?page=2">Older</a>"""

    assert _read(body, selectors) == Reading(
        (
            Entry("https://a.example/bees", "Bees and wasps", published_at=EIGHT),
            Entry("https://a.example/news/ants", "Ants"),
        ),
        more=(Link("https://a.example/news/?page=2"),),
    )


@pytest.mark.parametrize(
    ("card", "address"),
    [
        ('<a href="/bees">Bees</a>', "https://a.example/bees"),
        (
            '<p><a href="#comments">7</a><a href="javascript:x()">x</a><a href="/bees">Bees</a></p>',
            "https://a.example/bees",
        ),
        ('<a>x</a><a href="">y</a><a href=" \n/bees ">Bees</a>', "https://a.example/bees"),
        ('<a href="//b.example/bees">Bees</a>', "https://b.example/bees"),
    ],
)
def test_without_a_link_selector_the_first_link_of_an_entry_counts(card: str, address: str) -> None:
    [entry] = _read(_page(card)).entries

    assert (entry.url, entry.title) == (address, "Bees")


def test_an_entry_may_be_the_link_itself() -> None:
    [entry] = _read('<a class="card" href="/bees"><h2>Bees</h2></a>', Selectors("a.card", title="h2")).entries

    assert entry == Entry("https://a.example/bees", "Bees")


def test_links_are_relative_to_the_base_that_the_page_names() -> None:
    page = _page('<a href="bees">Bees</a>', head='<base target="x"><base href="/archive/">')

    assert [entry.url for entry in _read(page).entries] == ["https://a.example/archive/bees"]


def test_an_address_is_listed_once_with_all_that_its_links_say() -> None:
    selectors = Selectors(entry=".card", date="time")
    page = _page(
        '<a href="/bees"><img src="x"></a>',
        '<a href="/ants">Ants</a>',
        '<a href="/bees">Bees</a><time>March 1, 2026</time>',
    )

    assert _read(page, selectors).entries == (
        Entry("https://a.example/bees", "Bees", published_at=MIDNIGHT),
        Entry("https://a.example/ants", "Ants"),
    )


@pytest.mark.parametrize(
    ("language", "element", "moment"),
    [
        ("en", '<time datetime="2026-03-01T08:00:00Z">March 7, 2026</time>', EIGHT),
        ("en", '<time datetime="x">March 1, 2026</time>', MIDNIGHT),
        ("en", '<time content="2026-03-01">x</time>', MIDNIGHT),
        ("en", "<time>2026-03-01T08:00:00Z</time>", EIGHT),
        ("en", "<time>3 min read · Sunday, March 1st, 2026 at 14:05</time>", MIDNIGHT),
        ("en", "<time>1st of March 2026</time>", MIDNIGHT),
        ("en", "<time>Mar. 1, 2026</time>", MIDNIGHT),
        ("", "<time>1 March 2026</time>", MIDNIGHT),
        ("es", "<time>1 de marzo de 2026</time>", MIDNIGHT),
        ("fr", "<time>Le 1er mars 2026</time>", MIDNIGHT),
        ("de-AT", "<time>Sonntag, 1. März 2026</time>", MIDNIGHT),
        ("pt-BR", "<time>1 de mar. de 2026</time>", MIDNIGHT),
        ("ru", "<time>1 марта 2026 г.</time>", MIDNIGHT),
        ("ar", "<time>١ مارس ٢٠٢٦</time>", MIDNIGHT),
        ("ar", "<time>1 آذار 2026</time>", MIDNIGHT),
        ("he", "<time>1 במרץ 2026</time>", MIDNIGHT),
        ("hi", "<time>१ मार्च २०२६</time>", MIDNIGHT),
        ("bn", "<time>1লা মার্চ 2026</time>", MIDNIGHT),
        ("zh-CN", "<time>2026年3月1日 14:05</time>", MIDNIGHT),
        ("ja", "<time>2026年03月01日(日)</time>", MIDNIGHT),
        ("ko", "<time>2026. 3. 1.</time>", MIDNIGHT),
        ("ko", "<time>2026년 3월 1일</time>", MIDNIGHT),
        ("vi", "<time>ngày 1 tháng 3 năm 2026</time>", MIDNIGHT),
        ("hu", "<time>2026. március 1.</time>", MIDNIGHT),
        ("tr", "<time>01.Mart.2026, 11.07</time>", MIDNIGHT),
        ("en", "<time>1 mars 2026</time>", MIDNIGHT),  # a page in French whose template says English
        ("cs", "<time>1. listopadu 2025</time>", datetime(2025, 11, 1, tzinfo=UTC)),
        ("hr", "<time>1. listopada 2025.</time>", datetime(2025, 10, 1, tzinfo=UTC)),
        ("de", "<time>01.03.2026</time>", MIDNIGHT),
        ("fr", "<time>01/03/2026</time>", MIDNIGHT),
        ("en-GB", "<time>01/03/2026</time>", MIDNIGHT),
        ("en-US", "<time>03/01/2026</time>", MIDNIGHT),
        ("en", "<time>01/03/2026</time>", None),  # of January or of March
        ("en", "<time>13/03/2026</time>", datetime(2026, 3, 13, tzinfo=UTC)),
        ("en", "<time>03/13/2026</time>", datetime(2026, 3, 13, tzinfo=UTC)),
        ("en", "<time>Mar 1, 2026 08:00 PM</time>", MIDNIGHT),  # of a day that has no zone, the day
        ("en", "<time>2 hours ago</time>", None),
        ("en", "<time>March 2026</time>", None),
        ("en", "<time>3 min read · March 2026</time>", None),
        ("en", "<time>March 1</time>", None),
        ("en", "<time>February 30, 2026</time>", None),
        ("en", "<time>99/99/2026</time>", None),
        ("en", "<time>1 March 0001</time>", None),
        ("xx", "<time>1 qwertz 2026</time>", None),
        ("\u0130-\u0130", "<time></time>", None),
        ("en", f"<time>{'1 ' * 5_000}</time>", None),
        ("en", "", None),
    ],
)
def test_a_date_is_read_where_it_names_one_day(language: str, element: str, moment: datetime | None) -> None:
    page = _page(f'<a href="/bees">Bees</a>{element}', language=language)

    [entry] = _read(page, Selectors(".card", date="time")).entries

    assert entry.published_at == moment


def test_entries_without_a_link_are_left_out_and_counted() -> None:
    reading = _read(_page('<a href="/bees">Bees</a>', "<p>Advertisement</p>", '<a href="mailto:a@a.example">x</a>'))

    assert (len(reading.entries), reading.left_out) == (1, 2)


@pytest.mark.parametrize("older", ["", '<a class="older">x</a>', f'<a class="older" href="{BASE}">x</a>'])
def test_a_page_without_a_next_one_leads_nowhere(older: str) -> None:
    assert _read(_page('<a href="/bees">Bees</a>' + older), Selectors(".card", next=".older")).more == ()


def test_a_selector_that_finds_nothing_says_so() -> None:
    error = _error(_page('<a href="/1">1</a>', '<a href="/2">2</a>'), Selectors("article.post"))

    assert error.reason == "nothing_found"
    assert error.detail == "selector 'article.post' found nothing in a page of 2 links; its layout may have changed"


@pytest.mark.parametrize(
    ("selectors", "detail"),
    [
        (CARD, "there is no link in any of the 2 that selector '.card' found; its layout may have changed"),
        (
            Selectors(".card", link="h2 a"),
            "'h2 a' finds no link in any of the 2 that selector '.card' found; its layout may have changed",
        ),
    ],
)
def test_entries_that_are_all_without_a_link_say_so(selectors: Selectors, detail: str) -> None:
    error = _error(_page("<p>1</p>", "<p>2</p>"), selectors)

    assert (error.reason, error.detail) == ("nothing_found", detail)


@pytest.mark.parametrize(
    ("selectors", "name"),
    [
        (Selectors("li["), "entry"),
        (Selectors(""), "entry"),
        (Selectors(" "), "entry"),
        (Selectors("li", link="a::attr(href)"), "link"),
        (Selectors("li", title="h2:nonsense"), "title"),
        (Selectors("li", date="svg|time"), "date"),
        (Selectors("li", next="//a"), "next"),
        (Selectors("li", next="a" * 501), "next"),
        (Selectors(":not(" * 90), "entry"),
    ],
)
def test_a_selector_that_is_none_is_named(selectors: Selectors, name: str) -> None:
    problem = check_selectors(selectors)

    assert problem is not None
    assert problem.startswith(f"'{name}': ")
    assert _error(_page("x"), selectors).reason == "bad_selector"


def test_selectors_that_can_be_used_are_in_order() -> None:
    selectors = Selectors(
        "main article:not(.ad), li > a[href^='/blog/']", "h2 a", "h2", "time[datetime]", "a[rel~=next]"
    )

    assert check_selectors(selectors) is None


ARTICLES = [
    {
        "@type": "NewsArticle",
        "url": "/bees",
        "headline": "Bees &amp; wasps",
        "datePublished": "2026-03-01T09:00:00+01:00",
    },
    {"@type": ["BlogPosting"], "mainEntityOfPage": {"@id": "/ants"}, "name": "Ants", "datePublished": "2026-03-01"},
    {"@type": "https://schema.org/TechArticle", "@id": "https://a.example/mites#article", "datePublished": 7},
]
LISTED = (
    Entry("https://a.example/bees", "Bees & wasps", published_at=EIGHT),
    Entry("https://a.example/ants", "Ants", published_at=MIDNIGHT),
    Entry("https://a.example/mites"),
)


@pytest.mark.parametrize(
    "document",
    [
        ARTICLES,
        {"@context": "https://schema.org", "@graph": [{"@type": "WebPage", "url": BASE}, *ARTICLES]},
        {"@type": "Blog", "url": "/blog", "blogPost": ARTICLES},
        {"@type": "CollectionPage", "hasPart": ARTICLES},
        {"@type": "CollectionPage", "mainEntity": {"@type": "ItemList", "itemListElement": ARTICLES}},
        {
            "@type": "ItemList",
            "itemListElement": [{"@type": "ListItem", "position": 1, "item": article} for article in ARTICLES],
        },
    ],
)
def test_json_ld_gives_the_articles_that_it_lists(document: object) -> None:
    assert _read(_json_ld(document), None).entries == LISTED


@pytest.mark.parametrize(
    "element",
    [
        "/bees",
        {"@type": "ListItem", "position": 1, "url": "/bees"},
        {"@type": "ListItem", "position": 1, "item": "/bees"},
        {"@type": "ListItem", "position": 1, "item": {"@id": "https://a.example/bees"}},
        {"@type": "ListItem", "item": {"@type": "WebPage", "url": "/bees"}},
    ],
)
def test_a_list_may_name_addresses_only(element: object) -> None:
    assert _read(_json_ld({"@type": "ItemList", "itemListElement": [element]}), None).entries == (
        Entry("https://a.example/bees"),
    )


def test_a_change_after_publication_is_a_version() -> None:
    article = {"@type": "Article", "url": "/bees", "datePublished": "2026-03-01", "dateModified": "2026-03-02"}

    [entry] = _read(_json_ld(article), None).entries

    assert (entry.published_at, entry.version) == (MIDNIGHT, "2026-03-02T00:00:00+00:00")


@pytest.mark.parametrize(
    "document",
    [
        {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "item": "/news"}]},
        {"@type": "ItemList", "itemListElement": [{"@type": "SiteNavigationElement", "url": "/about"}]},
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": {"@type": "Product", "url": "/x"}}]},
        {"@type": "NewsArticle", "url": BASE, "headline": "The page itself"},
        {"@type": "JobPosting", "url": "/jobs/7"},
        {"@type": "NewsArticle", "headline": "No address"},
        {"@type": "ItemList", "itemListElement": None},
        {"@type": 7, "url": "/x"},
        "x",
        None,
        [],
    ],
)
def test_json_ld_without_a_list_of_articles_says_so(document: object) -> None:
    error = _error(_json_ld(document), None)

    assert (error.reason, error.detail) == ("nothing_found", "no article list in JSON-LD; give selectors")


def test_a_broken_script_does_not_hide_the_next() -> None:
    page = _json_ld(ARTICLES).replace("<head>", '<head><script type="application/ld+json">{"a": </script>')

    assert _read(page, None).entries == LISTED


@pytest.mark.parametrize(
    ("body", "reason"),
    [(b"", "empty"), (b" \n", "empty"), (b"%PDF-1.7 \x80", "unreadable"), (b"<!-- x -->", "unreadable")],
)
def test_another_body_has_a_reason(body: bytes, reason: str) -> None:
    assert _error(body).reason == reason
    assert _error(body, None).reason == reason


@pytest.mark.parametrize(
    "body",
    [
        _page("<div class=card>" * 100 + '<a href="/bees">Bees</a>'),
        _page('<a href="/bees">' + "Bees " * 500_000 + "</a>"),
        _page(*['<a href="/bees">Bees</a>'] * 20_000),
        _page('<a href="/bees">Bees</a>\0\x01\ud83d'.encode("utf-8", "surrogatepass").decode("utf-8", "replace")),
    ],
)
def test_a_page_that_is_built_to_be_slow_gives_what_it_says(body: str) -> None:
    [entry] = _read(body, Selectors(".card", title="b", date="b")).entries

    assert entry.url == "https://a.example/bees"


@pytest.mark.parametrize("tag", ["<div class=card>", "<b>"])
def test_a_page_that_is_nested_deeper_than_any_parser_goes_lists_nothing(tag: str) -> None:
    assert _error(_page(tag * 300_000 + '<a href="/bees">Bees</a>')).reason == "nothing_found"


@pytest.mark.parametrize(
    "script",
    [
        "[" * 200_000,
        '{"a":' * 100_000 + "1" + "}" * 100_000,
        "[" + ",".join(["{}"] * 500_000) + "]",
        '{"@type": "ItemList", "itemListElement": [' + ",".join(["7"] * 500_000) + "]}",
        "\ud83d".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    ],
)
def test_json_ld_that_is_built_to_be_slow_lists_nothing(script: str) -> None:
    page = _page(head=f'<script type="application/ld+json">{script}</script>')

    assert _error(page, None).reason == "nothing_found"


def test_a_link_that_says_so_leads_to_older_entries_where_no_selector_does() -> None:
    older = '<a class="x" rel="nofollow next" href="/2">older</a>'
    listed = '<script type="application/ld+json">{"@type": "NewsArticle", "url": "/bees"}</script>'

    assert _read(_page('<li><a href="/bees">Bees</a></li>' + older), Selectors("li")).more == (
        Link("https://a.example/2"),
    )
    assert _read(_page(listed + older), None).more == (Link("https://a.example/2"),)
