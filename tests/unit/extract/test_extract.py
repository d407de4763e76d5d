"""The door of the room: what is read as what, and an answer for whatever comes."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.extract.extract import extract
from pipeline.models.articles import Document
from pipeline.models.pages import Capture, NotAnArticle, Reason

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[3]
PARAGRAPH = (
    "<p>The council decided on Tuesday evening that the harbour will be closed to cars from the first of May.</p>"
)
ARABIC = "أعلن مجلس المدينة مساء الثلاثاء أن الميناء القديم سيغلق أمام السيارات ابتداء من أول مايو المقبل."
ARABIC_PAGE = f"<html><head><title>الميناء</title></head><body><article><p>{ARABIC}</p></article></body></html>"


def answer(body: bytes, media_type: str = "text/html", charset: str | None = None) -> Document | NotAnArticle:
    return extract(Capture("https://harbour.example/a", body, media_type, charset), now=NOW)


@pytest.mark.parametrize("media_type", ["application/pdf", "image/png", "application/json", ""])
def test_other_media_types_are_unsupported_and_named(media_type: str) -> None:
    assert answer(b"anything", media_type) == NotAnArticle(Reason.UNSUPPORTED_TYPE, media_type)


@pytest.mark.parametrize(
    "media_type", ["text/html", "text/plain", "text/markdown", "application/x-newsfold-record+json"]
)
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Reason.EMPTY),
        (b" \r\n\t" * 500_000, Reason.EMPTY),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", Reason.NOT_TEXT),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", Reason.NOT_TEXT),
        (b"\x00" * 1000, Reason.NOT_TEXT),
        (random.Random(7).randbytes(5000), Reason.NOT_TEXT),
    ],
    ids=["empty", "white space", "pdf", "png", "nul", "random"],
)
def test_a_body_that_is_no_text_says_why(body: bytes, reason: Reason, media_type: str) -> None:
    found = answer(body, media_type)
    assert isinstance(found, NotAnArticle)
    assert found.reason is reason


@pytest.mark.parametrize("text", ["Loading…", "1234567890 " * 50, "404 not found"])
def test_a_few_letters_are_no_text(text: str) -> None:
    found = answer(text.encode(), "text/plain")
    assert isinstance(found, NotAnArticle)
    assert found.reason is Reason.NO_TEXT


@pytest.mark.parametrize("media_type", ["text/html", "text/plain"])
@pytest.mark.parametrize(
    ("encoded_as", "charset"),
    [
        ("utf-8", "iso-8859-1"),
        ("utf-8-sig", None),
        ("utf-16", None),
        ("utf-16-le", None),
        ("utf-16-be", "utf-8"),
        ("cp1256", "windows-1256"),
        ("cp1256", "no-such-charset"),
    ],
)
def test_a_body_is_read_in_its_own_charset(encoded_as: str, charset: str | None, media_type: str) -> None:
    written = ARABIC_PAGE if media_type == "text/html" else ARABIC
    found = answer(written.encode(encoded_as), media_type, charset)
    assert isinstance(found, Document)
    assert (found.text, found.language) == (ARABIC, "ar")


def test_the_charset_in_the_markup_is_taken_where_the_server_gives_none() -> None:
    page = ARABIC_PAGE.replace("<head>", '<head><meta charset="windows-1256">').encode("cp1256")
    found = answer(page)
    assert isinstance(found, Document)
    assert found.text == ARABIC


HOSTILE = {
    "5,000 nested divs": f"<html><body>{'<div>' * 5000}{PARAGRAPH * 4}{'</div>' * 5000}",
    "nested tables": f"<html><body>{'<table><tr><td>' * 500}{PARAGRAPH}",
    "a huge colspan": f"{PARAGRAPH}<table><tr><td colspan=9007199254740991>a<td rowspan=9007199254740991>b</table>",
    "no body": "<html><head><title>x</title></head></html>",
    "only a comment": "<!-- nothing here -->",
    "2 MB of spaces in a paragraph": f"<html><body><p>{' ' * 2_000_000}</p></body></html>",
    "NUL and surrogate entities": PARAGRAPH.replace("council", "&#0;&#xD800;&#1114112;\x00"),
    "JSON-LD nested deep": f'<script type="application/ld+json">{"[" * 100_000}</script>{PARAGRAPH}',
    "JSON-LD of odd shape": '<script type="application/ld+json">{"@type": [{}, "Article"], "author": [[1, {"name": 5}]]'
    f', "publisher": [], "headline": {{}}, "datePublished": 5}}</script>{PARAGRAPH}',
    "an address that is none": f'<head><meta property="og:url" content="http://[bad/"></head>{PARAGRAPH}',
    "a year out of range": f'<meta property="article:published_time" content="9999-12-31T23:59:59-14:00">{PARAGRAPH}',
    "an attribute of 12 MB": f'<html><body><p title="{"x" * 12_000_000}">{PARAGRAPH}',
    "an open tag at the end": f"<html><body>{PARAGRAPH}<div class='",
}


@pytest.mark.parametrize("page", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_page_gets_an_answer_soon(page: str) -> None:
    began = time.monotonic()
    found = answer(page.encode())
    assert isinstance(found, Document | NotAnArticle)
    assert time.monotonic() - began < 10
    if isinstance(found, Document):
        found.text.encode("utf-8")
        assert "\x00" not in found.text
        assert found.published_at is None


@pytest.mark.parametrize("repeated", ["[", "**", "Source: ", "* ", "![](", "# ", "\n", "\n \t", "\u202b", "a\u0300"])
def test_a_mark_repeated_without_end_gets_an_answer_soon(repeated: str) -> None:
    began = time.monotonic()
    assert isinstance(answer((repeated * 300_000 + "a").encode(), "text/markdown"), Document | NotAnArticle)
    assert time.monotonic() - began < 10


def test_markup_without_a_document_is_unreadable_and_says_why() -> None:
    assert answer(b"<!-- nothing here -->") == NotAnArticle(Reason.UNREADABLE, "ParserError: Document is empty")


def test_the_hint_serves_where_the_text_does_not_tell() -> None:
    capture = Capture("https://harbour.example/a", b"Ayr Melrose Dundee Rangers Livingston Chelsea 38-17", "text/plain")
    found = extract(capture, language_hint="en-GB", now=NOW)
    assert isinstance(found, Document)
    assert found.language == "en"


def test_the_room_opens_without_loading_its_libraries() -> None:
    program = (
        "import sys, pipeline.extract.extract\n"
        "print([name for name in ('trafilatura', 'htmldate', 'lxml', 'py3langid', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "line",
    ["2 March 2026", "Published: 2 March 2026, 10:00", "Freitag, 6. März 2026", "2026年9月1日 16:20", "١ مارس ٢٠٢٦"],
)
def test_a_line_that_is_a_date_is_no_text_and_is_kept_beside_it(line: str) -> None:
    found = answer(f"<article><p>{line}</p>{PARAGRAPH}<p>{ARABIC}</p></article>".encode(), charset="utf-8")
    assert isinstance(found, Document)
    assert found.text.startswith("The council decided")
    assert line in found.boilerplate


@pytest.mark.parametrize("line", ["It began on 2 March 2026.", "In March 2026 they met again", "Today, at last"])
def test_a_sentence_that_holds_a_date_is_text(line: str) -> None:
    found = answer(f"<article><p>{line}</p>{PARAGRAPH}</article>".encode())
    assert isinstance(found, Document)
    assert found.text.startswith(line)
