"""What an embedding model adds to the verdict on a translation, where the user has named one.

Models differ in what a cosine means: unrelated news may be at 0.1 or at 0.8. So a cosine counts by how far it lies
above those of strangers, in robust standard deviations (Hampel 1974), and moves the log-odds by a bounded part: a model
can tip what the anchors leave open, and not overrule what they prove.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEWEST_STRANGERS = 20
# A prior, not fitted to any one model: so many deviations above strangers say nothing either way.
_UNDECIDED = 5.0
_LEAST, _MOST = -2.0, 4.0
_MAD_TO_DEVIATION = 1.4826
_LEAST_DEVIATION = 0.01


@dataclass(frozen=True, slots=True)
class Strangers:
    """The cosines of unrelated articles: what is usual, and how much they differ."""

    usual: float
    deviation: float


@dataclass(frozen=True, slots=True)
class Meaning:
    """How near two articles are in meaning, and what that adds to the log-odds that one translates the other."""

    cosine: float
    log_odds: float


def strangers(vectors: NDArray[np.float32]) -> Strangers | None:
    """What the cosines of some articles are that hardly have anything in common, from their vectors of length 1:
    (articles, dimensions). None where there are too few to tell.
    """
    if len(vectors) < FEWEST_STRANGERS:
        return None
    cosines = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    usual = float(np.median(cosines))
    spread = float(np.median(np.abs(cosines - usual)))
    return Strangers(usual, max(_LEAST_DEVIATION, _MAD_TO_DEVIATION * spread))


def meaning(cosine: float, known: Strangers) -> Meaning:
    """What a cosine says, given those of strangers."""
    above = (cosine - known.usual) / known.deviation
    return Meaning(cosine, max(_LEAST, min(_MOST, above - _UNDECIDED)))
