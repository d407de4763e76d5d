"""The same run as a Prefect flow, on a real Prefect server that `newsfold serve` starts."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect_api import PATIENCE_SECONDS, artifacts, deployment_id, end_of, kill, process, trigger, wait_for
from site_server import LOCAL, Answer, Site
from sqlalchemy import URL, Engine, create_engine, text
from two_feeds import rows, sources_file, two_feeds

from db.engine import connect, libpq_url

pytestmark = pytest.mark.slow

NEWSFOLD = [sys.executable, "-m", "flows.cli.app"]
ROOT = Path(__file__).parents[2]
ON_TIME_SECONDS = 30
"""Nothing else at work it takes two to five: a process starts and imports Prefect."""
AT_ONCE_SECONDS = 10
NEVER = "0 0 29 2 *"
"""Within no test."""
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
    """Empty databases: for direct runs, a served one, and one from the command line."""
    names = {name: f"prefect_{name}_{os.getpid()}" for name in ("direct", "served", "flow", "workers")}
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
    with process(
        [*NEWSFOLD, "serve"], _surroundings(databases["served"], home), home, stderr=subprocess.PIPE
    ) as served:
        assert served.stderr is not None
        found = next((line for line in served.stderr if line.startswith("Prefect at ")), None)
        assert found, "newsfold serve ended before its Prefect server was up"
        # Read on, or the pipe fills up and the process stops.
        threading.Thread(target=served.stderr.read, daemon=True).start()
        yield found.removeprefix("Prefect at ").strip()


@pytest.fixture
def two_workers(prefect: str, database: URL, tmp_path: Path, site: Site) -> Iterator[str]:
    """Two workers of a process pool, on the test's database and two feeds of a site; the id of `ingest/workers`."""
    pool = httpx.post(f"{prefect}/work_pools/", json={"name": "newsfold", "type": "process"}, timeout=30)
    pool.raise_for_status()
    config = sources_file(tmp_path / "newsfold.toml", two_feeds(site))
    own = {"NEWSFOLD_CONFIG": str(config), "NEWSFOLD_ALLOW_NETWORKS": LOCAL, "PREFECT_WORKER_QUERY_SECONDS": "1"}
    surroundings = _surroundings(database, tmp_path, PREFECT_API_URL=prefect, **own)
    command = [sys.executable, "-m", "prefect", "--no-prompt"]
    deployed = subprocess.run(
        [*command, "deploy", "flows.scheduling.flows.ingest_flow", "-n", "workers", "-p", "newsfold"],
        env=surroundings,
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    start = [*command, "worker", "start", "--pool", "newsfold", "--limit", "1"]
    with ExitStack() as stack:
        for number in ("1", "2"):
            stack.enter_context(process([*start, "--name", number], surroundings, ROOT, stdout=subprocess.DEVNULL))
        yield deployment_id(prefect, "ingest/workers")


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

    wait_for(f"{prefect}/deployments/name/ingest/daily", until=lambda found: found["status"] == "READY")
    run = trigger(prefect, deployment_id(prefect, "ingest/daily"))
    ended = end_of(prefect, run)

    assert ended["state_type"] == "COMPLETED"
    expected = _rows(databases["direct"])
    assert len(expected[0]) == 5
    assert _rows(databases["served"]) == expected
    assert _rows(databases["flow"]) == expected
    assert "5 pages" in said.stdout
    # Prefect names a run after it began, by itself.
    wait_for(f"{prefect}/flow_runs/{run}", until=lambda found: found["name"] == "schedule daily")


def test_a_triggered_backfill_starts_at_once(prefect: str, databases: dict[str, URL]) -> None:
    flow_run = trigger(prefect, deployment_id(prefect, "backfill/on-demand"), since="2025-01-01", until="2025-01-31")
    ended = end_of(prefect, flow_run)

    assert ended["state_type"] == "COMPLETED"
    assert _seconds_to_start(ended) < AT_ONCE_SECONDS
    assert ("backfill", "completed", "2025-01-01", "2025-01-31") in _runs(databases["served"])


def _seconds_to_start(flow_run: Any) -> float:
    """By the server's own clock."""
    created, started = (datetime.fromisoformat(flow_run[name]) for name in ("created", "start_time"))
    return (started - created).total_seconds()


def _runs(database: URL) -> list[tuple[Any, ...]]:
    engine = connect(database)
    with engine.connect() as conn:
        found = conn.execute(text("select kind, state, since::text, until::text from news.runs order by run_id")).all()
    engine.dispose()
    return [tuple(run) for run in found]


def test_two_workers_leave_the_rows_of_one_process(
    prefect: str,
    two_workers: str,
    databases: dict[str, URL],
    engine: Engine,
    tmp_path: Path,
) -> None:
    flow_runs = [trigger(prefect, two_workers, sources=[slug]) for slug in ("one", "two")]
    ended = [end_of(prefect, flow_run) for flow_run in flow_runs]

    direct = _surroundings(databases["workers"], tmp_path, NEWSFOLD_ALLOW_NETWORKS=LOCAL)
    config = ["--config", str(tmp_path / "newsfold.toml")]
    subprocess.run([*NEWSFOLD, "ingest", *config], env=direct, cwd=tmp_path, check=True, capture_output=True)

    assert [one["state_type"] for one in ended] == ["COMPLETED", "COMPLETED"]
    one_process = connect(databases["workers"])
    expected = rows(one_process)
    one_process.dispose()
    assert (len(expected[0]), sum(not row["is_canonical"] for row in expected[0])) == (70, 4)
    assert rows(engine) == expected


@pytest.fixture
def elsewhere(database: URL, prefect: str, tmp_path: Path, site: Site) -> Callable[[str], dict[str, str]]:
    """Makes the environment of a `newsfold serve` against a server that is not its own, with a schedule `apart` for
    feed `one` at the given times.
    """

    def make(cron: str) -> dict[str, str]:
        schedule = f'[schedules.apart]\ncron = "{cron}"\nsources = ["one"]\n'
        config = sources_file(tmp_path / "newsfold.toml", two_feeds(site), schedule)
        own = {"NEWSFOLD_CONFIG": str(config), "NEWSFOLD_ALLOW_NETWORKS": LOCAL, "PREFECT_API_URL": prefect}
        return _surroundings(database, tmp_path, **own)

    return make


def test_after_an_outage_no_run_says_running_and_late_runs_become_one(
    prefect: str, elsewhere: Callable[[str], dict[str, str]], tmp_path: Path, site: Site, engine: Engine
) -> None:
    asked, opened = threading.Event(), threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        asked.set()
        opened.wait(PATIENCE_SECONDS)
        handler.send_error(410)

    serve, surroundings = [*NEWSFOLD, "serve"], elsewhere(NEVER)
    site.answers["/one/0"] = Answer(speak=wait)
    with process(serve, surroundings, tmp_path) as killed:
        deployment = deployment_id(prefect, "ingest/apart")
        flow_run = trigger(prefect, deployment, schedule="apart")
        assert asked.wait(PATIENCE_SECONDS)
        kill(killed)
    opened.set()
    with engine.connect() as conn:
        known = conn.execute(text("select flow_run from ingest.run")).scalars().all()
    left = httpx.get(f"{prefect}/flow_runs/{flow_run}", timeout=30).json()
    now = datetime.now(UTC)
    late = [trigger(prefect, deployment, due=now - timedelta(hours=ago), schedule="apart") for ago in (3, 2, 1)]
    with process(serve, surroundings, tmp_path):
        ended = end_of(prefect, flow_run)
        ends = [end_of(prefect, one)["state_type"] for one in late]

    assert known == [flow_run]
    assert (left["name"], left["state_type"]) == ("schedule apart", "RUNNING")
    assert (ended["state_type"], ended["state"]["message"]) == (
        "CRASHED",
        "its run is interrupted: the process ended before the flow run did",
    )
    assert sorted(ends) == ["CANCELLED", "CANCELLED", "COMPLETED"]
    assert [run[:2] for run in _runs(engine.url)] == [("ingest", "interrupted"), ("ingest", "completed")]


def test_a_scheduled_run_starts_on_time(
    prefect: str, elsewhere: Callable[[str], dict[str, str]], tmp_path: Path
) -> None:
    with process([*NEWSFOLD, "serve"], elsewhere("* * * * *"), tmp_path):
        wanted = {
            "deployments": {"id": {"any_": [deployment_id(prefect, "ingest/apart")]}},
            "flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}, "tags": {"all_": ["auto-scheduled"]}},
        }
        ended = wait_for(f"{prefect}/flow_runs/filter", until=bool, asked=wanted)

    assert ended[0]["estimated_start_time_delta"] < ON_TIME_SECONDS


def test_the_pages_of_a_flow_run_show_its_progress_its_sources_and_its_problems(
    prefect: str, elsewhere: Callable[[str], dict[str, str]], tmp_path: Path, site: Site, engine: Engine
) -> None:
    subprocess.run([*NEWSFOLD, "ingest"], env=elsewhere(NEVER), cwd=tmp_path, check=True, capture_output=True)

    with engine.connect() as conn:
        flow_run = conn.execute(text("select flow_run from ingest.run")).scalar_one()
    shown = artifacts(prefect, flow_run)
    assert {key: data for key, data in shown.items() if "progress" in key} == {
        "newsfold-progress-sources": 100,
        "newsfold-progress-pages": 100,
    }
    counts = [
        {name: row[name] for name in ("source", "found", "skipped", "failed")} for row in shown["newsfold-sources"]
    ]
    assert [row for row in counts if row["source"] in ("one", "two")] == [
        {"source": slug, "found": 36, "skipped": 0, "failed": 1} for slug in ("one", "two")
    ]
    news = [row["new"] + row["folded"] for row in shown["newsfold-sources"] if row["source"] in ("one", "two")]
    assert news == [35, 35]
    assert all(row["seconds"] is not None for row in shown["newsfold-sources"])
    assert [(row["page"], row["reason"]) for row in shown["newsfold-problems"]] == [
        (f"[{site.url}/{slug}/gone]({site.url}/{slug}/gone)", "http_404") for slug in ("one", "two")
    ]


def test_maintenance_and_reprocessing_are_served(prefect: str, databases: dict[str, URL]) -> None:
    again = trigger(prefect, deployment_id(prefect, "reprocess/on-demand"), since="2020-01-01", until="2030-01-01")
    maintained = trigger(prefect, deployment_id(prefect, "maintain/daily"))

    ended = [end_of(prefect, flow_run) for flow_run in (again, maintained)]
    assert [one["state_type"] for one in ended] == ["COMPLETED", "COMPLETED"]
    assert {("reprocess", "completed"), ("maintain", "completed")} <= {run[:2] for run in _runs(databases["served"])}
    assert "newsfold-progress-pages" in artifacts(prefect, again)
    assert "newsfold-dropped" in artifacts(prefect, maintained)
