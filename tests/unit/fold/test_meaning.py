"""What an embedding model adds: bounded, relative to strangers, and shown in the evidence."""

from __future__ import annotations

import numpy as np
import pytest
from unit.fold.articles import HARBOUR_EN, HARBOUR_RU, bonds, known

from pipeline.fold.translation.meaning import FEWEST_STRANGERS, Meaning, Strangers, meaning, strangers


def _vectors(number: int, around: float) -> np.ndarray:
    """Vectors of length 1 whose cosines lie about a value."""
    random = np.random.default_rng(1)
    own = random.normal(size=(number, 400))
    own /= np.linalg.norm(own, axis=1, keepdims=True)
    common = np.zeros(400)
    common[0] = 1
    mixed = np.sqrt(around) * common + np.sqrt(1 - around) * own
    made: np.ndarray = (mixed / np.linalg.norm(mixed, axis=1, keepdims=True)).astype(np.float32)
    return made


@pytest.mark.parametrize("around", [0.1, 0.8])
def test_what_is_usual_among_strangers_is_learned_from_them(around: float) -> None:
    found = strangers(_vectors(100, around))

    assert found is not None
    assert found.usual == pytest.approx(around, abs=0.02)
    assert 0.005 < found.deviation < 0.1


def test_a_few_articles_that_are_the_same_do_not_change_what_is_usual() -> None:
    vectors = _vectors(100, 0.2)
    vectors[:5] = vectors[0]

    found = strangers(vectors)

    assert found is not None
    assert found.usual == pytest.approx(0.2, abs=0.02)


def test_too_few_strangers_tell_nothing() -> None:
    assert strangers(_vectors(FEWEST_STRANGERS - 1, 0.2)) is None


def test_what_a_cosine_adds_rises_with_it_and_is_bounded() -> None:
    known = Strangers(0.2, 0.1)

    added = [meaning(cosine, known).log_odds for cosine in (-1.0, 0.6, 0.7, 0.8, 1.0)]

    assert added == sorted(added)
    assert added[0] == -2
    assert added[2] == pytest.approx(0)
    assert meaning(1.0, Strangers(0.0, 0.01)).log_odds == 4


def test_the_judge_adds_it_to_a_translation_and_says_so() -> None:
    here, there = known(1, HARBOUR_EN, "en"), known(2, HARBOUR_RU, "ru")

    [alone] = bonds(here, [there])
    [joined] = bonds(here, [there], meanings={2: Meaning(0.9, 1.5)})

    assert joined.log_odds == pytest.approx(alone.log_odds + 1.5, abs=0.002)
    assert joined.evidence["cosine"] == 0.9
    assert "cosine" not in alone.evidence
