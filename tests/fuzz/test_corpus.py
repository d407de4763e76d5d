"""Inputs that once broke a promise, and real ones: none does."""

from __future__ import annotations

from pathlib import Path

import pytest
from fuzz.promises import ended_in_time
from fuzz.seeds import seeds
from fuzz.targets import TARGETS
from fuzz.tokens import TOKENS

CORPUS = Path(__file__).parent / "corpus"


@pytest.mark.parametrize("file", sorted(CORPUS.glob("*/*")), ids=lambda file: f"{file.parent.name}/{file.name}")
def test_what_was_found_once_stays_mended(file: Path) -> None:
    with ended_in_time():
        TARGETS[file.parent.name](file.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_no_real_input_breaks_a_promise(name: str, eval_folder: Path) -> None:
    for data in seeds(name, eval_folder):
        with ended_in_time():
            TARGETS[name](data)


def test_every_target_has_its_words_and_a_corpus_of_its_own() -> None:
    assert set(TOKENS) == set(TARGETS)
    assert {folder.name for folder in CORPUS.iterdir()} <= set(TARGETS)
