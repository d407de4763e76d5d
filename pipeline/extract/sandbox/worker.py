"""A worker: a thread that gives pages to a process of its own (edge module: processes and their clocks)."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, InvalidStateError, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from typing import Any

from pebble import ProcessExpired, ProcessPool

from pipeline.errors import UserError
from pipeline.extract.clean import clean_field
from pipeline.extract.sandbox.guard import EXIT_MEMORY, Limits, guard_of, run
from pipeline.extract.sandbox.queue import Page, Queue
from pipeline.models.pages import NotAnArticle, Reason

_LONGEST_FAULT = 300


@dataclass(frozen=True, slots=True)
class _Group:
    """Pages that the process has been given together. One page alone in the process is known to be what it dies of."""

    pages: Sequence[Page]
    made: Future[tuple[list[object], int]]
    is_alone: bool


class Worker(threading.Thread):
    """Takes a few pages at a time from the queue, and the next few before these are done, so that the process never
    waits for this one. Where the process is lost, the pages it had become suspects, and wait again.
    """

    def __init__(self, queue: Queue, limits: Limits, preloaded: Sequence[str]) -> None:
        """`preloaded` are modules that are loaded once, in the process that workers are forked from."""
        super().__init__(name="sandbox", daemon=True)
        self._queue = queue
        self._limits = limits
        self._preloaded = preloaded
        self._groups: deque[_Group] = deque()
        self._pool: ProcessPool | None = None
        self._begun = 0
        self._is_doubtful = False
        self._ended: Future[None] = Future()

    def run(self) -> None:
        """Until the end is wished."""
        while not self._ended.done():
            try:
                self._begin()
                self._begin_behind()
                self._finish()
            except Exception as fault:  # noqa: BLE001  the machine's, not a page's: whoever waits is to know of it
                for group in self._groups:
                    _fail(group.pages, fault)
                self._groups.clear()
                self._lose()
        self._part()

    def end(self) -> None:
        """Wish the end; join it to wait for it."""
        self._ended.set_result(None)

    def _begin(self) -> None:
        """Where the process has no pages, wait for some."""
        if not self._groups:
            if self._is_worn():
                self._part()
            pages = self._queue.take(self._limits.tasks_per_worker - self._begun)
            self._give(pages, is_alone=len(pages) == 1)

    def _begin_behind(self) -> None:
        """Give the process the next pages before it is done with those that it has."""
        if len(self._groups) == 1 and not self._groups[0].is_alone and not self._is_worn():
            self._give(self._queue.take_more(self._limits.tasks_per_worker - self._begun), is_alone=False)

    def _is_worn(self) -> bool:
        return self._is_doubtful or self._begun >= self._limits.tasks_per_worker

    def _give(self, pages: Sequence[Page], *, is_alone: bool) -> None:
        if not pages:
            return
        try:
            if self._pool is None:
                context = start_fork_server(self._preloaded)
                self._pool = ProcessPool(1, initializer=guard_of, initargs=(self._limits,), context=context)
            tasks = [(page.task, page.argument) for page in pages]
            # The pool's deadline begins when the process takes the pages.
            made = self._pool.schedule(run, (tasks, self._limits), timeout=self._limits.timeout_seconds)
        except Exception as fault:
            _fail(pages, fault)
            raise
        self._begun += len(pages)
        self._groups.append(_Group(pages, made, is_alone))

    def _finish(self) -> None:
        """Wait for the first group, and answer its pages or have them wait again."""
        if not self._groups:
            return
        group = self._groups[0]
        either: tuple[Future[Any], ...] = (group.made, self._ended)
        wait(either, return_when=FIRST_COMPLETED)
        if not group.made.done():
            return
        self._groups.popleft()
        loss = group.made.exception()
        if loss is None:
            made, kept_bytes = group.made.result()
            self._is_doubtful = self._is_doubtful or kept_bytes * 2 > self._limits.memory_bytes
            for page, one in zip(group.pages, made, strict=True):
                _answer(page, one)
            return
        self._is_doubtful = True
        if not group.is_alone:
            for page in group.pages:
                page.is_suspect = True
            self._queue.put(group.pages)
        elif isinstance(loss, UserError | ImportError):
            _fail(group.pages, loss)
        else:
            _answer(group.pages[0], _verdict(loss, self._limits))

    def _part(self) -> None:
        """Leave the process, and wait for its end."""
        if pool := self._lose():
            pool.join()

    def _lose(self) -> ProcessPool | None:
        """Leave the process."""
        pool, self._pool, self._begun, self._is_doubtful = self._pool, None, 0, False
        if pool is not None:
            pool.stop()
        return pool


def start_fork_server(preloaded: Sequence[str]) -> ForkServerContext:
    """Have the process that workers are forked from load what they need, if it does not yet. It is not waited for."""
    context = multiprocessing.get_context("forkserver")  # our threads and connections are not copied
    context.set_forkserver_preload(list(preloaded))
    # What is started here has SIGINT blocked for good: workers are ended by us, not by the keyboard.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return context


def _answer(page: Page, made: object) -> None:
    with suppress(InvalidStateError):  # nobody waits for it any more
        page.answer.set_result(made)


def _fail(pages: Sequence[Page], fault: Exception) -> None:
    for page in pages:
        with suppress(InvalidStateError):
            page.answer.set_exception(fault)


def _verdict(loss: BaseException, limits: Limits) -> NotAnArticle:
    """Why a page has no answer."""
    match loss:
        case TimeoutError():
            return NotAnArticle(Reason.EXTRACTION_TIMEOUT, f"more than {limits.timeout_seconds:g} s")
        # SIGKILL is not ours: that is how an operating system without memory ends a process.
        case ProcessExpired() if loss.exitcode in (EXIT_MEMORY, -signal.SIGKILL):
            return NotAnArticle(Reason.EXTRACTION_MEMORY, f"more than {limits.memory_bytes // 1_000_000} MB")
        case ProcessExpired() if loss.exitcode == -signal.SIGALRM:
            return NotAnArticle(Reason.EXTRACTION_TIMEOUT, f"more than {limits.timeout_seconds:g} s")
        case ProcessExpired():
            return NotAnArticle(Reason.EXTRACTION_CRASH, f"the process ended with {loss.exitcode}")
        case BrokenProcessPool():  # ended before the pool had heard that it took the page
            return NotAnArticle(Reason.EXTRACTION_CRASH, "the process ended")
    said = clean_field(f"{type(loss).__name__}: {loss}"[:_LONGEST_FAULT])
    return NotAnArticle(Reason.EXTRACTION_CRASH, said or "")
