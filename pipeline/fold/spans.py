"""Which places of a text are already spoken for, so that one name, with its several keys, weighs once."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence


class Spans:
    """Claimed stretches of a text, in characters, apart from each other."""

    def __init__(self) -> None:
        self._claimed: list[tuple[int, int]] = []

    def claim(self, starts: Sequence[int], size: int) -> bool:
        """Take the free ones of some places of `size` characters; False where all of them are taken."""
        free = [start for start in starts if not self._overlaps(start, start + size)]
        for start in free:
            insort(self._claimed, (start, start + size))
        return bool(free)

    def has_room(self, starts: Sequence[int], size: int) -> bool:
        """Whether any of the places is free."""
        return any(not self._overlaps(start, start + size) for start in starts)

    def _overlaps(self, start: int, end: int) -> bool:
        after = bisect_left(self._claimed, (start, end))
        if after < len(self._claimed) and self._claimed[after][0] < end:
            return True
        return after > 0 and self._claimed[after - 1][1] > start
