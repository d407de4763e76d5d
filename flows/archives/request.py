"""What a backfill out of archives is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Request:
    """The days from `since` to `until`, both included, of some sources or (empty) of all, as they are in WARC files
    (addresses of files, folders or listings) and in the Wayback Machine of the settings.
    """

    since: date
    until: date
    sources: tuple[str, ...] = ()
    warc: tuple[str, ...] = ()
    wayback: bool = False
