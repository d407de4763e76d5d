"""What each anchor that two texts in different languages share says for one being a translation of the other, in nats.

Probabilistic record linkage (Fellegi & Sunter 1969): a shared anchor weighs ln of how much more often translations
share it than strangers do. With r = how often a translation carries such an anchor, u = how often a stranger has it,
and k = how much better its places agree than places at random, that is ln(1 - r + r k / u): a chance match, common and
out of place, weighs about nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.fold.translation.anchors import Carriage, carried
from pipeline.fold.translation.packed import Anchors
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


@dataclass(frozen=True, slots=True)
class SharedAnchor:
    """An anchor of both texts: its weight in nats, the part that its places bring (below 0: out of place), how it is
    written here, and its first place in each text: start and end, in characters.
    """

    weight: float
    place: float
    carriage: Carriage
    span: tuple[int, int]
    other_span: tuple[int, int]


Indices = NDArray[np.int64]


def common(here: Anchors, there: Anchors) -> tuple[Indices, Indices]:
    """Which anchors two texts share, as their indices here and there."""
    if not len(there.keys):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    at = np.minimum(np.searchsorted(there.keys, here.keys), len(there.keys) - 1)
    [mine] = np.nonzero(there.keys[at] == here.keys)
    return mine, at[mine]


def link(here: Anchors, there: Anchors) -> tuple[SharedAnchor, ...]:
    """The anchors that two texts share and that count, heaviest first."""
    mine, theirs = common(here, there)
    pairs = [(_shared(here, i, there, j), i, j) for i, j in zip(mine.tolist(), theirs.tolist(), strict=True)]
    pairs.sort(key=lambda pair: (-pair[0].weight, pair[1]))
    taken, others, counted = Spans(here.length), Spans(there.length), []
    for pair, i, j in pairs:
        if pair.weight < _LEAST_WEIGHT:
            break
        places, size = here.starts(i), int(here.sizes[i])
        other_places, other_size = there.starts(j), int(there.sizes[j])
        if taken.has_room(places, size) and others.has_room(other_places, other_size):
            taken.claim(places, size)
            others.claim(other_places, other_size)
            counted.append(pair)
    return tuple(counted)


def _shared(here: Anchors, i: int, there: Anchors, j: int) -> SharedAnchor:
    """Weigh an anchor from either side, by its rate of carriage there and its rarity on the other side; the lesser
    counts.
    """
    how, other_how = here.carriage(i), there.carriage(j)
    rarity, other_rarity = float(here.rarities[i]), float(there.rarities[j])
    starts, other_starts = here.starts(i), there.starts(j)
    agreement = _agreement([s / here.length for s in starts], [s / there.length for s in other_starts])
    is_coarse_only = here.is_coarse(i) and here.has_fine_sounds(i) and there.has_fine_sounds(j)
    share = _COARSE_ONLY if is_coarse_only else 1.0
    weight = min(
        _weight(share * _rate(how, other_how, rarity), agreement, other_rarity),
        _weight(share * _rate(other_how, how, other_rarity), agreement, rarity),
    )
    return SharedAnchor(weight, math.log(agreement), how, here.first_span(i), there.first_span(j))


def _weight(rate: float, agreement: float, rarity: float) -> float:
    return math.log(1 - rate + rate * agreement * math.exp(rarity))


def _rate(how: Carriage, other: Carriage, rarity: float) -> float:
    if how is Carriage.WORD and other is Carriage.NAME:
        return _CARRIED_AS_NAME
    return carried(how, rarity)


def _agreement(here: Sequence[float], there: Sequence[float]) -> float:
    """How much more probable the places are in a translation than at random: the geometric mean over the places of the
    shorter list of the density ratio of the distance to the nearest place of the other, more with more places.
    """
    fewer, more = sorted((here, there), key=lambda places: (len(places), *places))
    fewer = fewer[:_MOST_PLACES]
    density = 2.0 * len(more)
    logs = 0.0
    for place in fewer:
        distance = min([abs(place - other) for other in more])
        at_random = max(1e-3, density * math.exp(-density * distance))
        logs += math.log(_IN_PLACE * math.exp(-distance / _PLACE_SCALE) / _PLACE_SCALE / at_random + 1 - _IN_PLACE)
    return math.exp(logs / len(fewer)) * (1 + _FURTHER_PLACE * (len(fewer) - 1))
