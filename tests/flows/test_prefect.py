"""The same run as a Prefect flow, on a real Prefect server that `newsfold serve` starts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from site_server import LOCAL, Answer, Site
from sqlalchemy import URL, Engine, create_engine, text
from two_feeds import rows, sources_file, two_feeds

from db.engine import connect, libpq_url
from flows.cli.serving import prefect_schedules

pytestmark = pytest.mark.slow

NEWSFOLD = [sys.executable, "-m", "flows.cli.app"]
ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 180
ON_TIME_SECONDS = 30
"""Nothing else at work it takes two to five: a process starts and imports Prefect."""
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


@pytest.fixture
def two_workers(prefect: str, database: URL, tmp_path: Path, site: Site) -> Iterator[str]:
    """Two workers of a process pool, on the test's database and two feeds of a local site; the id of `ingest/now`."""
    pool = httpx.post(f"{prefect}/work_pools/", json={"name": "newsfold", "type": "process"}, timeout=30)
    pool.raise_for_status()
    config = sources_file(tmp_path / "newsfold.toml", two_feeds(site))
    own = {"NEWSFOLD_CONFIG": str(config), "NEWSFOLD_ALLOW_NETWORKS": LOCAL, "PREFECT_WORKER_QUERY_SECONDS": "1"}
    surroundings = _surroundings(database, tmp_path, PREFECT_API_URL=prefect, **own)
    command = [sys.executable, "-m", "prefect", "--no-prompt"]
    deployed = subprocess.run(
        [*command, "deploy", "-n", "now"],
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
            worker = subprocess.Popen([*start, "--name", number], env=surroundings, cwd=ROOT, stdout=subprocess.DEVNULL)
            stack.callback(worker.wait, 60)
            stack.callback(worker.send_signal, signal.SIGINT)
        yield _wait_for(f"{prefect}/deployments/name/ingest/now", until=lambda found: "id" in found)["id"]


def _trigger(prefect: str, deployment: str, **parameters: object) -> str:
    url, body = f"{prefect}/deployments/{deployment}/create_flow_run", {"parameters": parameters}
    return str(httpx.post(url, json=body, timeout=30).raise_for_status().json()["id"])


def _end_of(prefect: str, flow_run: str) -> Any:
    return _wait_for(
        f"{prefect}/flow_runs/{flow_run}",
        until=lambda found: found["state_type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"),
    )


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
    _wait_for(f"{prefect}/flow_runs/{run['id']}", until=lambda found: found["name"] == "schedule daily")


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


def test_two_workers_leave_the_rows_of_one_process(
    prefect: str,
    two_workers: str,
    databases: dict[str, URL],
    engine: Engine,
    tmp_path: Path,
) -> None:
    flow_runs = [_trigger(prefect, two_workers, sources=[slug]) for slug in ("one", "two")]
    ended = [_end_of(prefect, flow_run) for flow_run in flow_runs]

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
def often(database: URL, prefect: str, tmp_path: Path, site: Site) -> dict[str, str]:
    """The environment of a `newsfold serve` against a server that is not its own, with a schedule for each minute."""
    schedule = '[schedules.often]\ncron = "* * * * *"\nsources = ["one"]\n'
    config = sources_file(tmp_path / "newsfold.toml", two_feeds(site), schedule)
    own = {"NEWSFOLD_CONFIG": str(config), "NEWSFOLD_ALLOW_NETWORKS": LOCAL, "PREFECT_API_URL": prefect}
    return _surroundings(database, tmp_path, **own)


def test_a_killed_server_leaves_no_run_that_says_running(
    prefect: str, often: dict[str, str], tmp_path: Path, site: Site, engine: Engine
) -> None:
    asked, opened = threading.Event(), threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        asked.set()
        opened.wait(PATIENCE_SECONDS)
        handler.send_error(410)

    site.answers["/one/0"] = Answer(speak=wait)
    serve = [*NEWSFOLD, "serve"]
    with subprocess.Popen(serve, env=often, cwd=tmp_path) as killed:
        deployment = _wait_for(f"{prefect}/deployments/name/ingest/often", until=lambda found: "id" in found)["id"]
        flow_run = _trigger(prefect, deployment, schedule="often")
        assert asked.wait(PATIENCE_SECONDS)
        for process in [psutil.Process(killed.pid), *psutil.Process(killed.pid).children(recursive=True)]:
            process.kill()
    opened.set()
    with engine.connect() as conn:
        known = conn.execute(text("select flow_run from ingest.run")).scalars().all()
    left = httpx.get(f"{prefect}/flow_runs/{flow_run}", timeout=30).json()
    with subprocess.Popen(serve, env=often, cwd=tmp_path) as served:
        ended = _end_of(prefect, flow_run)
        served.send_signal(signal.SIGINT)

    assert known == [flow_run]
    assert (left["name"], left["state_type"]) == ("schedule often", "RUNNING")
    assert (ended["state_type"], ended["state"]["message"]) == (
        "CRASHED",
        "its run is interrupted: the process ended before the flow run did",
    )


@pytest.mark.skipif(not prefect_schedules(), reason="the scheduler of this Prefect fails with SQLAlchemy 2.1")
def test_a_scheduled_run_starts_on_time(prefect: str, often: dict[str, str], tmp_path: Path) -> None:
    with subprocess.Popen([*NEWSFOLD, "serve"], env=often, cwd=tmp_path) as served:
        deployment = _wait_for(f"{prefect}/deployments/name/ingest/often", until=lambda found: "id" in found)["id"]
        wanted = {
            "deployments": {"id": {"any_": [deployment]}},
            "flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}},
        }
        pause = threading.Event()
        while not (ended := httpx.post(f"{prefect}/flow_runs/filter", json=wanted, timeout=30).json()):
            assert served.poll() is None
            pause.wait(0.25)
        served.send_signal(signal.SIGINT)

    assert ended[0]["estimated_start_time_delta"] < ON_TIME_SECONDS
