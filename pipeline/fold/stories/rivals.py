"""A text has one translation in each language, so those that might be it take from each other's probability."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import TypeAlias

Pair: TypeAlias = tuple[int, int]


def contested(
    translated: Mapping[Pair, float], copies: Mapping[int, Collection[int]], languages: Mapping[int, str | None]
) -> dict[Pair, float]:
    """The log-odds of translations, given all others that the same two texts might be translations of instead.

    That is what one-to-one linkage does to the odds of pairs (Jaro 1989; Sadinle 2017): of several texts of one
    language, where none is a copy of another, at most one translates this one. With the odds of each by itself, those
    of one against all are its own divided by 1 + those of the others. The side on which there are stronger rivals
    counts. A name that is in all reports of a week thus glues none of them.
    """
    around: dict[int, dict[int, float]] = defaultdict(dict)
    for (i, j), log_odds in translated.items():
        around[i][j] = log_odds
        around[j][i] = log_odds

    def rivals(i: int, j: int) -> float:
        odds = [
            math.exp(log_odds)
            for k, log_odds in around[i].items()
            if k != j and languages[k] == languages[j] and k not in copies.get(j, ())
        ]
        return math.log1p(math.fsum(odds))

    return {(i, j): log_odds - max(rivals(i, j), rivals(j, i)) for (i, j), log_odds in translated.items()}
