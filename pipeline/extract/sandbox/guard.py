"""In a worker process: holds it to its limits, and ends it with its parent."""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing import connection, parent_process
from types import TracebackType
from typing import Any

import psutil

EXIT_MEMORY = 86
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Limits:
    """What one task may take (seconds; bytes of its worker's resident memory), and when a worker is replaced: after so
    many tasks (a page is one, and one more with others), or when it keeps more than half of the memory. A new one has
    to remember the words of its texts again.
    """

    timeout_seconds: float = 20.0
    memory_bytes: int = 1_000_000_000
    tasks_per_worker: int = 10_000


def run(pages: Sequence[tuple[Callable[[Any], object], Any]], limits: Limits) -> tuple[list[object], int]:
    """Each task of its argument, and the bytes that the process keeps after them."""
    guard = guard_of(limits)
    with guard:
        return [task(argument) for task, argument in pages], guard.resident_bytes()


@cache
def guard_of(limits: Limits) -> Guard:
    """The guard of this process, at work from the first call on."""
    return Guard(limits)


class Guard:
    """Watches the process; while the block lasts, its memory and its time too."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process = psutil.Process()
        self._at_work = False
        self._lock = threading.Lock()
        _silence()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a handler of Python's would wait for a parser to come back
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # What grows faster than the watch looks is refused by the kernel (on Linux) and raises MemoryError.
        _limit(resource.RLIMIT_DATA, self.resident_bytes() + 2 * limits.memory_bytes)
        threading.Thread(target=self._watch, daemon=True).start()

    def __enter__(self) -> None:
        # Ends a page that holds the interpreter so that the watch cannot see that the parent is gone.
        signal.setitimer(signal.ITIMER_REAL, 2 * self._limits.timeout_seconds)
        self._at_work = True

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is MemoryError:
            os._exit(EXIT_MEMORY)
        with self._lock:
            self._at_work = False
        signal.setitimer(signal.ITIMER_REAL, 0)

    def resident_bytes(self) -> int:
        """What the process keeps."""
        return int(self._process.memory_info().rss)

    def _watch(self) -> None:
        parent = parent_process()
        while parent and not connection.wait([parent.sentinel], timeout=_LOOK_SECONDS):
            # Between two groups the process may hold the pool's lock, so it is not ended there.
            with self._lock:
                if self._at_work and self.resident_bytes() > self._limits.memory_bytes:
                    os._exit(EXIT_MEMORY)
        os._exit(0)


def _silence() -> None:
    """What parsers print is nobody's to read."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _limit(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
