"""What two texts share: measures and passages."""

from __future__ import annotations

import pytest
from unit.fold.articles import HARBOUR_EN, HARBOUR_HI, MUSEUM_EN

from pipeline.fold.near.passages import overlap, passages
from pipeline.fold.near.shingles import shingled


def test_overlap_is_the_true_jaccard_and_the_containment_of_the_shorter_text() -> None:
    found = overlap(shingled("a b c d e f g h"), shingled("a b c d e"))
    assert (found.jaccard, found.containment, found.share, found.other_share) == (0.5, 1.0, 5 / 8, 1.0)
    assert (found.words, found.gap) == (3, 0.0)


def test_overlap_is_the_same_from_either_side() -> None:
    one, other = shingled(f"{MUSEUM_EN}\n{HARBOUR_EN[:300]}"), shingled(HARBOUR_EN)
    here, there = overlap(one, other), overlap(other, one)
    assert (here.jaccard, here.containment, here.words, here.gap) == (
        there.jaccard,
        there.containment,
        there.words,
        there.gap,
    )
    assert (here.share, here.other_share) == (there.other_share, there.share)


def test_an_edited_word_breaks_three_shingles_and_one_word_of_the_shares() -> None:
    words = [f"w{i}" for i in range(40)]
    edited = [*words[:20], "other", *words[21:]]
    found = overlap(shingled(" ".join(words)), shingled(" ".join(edited)))
    assert found.share == found.other_share == 39 / 40
    assert found.jaccard == 35 / 41
    assert found.gap == 1 / 40


@pytest.mark.parametrize("other", ["", "🎉", MUSEUM_EN], ids=["empty", "no words", "other words"])
def test_texts_with_nothing_in_common_have_no_passages(other: str) -> None:
    assert overlap(shingled(HARBOUR_HI), shingled(other)).jaccard == 0
    assert passages(shingled(HARBOUR_HI), shingled(other)) == []
    assert passages(shingled(other), shingled(HARBOUR_HI)) == []


def test_passages_say_where_they_stand_in_both_texts_longest_first() -> None:
    one = f"Editors' note: from our partner. {HARBOUR_EN}"
    other = HARBOUR_EN.replace("Marek Kowalczyk", "a surveyor")
    found = passages(shingled(one), shingled(other))
    texts = [(one[p.start : p.end], other[p.other_start : p.other_end]) for p in found]
    assert all(here == there for here, there in texts)
    assert [len(here) for here, _ in texts] == sorted((len(here) for here, _ in texts), reverse=True)
    assert texts[0][0].startswith("Tarvaston harbour closes")
    assert texts[0][0].endswith("led by")


def test_a_repeated_passage_is_found_once_for_each_place() -> None:
    text = "alpha beta gamma delta epsilon. "
    found = passages(shingled(text * 3), shingled(text))
    assert {(p.other_start, p.other_end) for p in found} >= {(0, 30)}
