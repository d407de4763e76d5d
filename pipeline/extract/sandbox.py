"""Runs a function over many pages in processes that may be killed (edge module: processes, their clocks and memory).

A page may hang a parser, eat all memory or crash it. Each worker process has one page at a time and a pool of its own,
so that whatever becomes of it, it is known of which page, and no other page was there. What takes little may go in
chunks: of a chunk whose worker is lost each argument has its turn alone.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from multiprocessing import connection, forkserver
from types import TracebackType
from typing import Any, Self, TypeVar

import psutil
from pebble import ProcessExpired, ProcessPool

from pipeline.errors import UserError
from pipeline.extract.clean import clean_field
from pipeline.models.pages import NotAnArticle, Reason
from pipeline.stop import Stop

Argument = TypeVar("Argument")
Result = TypeVar("Result")

# What is dear to load and holds no state of a page: loaded once, in the process that workers are forked from.
_PRELOADED = ("pipeline.extract.warm",)
# How many pages may be made or in the making beyond the one that is wanted next: what a page costs that takes all its
# time is then that time on one worker, not on all.
_AHEAD_PER_WORKER = 32
# A worker opens tables of languages as it meets them, and makes those that nobody has kept: for a handful of pages one
# is faster than many.
_PAGES_BEFORE_ANOTHER = 8
_A_CHUNK = 5
_LOOK_SECONDS = 0.05
_EXIT_MEMORY = 86
_LONGEST_FAULT = 300


@dataclass(frozen=True, slots=True)
class Limits:
    """What one task may take (seconds; bytes of its worker's resident memory), and when a worker is replaced: after so
    many tasks (a page is one, and one more with others), or when it keeps more than half of the memory. A new one has
    to remember the words of its texts again.
    """

    timeout_seconds: float = 20.0
    memory_bytes: int = 1_000_000_000
    tasks_per_worker: int = 10_000


class Sandbox:
    """Worker processes, started when there is a page for them, ended with the block.

    They end with this process too, however it ends; they print nothing, and an interrupt from the keyboard is ours
    to handle. Threads may share it: each gets the answers to its own pages.
    """

    def __init__(
        self, workers: int, limits: Limits | None = None, *, preloaded: Sequence[str] = (), stop: Stop | None = None
    ) -> None:
        """`preloaded` are modules that the tasks need, loaded once for all workers."""
        self._limits = limits or Limits()
        self._stop = stop or Stop()
        self._handing_out = threading.Lock()
        self._workers = [_Worker(self._limits, (*_PRELOADED, *preloaded)) for _ in range(workers)]
        self._taken = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        pools = [pool for worker in self._workers if (pool := worker.part())]
        for pool in pools:
            pool.stop()
        for pool in pools:
            pool.join()

    def make(
        self, task: Callable[[Argument], Result], arguments: Iterable[Argument]
    ) -> Iterator[Result | NotAnArticle]:
        """`task` of each argument, in their order, or why a worker was lost over it.

        `task` is a function of a module; it, the arguments and the results must pickle. Arguments are taken a few
        ahead of the answers. What the task raises is an answer, but for a UserError, and an ImportError, which is no
        page's fault: these are raised here, when their turn comes. Raises CancelledError where a stop is wished:
        nothing is then known of the pages under way.
        """
        left = iter(arguments)
        upcoming = list(islice(left, 1))
        pages: deque[Future[tuple[Result, int]]] = deque()
        stopped: Future[None] = Future()
        with self._stop.telling(partial(stopped.set_result, None)):
            while pages or upcoming:
                with self._handing_out:
                    for worker in self._idle_workers()[: _AHEAD_PER_WORKER * len(self._workers) - len(pages)]:
                        pages.extend(worker.start(task, argument) for argument in upcoming)
                        self._taken += len(upcoming)
                        upcoming = list(islice(left, 1))
                    busy: list[Future[Any]] = [
                        worker.page for worker in self._workers if worker.page and not worker.page.done()
                    ]
                if stopped.done():
                    raise CancelledError
                if pages and pages[0].done():
                    answer = _answer(pages.popleft(), self._limits)
                    yield answer
                elif busy:
                    wait((*busy, stopped), return_when=FIRST_COMPLETED)

    def make_in_chunks(
        self, task: Callable[[Argument], Result], arguments: Sequence[Argument]
    ) -> Iterator[Result | NotAnArticle]:
        """The same, for a task that takes little more than the way to a worker and back: several arguments go
        together. Where a worker is lost over some, each of them has its turn alone.
        """
        chunks = [arguments[begin : begin + _A_CHUNK] for begin in range(0, len(arguments), _A_CHUNK)]
        for chunk, made in zip(chunks, self.make(partial(_each, task), chunks), strict=True):
            yield from self.make(task, chunk) if isinstance(made, NotAnArticle) else made

    def _idle_workers(self) -> Sequence[_Worker]:
        wanted = self._workers[: 1 + self._taken // _PAGES_BEFORE_ANOTHER]
        return [worker for worker in wanted if worker.is_idle]


class _Worker:
    """A pool of one process. What it had last is `page`."""

    def __init__(self, limits: Limits, preloaded: Sequence[str]) -> None:
        self._limits = limits
        self._preloaded = preloaded
        self._pool: ProcessPool | None = None
        self.page: Future[tuple[object, int]] | None = None

    @property
    def is_idle(self) -> bool:
        return self.page is None or self.page.done()

    def start(self, task: Callable[[Argument], Result], argument: Argument) -> Future[tuple[Result, int]]:
        """Begin a page. The future's result is the task's, and the bytes that the process keeps after it."""
        if self._is_worn() and (pool := self.part()):
            pool.stop()
            pool.join()
        if self._pool is None:
            self._pool = _new_pool(self._limits, self._preloaded)
        # The pool's deadline begins when the process takes the page.
        page = self._pool.schedule(_run, (task, argument, self._limits), timeout=self._limits.timeout_seconds)
        self.page = page
        return page

    def part(self) -> ProcessPool | None:
        """Its pool, which is then no longer its own."""
        pool, self._pool = self._pool, None
        return pool

    def _is_worn(self) -> bool:
        """Whether its last page left the pool in doubt, or its process large; or it was lost between two pages."""
        if self.page is None or self._pool is None:
            return False
        if not self._pool.active or self.page.exception():
            return True
        return self.page.result()[1] * 2 > self._limits.memory_bytes


def _new_pool(limits: Limits, preloaded: Sequence[str]) -> ProcessPool:
    context = multiprocessing.get_context("forkserver")  # our threads and connections are not copied
    context.set_forkserver_preload(list(preloaded))
    # What is started here has SIGINT blocked for good: workers are ended by us, not by the keyboard.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return ProcessPool(1, limits.tasks_per_worker, _guard, (limits,), context)


def _answer(page: Future[tuple[Result, int]], limits: Limits) -> Result | NotAnArticle:
    try:
        return page.result()[0]
    except TimeoutError:
        return NotAnArticle(Reason.EXTRACTION_TIMEOUT, f"more than {limits.timeout_seconds:g} s")
    except ProcessExpired as loss:
        # SIGKILL is not ours: that is how an operating system without memory ends a process.
        if loss.exitcode in (_EXIT_MEMORY, -signal.SIGKILL):
            return NotAnArticle(Reason.EXTRACTION_MEMORY, f"more than {limits.memory_bytes // 1_000_000} MB")
        if loss.exitcode == -signal.SIGALRM:
            return NotAnArticle(Reason.EXTRACTION_TIMEOUT, f"more than {limits.timeout_seconds:g} s")
        return NotAnArticle(Reason.EXTRACTION_CRASH, f"the process ended with {loss.exitcode}")
    except BrokenProcessPool:  # ended before the pool had heard that it took the page
        return NotAnArticle(Reason.EXTRACTION_CRASH, "the process ended")
    except (UserError, ImportError):
        raise
    except Exception as fault:  # noqa: BLE001  whatever a page brings about, the others are not to wait for it
        return NotAnArticle(
            Reason.EXTRACTION_CRASH, clean_field(f"{type(fault).__name__}: {fault}"[:_LONGEST_FAULT]) or ""
        )


def _each(task: Callable[[Argument], Result], arguments: Sequence[Argument]) -> list[Result]:
    """In the worker: several pages."""
    return [task(argument) for argument in arguments]


def _run(task: Callable[[Argument], Result], argument: Argument, limits: Limits) -> tuple[Result, int]:
    """In the worker: one page."""
    guard = _guard(limits)
    with guard:
        return task(argument), guard.resident_bytes()


@cache
def _guard(limits: Limits) -> _Guard:
    return _Guard(limits)


class _Guard:
    """In the worker: holds the process to its limits, and ends it with its parent."""

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
            os._exit(_EXIT_MEMORY)
        with self._lock:
            self._at_work = False
        signal.setitimer(signal.ITIMER_REAL, 0)

    def resident_bytes(self) -> int:
        return int(self._process.memory_info().rss)

    def _watch(self) -> None:
        parent = multiprocessing.parent_process()
        while parent and not connection.wait([parent.sentinel], timeout=_LOOK_SECONDS):
            # Between two pages the process may hold the pool's lock, so it is not ended there.
            with self._lock:
                if self._at_work and self.resident_bytes() > self._limits.memory_bytes:
                    os._exit(_EXIT_MEMORY)
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
