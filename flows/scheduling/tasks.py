"""Steps as Prefect tasks: in this process, or on a Dask cluster. They carry ids and find their own environment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prefect import Task, task
from prefect.cache_policies import NO_CACHE

from flows.ingest import Runner, Step, run_directly
from flows.runners.remote import run_step
from flows.steps.scope import Scope
from flows.wiring import Environment

if TYPE_CHECKING:
    from distributed import Client, Future


@task(cache_policy=NO_CACHE, persist_result=False)
def work(step: Step, scope: Scope, batch: Sequence[Any]) -> None:
    """A step and a batch."""
    run_step(step, scope, batch)


def named(step: Step, batch: Sequence[Any]) -> Task[[Step, Scope, Sequence[Any]], None]:
    """The task with the name that people see."""
    return work.with_options(name=step.__name__, task_run_name=f"{step.__name__} {len(batch)}")


@dataclass(frozen=True, slots=True)
class AsTasks:
    """The runner of a flow: a task for each batch, in a thread of this process."""

    lanes: int = run_directly.lanes

    def __call__(self, step: Step, env: Environment, scope: Scope, batch: Sequence[Any]) -> None:  # noqa: ARG002
        """Run the task, and wait for it."""
        named(step, batch)(step, scope, batch)


@contextmanager
def task_runner(env: Environment) -> Iterator[Runner]:
    """Tasks in this process, or on the Dask cluster of the settings, for as long as the block lasts."""
    if not env.settings.dask:
        yield AsTasks()
        return
    from prefect_dask.client import PrefectDaskClient

    from flows.runners.on_dask import dask_runner

    with dask_runner(env.settings, PrefectDaskClient, submit_task) as runner:
        yield runner


def submit_task(client: Client, step: Step, scope: Scope, batch: Sequence[Any]) -> Future[None]:
    """Have a worker run the task."""
    parameters = {"step": step, "scope": scope, "batch": batch}
    return client.submit(named(step, batch), parameters=parameters, pure=False)
