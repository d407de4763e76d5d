"""The size of a change."""

from __future__ import annotations

import pytest

from pipeline.revision import Change, measure_change


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("", "", Change(0, 0, 1.0)),
        ("Bees dance.", "Bees dance!", Change(0, 0, 1.0)),
        ("Bees dance at noon.", "Bees dance at dusk.", Change(1, 1, 0.75)),
        ("Bees dance.", "Bees dance. They sing.", Change(2, 0, 0.6667)),
        ("one two three four", "four three two one", Change(3, 3, 0.25)),
        ("人工智能公司", "人工智能", Change(0, 2, 0.8)),
        ("Bees", "", Change(0, 1, 0.0)),
    ],
)
def test_a_change_is_the_words_that_came_and_went(before: str, after: str, change: Change) -> None:
    assert measure_change(before, after) == change


def test_of_a_very_long_change_the_words_are_counted_in_any_order() -> None:
    before = " ".join(f"w{number}" for number in range(100_000))
    after = " ".join(f"w{number}" for number in reversed(range(99_990)))

    assert measure_change(before, after) == Change(0, 10, 0.9999)
