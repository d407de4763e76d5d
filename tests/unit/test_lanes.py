"""Batches in lanes: a few at once, an error after the others, an interrupt at once."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from flows.runners.lanes import in_lanes
from pipeline.stop import Stop

PATIENCE_SECONDS = 30


class Batches:
    """Batches of one number each; how many were given out and are not done is `most` at its highest."""

    def __init__(self, count: int) -> None:
        self._left = iter(range(count))
        self._under_way = 0
        self.most = 0
        self.done: list[int] = []

    def next(self) -> Sequence[int]:
        batch = [number for number in [next(self._left, None)] if number is not None]
        self._under_way += len(batch)
        self.most = max(self.most, self._under_way)
        return batch

    def is_done(self, batch: Sequence[int]) -> None:
        self._under_way -= len(batch)
        self.done += batch


def test_batches_overlap_and_no_more_are_taken_than_there_are_lanes() -> None:
    batches, both = Batches(6), threading.Barrier(2, timeout=PATIENCE_SECONDS)

    def work(_batch: Sequence[int]) -> None:
        both.wait()

    in_lanes(2, batches.next, work, batches.is_done, Stop())

    assert sorted(batches.done) == list(range(6))
    assert batches.most == 2


def test_an_error_ends_it_after_the_batches_under_way() -> None:
    batches, failed, finished = Batches(6), threading.Event(), list[int]()

    def work(batch: Sequence[int]) -> None:
        if batch[0] == 0:
            failed.set()
            raise OSError("no such page")
        failed.wait(PATIENCE_SECONDS)
        finished.append(batch[0])

    with pytest.raises(OSError, match="no such page"):
        in_lanes(2, batches.next, work, batches.is_done, Stop())

    assert finished == [1]


def test_an_interrupt_stops_the_batches_under_way() -> None:
    batches, stop, stopped = Batches(2), Stop(), threading.Event()

    def work(batch: Sequence[int]) -> None:
        if batch[0] == 1:
            with stop.telling(stopped.set):
                assert stopped.wait(PATIENCE_SECONDS)

    def interrupt(_batch: Sequence[int]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        in_lanes(2, batches.next, work, interrupt, stop)

    assert stopped.is_set()
