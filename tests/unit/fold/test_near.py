"""MinHash bands and the true overlap."""

from __future__ import annotations

from unit.fold.articles import HARBOUR_EN, HARBOUR_HI, MUSEUM_EN

from pipeline.fold import near


def test_bands_are_signed_64_bit_and_the_same_every_time() -> None:
    found = near.bands(near.shingles(HARBOUR_EN))
    assert len(found) == near.BANDS
    assert all(-(2**63) <= band < 2**63 for band in found)
    assert any(band < 0 for band in found)
    assert near.hash64("band") == -7610825593301411026
    assert found == near.bands(near.shingles(HARBOUR_EN))


def test_like_texts_share_bands_and_unlike_ones_do_not() -> None:
    edited = HARBOUR_EN.replace("Tuesday", "Monday").replace("free berths", "free places")
    shared = set(near.bands(near.shingles(HARBOUR_EN))) & set(near.bands(near.shingles(edited)))
    assert shared
    assert not set(near.bands(near.shingles(HARBOUR_EN))) & set(near.bands(near.shingles(MUSEUM_EN)))


def test_overlap_is_the_true_jaccard_and_the_containment_of_the_shorter_text() -> None:
    whole, part = near.shingles("a b c d e f g h"), near.shingles("a b c d e")
    found = near.overlap(whole, part)
    assert (found.jaccard, found.containment, found.shorter) == (0.5, 1.0, 3)


def test_a_text_without_letters_has_no_bands_and_its_own_hash() -> None:
    assert near.bands(near.shingles("🎉 !!")) == ()
    assert near.text_hash("🎉", None) != near.text_hash("🔥", None)


def test_scripts_without_spaces_have_shingles_of_characters() -> None:
    assert len(near.shingles("新聞記事の要約")) == 2


def test_text_hash_does_not_depend_on_the_title_of_a_full_text() -> None:
    assert near.text_hash(HARBOUR_HI, "a") == near.text_hash(HARBOUR_HI, "b")
