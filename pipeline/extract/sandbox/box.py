"""Runs a function over many pages in processes that may be killed.

A page may hang a parser, eat all memory or crash it. Processes have a few pages at a time; when one is lost, each page
that it had is read again by a process of its own, so that whatever becomes of that, it is known of which page, and no
other page was there.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from functools import partial
from itertools import count, islice
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from pipeline.extract.sandbox.guard import Limits
from pipeline.extract.sandbox.queue import Page, Queue
from pipeline.extract.sandbox.worker import Worker, start_fork_server
from pipeline.models.pages import NotAnArticle
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


class Sandbox:
    """Worker processes, started when there is a page for them, ended with the block.

    They end with this process too, however it ends; they print nothing, and an interrupt from the keyboard is ours
    to handle. Threads may share it: each gets the answers to its own pages.
    """

    def __init__(
        self, workers: int, limits: Limits | None = None, *, preloaded: Sequence[str] = (), stop: Stop | None = None
    ) -> None:
        """`preloaded` are modules that the tasks need, loaded once for all workers."""
        self._most_workers = workers
        self._limits = limits or Limits()
        self._preloaded = (*_PRELOADED, *preloaded)
        self._stop = stop or Stop()
        self._queue = Queue()
        self._starting = threading.Lock()
        self._workers: list[Worker] = []
        self._taken = 0
        self._calls = count()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for worker in self._workers:
            worker.end()
        self._queue.close()
        for worker in self._workers:
            worker.join()

    def prepare(self) -> None:
        """Load what workers need while there is something else to wait for. They are faster to start then."""
        start_fork_server(self._preloaded)

    def make(
        self, task: Callable[[Argument], Result], arguments: Iterable[Argument], *, step: int = 0
    ) -> Iterator[Result | NotAnArticle]:
        """`task` of each argument, in their order, or why a worker was lost over it.

        `task` is a function of a module; it, the arguments and the results must pickle. Arguments are taken a few
        ahead of the answers. Of several threads' calls the one of the latest step goes first, and of these the oldest.
        What the task raises is an answer, but for a UserError, and an ImportError, which is no page's fault: these are
        raised here, when their turn comes. Raises CancelledError where a stop is wished: nothing is then known of the
        pages under way.
        """
        call = next(self._calls)
        left = enumerate(arguments)
        pages: deque[Page] = deque()
        stopped: Future[None] = Future()
        with self._stop.telling(partial(stopped.set_result, None)):
            try:
                while True:
                    room = _AHEAD_PER_WORKER * self._most_workers - len(pages)
                    more = [Page(-step, call, number, task, argument) for number, argument in islice(left, room)]
                    self._put(more)
                    pages.extend(more)
                    if not pages:
                        return
                    either: tuple[Future[Any], ...] = (pages[0].answer, stopped)
                    wait(either, return_when=FIRST_COMPLETED)
                    if stopped.done():
                        raise CancelledError
                    yield cast("Result | NotAnArticle", pages.popleft().answer.result())
            finally:
                for page in pages:
                    page.answer.cancel()

    def _put(self, pages: Sequence[Page]) -> None:
        with self._starting:
            self._taken += len(pages)
            while len(self._workers) < min(self._most_workers, -(-self._taken // _PAGES_BEFORE_ANOTHER)):
                worker = Worker(self._queue, self._limits, self._preloaded)
                self._queue.add_taker()
                self._workers.append(worker)
                worker.start()
        self._queue.put(pages)
