"""Which articles hang together, so that their stories may depend on each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from pipeline.models.folding import Bond

# All pairs of so many articles are compared with each other: 780 pairs take 0.2 s.
_MOST_COMPARED = 40


def neighbourhoods(members: Iterable[int], bonds: Iterable[Bond], least_log_odds: float) -> list[frozenset[int]]:
    """The articles that hang together by bonds of at least `least_log_odds`: no story reaches beyond."""
    leader = Leaders(members)
    for bond in bonds:
        if bond.log_odds >= least_log_odds:
            leader.join(bond.one, bond.other)
    return [frozenset(found) for found in leader.sets()]


def missing_pairs(neighbourhood: frozenset[int], known: Collection[tuple[int, int]]) -> Iterator[tuple[int, list[int]]]:
    """The pairs of a neighbourhood that were not compared, each once: an article, and the others with greater ids.

    Articles that hang together by others may never have been candidates of each other. Nothing where they are very
    many: then each has been compared with as many as are ever looked at.
    """
    if len(neighbourhood) > _MOST_COMPARED:
        return
    ids = sorted(neighbourhood)
    for i, one in enumerate(ids):
        if others := [other for other in ids[i + 1 :] if (one, other) not in known]:
            yield one, others


class Leaders:
    """Disjoint sets of article ids (union-find, Galler & Fischer 1964)."""

    def __init__(self, ids: Iterable[int]) -> None:
        self._leader = {one: one for one in ids}

    def join(self, one: int, other: int) -> None:
        """Make the sets of two ids one; an id that is in none is left out of account."""
        if one in self._leader and other in self._leader:
            self._leader[self._find(one)] = self._find(other)

    def sets(self) -> list[list[int]]:
        """All sets."""
        found: dict[int, list[int]] = defaultdict(list)
        for one in self._leader:
            found[self._find(one)].append(one)
        return list(found.values())

    def _find(self, one: int) -> int:
        while self._leader[one] != one:
            self._leader[one] = one = self._leader[self._leader[one]]
        return one
