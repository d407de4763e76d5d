"""Lanes: a few batches under way at once, each in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import TypeVar

from pipeline.stop import Stop

Batch = TypeVar("Batch", bound=Sequence[object])


def in_lanes(
    lanes: int,
    next_batch: Callable[[], Batch],
    work: Callable[[Batch], None],
    is_done: Callable[[Batch], None],
    stop: Stop,
) -> None:
    """Do the work of one batch after another, so many at once, until a batch is empty.

    `next_batch` and `is_done` are called in this thread, the first when there is a lane for the batch and never before.
    After an error no further batch begins, those under way come to their end, and the error is raised. What is no
    error, as an interrupt from the keyboard, stops those under way too.
    """
    under_way: dict[Future[None], Batch] = {}
    with ThreadPoolExecutor(lanes, thread_name_prefix="lane") as pool:
        try:
            while batch := next_batch():
                # In the context a Prefect task finds its flow run.
                under_way[pool.submit(copy_context().run, work, batch)] = batch
                if len(under_way) == lanes:
                    _settle_some(under_way, is_done)
            while under_way:
                _settle_some(under_way, is_done)
        except BaseException as exc:
            if not isinstance(exc, Exception):
                stop.wish()
            raise


def _settle_some(under_way: dict[Future[None], Batch], is_done: Callable[[Batch], None]) -> None:
    """Wait until at least one is done. Raises the error of one that failed."""
    done, _ = wait(under_way, return_when=FIRST_COMPLETED)
    for future in done:
        batch = under_way.pop(future)
        future.result()
        is_done(batch)
