"""Records of an import file: what is given goes before what is found."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from pipeline.extract.dates.choose import describe_claim
from pipeline.extract.extract import extract
from pipeline.models.articles import Document
from pipeline.models.pages import RECORD_MEDIA_TYPE, Capture, NotAnArticle, Reason

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
URL = "https://harbour.example/a"
TEXT = "The council decided on Tuesday evening that the harbour will be closed to cars from the first of May."
HTML = (
    '<html><head><title>Found title</title><meta name="author" content="Found Author">'
    '<meta property="article:published_time" content="2026-02-03T10:00:00Z"></head>'
    f"<body><article><p>{TEXT}</p><p>{TEXT} Again, and with another ending.</p></article></body></html>"
)


def answer_to(line: str) -> Document | NotAnArticle:
    return extract(Capture(URL, line.encode(), RECORD_MEDIA_TYPE), now=NOW)


def read(**fields: object) -> Document:
    document = answer_to(json.dumps({"url": URL, **fields}))
    assert isinstance(document, Document)
    return document


def test_given_fields_go_before_what_the_page_says() -> None:
    document = read(
        html=HTML,
        title="Given title",
        author="Given Author",
        site="given.example",
        language="fr-CA",
        published_at="2025-01-06T05:00:00+00:00",
    )
    assert (document.title, document.author, document.site) == ("Given title", "Given Author", "given.example")
    assert document.language == "fr"
    assert document.published_at == datetime(2025, 1, 6, 5, tzinfo=UTC)
    assert document.published_at_source == "record"


def test_what_is_not_given_is_found_on_the_page() -> None:
    document = read(html=HTML)
    assert (document.title, document.author, document.language) == ("Found title", "Found Author", "en")
    assert document.published_at == datetime(2026, 2, 3, 10, tzinfo=UTC)
    assert document.published_at_source == "meta"


def test_a_text_keeps_its_first_line_where_the_title_is_given() -> None:
    document = read(title="Harbour closes", text=f"The old town\n\n{TEXT}")
    assert (document.title, document.text) == ("Harbour closes", f"The old town\n\n{TEXT}")


def test_a_first_line_that_repeats_the_given_title_is_taken_out() -> None:
    document = read(title="Harbour  closes", text=f"**harbour closes**\n{TEXT}")
    assert (document.title, document.text) == ("Harbour closes", TEXT)


def test_a_text_gives_its_title_where_none_is_given() -> None:
    document = read(text=f"Harbour closes\n\n{TEXT}")
    assert (document.title, document.text) == ("Harbour closes", TEXT)


def test_a_tail_is_cut_from_a_records_text() -> None:
    document = read(title="Harbour closes", text=f"{TEXT}\n\nView original. Like · Comment · Share")
    assert (document.text, document.boilerplate) == (TEXT, ("View original. Like · Comment · Share",))


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2025-01-06T05:00:00", datetime(2025, 1, 6, 5, tzinfo=UTC)),
        ("Mon, 06 Jan 2025 05:00:00 GMT", datetime(2025, 1, 6, 5, tzinfo=UTC)),
        ("2025-01-06", datetime(2025, 1, 6, tzinfo=UTC)),
        ("6. Januar 2025 um 05:00", datetime(2025, 1, 6, 5, tzinfo=UTC)),
        ("Jan 6, 2025", datetime(2025, 1, 6, tzinfo=UTC)),
        ("06.01.2025", datetime(2025, 1, 6, tzinfo=UTC)),
        ("16/01/2025", datetime(2025, 1, 16, tzinfo=UTC)),
        (1736139600, datetime(2025, 1, 6, 5, tzinfo=UTC)),
        (1736139600.5, datetime(2025, 1, 6, 5, 0, 0, 500_000, tzinfo=UTC)),
        (1736139600000, datetime(2025, 1, 6, 5, tzinfo=UTC)),
        ("1736139600", datetime(2025, 1, 6, 5, tzinfo=UTC)),
        (" 1736139600000 ", datetime(2025, 1, 6, 5, tzinfo=UTC)),
        ("915148800", datetime(1999, 1, 1, tzinfo=UTC)),
        (915148800000, datetime(1999, 1, 1, tzinfo=UTC)),
        ("soon", None),
        ("2062-01-06", None),
        ("January 2025", None),
        (2025, None),
        (9736139600, None),
        (10**400, None),
        (float("nan"), None),
        (True, None),
        ({"$date": "2025-01-06T05:00:00Z"}, None),
        (None, None),
    ],
)
def test_a_date_that_is_none_is_not_given(written: object, moment: datetime | None) -> None:
    document = read(text=TEXT, published_at=written)
    assert (document.published_at, document.published_at_source) == (moment, "record" if moment else None)


@pytest.mark.parametrize(
    ("language", "day", "or_day"),
    [
        ("fr", (2025, 2, 1), None),
        ("en-GB", (2025, 2, 1), None),
        ("en_US", (2025, 1, 2), None),
        ("en", (2025, 1, 2), "2025-02-01"),
        ("English", (2025, 1, 2), "2025-02-01"),
        (7, (2025, 1, 2), "2025-02-01"),
    ],
)
def test_day_and_month_stand_in_the_order_of_the_records_language(
    language: object, day: tuple[int, int, int], or_day: str | None
) -> None:
    document = read(text=TEXT, language=language, published_at="01/02/2025")
    assert document.published_at == datetime(*day, tzinfo=UTC)
    assert describe_claim(document.dates[0]).get("or") == or_day


def test_a_month_is_read_in_the_records_language() -> None:
    assert read(text=TEXT, language="tr", published_at="6 Oca 2025").published_at == datetime(2025, 1, 6, tzinfo=UTC)


def test_where_nobody_can_tell_day_from_month_the_page_tells() -> None:
    document = read(html=HTML, language="en", published_at="03/02/2026")
    assert document.published_at == datetime(2026, 2, 3, 10, tzinfo=UTC)


def test_a_bad_date_leaves_the_pages_own() -> None:
    assert read(html=HTML, published_at="soon").published_at_source == "meta"


def test_surrogates_and_nul_in_escapes_do_not_reach_the_document() -> None:
    line = f'{{"url": "{URL}", "title": "A\\ud800 title\\u0000", "text": "\\udfff{TEXT}\\u0000 \\ud83d\\ude00"}}'
    document = answer_to(line)
    assert isinstance(document, Document)
    assert (document.title, document.text) == ("A title", f"{TEXT} 😀")


def test_surrogates_in_html_do_not_reach_the_document() -> None:
    assert read(html=HTML.replace("council", "coun\ud800cil\x00")).text.startswith("The council")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{not json", Reason.UNREADABLE),
        ("[1, 2]", Reason.UNREADABLE),
        ("[" * 100_000, Reason.UNREADABLE),
        ('"text"', Reason.UNREADABLE),
        ('{"url": "https://harbour.example/a"}', Reason.EMPTY),
        ('{"text": ""}', Reason.EMPTY),
        ('{"text": 5, "html": null}', Reason.EMPTY),
        ('{"text": "Too short."}', Reason.NO_TEXT),
        ('{"html": "<p></p>"}', Reason.NO_TEXT),
    ],
)
def test_a_record_that_holds_no_article_says_why(line: str, reason: Reason) -> None:
    answer = answer_to(line)
    assert isinstance(answer, NotAnArticle)
    assert answer.reason is reason
