"""Which article of a story is canonical, and of which member each of the others is a copy."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.models.folding import Bond, CopyKind, Member, MemberKey


@dataclass(frozen=True, slots=True)
class Copy:
    """An article of a story, the member it is a copy of, and what was found between the two."""

    article_id: int
    copy_of: int
    bond: Bond


def canonical(members: Iterable[Member]) -> Member:
    """The canonical article: the one with the earliest stated publication, which tells the original and its language;
    where nobody states one, or several at one moment, one that does not say that it comes from elsewhere, then the
    fullest text.
    """
    return min(members, key=lambda member: member.key)


def copies(members: Sequence[Member], bonds: Iterable[Bond]) -> list[Copy]:
    """For every article of a story but the canonical one, the member it is a copy of: the maximum spanning tree of the
    bonds with the canonical article as its root (Prim 1957), so each points to what it matches best, of equal matches
    to the one that would sooner be canonical, and all of them in the end to the canonical one. What is a copy in its
    own language is said to be that. The bonds must hold the members together.
    """
    by_id = {member.article_id: member for member in members}
    near: dict[int, list[Bond]] = defaultdict(list)
    for bond in bonds:
        if bond.one in by_id and bond.other in by_id:
            near[bond.one].append(bond)
            near[bond.other].append(bond)
    found: dict[int, Copy] = {}
    root = canonical(members).article_id
    heap: list[tuple[bool, float, float, MemberKey, MemberKey, int, int, Bond]] = []

    def reach(article_id: int) -> None:
        for bond in near[article_id]:
            other = bond.other if bond.one == article_id else bond.one
            rank = bond.kind is CopyKind.TRANSLATION, -bond.log_odds, -bond.similarity
            heapq.heappush(heap, (*rank, by_id[other].key, by_id[article_id].key, other, article_id, bond))

    reach(root)
    while heap:
        *_, article_id, copy_of, bond = heapq.heappop(heap)
        if article_id != root and article_id not in found:
            found[article_id] = Copy(article_id, copy_of, bond)
            reach(article_id)
    return list(found.values())
