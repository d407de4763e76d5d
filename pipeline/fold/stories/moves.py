"""Which story id each group of articles keeps, and what that means for the stories there were."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Change(StrEnum):
    """What happened to a story: all its articles went to another; some made a story of their own; some went to
    another.
    """

    MERGED = "merged"
    SPLIT = "split"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Named:
    """A group of articles with the story id it keeps; None where it needs a new one."""

    articles: frozenset[int]
    story_id: int | None


def name_groups(groups: Sequence[frozenset[int]], story_of: Mapping[int, int]) -> list[Named]:
    """Give each group the story that most of its articles are in, the oldest of several; each story to one group only,
    the one with most of its articles.
    """
    claims = [
        (-count, story, min(group), i)
        for i, group in enumerate(groups)
        for story, count in Counter(story_of[article] for article in group).items()
    ]
    named: dict[int, int] = {}
    taken: set[int] = set()
    for _, story, _, i in sorted(claims):
        if i not in named and story not in taken:
            named[i] = story
            taken.add(story)
    return [Named(group, named.get(i)) for i, group in enumerate(groups)]


def describe(before: Mapping[int, int], after: Mapping[int, int]) -> dict[tuple[int, int], Change]:
    """What each change of story ids is called, for each pair of stories (from, to) between which articles went.

    `before` and `after` say for the same articles, all of those stories, which story each is in.
    """
    left: dict[int, set[int]] = defaultdict(set)
    for article, story in after.items():
        left[before[article]].add(story)
    old = set(before.values())
    return {
        (origin, story): _change(story, stories, old)
        for origin, stories in left.items()
        for story in stories
        if story != origin
    }


def _change(story: int, stories: set[int], old: set[int]) -> Change:
    if stories == {story}:
        return Change.MERGED
    return Change.MOVED if story in old else Change.SPLIT
