"""The same ingest in threads of one process and on a Dask cluster leaves the same rows."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from site_server import Site
from sqlalchemy import URL, Engine, text
from two_feeds import rows, sources_file, two_feeds

from db.engine import libpq_url
from db.tables import Base
from flows.ingest import Request, ingest
from flows.wiring import Environment
from pipeline.models.sources import Source

NEWSFOLD = [sys.executable, "-m", "flows.cli.app"]


@pytest.fixture
def feeds(site: Site) -> tuple[Source, ...]:
    return two_feeds(site)


@pytest.fixture
def surroundings(database: URL, feeds: tuple[Source, ...], tmp_path: Path) -> Mapping[str, str]:
    """The environment of a newsfold on the test's database and feeds."""
    config = sources_file(tmp_path / "newsfold.toml", feeds)
    own = {"NEWSFOLD_DATABASE_URL": libpq_url(database), "NEWSFOLD_CONFIG": str(config)}
    return {**os.environ, **own, "NEWSFOLD_HOME": str(tmp_path / "home"), "NEWSFOLD_EXTRACTION_WORKERS": "2"}


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
    expected = rows(engine)
    _forget(engine)

    told = subprocess.run(
        [*NEWSFOLD, "ingest", "--runner", "dask"], env=surroundings, check=False, capture_output=True, text=True
    )

    assert told.returncode == 0, told.stderr
    assert (len(expected[0]), sum(not row["is_canonical"] for row in expected[0])) == (70, 4)
    assert rows(engine) == expected


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
