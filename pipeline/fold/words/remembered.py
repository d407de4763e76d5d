"""What was found out of a short text, kept: the news of a day has few words that it does not repeat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

# A longer one seldom comes again.
LONGEST = 30

Value = TypeVar("Value")


class Remembered(dict[str, Value], Generic[Value]):
    """What a function makes of texts. When there are `most` of them they grow old, and what was old before is
    forgotten: a text that is asked for again in time is young again. functools.lru_cache, which keeps the order in
    which all were asked for, takes half as long again to find one.
    """

    def __init__(self, make: Callable[[str], Value], most: int = 40_000) -> None:
        super().__init__()
        self._make, self._most = make, most
        self._old: dict[str, Value] = {}

    def __missing__(self, text: str) -> Value:
        old = self._old
        found = old[text] if text in old else self._make(text)
        if len(text) <= LONGEST:
            if len(self) >= self._most:
                self._old = dict(self)
                self.clear()
            self[text] = found
        return found
