"""`newsfold serve`: the schedules, on the user's Prefect server or on one of our own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path

import httpx

from flows.cli.console import note
from flows.cli.runs import settings_with
from flows.wiring import load_schedules, open_environment
from pipeline.errors import UserError
from pipeline.settings import Settings

_LOG = "server.log"
_USUAL_PORT = 4200
_START_SECONDS = 120


def serve(config: Path | None) -> None:
    """Run the deployments until stopped, starting a Prefect server where PREFECT_API_URL names none."""
    settings = settings_with(config)
    server = nullcontext() if os.environ.get("PREFECT_API_URL") else own_server(settings)
    with open_environment(settings) as env, server:
        from flows.scheduling.deployments import deployments, described, serve_deployments

        note(f"Prefect at {os.environ['PREFECT_API_URL']}")
        made = deployments(settings, env.schedules)
        for line in described(made):
            note(line)
        note("stop with Ctrl-C")
        serve_deployments(env.engine, made)


def deploy(pool: str, config: Path | None) -> None:
    """Tell the server of PREFECT_API_URL of the deployments, for the workers of a pool. Raises UserError where there is
    no such server.
    """
    settings = settings_with(config)
    url = os.environ.get("PREFECT_API_URL")
    if not url:
        raise UserError("no Prefect server", "set PREFECT_API_URL; newsfold serve needs none")
    try:
        httpx.get(f"{url}/health", timeout=10).raise_for_status()
    except httpx.HTTPError as exc:
        raise UserError(
            f"the Prefect server at {url} does not answer: {exc}", "start it, or mend PREFECT_API_URL"
        ) from exc
    from flows.scheduling.deployments import deploy_to_pool, deployments, described

    made = deployments(settings, load_schedules(settings))
    deploy_to_pool(pool, made)
    for line in described(made):
        note(line)
    note(f"for work pool {pool}; start workers: prefect worker start --pool {pool}")


@contextmanager
def own_server(settings: Settings) -> Iterator[None]:
    """A Prefect server of our own for as long as the block lasts, its data in the home folder."""
    home = settings.home.expanduser().absolute() / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    own = {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        # The server forgets by itself; its own events it keeps for a week.
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(settings.keep_prefect_days * 86_400),
    }
    note("starting a Prefect server (ten to thirty seconds)")
    with ExitStack() as stack:
        url = next((url for port in _ports() if (url := stack.enter_context(_server(port, home, own)))), None)
        if url is None:
            raise UserError(
                f"the Prefect server did not start (see {home / _LOG})", "start one yourself and set PREFECT_API_URL"
            )
        os.environ.update(own | {"PREFECT_API_URL": url})
        yield


@contextmanager
def _server(port: int, home: Path, own: dict[str, str]) -> Iterator[str | None]:
    """A server on a port; its API address, or None where it ended or did not answer in time."""
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (home / _LOG).open("ab") as log:
        server = subprocess.Popen(command, env=_surroundings() | own, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}/api"
        yield url if _comes_up(server, url, home) else None
    finally:
        server.terminate()
        server.wait(timeout=30)


def _surroundings() -> dict[str, str]:
    """The environment without settings of ours: the server needs none, and passwords are among them."""
    return {name: value for name, value in os.environ.items() if not name.startswith("NEWSFOLD_")}


def _comes_up(server: subprocess.Popen[bytes], url: str, home: Path) -> bool:
    end = time.monotonic() + _START_SECONDS
    while server.poll() is None and time.monotonic() < end:
        if _is_ours(url, home):
            return True
        time.sleep(0.2)
    return False


def _is_ours(url: str, home: Path) -> bool:
    """Whether the server that answers is the one with our data: another may have taken the port before ours did."""
    try:
        answer = httpx.get(f"{url}/admin/settings", timeout=2)
    except httpx.TransportError:
        return False
    return answer.is_success and answer.json().get("home") == str(home)


def _ports() -> Iterator[int]:
    """The port that Prefect's users know, where it is free, so that its pages are where they expect them; then any."""
    for port in (_USUAL_PORT, 0):
        with socket.socket() as probe:
            # A server that stopped a moment ago leaves the port waiting, not taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found = int(probe.getsockname()[1])
        yield found
