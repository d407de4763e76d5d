"""What is kept of short texts."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from pipeline.fold.words.remembered import LONGEST, Remembered


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def sizes(asked: list[str]) -> Remembered[int]:
    def size(texts: Collection[str]) -> dict[str, int]:
        asked.extend(sorted(texts))
        return {text: len(text) for text in texts}

    return Remembered(size, most=2)


def test_what_a_text_gives_is_found_out_once(sizes: Remembered[int], asked: list[str]) -> None:
    assert sizes(["port", "harbour", "port"]) == [4, 7, 4]
    assert sizes(["harbour"]) == [7]
    assert asked == ["harbour", "port"]


def test_what_is_not_asked_for_again_is_forgotten(sizes: Remembered[int], asked: list[str]) -> None:
    for text in ("a", "bb", "ccc", "a", "dddd", "a", "bb"):
        assert sizes([text]) == [len(text)]
    assert asked == ["a", "bb", "ccc", "dddd", "bb"]


def test_a_long_text_is_not_kept(sizes: Remembered[int], asked: list[str]) -> None:
    long = "x" * (LONGEST + 1)
    assert sizes([long, "port", long]) == [LONGEST + 1, 4, LONGEST + 1]
    assert sizes([long]) == [LONGEST + 1]
    assert asked == ["port", long, long]


def test_threads_may_ask_at_once() -> None:
    texts = [f"{'x' * (LONGEST - 2 + n % 5)}{n}" for n in range(40)]
    sizes = Remembered(lambda found: {text: len(text) for text in found}, most=7)

    def ask(seed: int) -> bool:
        draw = Random(seed)
        asked = [draw.choices(texts, k=20) for _ in range(300)]
        return all(sizes(some) == [len(text) for text in some] for some in asked)

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(ask, range(8)))
