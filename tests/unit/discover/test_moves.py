"""When a source has moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipeline.discover.sources.moves import PROBATION, Move, current_address, next_move

NOW = datetime(2026, 3, 1, tzinfo=UTC)
OLD, NEW, ELSEWHERE = "https://a.example/feed", "https://b.example/feed", "https://c.example/feed"


def test_a_redirect_for_good_is_remembered_and_the_written_address_is_asked_on() -> None:
    move = next_move(OLD, OLD, NEW, None, now=NOW)

    assert move == Move(NEW, NOW)
    assert current_address(OLD, move, now=NOW + PROBATION - timedelta(seconds=1)) == OLD


def test_a_redirect_that_stood_for_a_week_is_followed() -> None:
    assert current_address(OLD, Move(NEW, NOW), now=NOW + PROBATION) == NEW


def test_the_week_counts_from_the_first_time() -> None:
    assert next_move(OLD, OLD, NEW, Move(NEW, NOW), now=NOW + timedelta(days=3)) == Move(NEW, NOW)


def test_the_week_begins_anew_where_the_redirect_leads_elsewhere() -> None:
    later = NOW + timedelta(days=3)

    assert next_move(OLD, OLD, ELSEWHERE, Move(NEW, NOW), now=later) == Move(ELSEWHERE, later)


def test_a_redirect_that_was_taken_back_is_forgotten() -> None:
    assert next_move(OLD, OLD, None, Move(NEW, NOW), now=NOW) is None


def test_a_move_that_is_followed_stays_though_its_address_redirects_no_more() -> None:
    assert next_move(OLD, NEW, None, Move(NEW, NOW), now=NOW + PROBATION) == Move(NEW, NOW)
