"""Copies in one language: equal texts, and near copies, which share most of their words and tell of the same.

Two texts are near copies where three quarters of one stand in passages of the other, whatever either has around them.
Then what differs decides. An editor's intro, a cut and words changed here and there leave the names and numbers of the
shorter text in the longer one. A form that is filled in anew (the weather, a market report, an obituary) has others in
their places, and two articles under one site's chrome, or two round-ups with common items, have each a long stretch of
their own.

The declared languages say nothing here: labels of one language differ (sr and hr, no and nb) and err, and shared
passages need no label. What is said of two texts is the same from either side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.fold.near.particulars import Agreement, all_agree, names_agree, numbers_agree, particulars
from pipeline.fold.near.passages import Overlap, Passage, overlap, passages
from pipeline.fold.near.shingles import Shingled, shingled
from pipeline.fold.words.tokens import primary
from pipeline.models.folding import CopyKind, Fingerprint

# Of 10% edited texts 99% share so much of theirs; of two round-ups with half their items in common 2% do.
_LEAST_SHARE = 0.75
# A text that stands whole in one five times as long is an item of it, or quoted.
_LEAST_OTHER_SHARE = 0.2
_FEWEST_WORDS = 15
# Edits leave gaps of 7% at most (98 in 100), two articles under one site's chrome one of 20% and more.
_LONGEST_GAP = 0.14
# Texts that share so many shingles may differ in one place only: a version with another ending.
_SURE_JACCARD = 0.8
# A correction changes a number or two and little else, a form filled in anew most of them.
_FEWEST_LOST, _LEAST_SAME_NUMBERS, _LEAST_SAME_NAMES = 3, 0.6, 0.7
_FEWEST_LOST_AMID_EDITS, _LEAST_SAME_AMID_EDITS = 2, 0.5
# Articles that share so much of their rare anchors are worth a look where no band is equal.
_SHARED_KEYS = 0.25
_MOST_PASSAGES = 5


@dataclass(frozen=True, slots=True)
class Likeness:
    """That two texts are copies of each other.

    `similarity` is the share, in [0, 1], of the one that stands in the other. `evidence` is JSON: for a near copy the
    measures of its overlap and the longest shared passages, with their places in both texts in characters.
    """

    kind: CopyKind
    similarity: float
    evidence: dict[str, object]


def may_be_copies(here: Fingerprint, there: Fingerprint) -> bool:
    """Whether reading two texts, and a millisecond to compare them, is worth while: they are equal, a band is, or many
    rare anchors are.
    """
    if here.text_hash == there.text_hash or not set(here.bands).isdisjoint(there.bands):
        return True
    fewer = min(len(here.anchor_keys), len(there.anchor_keys))
    return len(set(here.anchor_keys).intersection(there.anchor_keys)) > _SHARED_KEYS * fewer


def compare(here: Fingerprint, text: str, there: Fingerprint, other: str) -> Likeness | None:
    """Whether two texts with their fingerprints are copies in one language; None where they are not."""
    if here.text_hash == there.text_hash and text.strip():
        return Likeness(CopyKind.EXACT, 1.0, {"jaccard": 1.0, "containment": 1.0})
    if not may_be_copies(here, there):
        return None
    one, two = _read(text), _read(other)
    shared = overlap(one, two)
    if not _shares_most(shared) or _tells_of_others(text, other, shared.jaccard):
        return None
    similarity = round(max(shared.share, shared.other_share), 4)
    return Likeness(CopyKind.NEAR, similarity, _evidence(shared, passages(one, two)))


def may_share_language(one: str | None, other: str | None) -> bool:
    """Where a language is unknown it may be the same one."""
    one, other = primary(one), primary(other)
    return one is None or other is None or one == other


def _shares_most(shared: Overlap) -> bool:
    """Whether nearly all of one text stands in the other, and nothing of its own in one piece."""
    more, less = max(shared.share, shared.other_share), min(shared.share, shared.other_share)
    is_like = more >= _LEAST_SHARE and less >= _LEAST_OTHER_SHARE and shared.words >= _FEWEST_WORDS
    return is_like and (shared.gap <= _LONGEST_GAP or shared.jaccard >= _SURE_JACCARD)


def _tells_of_others(text: str, other: str, jaccard: float) -> bool:
    """Whether the numbers or the names speak of something else: each text has several that the other has not, and they
    are not a few among many.
    """
    mine, theirs = particulars(text), particulars(other)
    numbers, names = numbers_agree(mine, theirs), names_agree(mine, theirs)
    both = all_agree(mine, theirs)
    if _is_other(numbers, _FEWEST_LOST, _LEAST_SAME_NUMBERS) or _is_other(names, _FEWEST_LOST, _LEAST_SAME_NAMES):
        return True
    return jaccard < _SURE_JACCARD and any(
        _is_other(found, _FEWEST_LOST_AMID_EDITS, _LEAST_SAME_AMID_EDITS) for found in (numbers, both)
    )


def _is_other(found: Agreement, lost: int, share: float) -> bool:
    return found.lost >= lost and found.share <= share


# An article is compared with one candidate after the other.
@lru_cache(maxsize=4)
def _read(text: str) -> Shingled:
    return shingled(text)


def _evidence(shared: Overlap, found: Sequence[Passage]) -> dict[str, object]:
    return {
        "jaccard": round(shared.jaccard, 4),
        "containment": round(shared.containment, 4),
        "share": round(shared.share, 4),
        "other_share": round(shared.other_share, 4),
        "passages": [
            {"at": [one.start, one.end], "other_at": [one.other_start, one.other_end]} for one in found[:_MOST_PASSAGES]
        ],
    }
