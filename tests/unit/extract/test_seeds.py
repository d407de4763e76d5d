"""The five seed articles, read from the project's own folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.extract.extract import extract
from pipeline.models.articles import Document
from pipeline.models.pages import Capture

SEEDS = Path(__file__).parents[3] / "seeds"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def read(number: str) -> tuple[Document, str]:
    body = next(SEEDS.glob(f"{number}_*.txt")).read_bytes()
    document = extract(Capture(f"file:///seeds/{number}.txt", body, "text/plain"), now=NOW)
    assert isinstance(document, Document)
    return document, body.decode()


@pytest.mark.parametrize(
    ("number", "language", "author", "site"),
    [
        ("000", "ar", None, None),
        ("001", "ar", None, None),
        ("002", "ar", "Yu Chengjie", "Xinmou"),
        ("003", "hi", None, None),
        ("004", "ar", "بوني", "Pinecone Finance"),
    ],
)
def test_language_and_byline(number: str, language: str, author: str | None, site: str | None) -> None:
    document, _ = read(number)
    assert (document.language, document.author, document.site) == (language, author, site)


@pytest.mark.parametrize("number", ["000", "001", "003"])
def test_a_seed_that_starts_with_a_paragraph_has_no_title_and_loses_nothing(number: str) -> None:
    document, written = read(number)
    assert (document.title, document.boilerplate) == (None, ())
    assert document.text.split() == written.split()


@pytest.mark.parametrize("number", ["002", "004"])
def test_a_seed_with_a_headline_has_it_as_title_only(number: str) -> None:
    document, written = read(number)
    headline = written.split("\n")[0]
    assert document.title == headline
    assert headline not in document.text


@pytest.mark.parametrize("number", ["002", "004"])
def test_the_tail_and_the_byline_are_cut_and_kept(number: str) -> None:
    document, written = read(number)
    byline, tail = document.boilerplate
    assert byline in written
    start = next(line for line in reversed(written.split("\n")) if line.startswith("شاهد"))
    assert tail.split() == written[written.rindex(start) :].split()
    assert start not in document.text
    assert document.text.endswith(written[: written.rindex(start)].strip()[-40:])


@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_paragraphs_are_kept_and_marks_fall_away(number: str) -> None:
    document, written = read(number)
    paragraphs = document.text.split("\n\n")
    taken = 2 + document.boilerplate[-1].count("\n\n") + 1 if document.boilerplate else 0
    assert len(paragraphs) + taken == sum(1 for line in written.split("\n") if line.strip())
    assert all(paragraph == paragraph.strip() and "\n" not in paragraph for paragraph in paragraphs)
    assert "**" not in document.text
