"""How often an unrelated article carries an anchor: the u-probabilities of record linkage (Fellegi & Sunter 1969).

Word frequencies come from wordfreq, folded by the same keys as the articles. A key that no listed word has gets what a
random word of the language would give it: the share of unlisted words times the probability of its letters. Against
pairs of unrelated news articles in eight languages, chance matches came out at 0.9 to 1.6 times these estimates.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase

import numpy as np
from numpy.typing import NDArray

from pipeline.fold.words.han import windows
from pipeline.fold.words.marks import word_keys
from pipeline.fold.words.remembered import Remembered
from pipeline.fold.words.tokens import Script, tokens

# Languages without a word list borrow that of English, the language that lends most words to news, for half of the
# mass.
_FALLBACK, _FALLBACK_UNLISTED = "en", 0.5
# In Chinese every stretch of characters is a possible name, 2.5 for each word, so all of its mass is "unlisted".
_HAN_STRETCHES_PER_WORD = 2.5
_UNSEEN_WORD, _UNSEEN_WINDOW = 3e-7, 3e-6
_RAREST = 2e-5
_TYPICAL_WORDS = 300
_MOST_REMEMBERED = 30_000
_RARE_LETTER, _RARE_LENGTH = 0.05, 0.01


@dataclass(frozen=True, slots=True)
class Background:
    """Frequencies per word of text: `listed` of keys, `letters` and `lengths` of the skeletons of each level."""

    listed: dict[str, float]
    letters: dict[str, dict[str, float]]
    lengths: dict[str, dict[int, float]]
    unlisted: float

    def frequency(self, key: str) -> float:
        """How many times a word of running text carries this key."""
        level, mark = key[0], key[2:]
        listed = self.listed.get(key, 0.0)
        if level == "l":
            return listed + _UNSEEN_WORD
        if level == "h":
            return 1.5 * listed + _UNSEEN_WINDOW
        letters = self.letters[level]
        chance = math.prod(map(letters.__getitem__, mark))
        return listed + self.unlisted * chance * (self.lengths[level].get(len(mark), 0.0) + _RARE_LENGTH)


@lru_cache(maxsize=64)
def background(language: str | None) -> Background:
    """The background of a primary language subtag. The first call of a language takes 0.4 to 1.3 s."""
    words, unlisted = _word_list(language)
    listed: dict[str, float] = defaultdict(float)
    by_script: dict[Script, list[tuple[str, float]]] = defaultdict(list)
    for word, frequency in words.items():
        for token in tokens(word):
            by_script[token.script].append((token.text, frequency))
    for script, entries in by_script.items():
        for keys, frequency in zip(_keys([word for word, _ in entries], script), (f for _, f in entries), strict=True):
            for key in keys:
                listed[key] += frequency
    letters, lengths = _shape(listed)
    return Background(dict(listed), letters, lengths, unlisted)


def rarities(keys: Sequence[str], language: str | None, words: float) -> NDArray[np.float64]:
    """For each key, -ln of how probable it is that an unrelated article of this many words carries it."""
    known = _likelihoods(language)
    values = np.array([known[key] for key in keys], dtype=np.float64)
    is_number = np.array(keys, dtype="U1") == "n"
    lengths = min(4.0, max(0.3, words / _TYPICAL_WORDS))
    return -np.log(np.maximum(_RAREST, -np.expm1(-values * np.where(is_number, lengths, words))))


@lru_cache(maxsize=64)
def _likelihoods(language: str | None) -> Remembered[float]:
    """Of keys in a language: how often a word carries each, or how probably an article has a number."""

    def likelihood(key: str) -> float:
        return number_probability(key[2:]) if key[0] == "n" else background(language).frequency(key)

    return Remembered(likelihood, _MOST_REMEMBERED)


def number_probability(value: str) -> float:
    """How probable an unrelated article of 300 words carries this number: small, round and recent ones are common."""
    if "." in value:
        return 0.003 if len(value) > 3 else 0.01
    if len(value) == 1:
        return 0.13
    if len(value) == 2:
        return 0.06 if value[1] == "0" else 0.03
    if len(value) == 4 and value[:2] in ("19", "20"):
        return 0.2 if value[:3] in ("201", "202") else 0.02
    if value.endswith("00"):
        return 0.02
    return {3: 0.008, 4: 0.002}.get(len(value), 0.0007)


def _word_list(language: str | None) -> tuple[dict[str, float], float]:
    # Imported where it is used: it takes 0.3 s, which a command that folds nothing should not pay.
    import wordfreq

    try:
        words = wordfreq.get_frequency_dict(language or _FALLBACK, "small")
    except LookupError:
        language, words = None, wordfreq.get_frequency_dict(_FALLBACK, "small")
    if language is None:
        return words, _FALLBACK_UNLISTED
    return words, _HAN_STRETCHES_PER_WORD if language == "zh" else 1.0 - sum(words.values())


def _keys(words: list[str], script: Script) -> list[list[str]]:
    if script is Script.HAN:
        return [["h:" + reading for _, _, reading in windows(run)] for run in words]
    if script in (Script.NUMBER, Script.UNSPACED):
        return [[] for _ in words]
    return word_keys(words, script)


def _shape(listed: dict[str, float]) -> tuple[dict[str, dict[str, float]], dict[str, dict[int, float]]]:
    """For each level of skeletons, how often each letter occurs in them, and how often each length."""
    letters: dict[str, dict[str, float]] = {"s": defaultdict(float), "c": defaultdict(float)}
    lengths: dict[str, dict[int, float]] = {"s": defaultdict(float), "c": defaultdict(float)}
    for key, frequency in listed.items():
        if key[0] in letters:
            lengths[key[0]][len(key) - 2] += frequency
            for c in key[2:]:
                letters[key[0]][c] += frequency
    for level, counts in letters.items():
        total = sum(counts.values()) or 1.0
        shares = {c: count / total for c, count in counts.items()}
        letters[level] = dict.fromkeys(ascii_lowercase, _RARE_LETTER) | shares
    return letters, lengths
