"""What is read of archives of the web, and how far."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.models.pages import Capture


class ArchiveState(StrEnum):
    """How far an archive was read: in part or not at all, or to its end."""

    READING = "reading"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a followed source in an archive; `source` is its slug."""

    source: str
    capture: Capture


@dataclass(frozen=True, slots=True)
class Listed:
    """A capture that an archive's index names: the page's own address, and where the archive has its body."""

    url: str
    archive_url: str


@dataclass(frozen=True, slots=True)
class Part:
    """Some records of an archive, read one after another: the pages in them, how many they were, what was wrong with
    those that are damaged, and where the next one begins (a byte of the file).
    """

    found: tuple[Found, ...]
    records: int
    problems: tuple[str, ...]
    read_to: int
