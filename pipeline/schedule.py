"""When to try again: decisions over values, no clock."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_DELAY = timedelta(minutes=10)
# Less than a day, or a daily job that starts a second earlier than yesterday finds everything not due.
LONGEST_DELAY = timedelta(hours=20)
MAX_PAGE_ATTEMPTS = 10


def backoff(failures: int) -> timedelta:
    """The wait after so many failures in a row (at least 1): doubling, at most 20 hours."""
    return min(FIRST_DELAY * (1 << min(failures - 1, 16)), LONGEST_DELAY)


def next_attempt_at(failures: int, *, now: datetime, retry_after: timedelta | None) -> datetime:
    """When to ask again after so many failures in a row; a server's own wish (`Retry-After`) counts up to that too."""
    wish = min(retry_after or timedelta(), LONGEST_DELAY)
    return now + max(backoff(failures), wish)
