#!/usr/bin/env python3
"""How well the topic filter tells news of artificial intelligence from other news, by language, and how fast.

usage: topic.py EVAL_FOLDER [--lexicon FILE] [--list] [--json]

Texts about AI: one paragraph in each language written for the tests, the seed articles, and every item of the feeds of
AI labs in EVAL_FOLDER/polling (title and summary; "short" is under 25 words). Other texts: near misses written for the
tests, and the general news of EVAL_FOLDER, a few of which are about AI: --list names all that the filter took.
"""

from __future__ import annotations

import argparse
import gzip
import json
import lzma
import sys
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree, html

from pipeline.extract.claims.language import detect_language
from pipeline.extract.plain import read_plain
from pipeline.topic.lexicon import Lexicon, parse_lexicon
from pipeline.topic.relevance import relevance

CHECKOUT = Path(__file__).parents[1]
PARAGRAPHS = CHECKOUT / "tests" / "unit" / "topic" / "paragraphs.toml"
THRESHOLDS = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)
TIMED_CHARACTERS = 5000
LONG_WORDS = 25


@dataclass(frozen=True, slots=True)
class Sample:
    """A text, where it is from, and whether its source is about AI."""

    collection: str
    is_about: bool
    language: str | None
    title: str | None
    text: str


def paragraphs() -> Iterator[Sample]:
    """What was written for the tests."""
    for kind, rows in tomllib.loads(PARAGRAPHS.read_text("utf-8")).items():
        for row in rows:
            yield Sample("own paragraphs", kind == "about", row["language"], row["title"], row["text"])


def seeds() -> Iterator[Sample]:
    """The seed articles, all about AI."""
    for path in sorted((CHECKOUT / "seeds").glob("*.txt")):
        draft = read_plain(path.read_text("utf-8"))
        yield Sample("seeds", True, detect_language(draft.text, None), draft.title, draft.text)


def general_news(folder: Path) -> Iterator[Sample]:
    """News of all kinds, with the language that its collection or, for pages, the detector gives."""
    with gzip.open(folder / "background.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            yield Sample("news of 2011-12", False, row["language"], row["title"], row["text"])
    for row in map(json.loads, (folder / "translations-dev.jsonl").read_text("utf-8").splitlines()):
        yield Sample("news of 2018-19", False, row["language"], row["title"], row["text"])
    for row in map(json.loads, (folder / "extraction" / "gold.jsonl").read_text("utf-8").splitlines()):
        text = row.get("text") or "\n".join(row.get("with") or [])
        yield Sample("web pages", False, detect_language(text, None), row.get("title"), text)


def lab_items(folder: Path) -> Iterator[Sample]:
    """Every item that the labs' feeds ever had, once."""
    for path in sorted((folder / "polling").glob("*.jsonl.xz")):
        items: dict[str, tuple[str, str]] = {}
        with lzma.open(path, "rt", encoding="utf-8") as polls:
            for poll in map(json.loads, polls):
                for item in etree.fromstring(poll["body"].encode(), etree.XMLParser(recover=True)).iter("item"):
                    items[item.findtext("link") or ""] = item.findtext("title") or "", _summary(item)
        for title, text in items.values():
            length = "long" if len(text.split()) >= LONG_WORDS else "short"
            yield Sample(f"{length} feed items", True, detect_language(f"{title}\n{text}", "en"), title, text)


def _summary(item: etree._Element) -> str:
    content = item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded") or item.findtext("description") or ""
    return str(etree.tostring(html.fromstring(f"<div>{content}</div>"), method="text", encoding="unicode"))


def table(samples: Iterable[tuple[Sample, float]], threshold: float) -> list[dict[str, object]]:
    """How many texts of each collection and language were taken as on topic."""
    counts: dict[tuple[bool, str, str], list[bool]] = defaultdict(list)
    for sample, score in samples:
        for language in (sample.language or "?", "all"):
            counts[not sample.is_about, sample.collection, language].append(score >= threshold)
    return [
        {"collection": name, "about_ai": not is_other, "language": language, "texts": len(taken), "taken": sum(taken)}
        for (is_other, name, language), taken in sorted(counts.items())
    ]


def milliseconds(samples: Iterable[Sample], lexicon: Lexicon) -> dict[str, float]:
    """CPU time for 5,000 characters of each language: the median of ten goes."""
    texts: dict[str, str] = defaultdict(str)
    for sample in samples:
        if sample.collection == "news of 2018-19" and sample.language:
            texts[sample.language] += sample.text
    taken = {}
    for language, text in sorted(texts.items()):
        goes = []
        for _ in range(10):
            began = time.process_time()
            relevance(None, text[:TIMED_CHARACTERS], language, lexicon)
            goes.append(1000 * (time.process_time() - began))
        taken[language] = round(sorted(goes)[len(goes) // 2], 1)
    return taken


def main() -> None:
    """Score every text, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lexicon", type=Path, default=CHECKOUT / "seeds" / "topics" / "ai.toml")
    parser.add_argument("--list", action="store_true", help="name the other texts that were taken, and their terms")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()

    lexicon = parse_lexicon(options.lexicon.read_text("utf-8"), options.lexicon, base=None)
    samples = [*paragraphs(), *seeds(), *lab_items(options.folder), *general_news(options.folder)]
    scored = [(s, relevance(s.title, s.text, s.language, lexicon)) for s in samples]
    scores = [(sample, found.score) for sample, found in scored]
    rows = table(scores, lexicon.threshold)
    sweep = {
        str(threshold): {
            f"{row['collection']}, {'about AI' if row['about_ai'] else 'other'}": f"{row['taken']}/{row['texts']}"
            for row in table(scores, threshold)
            if row["language"] == "all"
        }
        for threshold in THRESHOLDS
    }
    times = milliseconds(samples, lexicon)
    if options.json:
        json.dump(
            {"threshold": lexicon.threshold, "rows": rows, "thresholds": sweep, "ms": times}, sys.stdout, indent=2
        )
        return
    for row in rows:
        kind = "about AI" if row["about_ai"] else "other"
        print(f"{row['collection']:<18}{kind:<10}{row['language']:<5}{row['taken']:>6} of {row['texts']}")
    print("\ntaken at each threshold")
    for limit, taken in sweep.items():
        print(limit, "; ".join(f"{name}: {share}" for name, share in taken.items()))
    print(f"\nmilliseconds for {TIMED_CHARACTERS} characters (median of 10):", times)
    if options.list:
        for sample, found in scored:
            if not sample.is_about and found.score >= lexicon.threshold:
                terms = ", ".join(f"{hit.text} x{hit.count}" for hit in found.terms[:5])
                print(f"{found.score:.2f} {sample.language} {sample.title or sample.text[:60]!r}: {terms}")


if __name__ == "__main__":
    main()
