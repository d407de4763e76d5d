"""What `newsfold maintain` deletes on a Prefect server, which others may use too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL
from prefect.states import Completed
from prefect.testing.utilities import prefect_test_harness

from flows.scheduling.retention import count_old_runs, delete_old_runs

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def api_url() -> Iterator[str]:
    """The API of a Prefect server of the test's own."""
    with prefect_test_harness(server_startup_timeout=120):
        yield PREFECT_API_URL.value()


def _end_a_run(name: str) -> None:
    @flow(name=name)
    def nothing() -> None:
        pass

    with get_client(sync_client=True) as client:
        client.create_flow_run(nothing, state=Completed())


def test_only_old_runs_of_newsfold_are_deleted(api_url: str) -> None:
    for name in ("ingest", "backfill-archives", "somebody-elses"):
        _end_a_run(name)
    later = datetime.now(UTC) + timedelta(hours=1)

    assert count_old_runs(api_url, later - timedelta(days=2)) == 0
    assert count_old_runs(api_url, later) == 2
    assert delete_old_runs(api_url, later) == 2

    with get_client(sync_client=True) as client:
        assert [client.read_flow(run.flow_id).name for run in client.read_flow_runs()] == ["somebody-elses"]
