"""The same ingest in threads of one process and on a Dask cluster leaves the same rows."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from site_server import Site, item, rss
from sqlalchemy import URL, Engine, text

from benchmarks.poll import article
from db.engine import libpq_url
from db.tables import Base
from flows.ingest import Request, ingest
from flows.wiring import Environment
from pipeline.models.sources import Source, SourceKind

NEWSFOLD = [sys.executable, "-m", "flows.cli.app"]
# What a run leaves, but for ids and times.
ROWS = """
    select source, url, title, language, text, word_count, is_canonical, copy_kind, similarity,
        (select count(*) from news.articles b where b.story_id = a.story_id) as versions
    from news.articles a order by url
"""
PAGES = "select url, source, outcome, reason, attempts from news.pages order by url"
# Of two copies the one that happens to come second is the one that was folded then.
OUTCOMES = """
    select url, case outcome when 'folded' then 'loaded' else outcome end as outcome, reason
    from news.outcomes order by url
"""


@pytest.fixture
def feeds(site: Site) -> tuple[Source, ...]:
    """Two feeds with 35 pages each, together more than a batch: every tenth is the same in both, and one is gone."""
    return tuple(_feed(site, slug, first) for slug, first in (("one", 0), ("two", 1_000)))


def _feed(site: Site, slug: str, first: int) -> Source:
    numbers = [number if number % 10 == 0 else first + number for number in range(35)]
    links = [site.put(f"/{slug}/{number}", article(number)) for number in numbers]
    items = [item(link, link, "Mon, 02 Feb 2026 10:00:00 GMT") for link in [*links, f"{site.url}/{slug}/gone"]]
    return Source(slug, slug, SourceKind.FEED, site.put(f"/{slug}.xml", rss(*items)), "en")


@pytest.fixture
def surroundings(database: URL, feeds: tuple[Source, ...], tmp_path: Path) -> Mapping[str, str]:
    """The environment of a newsfold on the test's database and feeds."""
    config = tmp_path / "newsfold.toml"
    config.write_text(
        "".join(
            f'[[sources]]\nslug = "{one.slug}"\nkind = "feed"\nurl = "{one.address}"\nlanguage = "en"\n'
            for one in feeds
        )
    )
    own = {"NEWSFOLD_DATABASE_URL": libpq_url(database), "NEWSFOLD_CONFIG": str(config)}
    return {**os.environ, **own, "NEWSFOLD_HOME": str(tmp_path / "home"), "NEWSFOLD_EXTRACTION_WORKERS": "2"}


def _rows(engine: Engine) -> list[list[dict[str, Any]]]:
    with engine.connect() as conn:
        return [[dict(row) for row in conn.execute(text(query)).mappings()] for query in (ROWS, PAGES, OUTCOMES)]


def _forget(engine: Engine) -> None:
    tables = ", ".join(str(table) for table in Base.metadata.sorted_tables)
    with engine.begin() as conn:
        conn.execute(text(f"truncate {tables}"))


@pytest.mark.slow
def test_worker_processes_leave_the_rows_of_threads(
    surroundings: Mapping[str, str],
    feeds: tuple[Source, ...],
    environment: Callable[..., Environment],
    engine: Engine,
) -> None:
    ingest(environment(*feeds), Request())
    expected = _rows(engine)
    _forget(engine)

    told = subprocess.run(
        [*NEWSFOLD, "ingest", "--runner", "dask"], env=surroundings, check=False, capture_output=True, text=True
    )

    assert told.returncode == 0, told.stderr
    assert (len(expected[0]), sum(not row["is_canonical"] for row in expected[0])) == (70, 4)
    assert _rows(engine) == expected


@pytest.mark.parametrize(
    ("runner", "problem"),
    [
        ("bees", "--runner bees: no such runner"),
        ("dask:bees", "NEWSFOLD_DASK: no Dask scheduler"),
        ("dask:127.0.0.1:1", "no Dask scheduler answers at 127.0.0.1:1"),
    ],
)
def test_a_runner_that_is_not_there_is_one_clear_line(
    runner: str, problem: str, surroundings: Mapping[str, str]
) -> None:
    told = subprocess.run(
        [*NEWSFOLD, "ingest", "--runner", runner], env=surroundings, check=False, capture_output=True, text=True
    )

    assert told.returncode == 2
    assert problem in told.stderr
    assert "Traceback" not in told.stderr
