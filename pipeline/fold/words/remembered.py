"""What was found out of a short text, kept: the news of a day has few words that it does not repeat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

# A longer one seldom comes again.
LONGEST = 30

Value = TypeVar("Value")


class Remembered(dict[str, Value], Generic[Value]):
    """What a function makes of texts. It forgets all of them when they are too many: functools.lru_cache takes twice as
    long to find one, for it keeps in which order they were asked for.
    """

    def __init__(self, make: Callable[[str], Value], most: int = 50_000) -> None:
        super().__init__()
        self._make, self._most = make, most

    def __missing__(self, text: str) -> Value:
        made = self._make(text)
        if len(text) <= LONGEST:
            if len(self) >= self._most:
                self.clear()
            self[text] = made
        return made
