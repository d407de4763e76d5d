"""Texts in ten languages come out of the layouts of real content management systems."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from unit.extract.layouts import LAYOUTS, OWN_TEXTS, Chrome

from pipeline.extract.extract import extract
from pipeline.models import Capture, Document

NOW = datetime(2026, 3, 1, tzinfo=UTC)
Layout = Callable[[str, str, Chrome], str]


def grams(text: str) -> Counter[str]:
    letters = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).lower()))
    return Counter(letters[i : i + 5] for i in range(len(letters) - 4))


def f1(found: str, gold: str) -> float:
    ours, theirs = grams(found), grams(gold)
    return 2 * (ours & theirs).total() / (ours.total() + theirs.total())


def score(layout: Layout, language: str, title: str, text: str) -> float:
    page = layout(title, text, Chrome(language))
    found = extract(Capture("https://news.example/a", page.encode(), "text/html", "utf-8"), now=NOW)
    assert isinstance(found, Document)
    return f1("\n\n".join([found.text, *found.boilerplate]), text)  # some of the texts end in share buttons


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
@pytest.mark.parametrize("language", OWN_TEXTS)
def test_a_short_article_comes_out_whole_and_alone(language: str, layout: Layout) -> None:
    assert score(layout, language, *OWN_TEXTS[language]) >= 0.97


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
@pytest.mark.parametrize("language", ["ar", "hi", "ja", "zh", "ru"])
def test_a_translated_article_comes_out_whole_and_alone(eval_folder: Path, language: str, layout: Layout) -> None:
    lines = (eval_folder / "translations-dev.jsonl").read_text("utf-8").splitlines()
    articles = [article for article in map(json.loads, lines) if article["language"] == language][:3]
    scores = [score(layout, language, article["title"], article["text"].strip()) for article in articles]
    assert min(scores) >= 0.97
