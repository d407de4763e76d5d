#!/usr/bin/env python3
"""Scores main text extraction on a folder of real pages, and times it beside trafilatura's default.

usage: extract.py DIR [--json] [--site] [--half 0|1] [--every N] [--check]

DIR holds gold.jsonl and the pages it names (gzip). Rows of kind "text" are scored by the F1 of character 5-grams,
averaged over pages; rows of kind "segments" by the F1 over the passages that must and must not be in the text.
--site scores ours with the other pages of each site seen first (rows with a `url`, sites by host); --half takes the
pages of one half, split by a hash of the file name; --check exits 1 where a score is below benchmarks/floors.toml
(of the whole folder).
What is scored of ours is what `read_document` takes for the text, also where the page is then told to be no article.
Times are CPU time, each page read by all in turn in one warm process, decoded beforehand: ours with metadata, dates and
language, trafilatura's default with metadata. The ratio is that of the totals; `ours, whole` adds the charset and the
kind of page. Of each set the median and the mean are told.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib
import importlib.util
import json
import logging
import re
import statistics
import sys
import time
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import trafilatura
from rich.console import Console
from rich.table import Table
from trafilatura.baseline import block_text
from trafilatura.readability_lxml import Document as Readability
from trafilatura.utils import fromstring_bytes, load_html

from pipeline.extract.charset import charset_in_markup, decode
from pipeline.extract.extract import extract, read_document
from pipeline.extract.text.site import SitePage, cut_blocks, learn_pages
from pipeline.models.articles import Document
from pipeline.models.pages import Capture

FLOORS = Path(__file__).with_name("floors.toml")
NOW = datetime(2026, 3, 1, tzinfo=UTC)
_NO_LETTERS = re.compile(r"[\W_]")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Page:
    """One row of gold with its page's bytes."""

    row: Mapping[str, object]
    body: bytes
    text: str

    @property
    def sets(self) -> list[str]:
        """The set that a page counts in, and its language's part of it."""
        name = str(self.row["set"])
        return [name, f"{name}/{self.row['lang']}"] if self.row.get("lang") else [name]

    @property
    def capture(self) -> Capture:
        """The page as it is extracted."""
        return Capture(self.url, self.body, "text/html")

    @property
    def url(self) -> str:
        """The page's address."""
        return str(self.row.get("url") or "https://page.invalid/")


@dataclass(slots=True)
class Tally:
    """Scores of one set: F1 of whole texts, and counts of passages hit, unwanted and missed."""

    f1: list[float] = field(default_factory=list)
    passages: Counter[str] = field(default_factory=Counter)

    def score(self) -> float:
        """The F1 of the set, 0 to 1."""
        if self.f1:
            return statistics.mean(self.f1)
        hit = 2 * self.passages["hit"]
        return hit / max(1, hit + self.passages["unwanted"] + self.passages["missed"])


def read_pages(folder: Path) -> list[Page]:
    """The pages of a folder."""
    rows = map(json.loads, (folder / "gold.jsonl").read_text("utf-8").splitlines())
    return [_page(row, gzip.decompress((folder / row["html"]).read_bytes())) for row in rows]


def _page(row: Mapping[str, object], body: bytes) -> Page:
    return Page(row, body, decode(body, [charset_in_markup(body)]) or "")


def in_half(page: Page, half: int) -> bool:
    """Whether a page is in one half of the folder, by a hash of its file name."""
    return hashlib.md5(str(page.row["html"]).encode(), usedforsecurity=False).digest()[0] % 2 == half


def grams(text: str, size: int = 5) -> Counter[str]:
    """Character n-grams of the letters and digits of a text."""
    letters = _NO_LETTERS.sub("", unicodedata.normalize("NFKC", text).lower())
    return Counter(letters[i : i + size] for i in range(max(1, len(letters) - size + 1)) if letters)


def text_f1(found: str, gold: str) -> float:
    """F1 of the n-grams of two texts."""
    ours, theirs = grams(found), grams(gold)
    shared = (ours & theirs).total()
    return 2 * shared / (ours.total() + theirs.total()) if ours or theirs else 1.0


