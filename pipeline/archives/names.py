"""Names of WARC files: which a listing names, and which may hold something of some days."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

MARGIN = timedelta(days=7)
"""How long after its publication an article is still looked for in files of a crawl of news."""

SUFFIXES = (".warc", ".warc.gz")
LISTINGS = (".paths", ".paths.gz", ".txt", ".txt.gz")
_LONGEST_FILE = timedelta(days=2)
"""A file is named after the moment it was begun, and closed when it is full."""

_CRAWLED = re.compile(r"(?<!\d)((?:19|20)\d{12})(?!\d)")


def crawled_from(name: str) -> datetime | None:
    """When the crawl of a file began, as the name says that Common Crawl gives it
    (CC-NEWS-20250102030405-00042.warc.gz); None where it says nothing.
    """
    found = _CRAWLED.search(name.rpartition("/")[2])
    try:
        return datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def may_hold(name: str, since: date, until: date) -> bool:
    """Whether a file may hold pages that were crawled from the first of some days to the margin after the last."""
    begun = crawled_from(name)
    return begun is None or since - _LONGEST_FILE <= begun.date() <= until + MARGIN


def is_crawled_within(moment: datetime, since: date, until: date) -> bool:
    """Whether an article of the days may have been crawled at that moment."""
    return since <= moment.astimezone(UTC).date() <= until + MARGIN


def listed_paths(text: str) -> tuple[list[str], int]:
    """The paths of WARC files in a listing, one a line, and how many lines name none: a path goes down from the root
    of the listing, so one with a scheme, a slash in front, or `..` is none.
    """
    lines = [line.strip() for line in text.splitlines()]
    named = [line for line in lines if line and not line.startswith("#")]
    paths = [line for line in named if _goes_down(line) and line.endswith(SUFFIXES)]
    return list(dict.fromkeys(paths)), len(named) - len(paths)


def _goes_down(path: str) -> bool:
    return not (path.startswith(("/", "\\")) or ":" in path or ".." in re.split(r"[/\\]|%2f|%5c", path.lower())) and (
        "%2e" not in path.lower()
    )


def in_order(addresses: Iterable[str]) -> list[str]:
    """Addresses each once, by the time that their names say, then by name."""
    latest = datetime.max.replace(tzinfo=UTC)
    return sorted(dict.fromkeys(addresses), key=lambda one: (crawled_from(one) or latest, one))
