"""Pages: main text and what the page says of itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from pipeline.extract.extract import extract
from pipeline.models.articles import Document
from pipeline.models.pages import Capture, NotAnArticle, Reason

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
URL = "https://harbour.example/news/closed-to-cars"
CAIRO = timezone(timedelta(hours=2))
PARAGRAPHS = (
    "The harbour of the old town will be closed to cars from the first of May, the council decided on Tuesday evening.",
    "Shop owners had asked for a later date. They fear for the deliveries in the weeks before the summer festival.",
    "The mayor answered that the new car park behind the station will be ready by then, with room for 400 cars.",
)


def page(head: str = "", below: str = "", date_line: str = "") -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>Harbour closes to cars</title>{head}</head><body>'
        '<nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>'
        f"<article><h1>Harbour closes to cars</h1>{date_line}{text}</article>{below}"
        "<footer><p>All rights reserved. Contact us.</p></footer></body></html>"
    )


def read(html: str, *, url: str = URL) -> Document:
    document = extract(Capture(url, html.encode(), "text/html", "utf-8"), now=NOW)
    assert isinstance(document, Document)
    return document


def test_the_main_text_is_paragraphs_without_the_pages_chrome() -> None:
    document = read(page())
    assert document.text == "\n\n".join(PARAGRAPHS)
    assert (document.title, document.language) == ("Harbour closes to cars", "en")


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("Yazan: Ayşe Yılmaz", "Ayşe Yılmaz"),
        ("Yazan: Ayşe Yılmaz | 12 Mart 2026", "Ayşe Yılmaz"),
        ("Yazan: Ayşe Yılmaz, 12 Şubat 2026", "Ayşe Yılmaz"),
        ("12 Şubat 2026 - Yazan: Ayşe Yılmaz", "Ayşe Yılmaz"),
        ("作者：李小明 2026年2月12日", None),
        ("Source: Harbour Post", None),
    ],
)
def test_a_byline_that_nothing_marks_names_the_author(line: str, author: str | None) -> None:
    marked = page(date_line='<p class="author">Max Born</p>')

    assert read(page(date_line=f"<p>{line}</p>")).author == author
    assert read(marked.replace("<p>", f"<p>{line}</p><p>", 1)).author == "Max Born"


def test_a_heading_that_repeats_the_title_is_not_text() -> None:
    document = read(
        page()
        .replace("<article><h1>", "<article><h1> ")
        .replace("Harbour closes to cars</h1>", "HARBOUR closes to cars</h1>")
    )
    assert document.text == "\n\n".join(PARAGRAPHS)


def test_a_date_above_the_text_and_the_heading_of_a_form_in_it_are_not_text() -> None:
    letter = "<div><h3>Our newsletter</h3><form><input name=m><button>Send</button></form></div>"
    html = page().replace("<p>", "<p>2026-02-03 10:00</p><p>", 1)
    document = read(html.replace(f"<p>{PARAGRAPHS[1]}", f"{letter}<p>{PARAGRAPHS[1]}"))
    assert letter not in html
    assert document.text == "\n\n".join(PARAGRAPHS)


def test_lines_that_are_links_are_not_text_and_sentences_with_links_are() -> None:
    also = '<p><b>Read also: <a href="/b">Fewer people took the train in winter</a></b></p>'
    linked = f'<p><a href="/c">{PARAGRAPHS[1][:60]}</a>{PARAGRAPHS[1][60:]}</p>'
    html = page().replace(f"<p>{PARAGRAPHS[1]}</p>", also + linked)
    assert also + linked in html
    assert read(html).text == "\n\n".join(PARAGRAPHS)


def test_author_and_site_are_read() -> None:
    head = '<meta name="author" content="Jane Miller"><meta property="og:site_name" content="Harbour Post">'
    document = read(page(head))
    assert (document.author, document.site) == ("Jane Miller", "Harbour Post")


def test_xhtml_is_read_as_html() -> None:
    html = '<?xml version="1.0" encoding="windows-1251"?>' + page()
    document = extract(Capture(URL, html.encode(), "application/xhtml+xml"), now=NOW)
    assert isinstance(document, Document)
    assert document.text == "\n\n".join(PARAGRAPHS)


def test_buttons_below_the_text_are_cut_and_kept() -> None:
    html = page().replace(
        "</article>", "<p>View original</p><p>Like</p><p>Comment</p><p>Share this article</p></article>"
    )
    document = read(html)
    assert document.text == "\n\n".join(PARAGRAPHS)
    assert [part.replace("\n\n", " | ") for part in document.boilerplate] == [
        "View original | Like | Comment | Share this article"
    ]


@pytest.mark.parametrize(
    ("link", "canonical"),
    [
        ('<link rel="canonical" href="https://harbour.example/a">', "https://harbour.example/a"),
        ('<link rel="alternate CANONICAL" href="//www.harbour.example/a">', "https://www.harbour.example/a"),
        ('<link rel=canonical href=" /a?b=1 ">', "https://harbour.example/a?b=1"),
        ('<link rel="canonical" href="">', None),
        ('<link rel="canonical" href="file:///etc/hosts">', None),
        ('<link rel="canonical" href="javascript:void(0)">', None),
        ('<link rel="canonical" href="http://[::1">', None),
        ('<link rel="amphtml" href="https://harbour.example/amp">', None),
        ('<link rel="canonical" href="ftp://harbour.example/a">', None),
        ("", None),
    ],
)
def test_the_canonical_url_is_absolute_and_of_the_web(link: str, canonical: str | None) -> None:
    assert read(page(link)).canonical_url == canonical


def json_ld(body: str) -> str:
    return f'<script type="application/ld+json">{body}</script>'


@pytest.mark.parametrize(
    ("what", "html", "moment"),
    [
        (
            "meta with a zone",
            page('<meta property="article:published_time" content="2026-02-03T23:30:00+02:00">'),
            datetime(2026, 2, 3, 23, 30, tzinfo=CAIRO),
        ),
        (
            "JSON-LD with a zone",
            page(json_ld('{"@type": "NewsArticle", "datePublished": "2026-02-03T23:30:00+02:00"}')),
            datetime(2026, 2, 3, 23, 30, tzinfo=CAIRO),
        ),
        (
            "JSON-LD in a graph, with a raw line end, before its comments",
            page(
                json_ld(
                    '{"@graph": [{"@type": ["Article"], "name": "a\nb", "datePublished": "2026-02-03T08:00:00Z",'
                    ' "comment": {"@type": "SocialMediaPosting", "datePublished": "2026-02-05T08:00:00Z"}}]}'
                )
            ),
            datetime(2026, 2, 3, 8, tzinfo=UTC),
        ),
        (
            "a moment with a zone goes before a bare day",
            page(
                '<meta name="pubdate" content="2026-02-03">'
                '<meta property="article:published_time" content="2026-02-03T23:30:00+02:00">'
            ),
            datetime(2026, 2, 3, 23, 30, tzinfo=CAIRO),
        ),
        (
            "a time element refines the day",
            page(date_line='<time datetime="2026-02-03T23:30:00+02:00">3 February</time>'),
            datetime(2026, 2, 3, 23, 30, tzinfo=CAIRO),
        ),
        (
            "no zone is UTC",
            page('<meta property="article:published_time" content="2026-02-03T10:20:00">'),
            datetime(2026, 2, 3, 10, 20, tzinfo=UTC),
        ),
        (
            "a bare day is its midnight in UTC",
            page(date_line='<p class="date">3 February 2026</p>'),
            datetime(2026, 2, 3, tzinfo=UTC),
        ),
        (
            "a few hours ahead is now",
            page('<meta property="article:published_time" content="2026-03-01T20:00:00Z">'),
            NOW,
        ),
        (
            "a date in the future gives way to a possible one",
            page(
                '<meta property="article:published_time" content="2062-02-03T10:00:00Z">'
                '<meta name="parsely-pub-date" content="2026-02-03T10:00:00Z">'
            ),
            datetime(2026, 2, 3, 10, tzinfo=UTC),
        ),
        (
            "the future is no date",
            page('<meta property="article:published_time" content="2062-02-03T10:00:00Z">'),
            None,
        ),
        (
            "Unix time zero is no date",
            page('<meta property="article:published_time" content="1970-01-01T00:00Z">'),
            None,
        ),
        ("a page without a date gets none", page(), None),
    ],
)
def test_the_publication_date_is_the_pages_own(what: str, html: str, moment: datetime | None) -> None:
    document = read(html)
    assert document.published_at == moment, what
    assert document.published_at_source in (("json-ld", "meta", "visible") if moment else (None,)), what
    if moment and document.published_at:
        assert document.published_at.utcoffset() == moment.utcoffset()


DAY = datetime(2026, 2, 3, tzinfo=UTC)
AT_TEN_TWENTY = datetime(2026, 2, 3, 10, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("html", "url", "moment", "source"),
    [
        (page(date_line="<p>3 February 2026</p>"), URL, DAY, "visible"),
        (page(date_line="<p>Von Ada</p><p>3. Februar 2026, 10:20 Uhr</p>"), URL, AT_TEN_TWENTY, "visible"),
        (page(date_line="<span class='post-date'>٣ فبراير ٢٠٢٦</span>"), URL, DAY, "visible"),
        (page(date_line="<span class='date'>2026年2月3日</span>"), URL, DAY, "visible"),
        (page(date_line="<p>Updated: 20 February 2026</p>"), "https://harbour.example/2026/02/03/cars", DAY, "url"),
        (page(), "https://harbour.example/news-20260203-cars", DAY, "url"),
        (page(), "https://web.archive.org/web/20260228000000/https://harbour.example/cars", None, None),
        (page('<meta name="date" content="2026-02-20">', "", "<time>2026-02-03</time>"), URL, DAY, "visible"),
        (page('<meta itemprop="datePublished" content="1770076800000">'), URL, DAY, "meta"),
        (page('<meta name="pubdate" content="2026-03-01T12:00:02Z">'), URL, None, None),
        (page(below="<p>© 2019 Harbour Post</p>"), URL, None, None),
        (page(below="<aside><time datetime='2026-01-01'>Another story</time></aside>"), URL, None, None),
        (page(date_line="<p>March 2026</p>"), URL, None, None),
    ],
)  # fmt: skip
def test_a_date_says_where_the_page_states_it(html: str, url: str, moment: datetime | None, source: str | None) -> None:
    document = read(html, url=url)

    assert (document.published_at, document.published_at_source) == (moment, source)


def test_a_day_is_not_moved_by_the_zone_of_another_statement() -> None:
    document = read(page('<meta property="article:published_time" content="2026-02-03">'))

    assert [(one.precision, one.moment) for one in document.dates] == [("day", DAY)]


def test_the_language_is_told_by_the_text_and_the_claim_kept_beside_it() -> None:
    document = read(page().replace('lang="en"', 'lang="fr-FR"'))

    assert (document.language, document.language_claim) == ("en", "fr-FR")
    assert document.language_confidence and document.language_confidence > 0.9


def test_a_stated_moment_goes_before_a_day_found_elsewhere() -> None:
    head = '<meta property="article:published_time" content="2026-02-03T23:30:00+02:00">'
    document = read(page(head), url="https://harbour.example/2026/02/05/closed-to-cars")
    assert document.published_at == datetime(2026, 2, 3, 23, 30, tzinfo=CAIRO)


def test_the_first_date_counts_not_the_last_change() -> None:
    below = '<p class="updated">Updated: 2026-02-20</p><p class="published">Published: 2026-02-03</p>'
    head = '<meta property="article:modified_time" content="2026-02-20"><meta name="date" content="2026-02-03">'
    assert read(page(head, below)).published_at == datetime(2026, 2, 3, tzinfo=UTC)


def test_a_day_that_the_story_tells_of_is_not_the_day_of_publication() -> None:
    assert read(page(date_line="<p>The mayor was elected in November 2025 for six years.</p>")).published_at is None


def test_a_text_in_a_box_that_is_passed_over_is_read_where_there_is_no_other() -> None:
    boxed = f"<html><body><div class='related'><div><span>{PARAGRAPHS[0]}</span></div></div></body></html>"
    assert read(boxed).text == PARAGRAPHS[0]


def test_a_page_of_bare_words_is_read() -> None:
    words = "The council decided on Tuesday that the harbour will be closed to cars from May."
    assert read(words).text == words


def test_a_fragment_of_html_is_a_page() -> None:
    assert read("".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)).text == "\n\n".join(PARAGRAPHS)


@pytest.mark.parametrize(
    "html",
    [
        "<html><head><title>Harbour</title></head></html>",
        "<html><frameset><frame src='a'></frameset></html>",
        "<html><body><script>let harbour = 'closed to cars from the first of May';</script></body></html>",
    ],
)
def test_a_page_without_main_text_is_no_article(html: str) -> None:
    answer = extract(Capture(URL, html.encode(), "text/html"), now=NOW)
    assert isinstance(answer, NotAnArticle)
    assert answer.reason is Reason.NO_TEXT


def test_an_article_that_a_script_would_show_is_read_from_its_noscript() -> None:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS * 3)
    document = read(f"<html><body><h1>Harbour</h1><div><noscript>{paragraphs}</noscript></div></body></html>")
    assert set(document.text.split("\n\n")) >= set(PARAGRAPHS)
