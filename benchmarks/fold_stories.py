"""Fold a JSONL file of articles in several orders of arrival, with an archive in memory, and score the stories.

    python benchmarks/fold_stories.py ARTICLES.jsonl --scorer score_stories.py [--before MORE.jsonl[.gz]]
        [--orders 5] [--threshold 0.5] [--json]

Each line has url, text, language, published_at and, for the scorer, story and event. One row of the table is the order
of the file, then come shuffled ones (the archive takes them one by one), then the file's order after the articles of
--before, of which the stories that cross languages are listed. Below it, the five seed articles, and how well the
probabilities of pairs hold (benchmarks/calibration.py).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import math
import random
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

from benchmarks import calibration
from pipeline.extract.extract import extract
from pipeline.fold.candidates import Postings, posted_keys, query, rank
from pipeline.fold.fingerprint import fingerprint
from pipeline.fold.judge import judge, leads, log_odds_of
from pipeline.fold.near.copies import may_share_language
from pipeline.fold.stories.canonical import Copy, canonical, copies
from pipeline.fold.stories.grouping import group
from pipeline.fold.stories.neighbours import missing_pairs, neighbourhoods
from pipeline.fold.words.tokens import primary
from pipeline.models.folding import Bond, Candidate, Fingerprint, Member
from pipeline.models.pages import Capture, NotAnArticle
from pipeline.settings import Settings

Record = dict[str, Any]

SEEDS = Path(__file__).parents[1] / "seeds"
WINDOW = timedelta(days=14)
UNDATED = datetime(2025, 1, 15, tzinfo=UTC)
"""Stands for the day of arrival, where an article has no date."""
THRESHOLD: float = Settings.model_fields["merge_probability"].default


@dataclass
class Archive:
    """Articles in memory, found by the rule of the database."""

    articles: list[Candidate] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    members: list[Member] = field(default_factory=list)
    dates: dict[int, datetime] = field(default_factory=dict)
    bonds: list[Bond] = field(default_factory=list)
    postings: Postings = field(default_factory=Postings)

    def candidates(self, article: Candidate, date: datetime) -> list[Candidate]:
        """The articles worth a look."""
        asked = query(article.fingerprint, date, window=WINDOW)
        ranking = rank(asked, *self.postings.read(asked))
        foreign = {
            i: self.dates[i]
            for i in ranking.translations
            if not may_share_language(article.language, self.articles[i].language)
        }
        chosen = ranking.within(WINDOW, date, foreign)
        return [self.articles[i] for i in chosen]

    def add(self, record: Record, found: Fingerprint) -> None:
        """Keep an article, and what the judge says of it and those that came before."""
        i = len(self.articles)
        text, language = record["text"], record.get("language")
        stated = datetime.fromisoformat(record["published_at"]) if record.get("published_at") else None
        article = Candidate(i, language, found)
        self.texts[i] = text
        likely = self.candidates(article, stated or UNDATED)
        self.bonds += judge(leads([(article, other) for other in likely]), self.texts)
        self.articles.append(article)
        self.members.append(Member(i, i, primary(language), stated, len(text), record["url"]))
        self.dates[i] = stated or UNDATED
        self.postings.add(i, posted_keys(found, stated or UNDATED))

    def stories(self, likelihood: float) -> list[frozenset[int]]:
        """The stories of all articles, with a threshold."""
        least = log_odds_of(likelihood)
        known = {(bond.one, bond.other) for bond in self.bonds}
        for found in neighbourhoods(range(len(self.articles)), self.bonds, least):
            for one, others in missing_pairs(found, known):
                compared = [(self.articles[one], self.articles[i]) for i in others]
                self.bonds += judge(leads(compared, -math.inf), self.texts)
        return group(self.members, self.bonds, least)


@dataclass(frozen=True)
class Folded:
    """One article with its story; `copy` is None where it is the canonical one."""

    url: str
    story_id: int
    copy: Copy | None


def read(path: Path) -> Iterator[Record]:
    """The records of a JSONL file, gzipped or not."""
    packed = path.read_bytes()
    lines = gzip.decompress(packed) if path.suffix == ".gz" else packed
    yield from map(json.loads, lines.splitlines())


def fold(records: Iterable[Record], archive: Archive, likelihood: float = THRESHOLD) -> list[Folded]:
    """Put articles one by one into the archive; the stories of all of it."""
    for record in records:
        archive.add(record, fingerprint_of(record))
    folded = []
    for story in archive.stories(likelihood):
        members = [archive.members[i] for i in story]
        copy_of = {copy.article_id: copy for copy in copies(members, archive.bonds)}
        folded += [Folded(m.url, canonical(members).article_id, copy_of.get(m.article_id)) for m in members]
    return folded


def fingerprint_of(record: Record) -> Fingerprint:
    """The fingerprint of a record's article, made once."""
    return _fingerprint(record["text"], record.get("title"), record.get("language"))


