"""Each service of docker-compose.yml as a process: its command, its environment, its health check."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from compose import ROOT, compose
from own_server import OLDER, OwnServer, free_port, own_postgres, programs_with

from db.engine import libpq_url
from flows.wiring import seeds_folder

pytestmark = pytest.mark.slow

PASSWORD = "p@ss w/rd:1+%$x'#\""
PATIENCE_SECONDS = 120
WORKERS = 2


class Machine:
    """What stands for the containers' network: each service's name and port is a port of 127.0.0.1."""

    def __init__(self, server: OwnServer, home: Path, *, has_trgm: bool) -> None:
        self.server, self.home, self.has_trgm = server, home, has_trgm
        self.postgres, self.prefect = str(server.admin.port), str(free_port())
        given = {"NEWSFOLD_POSTGRES_PASSWORD": PASSWORD, "NEWSFOLD_CONFIG": str(home / "newsfold.toml")}
        self.services: dict[str, Any] = compose(given)["services"]
        self.log = home / "log"

    def here(self, value: str, port: int) -> str:
        """A word of the file, with the places of this machine."""
        if value == "postgres":
            return "127.0.0.1"
        for there, place in (
            ("@postgres:5432", f"@127.0.0.1:{self.postgres}"),
            ("prefect:4200", f"127.0.0.1:{self.prefect}"),
            ("0.0.0.0", "127.0.0.1"),
            (":8080", f":{port}"),
        ):
            value = value.replace(there, place)
        value = re.sub(r"\b4200\b", self.prefect, re.sub(r"^5432$", self.postgres, value))
        return re.sub(r"^/tmp/(?=newsfold$|prefect)", f"{self.home}/tmp-{port}/", value)

    def environment(self, name: str, port: int) -> dict[str, str]:
        """The environment of a service and nothing else, but for where the programs are."""
        words = {key: value for key, value in self.services[name]["environment"].items() if self._is_had(key)}
        own = {key: self.here(value, port) for key, value in words.items()}
        path = f"{Path(sys.executable).parent}:{self.server.programs}:/usr/bin:/bin"
        ports = {"PGPORT": self.postgres, "PREFECT_WORKER_WEBSERVER_PORT": str(port)}
        return own | ports | {"PATH": path, "PYTHONPATH": str(ROOT), "HOME": str(self.home), "LANG": "C.UTF-8"}

    def _is_had(self, key: str) -> bool:
        """Where Postgres has no pg_trgm, Prefect cannot use it, and keeps its data in a file of its own."""
        return self.has_trgm or not key.startswith("PREFECT_SERVER_DATABASE_")

    def command(self, name: str, port: int) -> list[str]:
        """The command of a service, with the entry point that it or the image has."""
        service = self.services[name]
        words = [*service.get("entrypoint", ["newsfold"]), *service["command"]]
        newsfold = [sys.executable, "-m", "flows.cli.app"]
        return [*(newsfold if words[0] == "newsfold" else words[:1]), *(self.here(word, port) for word in words[1:])]

    def run(self, name: str, port: int = 0) -> str:
        """Run a service that ends; what it said."""
        ended = subprocess.run(
            self.command(name, port),
            env=self.environment(name, port),
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
        assert ended.returncode == 0, f"{name}: {ended.stdout}{ended.stderr}"
        return ended.stdout + ended.stderr

    @contextmanager
    def started(self, name: str, *ports: int) -> Iterator[None]:
        """A service that goes on, one of it for each port, all healthy by its own check, until the block ends; they
        then stop by themselves in time.
        """
        with self.log.open("ab") as log:
            processes = [
                subprocess.Popen(
                    self.command(name, port), env=self.environment(name, port), cwd=self.home, stdout=log, stderr=log
                )
                for port in ports
            ]
        try:
            for port, process in zip(ports, processes, strict=True):
                self._wait_until_healthy(name, port, process)
            yield
        finally:
            for process in processes:
                process.send_signal(signal.SIGTERM)
            try:
                for process in processes:
                    process.wait(timeout=60)
            finally:
                for process in processes:
                    process.kill()

    def _wait_until_healthy(self, name: str, port: int, process: subprocess.Popen[bytes]) -> None:
        _, *check = self.services[name]["healthcheck"]["test"]
        words = [self.here(word, port) for word in check]
        program = [sys.executable, "-S"] if words[0] == "python" else words[:1]
        _wait(
            lambda: (
                process.poll() is None
                and subprocess.run([*program, *words[1:]], capture_output=True, check=False).returncode == 0
            ),
            lambda: f"{name} is not healthy: {self.log.read_text()[-3000:]}",
        )


def _wait(until: Callable[[], bool], otherwise: Callable[[], str]) -> None:
    pause = threading.Event()
    for _ in range(PATIENCE_SECONDS * 2):
        if until():
            return
        pause.wait(0.5)
    pytest.fail(otherwise())


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """A Postgres as the image makes it, with the database and the superuser of its environment."""
    with tempfile.TemporaryDirectory(prefix="newsfold-compose-") as name:
        home = Path(name)
        seeds = f'[[sources]]\nslug = "seeds"\nkind = "files"\npath = "{seeds_folder()}"\n'
        (home / "newsfold.toml").write_text(seeds, encoding="utf-8")
        programs = programs_with("pg_trgm")
        with own_postgres(home, "newsfold", PASSWORD, programs or OLDER) as server:
            made = Machine(server, home, has_trgm=programs is not None)
            owner = made.services["postgres"]["environment"]
            assert (owner["POSTGRES_USER"], owner["POSTGRES_PASSWORD"]) == ("newsfold", PASSWORD)
            server.execute(f"create database {owner['POSTGRES_DB']}")
            yield made


def _rows(machine: Machine, query: str, database: str = "newsfold") -> list[tuple[Any, ...]]:
    with psycopg.connect(libpq_url(machine.server.admin.set(database=database))) as conn:
        return conn.execute(query.encode()).fetchall()


def test_the_services_come_up_in_their_order_and_workers_share_the_runs(machine: Machine) -> None:
    _, *ready = machine.services["postgres"]["healthcheck"]["test"]
    subprocess.run(
        [machine.server.programs / ready[0], *ready[1:], f"--port={machine.postgres}"], check=True, capture_output=True
    )
    for _ in range(2):  # as `docker compose up` once more does
        machine.run("prefect-database")
    assert "the schema is at revision" in machine.run("migrate")
    with machine.started("prefect", free_port()):
        assert "for work pool newsfold" in machine.run("deploy")
        with machine.started("worker", *(free_port() for _ in range(WORKERS))):
            _check_that_two_runs_are_shared(machine)
    assert PASSWORD not in machine.log.read_text()


def _check_that_two_runs_are_shared(machine: Machine) -> None:
    api = f"http://127.0.0.1:{machine.prefect}/api"
    days = {"since": "2025-01-01", "until": "2025-01-02"}
    asked = [_trigger(api, "ingest/daily", {}), _trigger(api, "backfill/on-demand", days)]
    ended = [_end(api, run) for run in asked]
    # A page that the backfill had in hand when the daily run came by is left to the next one.
    ended.append(_end(api, _trigger(api, "ingest/daily", {})))

    assert [run["state_type"] for run in ended] == ["COMPLETED"] * 3, machine.log.read_text()[-3000:]
    assert [run["work_pool_name"] for run in ended] == ["newsfold"] * 3
    assert sorted(_rows(machine, "select kind, state from news.runs")) == [
        ("backfill", "completed"),
        ("ingest", "completed"),
        ("ingest", "completed"),
    ]
    assert _rows(machine, "select count(*), count(distinct story_id) from news.articles") == [(5, 4)]
    if machine.has_trgm:
        assert _rows(machine, "select count(*) from flow_run where state_type = 'COMPLETED'", "prefect") == [(3,)]


def _trigger(api: str, deployment: str, parameters: Mapping[str, str]) -> str:
    found = httpx.get(f"{api}/deployments/name/{deployment}", timeout=30).raise_for_status().json()
    body = {"parameters": dict(parameters), "state": {"type": "SCHEDULED"}}
    run = httpx.post(f"{api}/deployments/{found['id']}/create_flow_run", json=body, timeout=30)
    return str(run.raise_for_status().json()["id"])


def _end(api: str, run_id: str) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def has_ended() -> bool:
        found.update(httpx.get(f"{api}/flow_runs/{run_id}", timeout=30).raise_for_status().json())
        return found["state_type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")

    _wait(has_ended, lambda: f"the run stays {found['state_type']}")
    return found
