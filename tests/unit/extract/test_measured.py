"""What was measured holds: languages and main texts of the shared test material, where it lies beside the checkout."""

from __future__ import annotations

import gzip
import json
import statistics
import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml.html import HTMLParser, document_fromstring

from pipeline.dates.read import read_date
from pipeline.dates.written import Detail
from pipeline.extract.charset import decode
from pipeline.extract.claims.language import detect_language
from pipeline.extract.claims.page import read_page
from pipeline.extract.dates.choose import choose_date
from pipeline.extract.dates.page_dates import page_dates
from pipeline.extract.extract import extract
from pipeline.models.articles import Document
from pipeline.models.pages import RECORD_MEDIA_TYPE, Capture

EVAL = Path(__file__).parents[4] / "shared" / "eval"
NOW = datetime(2026, 12, 1, tzinfo=UTC)
REFERENCE = datetime(2021, 10, 19, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not EVAL.is_dir(), reason=f"the shared test material is not at {EVAL}")


def rows(lines: Iterable[str]) -> list[dict[str, str]]:
    return [json.loads(line) for line in lines]


def test_articles_in_eight_languages_are_all_told() -> None:
    articles = rows((EVAL / "translations-dev.jsonl").read_text("utf-8").splitlines())
    assert [a["id"] for a in articles if detect_language(a["text"], None) != a["language"]] == []


def test_news_of_five_languages_is_told_in_99_of_100() -> None:
    with gzip.open(EVAL / "background.jsonl.gz", "rt", encoding="utf-8") as lines:
        articles = rows(lines)[::10]
    told = [detect_language(a["text"], None) == a["language"] for a in articles]
    assert statistics.mean(told) >= 0.99


def test_a_record_keeps_its_text_but_for_its_tail() -> None:
    for line in (EVAL / "translations-dev.jsonl").read_text("utf-8").splitlines():
        found = extract(Capture("https://news.example/a", line.encode(), RECORD_MEDIA_TYPE), now=NOW)
        assert isinstance(found, Document)
        given = json.loads(line)
        last = given["text"].split("\n\n")[-1]
        assert found.title is not None
        assert all(len(part) < 60 and part.split() == last.split() for part in found.boilerplate)
        assert len(found.text) + sum(map(len, found.boilerplate)) > 0.98 * len(given["text"]) - 4


def test_pages_get_the_day_they_were_published_on() -> None:
    right, sets = [], []
    for row in rows((EVAL / "extraction" / "gold.jsonl").read_text("utf-8").splitlines()):
        gold = read_date(row.get("date") or "")
        if gold is None or gold.detail < Detail.DAY:
            continue
        html = decode(gzip.decompress((EVAL / "extraction" / row["html"]).read_bytes()), []) or ""
        tree = document_fromstring(html.encode(), parser=HTMLParser(encoding="utf-8", remove_comments=True))
        page = read_page(tree, row["url"] or "file:///x")
        at = choose_date(page_dates(page), NOW).at
        assert at is None or at <= NOW
        right.append(at is not None and (at.date() == gold.moment.date() or at == gold.moment))
        sets.append(row["set"])
    assert statistics.mean(right) >= 0.945
    assert statistics.mean(one for one, name in zip(right, sets, strict=True) if name == "fundus") >= 0.99


def test_written_dates_are_read() -> None:
    strings = rows((EVAL / "dates" / "strings.jsonl").read_text("utf-8").splitlines())
    whole = [row for row in strings if row["source"] != "feedvalidator"]
    read = [(row["expect"], read_date(row["input"], reference=REFERENCE)) for row in whole]
    assert statistics.mean((found is None) == (expected is None) for expected, found in read) >= 0.95


def test_main_texts_are_as_good_as_they_were() -> None:
    from benchmarks.extract import FLOORS, below_floors, our_text, read_pages, score

    pages = read_pages(EVAL / "extraction")
    assert (
        below_floors(score(pages, [our_text(page) for page in pages]), tomllib.loads(FLOORS.read_text())["alone"]) == []
    )
