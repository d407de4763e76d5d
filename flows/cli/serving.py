"""`newsfold serve`: the schedules, on the user's Prefect server or on one of our own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import httpx

from flows.cli.console import note
from flows.cli.runs import settings_with
from flows.wiring import open_environment
from pipeline.errors import UserError
from pipeline.settings import Settings

_USUAL_PORT = 4200
_START_SECONDS = 120


def serve(config: Path | None) -> None:
    """Run the deployments until stopped, starting a Prefect server where PREFECT_API_URL names none."""
    settings = settings_with(config)
    with open_environment(settings), own_server(settings) if not os.environ.get("PREFECT_API_URL") else nullcontext():
        from flows.deployments import serve_deployments

        note(f"Prefect at {os.environ['PREFECT_API_URL']}")
        note(f"ingest at {settings.schedule!r} ({settings.timezone}), backfill on demand; stop with Ctrl-C")
        serve_deployments(settings.schedule, settings.timezone)


@contextmanager
def own_server(settings: Settings) -> Iterator[None]:
    """A Prefect server of our own for as long as the block lasts, its data in the home folder."""
    home = settings.home.expanduser().absolute() / "prefect"
    home.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    own = {"PREFECT_HOME": str(home), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (home / "server.log").open("ab") as log:
        server = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        note("starting a Prefect server (ten to thirty seconds)")
        url = f"http://127.0.0.1:{port}/api"
        _wait_for(server, url, home / "server.log")
        os.environ.update(own | {"PREFECT_API_URL": url})
        yield
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        try:
            if httpx.get(f"{url}/health", timeout=2).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise UserError(f"the Prefect server did not start (see {log})", "start one yourself and set PREFECT_API_URL")


def _free_port() -> int:
    """The port that Prefect's users know, where it is free, so that its pages are where they expect them."""
    for port in (_USUAL_PORT, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise UserError("no free port on 127.0.0.1", "set PREFECT_API_URL to a server of your own")
