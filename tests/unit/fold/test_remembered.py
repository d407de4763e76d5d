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


def test_what_is_not_asked_for_again_is_forgotten(sizes: Remembered[int], asked: list[str]) -> None:
    for text in ("a", "bb", "ccc", "a", "dddd", "a", "bb"):
        assert sizes[text] == len(text)
        assert len(sizes) <= 2
    assert asked == ["a", "bb", "ccc", "dddd", "bb"]


def test_a_long_text_is_not_kept(sizes: Remembered[int], asked: list[str]) -> None:
    long = "x" * (LONGEST + 1)
    assert [sizes[long], sizes[long]] == [LONGEST + 1, LONGEST + 1]
    assert asked == [long, long]


def test_words_stand_where_they_are_whatever_is_between_them() -> None:
    text = "Oslo, 12 Oslo\n\n\tOslo\u00a0port Осло"
    found = words(text)
    assert found[Script.LATIN] == {"Oslo": [0, 9, 16], "port": [21]}
    assert found[Script.NUMBER] == {"12": [6]}
    assert found[Script.OTHER] == {"Осло": [26]}
