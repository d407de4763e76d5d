"""Which places of a text are already spoken for, so that one name, with its several keys, weighs once."""

from __future__ import annotations

from collections.abc import Sequence


class Spans:
    """Claimed stretches of a text: a bit of one long number for each character."""

    def __init__(self) -> None:
        self._claimed = 0

    def claim(self, starts: Sequence[int], size: int) -> bool:
        """Take the free ones of some places of `size` characters; False where all of them are taken."""
        stretch, free = (1 << size) - 1, 0
        for start in starts:
            if not self._claimed & stretch << start:
                free |= stretch << start
        self._claimed |= free
        return free > 0

    def has_room(self, starts: Sequence[int], size: int) -> bool:
        """Whether any of the places is free."""
        stretch = (1 << size) - 1
        return any(not self._claimed & stretch << start for start in starts)
