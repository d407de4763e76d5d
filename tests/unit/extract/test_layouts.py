"""Texts in thirteen languages come out of the layouts of real content management systems."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from unit.extract.busy_layouts import BUSY_LAYOUTS
from unit.extract.layouts import LAYOUTS, OWN_TEXTS, Chrome

from pipeline.extract.clean import clean_text
from pipeline.extract.extract import extract
from pipeline.extract.text.tail import cut_tail
from pipeline.models.articles import Document
from pipeline.models.pages import Capture

SEEDS = Path(__file__).parents[3] / "seeds"
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
    gold, _ = cut_tail(clean_text(text))  # some of the texts end in share buttons
    return f1(found.text, gold)


every_layout = pytest.mark.parametrize("layout", [*LAYOUTS, *BUSY_LAYOUTS], ids=lambda layout: layout.__name__)


@every_layout
@pytest.mark.parametrize("language", OWN_TEXTS)
def test_a_short_article_comes_out_whole_and_alone(language: str, layout: Layout) -> None:
    assert score(layout, language, *OWN_TEXTS[language]) >= 0.97


@every_layout
def test_a_seed_article_comes_out_whole_and_alone(layout: Layout) -> None:
    scores = []
    for file in sorted(SEEDS.glob("*.txt")):
        seed = extract(Capture(file.as_uri(), file.read_bytes(), "text/plain"), now=NOW)
        assert isinstance(seed, Document)
        assert seed.language is not None
        title = seed.title or " ".join(seed.text.split()[:8])
        scores.append(score(layout, seed.language, title, seed.text))
    assert len(scores) == 5
    assert min(scores) >= 0.97


@every_layout
@pytest.mark.parametrize("language", ["ar", "hi", "ja", "zh", "ru", "en", "es", "fr"])
def test_a_translated_article_comes_out_whole_and_alone(eval_folder: Path, language: str, layout: Layout) -> None:
    lines = (eval_folder / "translations-dev.jsonl").read_text("utf-8").splitlines()
    articles = [article for article in map(json.loads, lines) if article["language"] == language][:3]
    scores = [score(layout, language, article["title"], article["text"].strip()) for article in articles]
    assert min(scores) >= 0.97


@pytest.mark.parametrize(
    "text",
    ["بندر بسته می\u200cشود", "क्\u200dषेत्र", "ท่า\u200bเรือ", "‏חברת\u200e OpenAI\u200f הודיעה"],
    ids=["Persian", "Hindi", "Thai", "Hebrew"],
)
def test_joiners_and_direction_marks_within_words_stay(text: str) -> None:
    page = f"<article><p>{text} {text}.</p><p>{text}, {text}, {text}, {text}.</p><p>{text} {text}.</p></article>"
    found = extract(Capture("https://news.example/a", page.encode(), "text/html", "utf-8"), now=NOW)
    assert isinstance(found, Document)
    assert found.text.startswith(f"{text} {text}.")


def test_the_reading_beside_a_word_is_left_out() -> None:
    ruby = "<ruby>市議会<rp>(</rp><rt>しぎかい</rt><rp>)</rp></ruby>"
    page = "<article>" + f"<p>{ruby}は火曜日の夜、港を車両通行止めにすることを決めた。</p>" * 3 + "</article>"
    found = extract(Capture("https://news.example/a", page.encode(), "text/html", "utf-8"), now=NOW)
    assert isinstance(found, Document)
    assert found.text.startswith("市議会は火曜日の夜、港を車両通行止めにすることを決めた。")
