"""Fingerprints as bytes."""

from __future__ import annotations

from itertools import chain, islice
from random import Random

import numpy as np
import pytest
from unit.fold.articles import HARBOUR_DISPATCHES, HARBOUR_EN

from pipeline.fold.fingerprint import fingerprint
from pipeline.fold.near.shingles import hash64
from pipeline.fold.translation.anchors import MOST_POSITIONS, Found
from pipeline.fold.translation.carriage import CARRIAGES, Carriage
from pipeline.fold.translation.packed import hear_finely, is_coarse, pack, pack_fingerprint, unpack, unpack_fingerprint


def _some_anchors(random: Random) -> Found:
    """Anchors of all kinds, with extreme numbers among them."""
    count = random.choice([0, 1, 2, 300])
    everywhere = [0, 1, 65_534, *range(5, 60_000, 11)]
    keys = sorted((f"{random.choice('nlsch')}:{i}{random.getrandbits(32):x}" for i in range(count)), key=hash64)
    starts = [sorted(random.sample(everywhere, random.choice([1, 2, MOST_POSITIONS]))) for _ in range(count)]
    return Found(
        keys=np.array(keys, dtype="S20"),
        hashes=np.array([*map(hash64, keys)], dtype=np.int64),
        sizes=np.array(random.choices([1, 2, 254, 255], k=count), dtype=np.uint8),
        has_fine_sounds=np.array(random.choices([False, True], k=count), dtype=np.bool_),
        ways=np.array(random.choices(range(len(CARRIAGES)), k=count), dtype=np.uint8),
        rarities=np.array([round(random.uniform(0.5, 11), 3) for _ in range(count)]),
        counts=np.array([*map(len, starts)], dtype=np.intp),
        places=np.array([*chain.from_iterable(starts)], dtype=np.int32),
        heaviest=np.arange(count),
    )


@pytest.mark.parametrize("seed", range(40))
def test_anchors_come_back_as_they_were(seed: int) -> None:
    random = Random(seed)
    found, length = _some_anchors(random), random.randint(1, 65_535)
    back = unpack(pack(found, length))

    assert back.length == length
    assert back.keys.tolist() == found.hashes.tolist()
    assert back.rarities == pytest.approx(found.rarities)
    assert is_coarse(back.marks).tolist() == [key.startswith(b"c") for key in found.keys.tolist()]
    assert hear_finely(back.marks).tolist() == found.has_fine_sounds.tolist()
    assert back.is_number.tolist() == [CARRIAGES[way] is Carriage.NUMBER for way in found.ways]
    places = iter(found.places.tolist())
    for i, (way, size, count) in enumerate(zip(found.ways, found.sizes.tolist(), found.counts, strict=True)):
        starts = list(islice(places, count))
        assert back.carriage(i) is CARRIAGES[way]
        assert back.starts(i) == starts
        assert back.first_span(i) == (starts[0], starts[0] + size)


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
