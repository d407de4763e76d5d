"""Tables of word lists, kept as files: made by the first process that needs one, and shared by all others, which wait
for it.

A file that is not there, damaged, or made by another version is made anew; a folder that cannot be written to is done
without. So nothing is lost with the folder but the second that it takes to make them again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from functools import lru_cache, partial
from mmap import ACCESS_READ, mmap
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import TextIO

from pipeline.fold.translation.background import Background, background_of
from pipeline.fold.translation.listed import Listed, pack, unpack

# Making a table takes 0.2 to 0.6 s on a machine with nothing else to do.
LONGEST_TURN_SECONDS, _LOOK_SECONDS = 5.0, 0.02


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
    with _turn(path):
        with suppress(OSError, ValueError):
            return unpack(_mapped(path), name)
        packed = pack(name)
        with suppress(OSError):
            _write(path, packed)
    return unpack(packed, name)


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    """While another process makes the table, wait for it; but not for ever, it may be stopped."""
    with ExitStack() as stack:
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = stack.enter_context(path.with_suffix(".lock").open("w"))
            until = monotonic() + LONGEST_TURN_SECONDS
            while not _has_locked(lock) and monotonic() < until:
                sleep(_LOOK_SECONDS)
        yield


def _has_locked(file: TextIO) -> bool:
    try:
        flock(file, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    return True


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
