"""What shared anchors weigh, all at once, against the formula written out for one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
import pytest
from unit.fold.articles import HARBOUR_DISPATCHES, HARBOUR_EN, HARBOUR_HI, HARBOUR_RU, MUSEUM_EN, MUSEUM_RU, known

from pipeline.fold.judge import LEAST_LOG_ODDS, evidence_of, leads
from pipeline.fold.translation.likelihood import log_odds, most_log_odds
from pipeline.fold.translation.linkage import Shared, link
from pipeline.fold.translation.packed import Anchors, unpack

TEXTS = [
    (HARBOUR_EN, "en"),
    (HARBOUR_RU, "ru"),
    (HARBOUR_HI, "hi"),
    (MUSEUM_EN, "en"),
    (MUSEUM_RU, "ru"),
    ("", "de"),
    *((text, language) for language, text in HARBOUR_DISPATCHES.items()),
]
ARTICLES = [known(i, text, language).candidate for i, (text, language) in enumerate(TEXTS)]
ANCHORS = [unpack(article.fingerprint.anchors) for article in ARTICLES]


def shared_with(here: Anchors, others: Sequence[Anchors]) -> list[Shared]:
    """What a text shares with each of some others, all asked for at once."""
    linked = link([(here, there) for there in others])
    return [linked.of(i) for i in range(len(others))]


def place_of(here: Anchors, i: int, there: Anchors, j: int) -> float:
    """What the places of one anchor bring, in nats: the formula as it is written."""
    lists = [start / here.length for start in here.starts(i)], [start / there.length for start in there.starts(j)]
    fewer, more = sorted(lists, key=lambda places: (len(places), *places))
    fewer = fewer[:12]
    ratios = []
    for place in fewer:
        distance = min(abs(place - other) for other in more)
        at_random = max(1e-3, 2 * len(more) * math.exp(-2 * len(more) * distance))
        ratios.append(0.75 * math.exp(-distance / 0.03) / 0.03 / at_random + 0.25)
    return sum(map(math.log, ratios)) / len(ratios) + math.log(1 + 0.3 * (len(ratios) - 1))


@pytest.mark.parametrize("which", range(len(TEXTS)), ids=[f"{i} {language}" for i, (_, language) in enumerate(TEXTS)])
def test_places_weigh_as_the_formula_says(which: int) -> None:
    here = ANCHORS[which]
    for there, shared in zip(ANCHORS, shared_with(here, ANCHORS), strict=True):
        assert set(here.keys[shared.mine]) == set(there.keys[shared.theirs]) == set(here.keys) & set(there.keys)
        assert shared.weights.tolist() == sorted(shared.weights.tolist(), reverse=True)
        expected = [place_of(here, int(i), there, int(j)) for i, j in zip(shared.mine, shared.theirs, strict=True)]
        assert shared.places.tolist() == pytest.approx(expected)


def test_a_text_shares_the_same_with_another_whoever_else_is_asked_about() -> None:
    for here, together in zip(ANCHORS, (shared_with(one, ANCHORS) for one in ANCHORS), strict=True):
        for there, shared in zip(ANCHORS, together, strict=True):
            [alone] = shared_with(here, [there])
            [turned] = shared_with(there, [here])
            assert np.array_equal(shared.mine, alone.mine)
            assert shared.weights.tolist() == alone.weights.tolist() == turned.weights.tolist()


def test_no_lead_is_dropped_before_it_is_known_what_counts() -> None:
    """What reaches the least with no bound at all is a lead with that least too, and nothing else is."""
    reaching = 0
    for one, other in combinations(ARTICLES, 2):
        anyhow = [lead.translation for lead in leads([(one, other)], -math.inf) if lead.translation]
        expected = [found for found in anyhow if found.log_odds >= LEAST_LOG_ODDS]
        assert [lead.translation for lead in leads([(one, other)]) if lead.translation] == expected
        reaching += len(expected)
    assert reaching > 20


def test_no_log_odds_are_more_than_a_pair_can_reach() -> None:
    compared = list(product(ARTICLES, ARTICLES))
    linked = link([(ANCHORS[one.article_id], ANCHORS[other.article_id]) for one, other in compared])
    masses = np.array([one.fingerprint.mass * other.fingerprint.mass for one, other in compared])
    for two, most in zip(compared, most_log_odds(linked, masses).tolist(), strict=True):
        assert log_odds(evidence_of(*two)) <= most + 1e-9


def test_what_is_said_of_two_articles_is_the_same_whoever_else_is_asked_about() -> None:
    compared = list(product(ARTICLES, ARTICLES))
    together = leads(compared)
    assert together == [lead for two in compared for lead in leads([two])]
    assert len({lead.article.article_id for lead in together}) > 5
