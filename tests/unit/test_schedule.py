"""When to try again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.schedule import FIRST_DELAY, LONGEST_DELAY, backoff, next_attempt_at

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "wait"),
    [
        (1, timedelta(minutes=10)),
        (2, timedelta(minutes=20)),
        (3, timedelta(minutes=40)),
        (8, timedelta(hours=20)),
        (9, timedelta(hours=20)),
        (1_000_000, timedelta(hours=20)),
    ],
)
def test_the_wait_doubles_with_each_failure_up_to_twenty_hours(failures: int, wait: timedelta) -> None:
    assert backoff(failures) == wait


@pytest.mark.parametrize(
    ("failures", "retry_after", "wait"),
    [
        (1, None, FIRST_DELAY),
        (1, timedelta(0), FIRST_DELAY),
        (1, timedelta(seconds=5), FIRST_DELAY),
        (1, timedelta(hours=2), timedelta(hours=2)),
        (1, timedelta(days=400), LONGEST_DELAY),
        (9, timedelta(hours=2), LONGEST_DELAY),
    ],
)
def test_the_longer_of_our_wait_and_the_server_s_wish_counts(
    failures: int, retry_after: timedelta | None, wait: timedelta
) -> None:
    assert next_attempt_at(failures, now=NOW, retry_after=retry_after) == NOW + wait
