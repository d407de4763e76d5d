"""Where fuzzing begins: for each target real inputs, out of the shared test material, in the form that it takes."""

from __future__ import annotations

import gzip
import json
import lzma
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from warcs import http, record

EVERY_NTH_PAGE = 8
"""Of the pages only every so many is taken: one takes as long as a hundred feeds."""


def seeds(target: str, folder: Path) -> Iterator[bytes]:
    """The inputs for a target in the folder of the shared test material; none for a target that it has nothing for."""
    return _READERS[target](folder) if target in _READERS else iter(())


def _feeds(folder: Path) -> Iterator[bytes]:
    for row in _rows(folder / "feeds" / "index.jsonl"):
        yield (folder / "feeds" / row["file"]).read_bytes()
    for poll in sorted((folder / "polling").glob("*.jsonl.xz")):
        with lzma.open(poll, "rt", encoding="utf-8") as lines:
            yield json.loads(next(lines))["body"].encode()


def _sitemaps(folder: Path) -> Iterator[bytes]:
    yield from (file.read_bytes() for file in sorted((folder / "sitemaps").iterdir()) if file.name != "index.jsonl")


def _robots(folder: Path) -> Iterator[bytes]:
    yield from dict.fromkeys(row["robots"].encode() for row in _rows(folder / "robots" / "vectors.jsonl"))


def _urls(folder: Path) -> Iterator[bytes]:
    rows = _rows(folder / "urls" / "vectors.jsonl")
    yield from dict.fromkeys(text.encode("utf-8", "replace") for row in rows for text in _texts(row["args"]))


def _dates(folder: Path) -> Iterator[bytes]:
    for number, row in enumerate(_rows(folder / "dates" / "strings.jsonl")):
        yield bytes([number % 256]) + row["input"].encode()


def _pages(folder: Path) -> Iterator[bytes]:
    for row in list(_rows(folder / "extraction" / "gold.jsonl"))[::EVERY_NTH_PAGE]:
        yield gzip.decompress((folder / "extraction" / row["html"]).read_bytes())


def _listings(folder: Path) -> Iterator[bytes]:
    yield from (b"a\n" + page for page in _pages(folder))


def _texts_of_articles(folder: Path) -> Iterator[bytes]:
    yield from (row["text"].encode() for row in _rows(folder / "translations-dev.jsonl"))


def _archives(folder: Path) -> Iterator[bytes]:
    for page in _pages(folder):
        blocks = (http(page[:3_000]), http(gzip.compress(page[3_000:9_000]), "Content-Encoding: gzip"))
        yield b"".join(record("https://www.news.example/", block, packed=False) for block in blocks)


def _imports(folder: Path) -> Iterator[bytes]:
    yield from (folder / "translations-dev.jsonl").read_bytes().splitlines()


_READERS: Mapping[str, Callable[[Path], Iterator[bytes]]] = {
    "feed": _feeds,
    "sitemap": _sitemaps,
    "robots": _robots,
    "url": _urls,
    "guard": _urls,
    "date": _dates,
    "page": _pages,
    "claims": _pages,
    "plain": _texts_of_articles,
    "text": _texts_of_articles,
    "warc": _archives,
    "jsonl": _imports,
    "wordpress": _feeds,
    "listing": _listings,
}


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