def score(pages: Sequence[Page], texts: Sequence[str]) -> dict[str, float]:
    """The F1 of each set."""
    tallies = defaultdict[str, Tally](Tally)
    for page, text in zip(pages, texts, strict=True):
        for name in page.sets:
            add(tallies[name], page.row, text)
    return {name: round(tally.score(), 4) for name, tally in sorted(tallies.items())}


def add(tally: Tally, row: Mapping[str, object], text: str) -> None:
    """Count one page's text into its set."""
    if row["kind"] == "text":
        tally.f1.append(text_f1(text, str(row["text"])))
        return
    squeezed = _SPACES.sub(" ", text)
    wanted, unwanted = (
        [_SPACES.sub(" ", passage).strip() in squeezed for passage in passages_of(row, name)]
        for name in ("with", "without")
    )
    tally.passages.update(hit=sum(wanted), missed=len(wanted) - sum(wanted), unwanted=sum(unwanted))


def passages_of(row: Mapping[str, object], name: str) -> list[str]:
    """The passages of a row."""
    passages = row[name]
    assert isinstance(passages, list)
    return passages


def by_us(page: Page) -> Document | None:
    """Our document, with all that comes with it."""
    found = read_document(page.text, page.capture, now=NOW)
    return found if isinstance(found, Document) else None


def our_text(page: Page) -> str:
    """Our text."""
    found = by_us(page)
    return found.text if found else ""


def from_bytes(page: Page) -> str:
    """Our text of what is an article, from the bytes."""
    found = extract(page.capture, now=NOW)
    return found.text if isinstance(found, Document) else ""


def by_default(page: Page) -> str:
    """trafilatura's default, metadata with it."""
    found = trafilatura.bare_extraction(page.text, url=page.url, with_metadata=True)
    return (getattr(found, "text", None) or "") if found else ""


def by_precision(page: Page) -> str:
    """trafilatura's precision mode."""
    return trafilatura.extract(page.text, url=page.url, favor_precision=True, include_comments=False) or ""


def by_readability(page: Page) -> str:
    """readability, the fork inside trafilatura."""
    tree = load_html(page.text)
    summary = None if tree is None else fromstring_bytes(Readability(tree).summary())
    return "" if summary is None else block_text(summary)


def by_newspaper(page: Page) -> str:
    """newspaper4k, where it is installed."""
    newspaper = importlib.import_module("newspaper")
    article = newspaper.Article(page.url)
    article.download(input_html=page.text)
    article.parse()
    return str(article.text)


def with_site_seen(pages: Sequence[Page]) -> list[str]:
    """Our texts, each cleaned by what recurs on the other pages of its site."""
    documents = [by_us(page) for page in pages]
    sites = defaultdict[str, list[tuple[int, SitePage]]](list)
    for index, (page, document) in enumerate(zip(pages, documents, strict=True)):
        if document and page.row.get("url"):
            sites[urlsplit(page.url).netloc].append((index, SitePage.of(document.text)))
    texts = [document.text if document else "" for document in documents]
    for members in sites.values():
        for index, own in members:
            others = [other for at, other in members if at != index and not other.is_same(own)]
            seen = learn_pages([own, *others])
            texts[index] = cut_blocks(texts[index], seen).text
    return texts


@dataclass(slots=True)
class Run:
    """What a reader found on each page, and the CPU seconds it took there."""

    texts: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def run(pages: Sequence[Page], readers: Mapping[str, Callable[[Page], str]]) -> dict[str, Run]:
    """Each reader's run; all read a page before the next one comes."""
    for reader in readers.values():
        reader(pages[0])
    runs = {name: Run() for name in readers}
    for page in pages:
        for name, reader in readers.items():
            began = time.process_time()
            try:
                runs[name].texts.append(reader(page))
            except Exception as fault:  # noqa: BLE001 - a peer that fails on a page has found nothing there
                logging.getLogger(__name__).info("%s: %s", name, fault)
                runs[name].texts.append("")
            runs[name].seconds.append(time.process_time() - began)
    return runs


