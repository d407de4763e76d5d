"""Han characters: the stretches of a Chinese run that may write a foreign name, and the windows two Han texts share.

Chinese writes a foreign name with the characters of its syllables and without spaces. In a segmentation of the run into
words such a name falls into single characters and rare words, so these are the stretches whose reading is compared. The
segmentation is the most probable one under word frequencies alone (as in jieba; Viterbi 1967).
"""

from __future__ import annotations

import math
from functools import lru_cache

import regex

from pipeline.fold.words.lists import frequencies, simplified
from pipeline.fold.words.skeleton import syllable, syllable_skeleton, undoubled

LONGEST_WORD = 6
LONGEST_NAME = 7
# Words from this frequency on (20 in a million) are read as words, not as syllables of a name.
_COMMON = math.log(2e-5)
_UNKNOWN_CHARACTER = -15.0


@lru_cache(maxsize=1)
def _word_logs() -> dict[str, float]:
    han = regex.compile(rf"\p{{Han}}{{1,{LONGEST_WORD}}}")
    return {word: math.log(frequency) for word, frequency in frequencies("zh").items() if han.fullmatch(word)}


_simplified = lru_cache(maxsize=1)(simplified)


def segments(run: str) -> list[tuple[int, int]]:
    """The words of a run of Han characters, as (start, end)."""
    logs = _word_logs()
    best = [0.0] + [-math.inf] * len(run)
    start = [0] * (len(run) + 1)
    for i in range(len(run)):
        for j in range(i + 1, min(i + LONGEST_WORD, len(run)) + 1):
            log = logs.get(run[i:j], _UNKNOWN_CHARACTER if j == i + 1 else -math.inf)
            if best[i] + log > best[j]:
                best[j], start[j] = best[i] + log, i
    found, end = [], len(run)
    while end:
        found.append((start[end], end))
        end = start[end]
    return found[::-1]


def name_spans(run: str) -> list[tuple[int, int, str]]:
    """(start, end, fine skeleton) of each stretch that may be a foreign name: neighbours in the run, none a common
    word.
    """
    logs, run = _word_logs(), run.translate(_simplified())
    words = segments(run)
    is_open = [end - start == 1 or logs.get(run[start:end], -math.inf) < _COMMON for start, end in words]
    spans = []
    for first, (start, _) in enumerate(words):
        for last in range(first, len(words)):
            end = words[last][1]
            if not is_open[last] or end - start > LONGEST_NAME:
                break
            if end - start > 1:
                spans.append((start, end, undoubled("".join(map(syllable_skeleton, run[start:end])))))
    return spans


def windows(run: str) -> list[tuple[int, int, str]]:
    """(start, end, reading) of all windows of two and three characters, which a Japanese text may share."""
    readings = [syllable(character) for character in run]
    return [(i, i + n, "".join(readings[i : i + n])) for n in (2, 3) for i in range(len(run) - n + 1)]
