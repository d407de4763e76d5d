"""What was found out of short texts, kept: the news of a day has few words that it does not repeat."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from threading import Lock
from typing import Generic, TypeVar

# A longer one seldom comes again.
LONGEST = 30

Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """What a function makes of texts, of all that are new at once. When there are `most` of them they grow old, and
    what was old before is forgotten: a text that is asked for again in time is young again. functools.lru_cache, which
    keeps the order in which all were asked for, takes half as long again to find one.
    """

    def __init__(self, make: Callable[[Collection[str]], Mapping[str, Value]], most: int = 40_000) -> None:
        self._make, self._most = make, most
        self._young: dict[str, Value] = {}
        self._old: dict[str, Value] = {}
        self._lock = Lock()

    def __call__(self, texts: Sequence[str]) -> list[Value]:
        """What is made of each of some texts."""
        with self._lock:
            young = self._young
            new = set(texts).difference(young)
            self._learn(new)
            found = [*map(young.__getitem__, texts)]
            for text in new:
                if len(text) > LONGEST:
                    del young[text]
            if len(young) >= self._most:
                self._young, self._old = {}, young
            return found

    def _learn(self, new: set[str]) -> None:
        aged = {text: self._old[text] for text in new if text in self._old}
        self._young.update(aged)
        self._young.update(self._make(new.difference(aged)))
