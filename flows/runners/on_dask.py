"""Steps on the workers of a Dask cluster: of this machine, or of a scheduler that the user runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import dask
from distributed import Client, Future, LocalCluster

from flows.ingest import Step
from flows.runners.remote import run_step
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.errors import UserError
from pipeline.settings import LOCAL_DASK, Settings

THREADS_A_WORKER = 2
"""So that a worker fetches one batch while it loads another."""
MOST_LANES = 64
_ANSWER_SECONDS = 5

Submit = Callable[[Client, Step, Scope, Sequence[Any]], Future[None]]


def submit_step(client: Client, step: Step, scope: Scope, batch: Sequence[Any]) -> Future[None]:
    """Have a worker run a step."""
    return client.submit(run_step, step, scope, batch, pure=False)


@dataclass(frozen=True, slots=True)
class OnDask:
    """The runner of a cluster: as many lanes as its workers have threads."""

    client: Client
    lanes: int
    submit: Submit = submit_step

    def __call__(self, step: Step, env: Environment, scope: Scope, batch: Sequence[Any]) -> None:
        """Have a worker run the step, and wait for it."""
        future = self.submit(self.client, step, scope, batch)
        with env.stop.telling(future.cancel):
            future.result()


@contextmanager
def dask_runner(settings: Settings, client: type[Client] = Client, submit: Submit = submit_step) -> Iterator[OnDask]:
    """A runner on the cluster that the settings name, for as long as the block lasts. Raises UserError where it does
    not answer or has no workers.
    """
    with dask.config.set({"distributed.worker.daemon": False}), _address(settings) as address:
        try:
            connected = client(address, timeout=_ANSWER_SECONDS, set_as_default=False)
        except (OSError, ValueError, TypeError) as exc:
            raise UserError(f"no Dask scheduler answers at {address}", "check --runner and NEWSFOLD_DASK") from exc
        with connected:
            threads = sum(connected.nthreads().values())
            if not threads:
                raise UserError(f"the Dask scheduler at {address} has no workers", "start some: dask worker ADDRESS")
            yield OnDask(connected, min(threads, MOST_LANES), submit)


@contextmanager
def _address(settings: Settings) -> Iterator[str]:
    """The scheduler's address: the user's, or that of worker processes on this machine."""
    if settings.dask and settings.dask != LOCAL_DASK:
        yield settings.dask
        return
    with LocalCluster(
        n_workers=settings.extraction_workers,
        threads_per_worker=THREADS_A_WORKER,
        dashboard_address=None,
        silence_logs="CRITICAL",
        # Each worker has a sandbox of its own.
        env={"NEWSFOLD_EXTRACTION_WORKERS": "1"},
    ) as cluster:
        yield cluster.scheduler_address
