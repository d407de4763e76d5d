"""What was measured holds: languages and main texts of the shared test material, where it lies beside the checkout."""

from __future__ import annotations

import gzip
import json
import statistics
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.extract.charset import decode
from pipeline.extract.claims.language import detect_language
from pipeline.extract.extract import extract
from pipeline.models import RECORD_MEDIA_TYPE, Capture, Document, NotAnArticle, Reason

EVAL = Path(__file__).parents[4] / "shared" / "eval"
NOW = datetime(2026, 3, 1, tzinfo=UTC)

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


def overlap(found: str, gold: str) -> float:
    """F1 of character 5-grams, as the collection is scored."""
    a, b = grams(found), grams(gold)
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 1.0


def grams(text: str) -> set[str]:
    letters = "".join(filter(str.isalnum, text.lower()))
    return {letters[i : i + 5] for i in range(len(letters) - 4)}


def test_main_texts_are_at_least_as_good_as_by_the_extractors_default() -> None:
    import trafilatura

    ours, default = [], []
    for row in rows((EVAL / "extraction" / "gold.jsonl").read_text("utf-8").splitlines())[::12]:
        if row["kind"] != "text":
            continue
        body = gzip.decompress((EVAL / "extraction" / row["html"]).read_bytes())
        found = extract(Capture(row["url"] or "file:///page", body, "text/html"), now=NOW)
        if isinstance(found, NotAnArticle) and found.reason == Reason.PAYWALL_STUB:
            continue  # the collection has the teaser for its text
        ours.append(overlap(found.text if isinstance(found, Document) else "", row["text"]))
        default.append(overlap(trafilatura.extract(decode(body, []) or "", url=row["url"]) or "", row["text"]))
    assert statistics.mean(ours) >= max(0.9, statistics.mean(default))
