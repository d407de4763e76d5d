"""Fold a JSONL file of articles, in file order, with an archive in memory, and score the stories against its truth.

    python benchmarks/fold_stories.py ARTICLES.jsonl --scorer score_stories.py [--before MORE.jsonl[.gz]]... [--json]

Each line has url, text, language, published_at and, for the scorer, story and event. Articles of --before files are
folded first and stay out of the scores, but for how many new ones joined them.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.fold.candidates import Postings, posted_keys, query, rank
from pipeline.fold.fingerprint import fingerprint
from pipeline.fold.judge import judge
from pipeline.models import Candidate, Fingerprint, Verdict

WINDOW = timedelta(days=14)
UNDATED = datetime(2025, 1, 15, tzinfo=UTC)
"""Stands for the day of arrival, where an article has no date."""


@dataclass
class Archive:
    """Articles in memory, found by the rule of the database."""

    articles: list[Candidate] = field(default_factory=list)
    dates: dict[int, datetime] = field(default_factory=dict)
    postings: Postings = field(default_factory=Postings)

    def candidates(self, found: Fingerprint, date: datetime) -> list[Candidate]:
        """The articles worth a look."""
        asked = query(found, date, window=WINDOW)
        chosen = rank(asked, *self.postings.read(asked)).within(date - WINDOW, date + WINDOW, self.dates)
        return [self.articles[i] for i in chosen]

    def add(self, candidate: Candidate, date: datetime) -> None:
        """Keep an article for those that come later."""
        self.articles.append(candidate)
        self.dates[candidate.article_id] = date
        self.postings.add(candidate.article_id, posted_keys(candidate.fingerprint, date))


@dataclass(frozen=True)
class Folded:
    """One article with its story; `verdict` is None where it started the story."""

    url: str
    story_id: int
    verdict: Verdict | None


def read(path: Path) -> Iterator[dict[str, str]]:
    """The records of a JSONL file, gzipped or not."""
    packed = path.read_bytes()
    lines = gzip.decompress(packed) if path.suffix == ".gz" else packed
    yield from map(json.loads, lines.splitlines())


def fold(records: Iterable[dict[str, str]], archive: Archive) -> list[Folded]:
    """Fold articles one by one into the archive."""
    folded = []
    for record in records:
        text, language = record["text"], record.get("language")
        date = datetime.fromisoformat(record["published_at"]) if record.get("published_at") else UNDATED
        found = fingerprint(text, title=record.get("title"), language=language)
        verdict = judge(found, text, language, archive.candidates(found, date))
        number = len(archive.articles)
        story = verdict.story_id if verdict else number
        archive.add(Candidate(number, story, language, text, found), date)
        folded.append(Folded(record["url"], story, verdict))
    return folded


def score(scorer: Path, truth: Path, folded: list[Folded]) -> dict[str, object]:
    """What the scorer program says of the stories."""
    with tempfile.TemporaryDirectory() as folder:
        assigned = Path(folder) / "assigned.csv"
        with assigned.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("url", "story_id"), *((f.url, f.story_id) for f in folded)])
        done = subprocess.run([sys.executable, scorer, truth, assigned], check=True, capture_output=True, text=True)
    scores: dict[str, object] = json.loads(done.stdout)
    return scores


def report(scores: dict[str, object]) -> Iterator[str]:
    """The scores as lines of a table."""
    yield f"{'pairs':<16}{'precision':>10}{'recall':>10}{'f1':>10}{'number':>10}"
    for name, value in scores.items():
        if isinstance(value, dict):
            cells = (value["precision"], value["recall"], value["f1"], value["pairs"])
            yield f"{name:<16}" + "".join(f"{'-' if cell is None else cell:>10}" for cell in cells)
    yield ""
    yield from (f"{name:<24}{value:>10}" for name, value in scores.items() if isinstance(value, int | float))


def main() -> None:
    """Read the arguments, fold, score, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path)
    parser.add_argument("--scorer", type=Path, required=True, help="program that compares url,story_id with the truth")
    parser.add_argument("--before", type=Path, action="append", default=[], help="articles already in the archive")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()

    archive = Archive()
    before = [f for path in options.before for f in fold(read(path), archive)]
    started = time.perf_counter()
    folded = fold(read(options.articles), archive)
    seconds = time.perf_counter() - started
    scores = score(options.scorer, options.articles, folded) | {
        "kinds": dict(Counter(f.verdict.kind.value for f in folded if f.verdict)),
        "joined_before": sum(f.verdict is not None and f.verdict.story_id < len(before) for f in folded),
        "ms_per_article": round(1000 * seconds / len(folded), 1),
    }
    print(json.dumps(scores) if options.json else "\n".join(report({k: v for k, v in scores.items() if k != "kinds"})))


if __name__ == "__main__":
    main()
