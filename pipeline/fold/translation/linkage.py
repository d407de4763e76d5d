"""What each anchor that two texts in different languages share says for one being a translation of the other, in nats.

Probabilistic record linkage (Fellegi & Sunter 1969): a shared anchor weighs ln of how much more often translations
share it than strangers do. With r = how often a translation carries such an anchor, u = how often a stranger has it,
and k = how much better its places agree than places at random, that is ln(1 - r + r k / u): a chance match, common and
out of place, weighs about nothing.

All anchors that many pairs of texts share are weighed at once, in columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from pipeline.fold.translation.carriage import CARRIAGES, Carriage, carried
from pipeline.fold.translation.packed import Anchors, carriages, hear_finely, is_coarse, is_number
from pipeline.fold.translation.spans import Spans

# A translation puts three of four shared anchors within about 3% of the text's length; the others fall anywhere.
_PLACE_SCALE, _IN_PLACE = 0.03, 0.75
_MOST_PLACES = 12
# Each further place that agrees adds this share of the first one: they are not independent.
_FURTHER_PLACE = 0.3
_LEAST_WEIGHT = 0.1
# A word in small letters is more often the same one where the other text writes it as a name.
_CARRIED_AS_NAME = 0.1
# Where both scripts write the finer sounds, names that agree in the coarse ones only are seldom the same.
_COARSE_ONLY = 0.2
_NAME, _WORD = CARRIAGES.index(Carriage.NAME), CARRIAGES.index(Carriage.WORD)

Indices = NDArray[np.int64]
Values = NDArray[np.float64]
Marks = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Shared:
    """Anchors that two texts share, heaviest first, in columns: their indices here and there, their weights in nats,
    and the part of it that their places bring (below 0: out of place).
    """

    mine: Indices
    theirs: Indices
    weights: Values
    places: Values

    def only(self, chosen: NDArray[np.bool_] | slice) -> Shared:
        """Some of them."""
        return Shared(self.mine[chosen], self.theirs[chosen], self.weights[chosen], self.places[chosen])


@dataclass(frozen=True, eq=False)
class Linked:
    """What each of some pairs of texts shares: the columns of all of them, one pair after the other, and the number of
    the pair that each anchor is of. For each pair: the weight of all anchors that weigh something, the most that the
    places of one of them bring (0 or more), and how many numbers only one of both texts has.
    """

    shared: Shared
    pairs: Indices
    weights: Values
    best_places: Values
    lone_numbers: Indices

    def of(self, pair: int) -> Shared:
        """What one pair shares."""
        return self.shared.only(slice(*np.searchsorted(self.pairs, [pair, pair + 1]).tolist()))


@dataclass(frozen=True, eq=False)
class _Places:
    """Where anchors stand, as shares of the length of their text: anchor i at `counts[i]` of `shares`, from
    `begins[i]` on.
    """

    shares: Values
    begins: Indices
    counts: Indices


def link(texts: Sequence[tuple[Anchors, Anchors]]) -> Linked:
    """The anchors that each of one or more pairs of texts shares. Pairs with one first text stand together."""
    heres, mine, at, other_at = _matched(texts)
    theres = [there for _, there in texts]
    ends = np.cumsum([len(there.keys) for there in theres])
    pairs = np.searchsorted(ends, other_at, side="right")
    theirs = other_at - np.append(0, ends)[pairs]
    marks, other_marks = (np.concatenate([one.marks for one in some]) for some in (heres, theres))
    rarities, other_rarities = (np.concatenate([one.rarities for one in some]) for some in (heres, theres))
    places = _agreement(_places(heres, at), _places(theres, other_at))
    weights = _weights(marks[at], rarities[at], other_marks[other_at], other_rarities[other_at], places)
    heaviest = np.lexsort((mine, -weights, pairs))

    is_heavy = weights >= _LEAST_WEIGHT
    pair_weights, best_places = np.zeros(len(texts)), np.zeros(len(texts))
    np.add.at(pair_weights, pairs[is_heavy], weights[is_heavy])
    np.maximum.at(best_places, pairs[is_heavy], places[is_heavy])
    numbers = np.array([here.numbers + there.numbers for here, there in texts])
    return Linked(
        Shared(mine[heaviest], theirs[heaviest], weights[heaviest], places[heaviest]),
        pairs,
        pair_weights,
        best_places,
        numbers - 2 * np.bincount(pairs[is_number(marks[at])], minlength=len(texts)),
    )


def heavy(shared: Shared) -> Shared:
    """Those that weigh something."""
    return shared.only(slice(np.count_nonzero(shared.weights >= _LEAST_WEIGHT)))


def counted(here: Anchors, there: Anchors, shared: Shared) -> Shared:
    """Those that count: of what stands in one place of either text, one name with several keys, the heaviest."""
    taken, others = Spans(), Spans()
    is_counted = np.zeros(len(shared.mine), dtype=bool)
    for n, (i, j) in enumerate(zip(shared.mine.tolist(), shared.theirs.tolist(), strict=True)):
        places, size = here.starts(i), int(here.sizes[i])
        other_places, other_size = there.starts(j), int(there.sizes[j])
        if taken.has_room(places, size) and others.has_room(other_places, other_size):
            taken.claim(places, size)
            others.claim(other_places, other_size)
            is_counted[n] = True
    return shared.only(is_counted)


def _matched(texts: Sequence[tuple[Anchors, Anchors]]) -> tuple[list[Anchors], Indices, Indices, Indices]:
    """The distinct first texts of pairs, and for each shared anchor its index in its first text, and its numbers among
    the anchors of these first texts and among those of the second texts, one text after the other.
    """
    heres, found, begin, other_begin = list[Anchors](), [], 0, 0
    for here, some in groupby(texts, itemgetter(0)):
        keys = np.concatenate([there.keys for _, there in some])
        mine, at = _common(here.keys, keys)
        found.append((mine, begin + mine, other_begin + at))
        heres.append(here)
        begin, other_begin = begin + len(here.keys), other_begin + len(keys)
    mine, at, other_at = (np.concatenate(column) for column in zip(*found, strict=True))
    return heres, mine, at, other_at


def _common(here: Indices, there: Indices) -> tuple[Indices, Indices]:
    """Where keys that are in both columns stand in each; `here` ascends."""
    if not len(here):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    at = np.minimum(np.searchsorted(here, there), len(here) - 1)
    [theirs] = np.nonzero(here[at] == there)
    return at[theirs], theirs


def _weights(marks: Marks, rarities: Values, other_marks: Marks, other_rarities: Values, places: Values) -> Values:
    """Weigh anchors from either side, by their rate of carriage there and their rarity on the other side; the lesser
    counts.
    """
    is_coarse_only = is_coarse(marks) & hear_finely(marks) & hear_finely(other_marks)
    share = np.where(is_coarse_only, _COARSE_ONLY, 1.0)
    ways, other_ways = carriages(marks), carriages(other_marks)
    weights: Values = np.minimum(
        _weight(share * _rates(ways, other_ways, rarities), places + other_rarities),
        _weight(share * _rates(other_ways, ways, other_rarities), places + rarities),
    )
    return weights


def _weight(rates: Values, likelihoods: Values) -> Values:
    weights: Values = np.log(1 - rates + rates * np.exp(likelihoods))
    return weights


def _rates(ways: Marks, others: Marks, rarities: Values) -> Values:
    as_name = (ways == _WORD) & (others == _NAME)
    return np.where(as_name, _CARRIED_AS_NAME, carried(ways, rarities))


def _places(texts: Sequence[Anchors], chosen: Indices) -> _Places:
    """The places of some anchors of texts, numbered one text after the other."""
    counts = np.concatenate([one.counts for one in texts]).astype(np.int64)
    begins = np.cumsum(counts) - counts
    shares = np.concatenate([one.all_places / one.length for one in texts])
    return _Places(shares, begins[chosen], counts[chosen])


def _agreement(here: _Places, there: _Places) -> Values:
    """How much more probable the places of anchors are in a translation than at random, in nats: the mean over the
    places of the shorter list of the log density ratio of the distance to the nearest place of the other, and more with
    more places.
    """
    is_shorter = _come_first(here, there)
    counts = np.minimum(np.where(is_shorter, here.counts, there.counts), _MOST_PLACES)
    other_counts = np.where(is_shorter, there.counts, here.counts)
    shares = np.concatenate([here.shares, there.shares])
    begins = np.stack([here.begins, there.begins + len(here.shares)])
    begins, other_begins = np.where(is_shorter, begins, begins[::-1])

    anchors = np.repeat(np.arange(len(counts)), counts)
    pairs = other_counts[anchors]
    distances = np.abs(
        np.repeat(shares[_stretches(begins, counts)], pairs) - shares[_stretches(other_begins[anchors], pairs)]
    )
    nearest = np.minimum.reduceat(distances, np.cumsum(pairs) - pairs) if len(pairs) else distances
    at_random = np.maximum(1e-3, 2.0 * pairs * np.exp(-2.0 * pairs * nearest))
    ratios = _IN_PLACE * np.exp(-nearest / _PLACE_SCALE) / _PLACE_SCALE / at_random + 1 - _IN_PLACE
    means = np.bincount(anchors, np.log(ratios), len(counts)) / counts
    agreement: Values = means + np.log1p(_FURTHER_PLACE * (counts - 1))
    return agreement


def _come_first(here: _Places, there: _Places) -> NDArray[np.bool_]:
    """Where the list of places here is the shorter one; of two of one length the one that is earlier where they first
    differ.
    """
    come_first = here.counts < there.counts
    [equal] = np.nonzero(here.counts == there.counts)
    counts = here.counts[equal]
    differences = (
        here.shares[_stretches(here.begins[equal], counts)] - there.shares[_stretches(there.begins[equal], counts)]
    )
    [unequal] = np.nonzero(differences)
    anchors, firsts = np.unique(np.repeat(equal, counts)[unequal], return_index=True)
    come_first[anchors] = differences[unequal[firsts]] < 0
    return come_first


def _stretches(begins: Indices, counts: Indices) -> Indices:
    """The indices of stretches of an array, one stretch after the other."""
    ends = np.cumsum(counts)
    return np.arange(counts.sum()) + np.repeat(begins - ends + counts, counts)
