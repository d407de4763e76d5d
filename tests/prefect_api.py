"""A Prefect server as tests talk to it, and the processes of `newsfold serve` and workers that they start."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

PATIENCE_SECONDS = 180
ENDED = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


@contextmanager
def process(command: Sequence[str], env: Mapping[str, str], cwd: Path, **more: Any) -> Iterator[subprocess.Popen[str]]:
    """A process that is asked to stop as by Ctrl-C when the block ends; whatever it has started ends with it."""
    with subprocess.Popen(command, env=env, cwd=cwd, text=True, start_new_session=True, **more) as started:
        try:
            yield started
            started.send_signal(signal.SIGINT)
            started.wait(timeout=60)
        finally:
            kill(started)


def kill(started: subprocess.Popen[str]) -> None:
    """End a process of `process`, and all that it has started, as `kill -9` does."""
    with suppress(ProcessLookupError):
        os.killpg(started.pid, signal.SIGKILL)


def wait_for(url: str, *, until: Callable[[Any], bool], asked: object = None) -> Any:
    """Ask an API until its answer is the wanted one: GET, or POST where something is asked."""
    pause = threading.Event()
    said = "nothing"
    for _ in range(PATIENCE_SECONDS * 4):
        with suppress(httpx.TimeoutException):  # on a busy machine
            answer = httpx.get(url, timeout=30) if asked is None else httpx.post(url, json=asked, timeout=30)
            if answer.is_success and until(answer.json()):
                return answer.json()
            said = answer.text
        pause.wait(0.25)
    pytest.fail(f"{url} did not come to the wanted state in {PATIENCE_SECONDS} s: {said}")


def deployment_id(prefect: str, name: str) -> str:
    """The id of a deployment, as soon as there is one."""
    return str(wait_for(f"{prefect}/deployments/name/{name}", until=lambda found: "id" in found)["id"])


def trigger(prefect: str, deployment: str, *, due: datetime | None = None, **parameters: object) -> str:
    """Start a run of a deployment, by its id, now or as one that was due; the id of the flow run."""
    state = {"type": "SCHEDULED"} | ({"state_details": {"scheduled_time": due.isoformat()}} if due else {})
    # The server answers 503 while another writes to its SQLite; asked again, it makes no second one for the key.
    body = {"parameters": parameters, "state": state, "idempotency_key": str(uuid4())}
    url = f"{prefect}/deployments/{deployment}/create_flow_run"
    return str(wait_for(url, until=lambda found: "id" in found, asked=body)["id"])


def end_of(prefect: str, flow_run: str) -> Any:
    """A flow run, when it has ended."""
    return wait_for(f"{prefect}/flow_runs/{flow_run}", until=lambda found: found["state_type"] in ENDED)


def artifacts(prefect: str, flow_run: str) -> dict[str, Any]:
    """The artifacts of a flow run by their keys: rows of tables, per cents of progress."""
    asked = {"artifacts": {"flow_run_id": {"any_": [flow_run]}}}
    found = httpx.post(f"{prefect}/artifacts/filter", json=asked, timeout=30).raise_for_status().json()
    return {one["key"]: json.loads(one["data"]) if one["type"] == "table" else one["data"] for one in found}
