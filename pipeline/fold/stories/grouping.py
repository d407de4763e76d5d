"""Which articles are one story: agglomerative clustering with average linkage over what was found between pairs.

Two groups become one where their texts, pair by pair, are on average more probably copies of each other than the
threshold says (UPGMA, Sokal & Michener 1958; for records found by pairwise linkage: Hassanzadeh et al. 2009). So an
article joins a story that it matches as a whole, never by a chain of single links. Pairs of which nothing is known
count against it: they were looked at and share little.

The result depends on the texts and what was found between them, and on nothing else: not on ids, nor on the order of
anything.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from operator import attrgetter

from pipeline.fold.candidates import MOST_CANDIDATES
from pipeline.fold.stories.neighbours import Leaders
from pipeline.fold.stories.rivals import Pair, contested
from pipeline.models.folding import Bond, CopyKind, Member

# No single pair, however sure, outweighs many that say otherwise.
_SUREST = 8.0
# What nothing is known of: texts of two languages that share too little to be kept, and two of one language that are
# no near copies, so at most two reports of one event.
_STRANGERS, _OTHER_WORDS = -4.0, -6.0
# Sums are of thousandths, as integers: floats would add up to something else in another order.
_MILLI = 1000


@dataclass(slots=True)
class _Known:
    """What is known between two groups: the sum of log-odds in thousandths, of how many pairs of texts, and how many of
    these are of open texts in one language and in two.
    """

    total: int = 0
    pairs: int = 0
    same: int = 0
    foreign: int = 0

    def add(self, other: _Known) -> None:
        self.total += other.total
        self.pairs += other.pairs
        self.same += other.same
        self.foreign += other.foreign


@dataclass(slots=True)
class _Group:
    """Texts that are one story so far. `name` is the least of their addresses; `languages` are those of the open texts,
    which have been looked at for all that is like them.
    """

    name: str
    members: list[Member]
    languages: Counter[str | None]
    known: dict[int, _Known] = field(default_factory=dict)


def group(members: Sequence[Member], bonds: Sequence[Bond], least_log_odds: float) -> list[frozenset[int]]:
    """The stories of some articles, as sets of article ids, given what was found between them.

    Bonds of articles that are not among the members are left out of account. Equal texts are one text. The articles
    that hang together by bonds of at least `least_log_odds` must all be given, or none of them: then the rest of the
    archive cannot change the answer.
    """
    groups = dict(enumerate(_texts(members, bonds)))
    of_article = {member.article_id: i for i, one in groups.items() for member in one.members}
    _connect(groups, of_article, bonds)
    heap = [entry for i in groups for j in groups[i].known if i < j and (entry := _entry(groups, i, j, least_log_odds))]
    heapq.heapify(heap)
    numbers = count(len(groups))
    while heap:
        *_, i, j = heapq.heappop(heap)
        if i in groups and j in groups:
            merged = next(numbers)
            _merge(groups, i, j, merged)
            for other in groups[merged].known:
                if entry := _entry(groups, merged, other, least_log_odds):
                    heapq.heappush(heap, entry)
    return [frozenset(member.article_id for member in one.members) for one in groups.values()]


def _texts(members: Sequence[Member], bonds: Iterable[Bond]) -> list[_Group]:
    """One group for each text: articles that are exact copies of each other."""
    by_id = {member.article_id: member for member in members}
    leader = Leaders(by_id)
    for bond in bonds:
        if bond.kind is CopyKind.EXACT:
            leader.join(bond.one, bond.other)
    texts = [[by_id[article_id] for article_id in found] for found in leader.sets()]
    return sorted((_group_of(found) for found in texts), key=attrgetter("name"))


def _group_of(equal: list[Member]) -> _Group:
    equal = sorted(equal, key=attrgetter("url"))
    language = next((member.language for member in equal if member.language), None)
    return _Group(equal[0].url, equal, Counter([language]))


def _connect(groups: dict[int, _Group], of_article: dict[int, int], bonds: Iterable[Bond]) -> None:
    """Enter the best of what is known between each two texts."""
    copied, translated = _best(of_article, bonds)
    near: dict[int, set[int]] = defaultdict(set)
    for i, j in copied:
        near[i].add(j)
        near[j].add(i)
    full = {i for i, found in near.items() if len(found) >= MOST_CANDIDATES}
    languages = {i: next(iter(one.languages)) for i, one in groups.items()}
    for (i, j), log_odds in (copied | contested(translated, near, languages)).items():
        total = round(_MILLI * min(_SUREST, log_odds))
        is_open = i not in full and j not in full
        is_same = languages[i] == languages[j]
        for one, other in ((i, j), (j, i)):
            groups[one].known[other] = _Known(total, 1, int(is_open and is_same), int(is_open and not is_same))
    for i in full:
        groups[i].languages.clear()


def _best(of_article: Mapping[int, int], bonds: Iterable[Bond]) -> tuple[dict[Pair, float], dict[Pair, float]]:
    """The best log-odds that are known between each two texts, for copies in one language and for translations."""
    copied: dict[Pair, float] = {}
    translated: dict[Pair, float] = {}
    for bond in bonds:
        i, j = of_article.get(bond.one), of_article.get(bond.other)
        if i is not None and j is not None and i != j:
            known = translated if bond.kind is CopyKind.TRANSLATION else copied
            pair = (min(i, j), max(i, j))
            known[pair] = max(known.get(pair, bond.log_odds), bond.log_odds)
    return copied, {pair: log_odds for pair, log_odds in translated.items() if pair not in copied}


def _entry(groups: dict[int, _Group], i: int, j: int, least: float) -> tuple[float, str, str, int, int] | None:
    """What the heap holds of two groups that may become one: the surest first, ties by their texts."""
    mean = _mean(groups[i], groups[j], groups[i].known[j])
    first, second = sorted((groups[i].name, groups[j].name))
    return (-mean, first, second, i, j) if mean >= least else None


def _mean(one: _Group, other: _Group, known: _Known) -> float:
    """The mean log-odds over all pairs of texts of two groups. A text with as many copies as are ever looked at has
    more that were not: of its pairs only the known ones count.
    """
    same = sum(count * other.languages[language] for language, count in one.languages.items())
    foreign = one.languages.total() * other.languages.total() - same
    same, foreign = same - known.same, foreign - known.foreign
    return (known.total / _MILLI + same * _OTHER_WORDS + foreign * _STRANGERS) / (known.pairs + same + foreign)


def _merge(groups: dict[int, _Group], i: int, j: int, number: int) -> None:
    """Make two groups one, under a new number."""
    one, other = groups.pop(i), groups.pop(j)
    known: dict[int, _Known] = defaultdict(_Known)
    for part in (one, other):
        for neighbour, found in part.known.items():
            if neighbour in groups:
                known[neighbour].add(found)
    for neighbour, found in known.items():
        theirs = groups[neighbour].known
        theirs.pop(i, None)
        theirs.pop(j, None)
        theirs[number] = found
    groups[number] = _Group(
        min(one.name, other.name),
        one.members + other.members,
        one.languages + other.languages,
        dict(known),
    )
