"""Which places of a text are already spoken for, so that one name, with its several keys, weighs once."""

from __future__ import annotations

from bisect import bisect_left, insort

from pipeline.models import Anchor


class Spans:
    """Claimed stretches of a text, in characters, apart from each other."""

    def __init__(self) -> None:
        self._starts: list[tuple[float, float]] = []

    def claim(self, anchor: Anchor, length: int) -> bool:
        """Take the free places of an anchor; False where all of them are taken."""
        places = [(at * length, at * length + len(anchor.surface)) for at in anchor.positions]
        free = [place for place in places if not self._overlaps(*place)]
        for place in free:
            insort(self._starts, place)
        return bool(free)

    def has_room(self, anchor: Anchor, length: int) -> bool:
        """Whether any place of the anchor is free."""
        return any(not self._overlaps(at * length, at * length + len(anchor.surface)) for at in anchor.positions)

    def _overlaps(self, start: float, end: float) -> bool:
        """Half a character of tolerance: positions are rounded fractions of the text's length."""
        after = bisect_left(self._starts, (start, end))
        if after < len(self._starts) and self._starts[after][0] < end - 0.5:
            return True
        return after > 0 and self._starts[after - 1][1] - 0.5 > start
