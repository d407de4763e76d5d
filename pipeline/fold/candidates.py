"""Which earlier articles are worth a look: record linkage calls this blocking.

An article is posted under keys: its text hash, its MinHash bands, and its rare anchors together with the period of its
date. Who asks for the periods that its time window touches reads nothing older or younger, however large the archive.
Of each key only the first MOST_POSTINGS articles are read. Of an anchor with more in one period none is looked at: it
tells little, however rare the word list says it is. A text that is there a thousand times is found by the first few.

Keys are signed 64-bit integers, below 0 for copies. Those of anchors begin with the period, so that what is posted
together lies together in the index.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from pipeline.fold.near.shingles import hash64
from pipeline.fold.translation.packed import unpack
from pipeline.models.folding import Fingerprint

PERIOD_DAYS = 28
MOST_POSTINGS = 96
MOST_CANDIDATES = 12
# One shared key is chance, and so are a few common ones. In nats: a translation needs more than that to be believed.
_FEWEST_KEYS, _LEAST_WEIGHT = 2, 6.0
# More than are kept, because some lie outside the time window.
_MOST_RANKED = 48
_KEY_BITS = 48
_KEY_MASK = (1 << _KEY_BITS) - 1
_COPY = -(1 << 63)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Keys = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for one article: the first `copies` of `keys` are those of copies, the others those of anchors in
    each period; `weights` has the nats of every key, 0 for copies.
    """

    keys: Keys
    weights: NDArray[np.float64]
    copies: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """Ids of articles, best first: possible copies of any time, and possible translations in or near the window."""

    copies: tuple[int, ...]
    translations: tuple[int, ...]

    def within(self, window: timedelta, dated_at: datetime, dates: Mapping[int, datetime]) -> list[int]:
        """All copies, and the best translations that are dated in the window on both sides of a date. `dates` are those
        of articles that may be in another language: others are no translations.
        """
        dated = [one for one in self.translations if one in dates and abs(dates[one] - dated_at) <= window]
        return list(dict.fromkeys([*self.copies, *dated[:MOST_CANDIDATES]]))


@dataclass
class Postings:
    """Postings in memory: of the articles of a batch, which the database does not have yet."""

    _articles: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, article: int, keys: Keys) -> None:
        """Post an article."""
        for key in keys.tolist():
            self._articles[key].append(article)

    def read(self, asked: Query) -> tuple[Keys, Keys]:
        """The index of a key and an article posted under it, for each posting."""
        found = [
            (number, article)
            for number, key in enumerate(asked.keys.tolist())
            if key in self._articles
            for article in self._articles[key][:MOST_POSTINGS]
        ]
        numbers, articles = np.array(found, dtype=np.int64).reshape(-1, 2).T
        return numbers, articles


def posted_keys(fingerprint: Fingerprint, dated_at: datetime) -> Keys:
    """The distinct keys under which an article of this date is found, ascending."""
    anchors = _in_period(fingerprint.anchor_keys, _period(dated_at - _EPOCH))
    return np.unique(np.concatenate([_copy_keys(fingerprint), anchors]))


def query(fingerprint: Fingerprint, dated_at: datetime, *, window: timedelta) -> Query:
    """What to ask for an article: its keys in every period that the window on both sides of its date touches."""
    age = dated_at - _EPOCH
    periods = range(_period(age - window), _period(age + window) + 1)
    copies = _copy_keys(fingerprint)
    anchors = unpack(fingerprint.anchors)
    weights = anchors.rarities[np.searchsorted(anchors.keys, np.array(fingerprint.anchor_keys, dtype=np.int64))]
    return Query(
        np.concatenate([copies, *(_in_period(fingerprint.anchor_keys, period) for period in periods)]),
        np.concatenate([np.zeros(len(copies)), np.tile(weights, len(periods))]),
        len(copies),
    )


def rank(asked: Query, numbers: Keys, articles: Keys) -> Ranking:
    """Order what was found: `articles` were posted under the keys of the query that `numbers` are the indices of."""
    is_copy = numbers < asked.copies
    is_telling = ~is_copy & ~is_common(asked, numbers)[numbers]
    copies, shared = np.unique(articles[is_copy], return_counts=True)
    likely, at, counts = np.unique(articles[is_telling], return_inverse=True, return_counts=True)
    weights = np.bincount(at, asked.weights[numbers[is_telling]], minlength=len(likely)).round(6)
    is_enough = (counts >= _FEWEST_KEYS) & (weights >= _LEAST_WEIGHT)
    likely, weights = likely[is_enough], weights[is_enough]
    return Ranking(
        tuple(copies[np.lexsort((copies, -shared))][:MOST_CANDIDATES].tolist()),
        tuple(likely[np.lexsort((likely, -weights))][:_MOST_RANKED].tolist()),
    )


def is_common(asked: Query, numbers: Keys) -> NDArray[np.bool_]:
    """Which keys of a query are anchors of so many articles that they tell nothing, by what was found."""
    counts = np.bincount(numbers, minlength=len(asked.keys))
    common: NDArray[np.bool_] = counts >= MOST_POSTINGS
    common[: asked.copies] = False
    return common


def _copy_keys(fingerprint: Fingerprint) -> Keys:
    return np.array([hash64(fingerprint.text_hash), *fingerprint.bands], dtype=np.int64) | _COPY


def _in_period(keys: tuple[int, ...], period: int) -> Keys:
    return np.array(keys, dtype=np.int64) & _KEY_MASK | period << _KEY_BITS


def _period(since_epoch: timedelta) -> int:
    """Which period a moment is in: from 0 to 32,767, which is far outside anything that is news."""
    return min(max(since_epoch.days // PERIOD_DAYS, 0), (1 << 15) - 1)
