"""Prefect's own rows: old flow runs of newsfold are deleted through its API. A server may have others too."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import httpx

from flows.scheduling.names import FLOWS

_RUNS_AT_ONCE = 200
_WAITS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before a server is asked again that is busy: on SQLite it answers 503 while another writes."""
_ENDED = ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"]


def count_old_runs(api_url: str, before: datetime) -> int:
    """How many flow runs of newsfold ended before a moment. Raises httpx.HTTPError where the server does not answer."""
    answer = httpx.post(f"{api_url}/flow_runs/count", json=_old(before), timeout=30)
    return int(answer.raise_for_status().json())


def delete_old_runs(api_url: str, before: datetime) -> int:
    """Delete flow runs of newsfold that ended before a moment, with their tasks; how many. Raises httpx.HTTPError."""
    deleted = 0
    with httpx.Client(base_url=f"{api_url}/", timeout=30) as client:
        while True:
            page = client.post("flow_runs/filter", json=_old(before) | {"limit": _RUNS_AT_ONCE})
            found = [run["id"] for run in page.raise_for_status().json()]
            if not found:
                return deleted
            deleted += sum(_delete(client, run_id) for run_id in found)


def _delete(client: httpx.Client, run_id: str) -> bool:
    """False where somebody else deleted it meanwhile."""
    answer = client.delete(f"flow_runs/{run_id}")
    for seconds in _WAITS:
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            break
        time.sleep(seconds)
        answer = client.delete(f"flow_runs/{run_id}")
    if answer.status_code == httpx.codes.NOT_FOUND:
        return False
    answer.raise_for_status()
    return True


def _old(before: datetime) -> dict[str, Any]:
    ended = {"end_time": {"before_": before.isoformat()}, "state": {"type": {"any_": _ENDED}}}
    return {"flows": {"name": {"any_": list(FLOWS)}}, "flow_runs": ended}
