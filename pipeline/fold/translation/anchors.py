"""The anchors of a text: its marks that survive translation, with how rare they are and where they stand."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.fold.translation.background import Background
from pipeline.fold.translation.carriage import CARRIAGES, Carriage, Values, carried
from pipeline.fold.translation.occurrences import occurrences
from pipeline.fold.translation.spans import Spans
from pipeline.fold.words.tokens import word_count

MOST_ANCHORS = 400
MOST_POSITIONS = 24
# What half of all articles carry says nothing.
_LEAST_RARITY = -math.log(0.6)
_FEWEST_WORDS = 20.0
_WINDOW = CARRIAGES.index(Carriage.WINDOW)

Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """Marks of a text that survive translation, in columns of one length, ascending by hash.

    Keys are comparable across languages ('n:1818.68', 'l:chatgpt', 's:gmz'), `hashes` are theirs. An anchor stands at
    `counts` of the `places`, in characters, ascending; `sizes` are how long it is written at the first of them, and
    `has_fine_sounds` of the script there. `ways` are how each is written, by the least name-like of its places, as
    numbers of CARRIAGES. A rarity is -ln of how probable it is that an unrelated article of this language and length
    carries the anchor. `heaviest` are the indices of all, those that weigh most first.
    """

    keys: NDArray[np.bytes_]
    hashes: NDArray[np.int64]
    sizes: NDArray[np.uint8]
    has_fine_sounds: NDArray[np.bool_]
    ways: NDArray[np.uint8]
    rarities: Values
    counts: Indices
    places: NDArray[np.int32]
    heaviest: Indices


def anchors(text: str, language: str | None, background: Background) -> Found:
    """The anchors of a text in a language (primary subtag), at most MOST_ANCHORS."""
    rows = occurrences(text, language)
    rows = rows[np.lexsort((rows["at"], rows["hash"]))]
    begins = np.flatnonzero(np.diff(rows["hash"], prepend=~rows["hash"][:1]))
    firsts = rows[begins]
    ways = np.maximum.reduceat(rows["way"], begins) if len(begins) else firsts["way"]
    rare = background.rarities(firsts["key"], firsts["hash"], max(_FEWEST_WORDS, word_count(text)))
    weights = np.where(rare >= _LEAST_RARITY, _expected_weights(ways, rare), -1.0)
    best = np.lexsort((firsts["key"], -weights))[:MOST_ANCHORS]
    best = best[weights[best] >= 0]
    chosen = np.sort(best)
    counts = np.minimum(np.diff(begins, append=len(rows)), MOST_POSITIONS)[chosen]
    return Found(
        keys=firsts["key"][chosen],
        hashes=firsts["hash"][chosen],
        sizes=firsts["size"][chosen],
        has_fine_sounds=firsts["has_fine_sounds"][chosen],
        ways=ways[chosen],
        rarities=rare[chosen].round(3),
        counts=counts,
        places=rows["at"][_stretches(begins[chosen], counts)],
        heaviest=np.searchsorted(chosen, best),
    )


def _stretches(begins: Indices, counts: Indices) -> Indices:
    """The indices of stretches of a column, one stretch after the other."""
    return np.arange(counts.sum()) + np.repeat(begins - np.cumsum(counts) + counts, counts)


def _expected_weights(ways: NDArray[np.uint8], rarity: Values) -> Values:
    """What anchors can be expected to weigh in a comparison with a translation, in nats."""
    rates = carried(ways, rarity)
    # A rate of 0 weighs nothing.
    with np.errstate(divide="ignore"):
        weights: Values = rates * np.maximum(0.0, rarity + np.log(rates))
    return weights


def mass(found: Found) -> float:
    """What all anchors of a text can be expected to weigh, each place counted once."""
    taken = Spans()
    rarest_first = found.heaviest[np.argsort(-found.rarities[found.heaviest], kind="stable")]
    alone = rarest_first[found.ways[rarest_first] != _WINDOW].tolist()
    places, sizes = found.places.tolist(), found.sizes.tolist()
    ends = np.cumsum(found.counts)
    begins, ends = (ends - found.counts).tolist(), ends.tolist()
    counted = [i for i in alone if taken.claim(places[begins[i] : ends[i]], sizes[i])]
    return float(_expected_weights(found.ways[counted], found.rarities[counted]).sum())
