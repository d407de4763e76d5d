"""When to try again: decisions over values, no clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32

FIRST_DELAY = timedelta(minutes=10)
# Less than a day, or a daily job that starts a second earlier than yesterday finds everything not due.
LONGEST_DELAY = timedelta(hours=20)
MAX_PAGE_ATTEMPTS = 10
JITTER = 0.1
"""How far, as a part of itself, a wait may be moved, so that what failed together does not come back together."""

ONE_IN_FULL = 100
"""Of so many conditional requests one goes out without its condition: some servers answer 304 for ever."""


def backoff(failures: int) -> timedelta:
    """The wait after so many failures in a row (at least 1): doubling, at most 20 hours."""
    return min(FIRST_DELAY * (1 << min(failures - 1, 16)), LONGEST_DELAY)


def next_attempt_at(failures: int, *, now: datetime, retry_after: timedelta | None, key: str = "") -> datetime:
    """When to ask again after so many failures in a row; a server's own wish (`Retry-After`) counts up to that too.

    The wait of each key (a source's slug, a page's URL) is moved by up to a tenth, always to the same side; at the
    longest delay to the shorter one.
    """
    wish = min(retry_after or timedelta(), LONGEST_DELAY)
    return now + max(_jittered(backoff(failures), key), wish)


def is_checked_in_full(key: str, run_id: int) -> bool:
    """Whether this run asks for the whole body of a key (a source's slug, a page's URL), whatever it knows of it: one
    time in a hundred, by a hash.
    """
    return crc32(f"{run_id} {key}".encode("utf-8", "surrogatepass")) % ONE_IN_FULL == 0


def _jittered(wait: timedelta, key: str) -> timedelta:
    if not key:
        return wait
    moved = wait * (1 + JITTER * (2 * crc32(key.encode("utf-8", "surrogatepass")) / 0xFFFF_FFFF - 1))
    return min(moved, 2 * LONGEST_DELAY - moved)
