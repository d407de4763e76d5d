"""Real news texts whose pairs have a known overlap, folded in one archive."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.fold_stories import Archive, fold, read

EVAL = Path(__file__).parents[4] / "shared" / "eval"
TEXTS, PAIRS = EVAL / "background.jsonl.gz", EVAL / "background-pairs.jsonl"


@pytest.mark.skipif(not PAIRS.exists(), reason="the background texts are not beside this checkout")
def test_pairs_that_share_most_are_one_story_and_pairs_that_share_little_are_two() -> None:
    pairs = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    named = {url for pair in pairs for url in (pair["a"], pair["b"])}
    story = {one.url: one.story_id for one in fold((r for r in read(TEXTS) if r["url"] in named), Archive())}
    missed = [p for p in pairs if p["jaccard"] >= 0.8 and story[p["a"]] != story[p["b"]]]
    glued = [p for p in pairs if p["jaccard"] < 0.3 and p["containment"] < 0.5 and story[p["a"]] == story[p["b"]]]
    assert (missed, glued) == ([], [])
