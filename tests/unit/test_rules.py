"""The numbers of the rules go up when the rules make something else of the same pages."""

from __future__ import annotations

import hashlib
from dataclasses import asdict

import pytest
from chrome import LANGUAGES, page
from conftest import NOW
from site_server import article_html

from pipeline.articles import build_article, clean_article
from pipeline.extract.extract import extract
from pipeline.extract.text.lead_in import blanked
from pipeline.extract.text.site import SiteBlocks
from pipeline.fold.fingerprint import fingerprint
from pipeline.fold.translation.packed import pack_fingerprint
from pipeline.models.articles import Article
from pipeline.models.pages import Capture, Entry, NotAnArticle
from pipeline.rules import EXTRACTION_RULES, FOLDING_RULES

# What the rules of each number make of the pages below. Where a change of the code gives something else, raise the
# number in pipeline/rules.py and write the new value here, so that `newsfold reprocess` knows what is of older rules.
EXTRACTED = {1: "1e914ff9b42f083f"}
FOLDED = {1: "6e18295072609283", 2: "6e18295072609283"}


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    names = {"who": "Ada Quill", "what": "the survey", "where": "Skagen", "number": 41}
    bodies = [page(language, number) for language in LANGUAGES for number in range(6)] + [article_html("One", **names)]

    made = [_made(body.encode()) for body in bodies]
    return [one for one in made if one]


def _made(body: bytes) -> Article | None:
    capture = Capture("https://one.example/2026/02/03/a", body, "text/html", "utf-8")
    document = extract(capture, now=NOW)
    if isinstance(document, NotAnArticle):
        return None
    return clean_article(build_article(Entry(capture.url), capture, document, now=NOW), SiteBlocks())


def test_what_extraction_makes_has_the_number_of_its_rules(articles: list[Article]) -> None:
    said = "\n".join(repr(sorted(asdict(one).items())) for one in articles)

    assert hashlib.sha256(said.encode()).hexdigest()[:16] == EXTRACTED[EXTRACTION_RULES]


def test_what_folding_makes_has_the_number_of_its_rules(articles: list[Article]) -> None:
    marks = [
        pack_fingerprint(fingerprint(blanked(one.text, one.lead_ins), title=one.title, language=one.language))
        for one in articles
    ]

    assert hashlib.sha256(b"".join(marks)).hexdigest()[:16] == FOLDED[FOLDING_RULES]
