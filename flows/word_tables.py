"""Tables of word lists, kept as files: made by the first process that needs one, and shared by all others.

A file that is not there, damaged, or made by another version is made anew; a folder that cannot be written to is done
without. So nothing is lost with the folder but the second that it takes to make them again.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache, partial
from mmap import ACCESS_READ, mmap
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.fold.translation.background import Background, background_of
from pipeline.fold.translation.listed import Listed, pack, unpack


@lru_cache(maxsize=64)
def kept_background(folder: Path, language: str | None) -> Background:
    """The background of a primary language subtag, by the tables of a folder."""
    return background_of(language, partial(kept_list, folder))


@lru_cache(maxsize=64)
def kept_list(folder: Path, name: str) -> Listed:
    """The table of a word list: that of the folder, else a new one, which is then left there."""
    path = folder / name
    with suppress(OSError, ValueError):
        return unpack(_mapped(path), name)
    packed = pack(name)
    with suppress(OSError):
        _write(path, packed)
    return unpack(packed, name)


def _mapped(path: Path) -> mmap:
    with path.open("rb") as file:
        return mmap(file.fileno(), 0, access=ACCESS_READ)


def _write(path: Path, content: bytes) -> None:
    """Put a file in its place in one move, whoever else does the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent) as draft:
        made = Path(draft, path.name)
        made.write_bytes(content)
        made.replace(path)