@cache
def _fingerprint(text: str, title: str | None, language: str | None) -> Fingerprint:
    return fingerprint(text, title=title, language=language)


def score(scorer: Path, truth: Path, folded: list[Folded]) -> dict[str, object]:
    """What the scorer program says of the stories."""
    with tempfile.TemporaryDirectory() as folder:
        assigned = Path(folder) / "assigned.csv"
        with assigned.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("url", "story_id"), *((f.url, f.story_id) for f in folded)])
        done = subprocess.run([sys.executable, scorer, truth, assigned], check=True, capture_output=True, text=True)
    scores: dict[str, object] = json.loads(done.stdout)
    return scores


def read_seeds() -> Iterator[Record]:
    """The seed articles, as extraction gives them."""
    for path in sorted(SEEDS.glob("*.txt")):
        document = extract(Capture(path.as_uri(), path.read_bytes(), "text/plain"), now=datetime.now(UTC))
        if not isinstance(document, NotAnArticle):
            yield {"url": path.name[:3], "text": document.text, "language": document.language}


def seed_similarities() -> dict[str, float]:
    """For each two seeds, how similar they are as one story: 0 where nothing is kept of them."""
    archive = Archive()
    for record in read_seeds():
        archive.add(record, fingerprint_of(record))
    found = {(bond.one, bond.other): bond.similarity for bond in archive.bonds}
    return {
        f"{archive.members[i].url}-{archive.members[j].url}": found.get((i, j), 0.0)
        for i, j in combinations(range(len(archive.members)), 2)
    }


def orders(records: list[Record], number: int) -> Iterator[tuple[str, list[Record]]]:
    """The records in file order, and in shuffled ones."""
    yield "file order", records
    for seed in range(1, number + 1):
        shuffled = records.copy()
        random.Random(seed).shuffle(shuffled)
        yield f"shuffled {seed}", shuffled


def row(scores: dict[str, Any]) -> dict[str, Any]:
    """What the table shows of the scorer's answer."""
    return {
        "precision": scores["all"]["precision"],
        "f1": scores["all"]["f1"],
        "f1_no_cjk": scores["no_cjk"]["f1"],
        "event_confusions": scores["event_confusions"],
    }


def crossing(folded: Sequence[Folded], before: Sequence[Record]) -> list[list[str]]:
    """The stories of the articles of --before that are in several languages, with their titles."""
    titles = {one["url"]: (one.get("language"), one.get("title") or one["text"][:60]) for one in before}
    stories: dict[int, list[str]] = defaultdict(list)
    for one in folded:
        stories[one.story_id].append(one.url)
    return [
        [f"{titles[url][0]}: {titles[url][1]}" if url in titles else url for url in urls]
        for urls in stories.values()
        if any(url in titles for url in urls) and len({titles.get(url, (url,))[0] for url in urls}) > 1
    ]


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All figures, as JSON."""
    records, table = list(read(options.articles)), {}
    for name, ordered in orders(records, options.orders):
        folded = fold(ordered, Archive(), options.threshold)
        table[name] = row(score(options.scorer, options.articles, folded))
    result: dict[str, Any] = {"orders": table, "seeds": seed_similarities()}
    archive = Archive()
    if options.before:
        before = list(read(options.before))
        folded = fold([*before, *records], archive, options.threshold)
        table["after others"] = row(score(options.scorer, options.articles, folded))
        result["others_across_languages"] = crossing(folded, before)
    result["calibration"] = calibration.measure(records, list(read(options.before)) if options.before else [])
    return result


def report(result: dict[str, Any]) -> Iterator[str]:
    """The figures for people."""
    columns = ("precision", "f1", "f1_no_cjk", "event_confusions")
    yield f"{'order':<16}" + "".join(f"{name:>18}" for name in columns)
    for name, scores in result["orders"].items():
        yield f"{name:<16}" + "".join(f"{scores[column]:>18}" for column in columns)
    yield ""
    yield from (f"seeds {pair}: {similarity:.4f}" for pair, similarity in result["seeds"].items() if similarity)
    yield ""
    stories = result.get("others_across_languages", [])
    yield f"{len(stories)} stories of the others are in several languages"
    yield from ("  " + " | ".join(titles) for titles in stories)
    yield ""
    yield from calibration.report(result["calibration"])


def main() -> None:
    """Read the arguments, fold, score, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("articles", type=Path)
    parser.add_argument("--scorer", type=Path, required=True, help="program that compares url,story_id with the truth")
    parser.add_argument("--before", type=Path, help="articles already in the archive")
    parser.add_argument("--orders", type=int, default=5, help="how many shuffled orders")
    parser.add_argument("--threshold", type=float, default=THRESHOLD, help="probability from which articles merge")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    result = measure(options)
    print(json.dumps(result) if options.json else "\n".join(report(result)))


if __name__ == "__main__":
    main()
