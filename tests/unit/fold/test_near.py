"""Shingles and MinHash bands."""

from __future__ import annotations

import numpy as np
import pytest
from unit.fold.articles import HARBOUR_EN, HARBOUR_HI, MUSEUM_EN

from pipeline.fold.near import shingles
from pipeline.fold.words.tokens import MAX_CHARACTERS


def test_bands_are_signed_64_bit_and_the_same_every_time() -> None:
    found = shingles.bands(shingles.shingles(HARBOUR_EN))
    assert len(found) == shingles.BANDS
    assert all(-(2**63) <= band < 2**63 for band in found)
    assert any(band < 0 for band in found)
    assert shingles.hash64("band") == -7610825593301411026
    assert shingles.bands(shingles.shingles("one two three four"))[0] == BAND_OF_FOUR_WORDS
    assert found == shingles.bands(shingles.shingles(HARBOUR_EN))


# Stored bands must mean the same for ever: where this changes, every archive needs a refold.
BAND_OF_FOUR_WORDS = 4802927132548106102


def test_like_texts_share_bands_and_unlike_ones_do_not() -> None:
    edited = HARBOUR_EN.replace("Tuesday", "Monday").replace("free berths", "free places")
    shared = set(shingles.bands(shingles.shingles(HARBOUR_EN))) & set(shingles.bands(shingles.shingles(edited)))
    assert shared
    assert not set(shingles.bands(shingles.shingles(HARBOUR_EN))) & set(shingles.bands(shingles.shingles(MUSEUM_EN)))


@pytest.mark.parametrize("count", [1, 95, 4096, 4097, 20_000])
def test_a_band_is_equal_as_often_as_minhash_promises(count: int) -> None:
    """Two sets with a Jaccard of 1/3 share each of 32 bands of 3 rows with probability 1/27; one set all of them."""
    random = np.random.default_rng(count)
    found = random.integers(0, 2**64, size=3 * count, dtype=np.uint64)
    one, other = found[: 2 * count], found[count:]
    assert shingles.bands(one) == shingles.bands(one[::-1].copy())
    if count > 1000:
        assert len(set(shingles.bands(one)) & set(shingles.bands(other))) <= 6


def test_a_text_without_letters_has_no_bands_and_its_own_hash() -> None:
    assert shingles.bands(shingles.shingles("🎉 !!")) == ()
    assert shingles.text_hash("🎉", None) != shingles.text_hash("🔥", None)


@pytest.mark.parametrize(
    ("text", "count"),
    [("新聞記事の要約", 2), ("ข่าวด่วนวันนี้", 6), ("one two three four", 2), ("one two", 1), ("新聞", 1), ("", 0)],
    ids=["ja", "th", "en", "short", "short ja", "empty"],
)
def test_a_shingle_is_three_words_or_as_much_of_a_script_without_spaces(text: str, count: int) -> None:
    assert len(shingles.shingled(text).hashes) == count


def test_a_passage_has_the_same_shingles_wherever_it_stands() -> None:
    """In a text of another script too: it would not, were the size of a shingle that of the whole text."""
    passage = "据新华社报道，两国代表团周三在日内瓦举行了会谈"
    whole = f"{HARBOUR_EN}\n{passage}\n{MUSEUM_EN}"
    assert np.isin(shingles.shingles(passage), shingles.shingles(whole)).all()
    assert np.isin(shingles.shingles(HARBOUR_EN), shingles.shingles(whole)).all()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ａpple ２０ Σίσυφος", "apple 20 ΣΊΣΥΦΟΣ"),
        ("cafe\u0301 re\u0301sume\u0301 ici", "café résumé ici"),
        ("ｶﾞｽ会社発表", "ガス会社発表"),
    ],
    ids=["width and case", "composition", "halfwidth kana"],
)
def test_case_width_and_composition_make_no_other_shingle(one: str, other: str) -> None:
    assert shingles.shingles(one).tolist() == shingles.shingles(other).tolist()


def test_units_and_shingles_say_where_they_stand() -> None:
    text = "¡Uno, dos! Tres cuatro"
    found = shingles.shingled(text)
    assert [text[start:end] for start, end in zip(found.starts, found.ends, strict=True)] == [
        "Uno",
        "dos",
        "Tres",
        "cuatro",
    ]
    assert (found.firsts.tolist(), found.lasts.tolist()) == ([0, 1], [2, 3])


def test_a_text_is_read_no_further_than_its_limit() -> None:
    text = "wort bild " * (MAX_CHARACTERS // 5)
    assert shingles.shingled(text).ends.max() <= MAX_CHARACTERS


def test_text_hash_does_not_depend_on_the_title_of_a_full_text() -> None:
    assert shingles.text_hash(HARBOUR_HI, "a") == shingles.text_hash(HARBOUR_HI, "b")
