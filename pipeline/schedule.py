"""When to try again: decisions over values, no clock."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_DELAY = timedelta(minutes=10)
LONGEST_DELAY = timedelta(days=1)
MAX_PAGE_ATTEMPTS = 10


def backoff(failures: int) -> timedelta:
    """The wait after so many failures in a row (at least 1): doubling, at most a day."""
    return min(FIRST_DELAY * (1 << min(failures - 1, 16)), LONGEST_DELAY)


def next_attempt_at(failures: int, *, now: datetime, retry_after: timedelta | None) -> datetime:
    """When to ask again after so many failures in a row; a server's own wish (`Retry-After`) counts up to a day."""
    wish = min(retry_after or timedelta(), LONGEST_DELAY)
    return now + max(backoff(failures), wish)
