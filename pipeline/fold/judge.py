"""Decide of which other articles an article is a copy: exact, near or translated, each with the log-odds that it is.

What it says of two articles depends on these two only, and is the same from either side.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from pipeline.fold.near import copies
from pipeline.fold.translation.likelihood import Evidence, log_odds
from pipeline.fold.translation.linkage import SharedAnchor, link
from pipeline.fold.translation.meaning import Meaning
from pipeline.fold.translation.packed import Anchors, unpack
from pipeline.models.folding import Bond, Candidate, CopyKind

# What is verified on the texts themselves leaves little doubt.
COPY_LOG_ODDS = 8.0
# Below it two articles are as good as strangers, and nothing is kept of them.
LEAST_LOG_ODDS = -3.0
# Of 146 pairs of translations none shares more than 0.24 of the words, of texts of one language many share 0.8.
_FEWEST_WORDS, _SAME_WORDS = 10, 0.5
_MOST_EVIDENCE = 20
_OTHER = "other_"


def judge(
    article: Candidate,
    others: Sequence[Candidate],
    least_log_odds: float = LEAST_LOG_ODDS,
    meanings: Mapping[int, Meaning] = MappingProxyType({}),
) -> list[Bond]:
    """What is worth keeping of an article and others: at most one bond to each, of at least these log-odds. `meanings`
    has what an embedding model says of others, by their ids.
    """
    anchors = unpack(article.fingerprint.anchors)
    bonds = (
        _compare(article, anchors, other, meanings.get(other.article_id))
        for other in others
        if other.article_id != article.article_id
    )
    return [bond for bond in bonds if bond is not None and bond.log_odds >= least_log_odds]


def evidence_of(here: Candidate, mine: Anchors, there: Candidate, theirs: Anchors) -> Evidence:
    """What two articles with these anchors share and what they do not."""
    both = len(np.intersect1d(mine.numbers, theirs.numbers, assume_unique=True))
    masses = here.fingerprint.mass, there.fingerprint.mass
    return Evidence(link(mine, theirs), masses, (len(mine.numbers), len(theirs.numbers)), both)


def _compare(here: Candidate, mine: Anchors, there: Candidate, meaning: Meaning | None) -> Bond | None:
    said = copies.compare(here.fingerprint, here.text, there.fingerprint, there.text)
    if said is not None:
        return _bond(here, there, said.kind, COPY_LOG_ODDS, said.similarity, said.evidence)
    theirs = unpack(there.fingerprint.anchors)
    if copies.may_share_language(here.language, there.language) or _share_words(mine, theirs):
        return None
    found = evidence_of(here, mine, there, theirs)
    score = round(log_odds(found) + (meaning.log_odds if meaning else 0.0), 3)
    strongest = found.shared[:_MOST_EVIDENCE] if score >= LEAST_LOG_ODDS else ()
    anchors = [_described(here.text, there.text, anchor) for anchor in strongest]
    evidence: dict[str, object] = {"anchors": anchors, "score": score}
    if meaning is not None:
        evidence["cosine"] = round(meaning.cosine, 4)
    return _bond(here, there, CopyKind.TRANSLATION, score, round(probability(score), 4), evidence)


def _share_words(mine: Anchors, theirs: Anchors) -> bool:
    """Whether two texts are written in the same words: whatever their labels say, no translation is."""
    fewer = min(len(mine.words), len(theirs.words))
    shared = len(np.intersect1d(mine.words, theirs.words, assume_unique=True))
    return fewer >= _FEWEST_WORDS and shared >= _SAME_WORDS * fewer


def _bond(
    here: Candidate, there: Candidate, kind: CopyKind, score: float, similarity: float, evidence: Mapping[str, Any]
) -> Bond:
    one, other = sorted((here.article_id, there.article_id))
    return Bond(one, other, kind, score, similarity, evidence if here.article_id == one else _turned(evidence))


def told_from(article_id: int, bond: Bond) -> Mapping[str, Any]:
    """The evidence of a bond, told from one of its articles to the other."""
    return bond.evidence if article_id == bond.one else _turned(bond.evidence)


def _turned(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Evidence told from the other side: what is called `x` of the one is `other_x` of the other."""
    return {_turned_name(name, evidence): _turned_value(value) for name, value in evidence.items()}


def _turned_name(name: str, evidence: Mapping[str, Any]) -> str:
    if name.startswith(_OTHER):
        return name.removeprefix(_OTHER)
    return _OTHER + name if _OTHER + name in evidence else name


def _turned_value(value: Any) -> Any:
    return [_turned(one) if isinstance(one, dict) else one for one in value] if isinstance(value, list) else value


def _described(text: str, other: str, shared: SharedAnchor) -> dict[str, object]:
    return {
        "kind": shared.carriage.value,
        "surface": text[slice(*shared.span)],
        "other_surface": other[slice(*shared.other_span)],
        "weight": round(shared.weight, 2),
        "at": round(shared.span[0] / len(text), 5),
        "other_at": round(shared.other_span[0] / len(other), 5),
    }


def probability(score: float) -> float:
    """The probability, in [0, 1], that log-odds stand for."""
    return 0.5 * (1 + math.tanh(0.5 * score))


def log_odds_of(likelihood: float) -> float:
    """The log-odds of a probability in (0, 1)."""
    return math.log(likelihood / (1 - likelihood))