def milliseconds_by_set(pages: Sequence[Page], runs: Mapping[str, Run]) -> dict[str, dict[str, tuple[float, float]]]:
    """The median and the mean CPU time of a page, in milliseconds, for each set and reader."""
    taken = defaultdict[str, dict[str, list[float]]](lambda: {name: [] for name in runs})
    for index, page in enumerate(pages):
        for name, found in runs.items():
            taken[str(page.row["set"])][name].append(1000 * found.seconds[index])
    return {
        name: {
            reader: (round(statistics.median(values), 1), round(statistics.mean(values), 1))
            for reader, values in readers.items()
        }
        for name, readers in sorted(taken.items())
    }


def below_floors(scores: Mapping[str, float], floors: Mapping[str, float]) -> list[str]:
    """Which scores are below their floors, in words."""
    return [f"{name}: {scores[name]} < {floor}" for name, floor in floors.items() if scores.get(name, floor) < floor]


def main() -> None:
    """Score, time and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    for flag in ("--json", "--site", "--check"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("--half", type=int, choices=[0, 1])
    parser.add_argument("--every", type=int, default=1)
    chosen = parser.parse_args()
    logging.disable(logging.WARNING)
    pages = [page for page in read_pages(chosen.folder) if chosen.half is None or in_half(page, chosen.half)]
    pages = pages[:: chosen.every]

    readers = {"ours": our_text, "trafilatura": by_default, "ours, whole": from_bytes}
    if not chosen.site:
        readers |= {"precision": by_precision, "readability": by_readability}
        if importlib.util.find_spec("newspaper"):
            readers["newspaper4k"] = by_newspaper
    done = run(pages, readers)
    scores = {name: score(pages, found.texts) for name, found in done.items()}
    if chosen.site:
        scores["ours, site seen"] = score(pages, with_site_seen(pages))
    best = scores["ours, site seen" if chosen.site else "ours"]
    milliseconds = {name: round(1000 * statistics.median(found.seconds), 1) for name, found in done.items()}
    by_set = milliseconds_by_set(pages, done)
    ratio = round(sum(done["ours"].seconds) / sum(done["trafilatura"].seconds), 3)
    floors = tomllib.loads(FLOORS.read_text("utf-8"))
    low = below_floors(best, floors["site" if chosen.site else "alone"])
    if chosen.json:
        sets = {
            name: {"f1": f1, "peers": {peer: found[name] for peer, found in scores.items()}}
            for name, f1 in best.items()
        }
        times = {"time_ratio": ratio, "median_milliseconds": milliseconds, "median_and_mean_milliseconds": by_set}
        print(json.dumps({"pages": len(pages), "sets": sets, **times, "below_floors": low}, indent=2))
    else:
        print_table(scores, milliseconds, ratio)
        print_times(by_set)
    if chosen.check and low:
        sys.exit("\n".join(low))


def print_table(scores: Mapping[str, Mapping[str, float]], medians: Mapping[str, float], ratio: float) -> None:
    """The scores, a set a row."""
    peers = [*scores, *(["newspaper4k"] if "newspaper4k" not in scores else [])]
    table = Table("set", *peers)
    for name in scores["ours"]:
        table.add_row(name, *(f"{scores[peer][name]:.3f}" if peer in scores else "not installed" for peer in peers))
    table.add_row("median ms", *(f"{medians[peer]:.1f}" if peer in medians else "" for peer in peers))
    Console(width=120).print(table)
    print(f"total time, ours / trafilatura: {ratio}")


def print_times(by_set: Mapping[str, Mapping[str, tuple[float, float]]]) -> None:
    """The times, a set a row."""
    readers = list(next(iter(by_set.values())))
    table = Table("set: median and mean ms", *readers)
    for name, taken in by_set.items():
        table.add_row(name, *("{:.1f} {:.1f}".format(*taken[reader]) for reader in readers))
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
