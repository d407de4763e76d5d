"""Decide of which other articles an article is a copy: exact, near or translated, each with the log-odds that it is.

Fingerprints say first with which others there may be a bond; of few there is, and only their texts are read. What is
said of two articles depends on these two only, and is the same from either side.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any

import numpy as np

from pipeline.fold.near import copies
from pipeline.fold.translation.carriage import Carriage
from pipeline.fold.translation.likelihood import Evidence, log_odds, most_log_odds
from pipeline.fold.translation.linkage import Shared, counted, heavy, link
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
# Twice as many take as long a pair, and more memory.
_PAIRS_AT_ONCE = 128
# Scores are rounded to thousandths, and what they are at most is rounded otherwise.
_SLACK = 0.001
_OTHER = "other_"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two articles, their anchors, and those that both have."""

    here: Candidate
    there: Candidate
    mine: Anchors
    theirs: Anchors
    shared: Shared


@dataclass(frozen=True, slots=True)
class Mark:
    """An anchor of both texts: how it is written here, its weight in nats, and its first place in each text: start and
    end, in characters.
    """

    carriage: Carriage
    weight: float
    span: tuple[int, int]
    other_span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Translation:
    """The log-odds that one text translates the other, the marks that say so, and what an embedding model adds."""

    log_odds: float
    marks: tuple[Mark, ...]
    meaning: Meaning | None


@dataclass(frozen=True, slots=True)
class Lead:
    """An article and another one with which there may be a bond: a copy in one language, or else what is said of a
    translation.
    """

    article: Candidate
    other: Candidate
    translation: Translation | None


def leads(
    compared: Sequence[tuple[Candidate, Candidate]],
    least_log_odds: float = LEAST_LOG_ODDS,
    meanings: Mapping[int, Mapping[int, Meaning]] = MappingProxyType({}),
) -> list[Lead]:
    """Which articles may have a bond of at least these log-odds with which others, by their fingerprints. The pairs of
    one article stand together. `meanings` has what an embedding model says of articles and others, by their ids.
    """
    distinct = [two for two in compared if two[0].article_id != two[1].article_id]
    return [
        lead
        for begin in range(0, len(distinct), _PAIRS_AT_ONCE)
        for lead in _leads(distinct[begin : begin + _PAIRS_AT_ONCE], least_log_odds, meanings)
    ]


def judge(found: Sequence[Lead], texts: Mapping[int, str]) -> list[Bond]:
    """The bonds that leads lead to, at most one for each. `texts` has those of all articles in them, by their ids."""
    bonds = (_judge_one(lead, texts[lead.article.article_id], texts[lead.other.article_id]) for lead in found)
    return [bond for bond in bonds if bond is not None]


def evidence_of(here: Candidate, there: Candidate) -> Evidence:
    """What two articles share and what they do not."""
    [texts] = _anchors([(here, there)])
    return _evidence(Pair(here, there, *texts, link([texts]).of(0)))


def _leads(
    compared: Sequence[tuple[Candidate, Candidate]],
    least_log_odds: float,
    meanings: Mapping[int, Mapping[int, Meaning]],
) -> Iterator[Lead]:
    texts = _anchors(compared)
    linked = link(texts)
    masses = np.array([here.fingerprint.mass * there.fingerprint.mass for here, there in compared])
    most = most_log_odds(linked, masses).tolist()
    for i, (here, there) in enumerate(compared):
        meaning = meanings.get(here.article_id, {}).get(there.article_id)
        added = meaning.log_odds if meaning else 0.0
        translation = None
        # Of few pairs is it worth finding out what counts.
        if most[i] + added >= least_log_odds - _SLACK:
            translation = _translation(Pair(here, there, *texts[i], linked.of(i)), meaning, least_log_odds)
        if translation or copies.may_be_copies(here.fingerprint, there.fingerprint):
            yield Lead(here, there, translation)


def _anchors(compared: Sequence[tuple[Candidate, Candidate]]) -> list[tuple[Anchors, Anchors]]:
    articles = {one.article_id: one for two in compared for one in two}
    anchors = {i: unpack(one.fingerprint.anchors) for i, one in articles.items()}
    return [(anchors[here.article_id], anchors[there.article_id]) for here, there in compared]


def _evidence(pair: Pair) -> Evidence:
    masses = pair.here.fingerprint.mass, pair.there.fingerprint.mass
    shared_numbers = int(np.count_nonzero(pair.mine.is_number[pair.shared.mine]))
    shared = counted(pair.mine, pair.theirs, heavy(pair.shared))
    return Evidence(shared, masses, (pair.mine.numbers, pair.theirs.numbers), shared_numbers)


def _judge_one(lead: Lead, text: str, other: str) -> Bond | None:
    here, there, translation = lead.article, lead.other, lead.translation
    said = copies.compare(here.fingerprint, text, there.fingerprint, other)
    if said is not None:
        return _bond(here, there, said.kind, COPY_LOG_ODDS, said.similarity, said.evidence)
    if translation is None:
        return None
    score = translation.log_odds
    anchors = [_described(text, other, mark) for mark in translation.marks]
    evidence: dict[str, object] = {"anchors": anchors, "score": score}
    if translation.meaning is not None:
        evidence["cosine"] = round(translation.meaning.cosine, 4)
    return _bond(here, there, CopyKind.TRANSLATION, score, round(probability(score), 4), evidence)


def _translation(pair: Pair, meaning: Meaning | None, least_log_odds: float) -> Translation | None:
    if copies.may_share_language(pair.here.language, pair.there.language) or _share_words(pair):
        return None
    found = _evidence(pair)
    score = round(log_odds(found) + (meaning.log_odds if meaning else 0.0), 3)
    if score < least_log_odds:
        return None
    return Translation(score, _marks(pair, found.shared) if score >= LEAST_LOG_ODDS else (), meaning)


def _marks(pair: Pair, shared: Shared) -> tuple[Mark, ...]:
    """The strongest of the shared anchors."""
    columns = shared.mine.tolist(), shared.theirs.tolist(), shared.weights.tolist()
    return tuple(
        Mark(pair.mine.carriage(i), weight, pair.mine.first_span(i), pair.theirs.first_span(j))
        for i, j, weight in islice(zip(*columns, strict=True), _MOST_EVIDENCE)
    )


def _share_words(pair: Pair) -> bool:
    """Whether two texts are written in the same words: whatever their labels say, no translation is."""
    fewer = min(pair.mine.words, pair.theirs.words)
    if fewer < _FEWEST_WORDS or len(pair.shared.mine) < _SAME_WORDS * fewer:
        return False
    are_words = pair.mine.is_word[pair.shared.mine] & pair.theirs.is_word[pair.shared.theirs]
    return int(np.count_nonzero(are_words)) >= _SAME_WORDS * fewer


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


def _described(text: str, other: str, shared: Mark) -> dict[str, object]:
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
