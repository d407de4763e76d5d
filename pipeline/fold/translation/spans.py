"""Which places of a text are already spoken for, so that one name, with its several keys, weighs once."""

from __future__ import annotations

from collections.abc import Sequence


class Spans:
    """Claimed stretches of a text of so many characters."""

    def __init__(self, length: int) -> None:
        self._claimed = bytearray(length)

    def claim(self, starts: Sequence[int], size: int) -> bool:
        """Take the free ones of some places of `size` characters; False where all of them are taken."""
        free = [start for start in starts if self._claimed.find(1, start, start + size) < 0]
        taken = b"\1" * size
        for start in free:
            self._claimed[start : start + size] = taken
        return bool(free)

    def has_room(self, starts: Sequence[int], size: int) -> bool:
        """Whether any of the places is free."""
        return any(self._claimed.find(1, start, start + size) < 0 for start in starts)
