"""The word lists of wordfreq, read as data: the package itself takes 0.1 s to import, and keeps each list that it has
read.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgpack

# How distant a language may be whose list serves another one: so wordfreq chooses.
_MOST_DISTANT = 60


def frequencies(name: str) -> dict[str, float]:
    """The words of a list and how often each is a word of running text, most frequent first.

    A file is a head and then the words of each hundredth of a power of ten, from 1 downwards (wordfreq's cBpack).
    """
    _, *buckets = _read(f"small_{name}")
    return {word: 10 ** (-i / 100) for i, bucket in enumerate(buckets) for word in bucket}


def simplified() -> dict[int, str]:
    """Old forms of Chinese characters and their simplified ones, as wordfreq maps them before it counts words."""
    table: dict[int, str] = _read("_chinese_mapping")
    return table


@lru_cache(maxsize=1024)
def nearest(language: str) -> str | None:
    """The name of the list of a language (primary subtag), or of one near to it; None where there is none."""
    if language in _names():
        return language
    # Imported where it is used: it takes 0.03 s, which a language with a list of its own should not pay.
    from langcodes import closest_match

    try:
        name, _ = closest_match(language, _names(), max_distance=_MOST_DISTANT)
    except ValueError:  # no tag of a language
        return None
    return None if name == "und" else name


@lru_cache(maxsize=1)
def _names() -> list[str]:
    return sorted(path.name.split(".")[0].removeprefix("small_") for path in _folder().glob("small_*.msgpack.gz"))


@lru_cache(maxsize=1)
def _folder() -> Path:
    found = find_spec("wordfreq")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("wordfreq", name="wordfreq")
    return Path(found.origin).parent / "data"


def _read(name: str) -> Any:
    packed = (_folder() / f"{name}.msgpack.gz").read_bytes()
    return msgpack.unpackb(gzip.decompress(packed), strict_map_key=False)
