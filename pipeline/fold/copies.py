"""Copies in one language: equal texts, and near copies, which share most of their shingles and their marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.fold import near
from pipeline.fold.anchors import Carriage, expected_weight
from pipeline.fold.packed import unpack
from pipeline.fold.tokens import MAX_CHARACTERS, primary
from pipeline.models import CopyKind, Fingerprint

_SURE_JACCARD = 0.8
_NEAR_JACCARD, _NEAR_CONTAINMENT = 0.5, 0.75
_FEWEST_SHINGLES, _FEWEST_SHARED = 12, 30
_SAME_MARKS = 0.6


@dataclass(frozen=True, slots=True)
class Likeness:
    """That two texts are copies of each other.

    `similarity` is the share, in [0, 1], of the one that stands in the other; `evidence` is JSON.
    """

    kind: CopyKind
    similarity: float
    evidence: Mapping[str, object]


def compare(here: Fingerprint, text: str, there: Fingerprint, other: str) -> Likeness | None:
    """Whether two texts with their fingerprints are copies in one language; None where they are not."""
    if here.text_hash == there.text_hash and text.strip():
        return Likeness(CopyKind.EXACT, 1.0, {"jaccard": 1.0, "containment": 1.0})
    if set(here.bands).isdisjoint(there.bands):
        return None
    overlap = near.overlap(near.shingles(text[:MAX_CHARACTERS]), near.shingles(other[:MAX_CHARACTERS]))
    if not _is_copy(overlap, here, there):
        return None
    similarity = round(max(overlap.jaccard, overlap.containment), 4)
    evidence = {"jaccard": round(overlap.jaccard, 4), "containment": round(overlap.containment, 4)}
    return Likeness(CopyKind.NEAR, similarity, evidence)


def _is_copy(overlap: near.Overlap, here: Fingerprint, there: Fingerprint) -> bool:
    """Nearly all shingles, or most of them and the same names and numbers: a template has its own."""
    if overlap.jaccard >= _SURE_JACCARD:
        return overlap.shorter >= _FEWEST_SHINGLES
    if overlap.containment * overlap.shorter < _FEWEST_SHARED:
        return False
    is_like = overlap.jaccard >= _NEAR_JACCARD or overlap.containment >= _NEAR_CONTAINMENT
    return is_like and _shared_marks(here, there) >= _SAME_MARKS


def _shared_marks(here: Fingerprint, there: Fingerprint) -> float:
    """How much of the weight of one's names and numbers the other has too; of the one with less of its own."""
    mine, theirs = _marks(here), _marks(there)
    least = min(sum(mine.values()), sum(theirs.values()))
    return sum(weight for key, weight in mine.items() if key in theirs) / least if least else 1.0


def _marks(found: Fingerprint) -> dict[int, float]:
    """The anchors that are not plain words of a script with capitals, with what each can be expected to weigh."""
    anchors = unpack(found.anchors)
    written = ((i, anchors.carriage(i)) for i in range(len(anchors.keys)))
    return {
        int(anchors.keys[i]): expected_weight(how, float(anchors.rarities[i]))
        for i, how in written
        if how is not Carriage.WORD
    }


def may_share_language(one: str | None, other: str | None) -> bool:
    """Where a language is unknown it may be the same one."""
    one, other = primary(one), primary(other)
    return one is None or other is None or one == other
