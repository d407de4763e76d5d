"""What two texts truly share: their shingles as sets, and the passages that stand in both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.fold.near.shingles import Hashes, Places, Shingled


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of both texts: characters `start` to `end` of one, `other_start` to `other_end` of the other."""

    start: int
    end: int
    other_start: int
    other_end: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much two texts share.

    `jaccard` and `containment` count distinct shingles: of both texts, of the text that has fewer. `share` and
    `other_share` say how much of each text stands in shared passages, 0 to 1 of its units: a word edited here and there
    breaks many shingles and hardly lowers the shares. `words` are about those of the text that has fewer in shared
    passages, without repetitions. `gap` is the longest stretch outside of shared passages, as a share of its text, of
    the text where it is shorter: two articles under one site's chrome have a long one each, a cut or an intro leaves
    one text without.
    """

    jaccard: float
    containment: float
    share: float
    other_share: float
    words: float
    gap: float


def overlap(one: Shingled, other: Shingled) -> Overlap:
    """The true similarity of two texts; of an empty text with any other it is 0."""
    mine, theirs = np.unique(one.hashes), np.unique(other.hashes)
    shared = np.intersect1d(mine, theirs, assume_unique=True)
    if not len(shared):
        return Overlap(0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    is_shared, is_other_shared = _is_covered(one, shared), _is_covered(other, shared)
    return Overlap(
        len(shared) / (len(mine) + len(theirs) - len(shared)),
        len(shared) / min(len(mine), len(theirs)),
        float(is_shared.mean()),
        float(is_other_shared.mean()),
        min(len(shared), float(one.words[is_shared].sum()), float(other.words[is_other_shared].sum())),
        min(_longest_gap(is_shared), _longest_gap(is_other_shared)),
    )


def passages(one: Shingled, other: Shingled) -> list[Passage]:
    """The passages that stand in both texts, longest first: for each place of `one` where the shared one goes on, else
    where it stands first.
    """
    runs: list[tuple[int, int, int]] = []
    mine, theirs = one.hashes.tolist(), other.hashes.tolist()
    first_at = {code: i for i, code in reversed(list(enumerate(theirs)))}
    for here, code in enumerate(mine):
        if code not in first_at:
            continue
        begin, there, length = runs[-1] if runs else (-1, -1, 0)
        if begin + length == here and there + length < len(theirs) and theirs[there + length] == code:
            runs[-1] = (begin, there, length + 1)
        else:
            runs.append((here, first_at[code], 1))
    found = [Passage(*_place(one, here, length), *_place(other, there, length)) for here, there, length in runs]
    return sorted(found, key=lambda passage: (passage.start - passage.end, passage.start))


def _place(text: Shingled, first: int, length: int) -> tuple[int, int]:
    """The characters that so many shingles in a row span."""
    return int(text.starts[text.firsts[first]]), int(text.ends[text.lasts[first + length - 1]])


def _is_covered(text: Shingled, shared: Hashes) -> NDArray[np.bool_]:
    """For each unit of a text whether it stands in a shared shingle."""
    hits = np.isin(text.hashes, shared)
    steps: Places = np.zeros(len(text.starts) + 1, dtype=np.int64)
    np.add.at(steps, text.firsts[hits], 1)
    np.add.at(steps, text.lasts[hits] + 1, -1)
    return np.cumsum(steps)[:-1] > 0


def _longest_gap(is_covered: NDArray[np.bool_]) -> float:
    """The longest run of units that are not covered, as a share of all."""
    covered = np.concatenate(([-1], np.flatnonzero(is_covered), [len(is_covered)]))
    return float((np.diff(covered) - 1).max() / len(is_covered))
