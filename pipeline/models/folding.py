"""What folding knows of an article, and what it finds between two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

MemberKey = tuple[bool, float, bool, float, str]


class CopyKind(StrEnum):
    """How an article relates to the article it is a copy of."""

    EXACT = "exact"
    NEAR = "near"
    TRANSLATION = "translation"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What matching needs of an article.

    `text_hash` is equal for texts that differ in case, spacing and punctuation only. `bands` and `anchor_keys` are
    signed 64-bit integers: two articles that share a band may be near copies, two that share rare anchor keys may be
    translations. `anchors` are all anchors that can weigh something, as `pack` packs them. `mass` is the
    weight, in nats, that a translation of this article can be expected to share with it.
    """

    text_hash: str
    bands: tuple[int, ...]
    anchor_keys: tuple[int, ...]
    anchors: bytes
    mass: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that shares enough of a fingerprint to be worth a look."""

    article_id: int
    language: str | None
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True)
class Bond:
    """What the judge found between two articles: how one is a copy of the other, how probably, and why.

    `one` is the smaller id. `log_odds` are those that they are copies, `similarity` is in [0, 1]: the share of the text
    for copies in one language, the probability for a translation. `evidence` is JSON, told from `one` to `other`.
    """

    one: int
    other: int
    kind: CopyKind
    log_odds: float
    similarity: float
    evidence: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Member:
    """An article as far as stories are concerned.

    `language` is a primary subtag, `stated_at` the publication that somebody states (a day without a time is its last
    moment), `fullness` the size of its text in words, `has_lead_in` whether it says that it comes from elsewhere.
    """

    article_id: int
    story_id: int
    language: str | None
    stated_at: datetime | None
    fullness: float
    url: str
    has_lead_in: bool = False

    @property
    def key(self) -> MemberKey:
        """The order in which articles may be canonical: the earliest stated, then those that do not say that they come
        from elsewhere, then the fullest, then by address.
        """
        moment = self.stated_at.timestamp() if self.stated_at else 0.0
        return self.stated_at is None, moment, self.has_lead_in, -self.fullness, self.url
