"""Fingerprints as bytes."""

from __future__ import annotations

from random import Random

import pytest
from unit.fold.articles import HARBOUR_DISPATCHES, HARBOUR_EN

from pipeline.fold.fingerprint import fingerprint
from pipeline.fold.near.shingles import hash64
from pipeline.fold.translation.anchors import MOST_POSITIONS, Anchor, Carriage, has_fine_sounds
from pipeline.fold.translation.packed import hear_finely, is_coarse, pack, pack_fingerprint, unpack, unpack_fingerprint


def _some_anchors(random: Random) -> list[Anchor]:
    """Anchors of all kinds, with extreme numbers among them."""
    keys = {f"{random.choice('nlsch')}:{random.getrandbits(32):x}" for _ in range(random.choice([0, 1, 2, 300]))}
    return [
        Anchor(
            key,
            random.choice(["x", "Ж", "漢字", "タロ", "ก" * 254, "a" * 255]),
            tuple(sorted(random.sample([0, 1, 65_534, *range(5, 60_000, 11)], random.choice([1, 2, MOST_POSITIONS])))),
            random.choice(list(Carriage)),
            round(random.uniform(0.5, 11), 3),
        )
        for key in sorted(keys)
    ]


@pytest.mark.parametrize("seed", range(40))
def test_anchors_come_back_as_they_were(seed: int) -> None:
    random = Random(seed)
    found, length = _some_anchors(random), random.randint(1, 65_535)
    back = unpack(pack(found, length))

    assert back.length == length
    at = {key: i for i, key in enumerate(back.keys.tolist())}
    assert list(at) == sorted(at)
    assert len(at) == len(found)
    for anchor in found:
        i = at[hash64(anchor.key)]
        assert back.carriage(i) is anchor.carriage
        assert back.rarities[i] == pytest.approx(anchor.rarity)
        assert back.starts(i) == list(anchor.starts)
        assert back.first_span(i) == (anchor.starts[0], anchor.starts[0] + len(anchor.surface))
        assert is_coarse(back.marks)[i] == (anchor.key[0] == "c")
        assert hear_finely(back.marks)[i] == has_fine_sounds(anchor.surface)
    assert set(back.keys[back.is_number].tolist()) == {hash64(a.key) for a in found if a.carriage is Carriage.NUMBER}


@pytest.mark.parametrize(
    "text",
    ["", "Breaking.", HARBOUR_EN, *HARBOUR_DISPATCHES.values()],
    ids=["empty", "one word", "en", *HARBOUR_DISPATCHES],
)
def test_a_fingerprint_comes_back_as_it_was(text: str) -> None:
    found = fingerprint(text, title="Title", language="en")

    assert unpack_fingerprint(pack_fingerprint(found)) == found
    assert fingerprint(text, title="Title", language="en") == found


def test_anchors_of_another_version_are_refused() -> None:
    packed = fingerprint(HARBOUR_EN, title=None, language="en").anchors

    with pytest.raises(ValueError, match="version 9"):
        unpack(bytes([9]) + packed[1:])
