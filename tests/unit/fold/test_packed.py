"""Fingerprints as bytes."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from unit.fold.articles import HARBOUR_DISPATCHES, HARBOUR_EN

from pipeline.fold.fingerprint import fingerprint
from pipeline.fold.near.shingles import hash64
from pipeline.fold.translation.anchors import CARRIAGES, MOST_POSITIONS, Carriage, Found, has_fine_sounds
from pipeline.fold.translation.packed import hear_finely, is_coarse, pack, pack_fingerprint, unpack, unpack_fingerprint


def _some_anchors(random: Random) -> Found:
    """Anchors of all kinds, with extreme numbers among them."""
    count = random.choice([0, 1, 2, 300])
    everywhere = [0, 1, 65_534, *range(5, 60_000, 11)]
    keys = [f"{random.choice('nlsch')}:{i}{random.getrandbits(32):x}" for i in range(count)]
    return Found(
        keys,
        np.array([hash64(key) for key in keys], dtype=np.int64),
        random.choices(["x", "Ж", "漢字", "タロ", "ก" * 254, "a" * 255], k=count),
        [sorted(random.sample(everywhere, random.choice([1, 2, MOST_POSITIONS]))) for _ in range(count)],
        np.array(random.choices(range(len(CARRIAGES)), k=count), dtype=np.uint8),
        np.array([round(random.uniform(0.5, 11), 3) for _ in range(count)]),
    )


@pytest.mark.parametrize("seed", range(40))
def test_anchors_come_back_as_they_were(seed: int) -> None:
    random = Random(seed)
    found, length = _some_anchors(random), random.randint(1, 65_535)
    back = unpack(pack(found, length))

    assert back.length == length
    at = {key: i for i, key in enumerate(back.keys.tolist())}
    assert list(at) == sorted(at)
    assert len(at) == len(found.keys)
    columns = (found.keys, found.surfaces, found.starts, found.ways.tolist(), found.rarities.tolist())
    for key, surface, starts, way, rarity in zip(*columns, strict=True):
        i = at[hash64(key)]
        assert back.carriage(i) is CARRIAGES[way]
        assert back.rarities[i] == pytest.approx(rarity)
        assert back.starts(i) == starts
        assert back.first_span(i) == (starts[0], starts[0] + len(surface))
        assert is_coarse(back.marks)[i] == (key[0] == "c")
        assert hear_finely(back.marks)[i] == has_fine_sounds(surface[0])
    numbers = {
        hash64(key) for key, way in zip(found.keys, found.ways, strict=True) if CARRIAGES[way] is Carriage.NUMBER
    }
    assert set(back.keys[back.is_number].tolist()) == numbers


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
