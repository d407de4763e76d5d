"""The pages that wait for a worker."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any

from pipeline.models.pages import NotAnArticle

_A_GROUP = 5


@dataclass(slots=True, order=True)
class Page:
    """A task and its argument, ordered as they are taken. One that a worker was lost with is a suspect."""

    precedence: int
    call: int
    number: int
    task: Callable[[Any], object] = field(compare=False)
    argument: Any = field(compare=False)
    answer: Future[object | NotAnArticle] = field(default_factory=Future, compare=False)
    is_suspect: bool = field(default=False, compare=False)


class Queue:
    """Pages of all threads. A suspect is taken by itself."""

    def __init__(self) -> None:
        self._pages: list[Page] = []
        self._takers = 0
        self._is_closed = False
        self._changed = threading.Condition()

    def add_taker(self) -> None:
        """One more worker shares the pages."""
        with self._changed:
            self._takers += 1

    def put(self, pages: Sequence[Page]) -> None:
        """Have pages wait."""
        with self._changed:
            for page in pages:
                heappush(self._pages, page)
            self._changed.notify_all()

    def close(self) -> None:
        """Nobody waits any more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def take(self, most: int) -> list[Page]:
        """A few pages, as soon as there are any; none when the queue is closed."""
        with self._changed:
            while not (self._is_closed or self._has_pages()):
                self._changed.wait()
            if self._is_closed:
                return []
            if self._pages[0].is_suspect:
                return [heappop(self._pages)]
            return self._unsuspected(most)

    def take_more(self, most: int) -> list[Page]:
        """A few pages that need no worker of their own, where there are some."""
        with self._changed:
            return self._unsuspected(most)

    def _has_pages(self) -> bool:
        while self._pages and self._pages[0].answer.cancelled():
            heappop(self._pages)
        return bool(self._pages)

    def _unsuspected(self, most: int) -> list[Page]:
        share = -(-len(self._pages) // self._takers)
        taken: list[Page] = []
        while len(taken) < min(most, share, _A_GROUP) and self._has_pages() and not self._pages[0].is_suspect:
            taken.append(heappop(self._pages))
        return taken
