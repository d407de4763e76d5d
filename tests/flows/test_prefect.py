"""The same run as a Prefect flow, on a real Prefect server that `newsfold serve` starts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import URL, create_engine, text

from db.engine import connect, libpq_url

pytestmark = pytest.mark.slow

NEWSFOLD = [sys.executable, "-m", "flows.cli.app"]
ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 180
# What a run leaves, but for ids and times.
ROWS = """
    select source, url, title, author, site, language, text, word_count, is_canonical, copy_kind, similarity,
        (select count(*) from news.articles b where b.story_id = a.story_id) as versions
    from news.articles a order by url
"""
PAGES = "select url, source, outcome, reason, attempts from news.pages order by url"
OUTCOMES = (
    "select url, outcome, reason from news.outcomes join news.runs using (run_id) where kind = 'ingest' order by url"
)


@pytest.fixture(scope="module")
def databases(postgres: URL) -> Iterator[dict[str, URL]]:
    """Three empty databases: for a direct run, a served one, and one from the command line."""
    names = {name: f"prefect_{name}_{os.getpid()}" for name in ("direct", "served", "flow")}
    server = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with server.connect() as conn:
        for name in names.values():
            conn.execute(text(f"create database {name}"))
    yield {key: postgres.set(database=name) for key, name in names.items()}
    with server.connect() as conn:
        for name in names.values():
            conn.execute(text(f"drop database {name} with (force)"))
    server.dispose()


def _surroundings(database: URL, home: Path, **more: str) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("NEWSFOLD_", "PREFECT_"))}
    own = {"NEWSFOLD_DATABASE_URL": libpq_url(database), "NEWSFOLD_HOME": str(home), "HOME": str(home)}
    return clean | own | {"PYTHONPATH": str(ROOT), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"} | more


@pytest.fixture(scope="module")
def prefect(databases: dict[str, URL], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API address of the Prefect server of a running `newsfold serve`."""
    home = tmp_path_factory.mktemp("serve")
    surroundings = _surroundings(databases["served"], home)
    with subprocess.Popen(
        [*NEWSFOLD, "serve"], env=surroundings, cwd=home, stderr=subprocess.PIPE, text=True
    ) as served:
        assert served.stderr is not None
        found = next((line for line in served.stderr if line.startswith("Prefect at ")), None)
        # Read on, or the pipe fills up and the process stops.
        rest = threading.Thread(target=served.stderr.read)
        rest.start()
        try:
            assert found, "newsfold serve ended before its Prefect server was up"
            yield found.removeprefix("Prefect at ").strip()
        finally:
            served.send_signal(signal.SIGINT)
            served.wait(timeout=60)
            rest.join()


def _wait_for(url: str, *, until: Callable[[Any], bool]) -> Any:
    """Ask an API until its answer is the wanted one."""
    pause = threading.Event()
    for _ in range(PATIENCE_SECONDS * 4):
        answer = httpx.get(url, timeout=10)
        if answer.is_success and until(answer.json()):
            return answer.json()
        pause.wait(0.25)
    pytest.fail(f"{url} did not come to the wanted state in {PATIENCE_SECONDS} s: {answer.text}")


def _rows(database: URL) -> list[list[dict[str, Any]]]:
    engine = connect(database)
    with engine.connect() as conn:
        found = [[dict(row) for row in conn.execute(text(query)).mappings()] for query in (ROWS, PAGES, OUTCOMES)]
    engine.dispose()
    return found


def test_a_served_run_and_a_flow_run_leave_the_rows_of_a_direct_run(
    prefect: str, databases: dict[str, URL], tmp_path: Path
) -> None:
    direct = _surroundings(databases["direct"], tmp_path)
    flow = _surroundings(databases["flow"], tmp_path, PREFECT_API_URL=prefect)
    subprocess.run([*NEWSFOLD, "ingest"], env=direct, cwd=tmp_path, check=True, capture_output=True)
    said = subprocess.run([*NEWSFOLD, "ingest"], env=flow, cwd=tmp_path, check=True, capture_output=True, text=True)

    deployment = _wait_for(f"{prefect}/deployments/name/ingest/daily", until=lambda found: found["status"] == "READY")
    run = httpx.post(f"{prefect}/deployments/{deployment['id']}/create_flow_run", json={}).raise_for_status().json()
    ended = _wait_for(
        f"{prefect}/flow_runs/{run['id']}",
        until=lambda found: found["state_type"] in ("COMPLETED", "FAILED", "CRASHED"),
    )

    assert ended["state_type"] == "COMPLETED"
    expected = _rows(databases["direct"])
    assert len(expected[0]) == 5
    assert _rows(databases["served"]) == expected
    assert _rows(databases["flow"]) == expected
    assert "5 pages" in said.stdout
    # Prefect names a run after it began, by itself.
    _wait_for(f"{prefect}/flow_runs/{run['id']}", until=lambda found: found["name"] == "all sources")


def test_a_backfill_can_be_triggered(prefect: str, databases: dict[str, URL]) -> None:
    deployment = _wait_for(f"{prefect}/deployments/name/backfill/on-demand", until=lambda found: "id" in found)
    body = {"parameters": {"since": "2025-01-01", "until": "2025-01-31"}}
    run = httpx.post(f"{prefect}/deployments/{deployment['id']}/create_flow_run", json=body).raise_for_status().json()

    ended = _wait_for(
        f"{prefect}/flow_runs/{run['id']}",
        until=lambda found: found["state_type"] in ("COMPLETED", "FAILED", "CRASHED"),
    )

    assert ended["state_type"] == "COMPLETED"
    engine = connect(databases["served"])
    with engine.connect() as conn:
        kinds = conn.execute(text("select kind, state, since::text, until::text from news.runs")).all()
    engine.dispose()
    assert ("backfill", "completed", "2025-01-01", "2025-01-31") in [tuple(kind) for kind in kinds]
