"""How much of a text changed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher

# Words; single characters where words are not spaced (as in pipeline.articles).
_WORD = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
    r"|[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+"
)
_ALIGNED_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a text: words that came, words that went, and the share of words that stayed, in [0, 1]."""

    words_added: int
    words_removed: int
    similarity: float


def measure_change(before: str, after: str) -> Change:
    """The size of the change from one text to another.

    What differs between their common beginning and end is aligned word by word (difflib, Ratcliff and Obershelp) up to
    2,000 words; of more than that the words are counted, whatever their order, so that the time stays linear.
    """
    old, new = _WORD.findall(before), _WORD.findall(after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    middle_old, middle_new = old[start : len(old) - end], new[start : len(new) - end]
    stayed = start + end + _shared(middle_old, middle_new)
    total = len(old) + len(new)
    similarity = 2 * stayed / total if total else 1.0
    return Change(len(new) - stayed, len(old) - stayed, round(similarity, 4))


def _common(one: list[str], other: list[str]) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def _shared(old: list[str], new: list[str]) -> int:
    if max(len(old), len(new)) > _ALIGNED_WORDS:
        return (Counter(old) & Counter(new)).total()
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks)
