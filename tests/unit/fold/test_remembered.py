"""What is kept of short texts."""

from __future__ import annotations

import pytest

from pipeline.fold.words.remembered import LONGEST, Remembered
from pipeline.fold.words.tokens import Script, words


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def sizes(asked: list[str]) -> Remembered[int]:
    def size(text: str) -> int:
        asked.append(text)
        return len(text)

    return Remembered(size, most=2)


def test_what_a_text_gives_is_found_out_once(sizes: Remembered[int], asked: list[str]) -> None:
    assert [sizes["port"], sizes["harbour"], sizes["port"]] == [4, 7, 4]
    assert asked == ["port", "harbour"]


def test_no_more_texts_are_kept_than_it_may_and_no_long_ones(sizes: Remembered[int], asked: list[str]) -> None:
    long = "x" * (LONGEST + 1)
    for text in ("a", "bb", long, "ccc", "a"):
        assert sizes[text] == len(text)
        assert len(sizes) <= 2
        assert long not in sizes
    assert asked == ["a", "bb", long, "ccc", "a"]


def test_words_stand_where_they_are_whatever_is_between_them() -> None:
    text = "Oslo, 12 Oslo\n\n\tOslo\u00a0port Осло"
    found = words(text)
    assert found[Script.LATIN] == {"Oslo": [0, 9, 16], "port": [21]}
    assert found[Script.NUMBER] == {"12": [6]}
    assert found[Script.OTHER] == {"Осло": [26]}
