"""When to try again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from pipeline.schedule import FIRST_DELAY, LONGEST_DELAY, backoff, is_checked_in_full, next_attempt_at

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


def test_waits_of_many_that_failed_together_are_spread_by_a_tenth_and_each_keeps_its_own() -> None:
    waits = [next_attempt_at(2, now=NOW, retry_after=None, key=f"source-{n}") - NOW for n in range(1000)]

    assert waits == [next_attempt_at(2, now=NOW, retry_after=None, key=f"source-{n}") - NOW for n in range(1000)]
    assert min(waits) >= timedelta(minutes=18)
    assert max(waits) <= timedelta(minutes=22)
    tenths = [sum(18 + 0.4 * n <= wait / timedelta(minutes=1) < 18.4 + 0.4 * n for wait in waits) for n in range(10)]
    assert min(tenths) > 50


def test_the_longest_wait_is_spread_too_and_never_longer() -> None:
    waits = {next_attempt_at(20, now=NOW, retry_after=None, key=f"source-{n}") - NOW for n in range(1000)}

    assert len(waits) > 900
    assert max(waits) <= LONGEST_DELAY
    assert min(waits) >= 0.9 * LONGEST_DELAY


def test_no_wait_is_shorter_than_the_server_s_wish() -> None:
    wish = timedelta(minutes=10)

    assert all(next_attempt_at(1, now=NOW, retry_after=wish, key=f"source-{n}") - NOW >= wish for n in range(100))


def test_one_request_in_a_hundred_asks_for_the_whole_body() -> None:
    keys = [f"https://a.example/news/{n}" for n in range(2_000)]

    share = sum(is_checked_in_full(key, run) for key in keys for run in range(1, 21)) / 40_000

    assert 0.008 < share < 0.012


@pytest.mark.parametrize("key", ["deepmind", "a", "https://a.example/feed.xml"])
def test_every_key_is_asked_for_in_full_now_and_then(key: str) -> None:
    full = [run for run in range(1, 3_001) if is_checked_in_full(key, run)]

    assert 15 <= len(full) <= 60
    assert max(b - a for a, b in pairwise(full)) < 1_000
