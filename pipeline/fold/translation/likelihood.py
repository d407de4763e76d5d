"""How probable it is that one text translates another, given the anchors they share: a calibrated logistic regression.

The anchors' weights are log-likelihood ratios of a Fellegi-Sunter linkage and would add up if anchors were independent.
They are not: a name brings the names of its company. So a regression says what they are worth together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from pipeline.fold.translation.linkage import Linked, Shared, Values

_ORDER_PRIOR = 5.0
# Logistic regression on 69,000 pairs of articles that share anchors, 157 of them translations, in 37 language pairs;
# other reports of the same events count as strangers. benchmarks/calibration.py fits and tests them.
COEFFICIENTS = (6.97, -1.61, 0.61, -2.61, -9.73)
# An article meets thousands of strangers in its time window: e^9, once in 8,000, is the least that tells it from all.
_FEWEST_ANCHORS, _LEAST_EVIDENCE = 2, 9.0
# Of 131 translations that have numbers, 3 share fewer than a fifth of them, each with three numbers in all; of 49 other
# reports of the same event half share none.
_FEWEST_NUMBERS, _LEAST_SHARED_NUMBERS = 4, 0.2
# What a pair scores at most that has too little to tell it from strangers, or other numbers.
DOUBTFUL = -1.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What two texts share and what they do not: the anchors of both, the masses of their fingerprints, how many
    numbers each has, and how many of them are in both.
    """

    shared: Shared
    masses: tuple[float, float]
    numbers: tuple[int, int]
    shared_numbers: int


def log_odds(found: Evidence) -> float:
    """The log-odds that one text translates the other. The same from either side."""
    score = sum(c * x for c, x in zip(COEFFICIENTS, features(found), strict=True))
    return score if is_telling(found) else min(score, DOUBTFUL)


def most_log_odds(linked: Linked, masses: Values) -> Values:
    """What the log-odds of pairs are at most, whichever of the shared anchors count; `masses` has the product of both
    masses of each. Rounded otherwise than `log_odds`: by less than a millionth.
    """
    evidence = np.log1p(linked.weights)
    order = linked.best_places * linked.weights / (linked.weights + _ORDER_PRIOR)
    features = evidence, np.sqrt(np.sqrt(masses)), order * evidence, np.log1p(linked.lone_numbers), np.ones(len(masses))
    most: Values = np.array(COEFFICIENTS) @ features
    return most


def features(found: Evidence) -> tuple[float, float, float, float, float]:
    """What the log-odds are linear in: evidence, the evidence to be expected, order, numbers of one text only, 1.

    A logarithm of the evidence, because twice the anchors are not twice as sure. Order is the mean of what the places
    bring, pulled towards 0 where little is shared: another report of the same events shares the names, not the order.
    """
    weight = float(found.shared.weights.sum())
    order = float(found.shared.weights @ found.shared.places) / (weight + _ORDER_PRIOR)
    evidence = math.log1p(weight)
    expected = math.sqrt(math.sqrt(found.masses[0] * found.masses[1]))
    return evidence, expected, order * evidence, math.log1p(sum(found.numbers) - 2 * found.shared_numbers), 1.0


def is_telling(found: Evidence) -> bool:
    """Whether the shared anchors are enough, and weigh enough, to tell a translation from all strangers, and the
    numbers do not speak against it: there are some, and hardly any is in both.
    """
    numbers = sum(found.numbers)
    if numbers >= _FEWEST_NUMBERS and 2 * found.shared_numbers < _LEAST_SHARED_NUMBERS * numbers:
        return False
    return len(found.shared.weights) >= _FEWEST_ANCHORS and float(found.shared.weights.sum()) >= _LEAST_EVIDENCE
