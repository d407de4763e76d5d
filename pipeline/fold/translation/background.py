"""How often an unrelated article carries an anchor: the u-probabilities of record linkage (Fellegi & Sunter 1969).

Word frequencies come from wordfreq, folded by the same keys as the articles. A key that no listed word has gets what a
random word of the language would give it: the share of unlisted words times the probability of its letters. Against
pairs of unrelated news articles in eight languages, chance matches came out at 0.9 to 1.6 times these estimates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.fold.translation.listed import Listed, Values, listed
from pipeline.fold.words.lists import nearest
from pipeline.fold.words.marks import LONGEST

# Languages without a word list borrow that of English, the language that lends most words to news, for half of the
# mass.
_FALLBACK, _FALLBACK_UNLISTED = "en", 0.5
# In Chinese every stretch of characters is a possible name, 2.5 for each word, so all of its mass is "unlisted".
_HAN_STRETCHES_PER_WORD = 2.5
_UNSEEN_WORD, _UNSEEN_WINDOW = 3e-7, 3e-6
_RAREST = 2e-5
_TYPICAL_WORDS = 300
# Where the mark of a key begins, after its level and a colon.
_MARK = 2


@dataclass(frozen=True, eq=False, slots=True)
class Background:
    """What unrelated articles of a language carry: `listed` words, and so many for each word of running text that are,
    or hold, something `unlisted`.
    """

    listed: Listed
    unlisted: float

    def rarities(self, keys: NDArray[np.bytes_], hashes: NDArray[np.int64], words: float) -> Values:
        """For each key, -ln of how probable it is that an unrelated article of this many words carries it."""
        characters = keys.astype(f"S{_MARK + LONGEST}").view(np.uint8).reshape(len(keys), _MARK + LONGEST)
        levels, listed = characters[:, 0], self.listed.carried(hashes)
        # How often a word carries a key.
        found = np.where(levels == ord("h"), 1.5 * listed + _UNSEEN_WINDOW, listed + _UNSEEN_WORD)
        is_coarse = levels == ord("c")
        skeletons = np.flatnonzero(is_coarse | (levels == ord("s")))
        chances = self.listed.chances(is_coarse[skeletons], characters[skeletons, _MARK:], self.unlisted)
        found[skeletons] = listed[skeletons] + chances
        found *= words
        numbers = np.flatnonzero(levels == ord("n"))
        lengths = min(4.0, max(0.3, words / _TYPICAL_WORDS))
        found[numbers] = [number_probability(key[_MARK:].decode()) * lengths for key in keys[numbers].tolist()]
        return -np.log(np.maximum(_RAREST, -np.expm1(-found)))


Backgrounds = Callable[[str | None], Background]
"""The background of a primary language subtag."""


def background_of(language: str | None, read: Callable[[str], Listed]) -> Background:
    """The background of a primary language subtag, by the word list that is read for its name."""
    name = nearest(language) if language else None
    words = read(name or _FALLBACK)
    if name is None:
        return Background(words, _FALLBACK_UNLISTED)
    return Background(words, _HAN_STRETCHES_PER_WORD if language == "zh" else words.unlisted)


@lru_cache(maxsize=64)
def background(language: str | None) -> Background:
    """The background of a primary language subtag, made of its word list: the first call takes 0.2 to 0.6 s."""
    return background_of(language, _listed)


# Languages without a list share one.
_listed = lru_cache(maxsize=64)(listed)


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
