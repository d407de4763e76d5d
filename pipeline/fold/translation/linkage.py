"""What each anchor that two texts in different languages share says for one being a translation of the other, in nats.

Probabilistic record linkage (Fellegi & Sunter 1969): a shared anchor weighs ln of how much more often translations
share it than strangers do. With r = how often a translation carries such an anchor, u = how often a stranger has it,
and k = how much better its places agree than places at random, that is ln(1 - r + r k / u): a chance match, common and
out of place, weighs about nothing.

All anchors that a text shares with any of its candidates are weighed at once, in columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline.fold.translation.carriage import CARRIAGES, Carriage, carried
from pipeline.fold.translation.packed import Anchors, carriages, hear_finely, is_coarse
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
class _Places:
    """Where anchors stand, as shares of the length of their text: anchor i at `counts[i]` of `shares`, from
    `begins[i]` on.
    """

    shares: Values
    begins: Indices
    counts: Indices


def link(here: Anchors, others: Sequence[Anchors]) -> list[Shared]:
    """The anchors that a text shares with each of some others."""
    if not others:
        return []
    sizes = np.array([len(one.keys) for one in others])
    mine, at = _common(here.keys, np.concatenate([one.keys for one in others]))
    owners = np.repeat(np.arange(len(others)), sizes)[at]
    rarities = np.concatenate([one.rarities for one in others])[at]
    marks = np.concatenate([one.marks for one in others])[at]
    places = _agreement(_places([here], mine), _places(others, at))
    weights = _weights(here.marks[mine], here.rarities[mine], marks, rarities, places)
    theirs = at - (np.cumsum(sizes) - sizes)[owners]
    heaviest = np.lexsort((mine, -weights, owners))
    shared = Shared(mine[heaviest], theirs[heaviest], weights[heaviest], places[heaviest])
    ends = np.cumsum(np.bincount(owners, minlength=len(others))).tolist()
    return [shared.only(slice(begin, end)) for begin, end in pairwise([0, *ends])]


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
