"""The sources that come with newsfold: that each is whole and none is there twice. Nothing is asked."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from pipeline.discover.sources.slugs import slug_of
from pipeline.discover.urls import absolute, canonicalize
from pipeline.models.sources import SourceKind

ROOT = Path(__file__).parents[3]
TABLES: list[dict[str, Any]] = tomllib.loads((ROOT / "seeds" / "sources.toml").read_text(encoding="utf-8"))["sources"]
SHIPPED = TABLES[1:]
EVERY_KEY = {"slug", "name", "kind", "url", "language", "known_from"}
KINDS = {SourceKind.FEED, SourceKind.SITEMAP, SourceKind.WORDPRESS, SourceKind.LISTING}
UNCONFIRMED = [table for table in SHIPPED if table["known_from"].startswith("unconfirmed")]

each = pytest.mark.parametrize("table", SHIPPED, ids=[table.get("slug", "?") for table in SHIPPED])


def test_the_seed_articles_come_first() -> None:
    assert TABLES[0] == {"slug": "seeds", "name": "Seed articles", "kind": "files", "path": "."}


def test_there_are_many_sources_in_many_languages() -> None:
    languages = Counter(table["language"].partition("-")[0] for table in SHIPPED)

    assert len(SHIPPED) >= 90
    assert len(languages) >= 12
    assert min(languages["ar"], languages["hi"]) >= 5


def test_most_addresses_are_confirmed() -> None:
    assert len(UNCONFIRMED) < len(SHIPPED) / 10


@each
def test_a_source_says_all_that_is_asked_of_it(table: dict[str, Any]) -> None:
    assert table.keys() >= EVERY_KEY
    assert table.keys() <= EVERY_KEY | {"topic", "paths", "selectors"}
    assert all(isinstance(table[key], str) and table[key] == table[key].strip() != "" for key in EVERY_KEY)
    assert table["kind"] in KINDS
    assert table.get("topic", "ai") == "ai"


@each
def test_a_slug_is_one(table: dict[str, Any]) -> None:
    assert slug_of(table["slug"]) == table["slug"]


@each
def test_an_address_is_a_whole_web_address(table: dict[str, Any]) -> None:
    assert absolute(table["url"], "") == table["url"]
    assert urlsplit(table["url"]).fragment == ""


@each
def test_a_sitemap_or_listing_says_where_its_articles_are(table: dict[str, Any]) -> None:
    paths = table.get("paths", [])

    assert bool(paths) == (table["kind"] in (SourceKind.SITEMAP, SourceKind.LISTING))
    assert all(path.startswith("/") and path != "/" for path in paths)


@each
def test_selectors_belong_to_listings_and_begin_with_the_entry(table: dict[str, Any]) -> None:
    selectors = table.get("selectors", {})

    assert not selectors or table["kind"] == SourceKind.LISTING
    assert "entry" in selectors or not selectors
    assert selectors.keys() <= {"entry", "link", "title", "date", "next"}
    assert all(isinstance(value, str) and value for value in selectors.values())


@pytest.mark.parametrize("key", ["slug", "name"])
def test_no_name_is_used_twice(key: str) -> None:
    assert _repeated(table[key] for table in TABLES) == []


def test_no_address_is_there_twice() -> None:
    assert _repeated(canonicalize(table["url"]) for table in SHIPPED) == []


def test_the_document_counts_what_is_there() -> None:
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    languages = {table["language"] for table in SHIPPED}

    assert f"{len(SHIPPED)} sources in {len(languages)} languages" in text
    assert f"| begins with *unconfirmed* | {len(UNCONFIRMED)} |" in text


def _repeated(values: Any) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]
