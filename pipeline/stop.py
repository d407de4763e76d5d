"""A wish to stop, for work that waits in other threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

Result = TypeVar("Result")


class Stop:
    """Whether work is to stop. Who waits is told at once, from the thread that wishes it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_wished = False
        self._waiting: list[Callable[[], object]] = []

    def wish(self) -> None:
        """Tell all who wait, and all who will."""
        with self._lock:
            if not self._is_wished:
                self._is_wished = True
                for tell in self._waiting:
                    tell()

    @contextmanager
    def telling(self, tell: Callable[[], object]) -> Iterator[None]:
        """Be told of the wish while the block lasts. `tell` must not wait."""
        with self._lock:
            self._waiting.append(tell)
            if self._is_wished:
                tell()
        try:
            yield
        finally:
            with self._lock:
                self._waiting.remove(tell)


def run_until(stop: Stop, work: Coroutine[Any, Any, Result]) -> Result:
    """`asyncio.run`, in any thread. Raises CancelledError where a stop was wished before the work was done."""

    async def told() -> Result:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task  # noqa: S101  a coroutine that runs has one

        def cancel() -> None:
            loop.call_soon_threadsafe(task.cancel)

        with stop.telling(cancel):
            return await work

    return asyncio.run(told())
