"""The calendar of coverage, and how long a backfill would take."""

from __future__ import annotations

from datetime import date

from flows.cli.day_grid import MARKS, columns, ruler, stretches, worst
from flows.preview import Estimate, estimate
from pipeline.models.sources import Options, Source, SourceKind, Turn
from pipeline.models.windows import Coverage, Days

QUARTER = Days(date(2025, 12, 20), date(2026, 3, 5))


def test_a_day_is_a_column_where_there_is_room_and_else_a_week_or_weeks() -> None:
    assert [columns(QUARTER, room).width for room in (76, 75, 11, 10, 1)] == [1, 7, 7, 14, 77]
    assert columns(QUARTER, 11).first_days[:2] == (date(2025, 12, 20), date(2025, 12, 27))
    assert len(columns(QUARTER, 11).first_days) == 11


def test_months_stand_above_the_column_of_their_first_day_where_there_is_room() -> None:
    assert ruler(columns(QUARTER, 11)) == "Dec   Feb Mar"
    daily = ruler(columns(QUARTER, 100))
    assert [daily.index(name) for name in ("Dec", "Jan", "Feb", "Mar")] == [0, 12, 43, 71]


def test_a_column_shows_the_worst_of_its_days() -> None:
    week = columns(Days(date(2026, 1, 1), date(2026, 1, 14)), 2)
    states = {
        date(2026, 1, 1): Coverage.COMPLETE,
        date(2026, 1, 2): Coverage.HOLE,
        date(2026, 1, 3): Coverage.PENDING,
    }

    assert worst(states, week) == [Coverage.HOLE, None]


def test_every_state_has_a_mark_of_its_own() -> None:
    assert set(MARKS) == set(Coverage)
    assert len({mark for mark, _ in MARKS.values()}) == len(Coverage)


def test_days_on_end_of_one_state_are_told_together() -> None:
    states = {date(2026, 1, day): Coverage.HOLE for day in (1, 2, 4)} | {date(2026, 1, 3): Coverage.COMPLETE}

    assert stretches(states, [Coverage.HOLE]) == [
        (Coverage.HOLE, Days(date(2026, 1, 1), date(2026, 1, 2))),
        (Coverage.HOLE, Days(date(2026, 1, 4), date(2026, 1, 4))),
    ]


def test_a_backfill_takes_as_long_as_its_pages_or_its_slowest_host() -> None:
    slow = Source("slow", "S", SourceKind.FEED, "https://s.example", options=Options(turn=Turn(interval_seconds=10)))
    fast = Source("fast", "F", SourceKind.FEED, "https://f.example")
    wanted = {slow: {f"https://s.example/{n}" for n in range(6)}, fast: {f"https://f.example/{n}" for n in range(94)}}

    assert estimate(wanted, 0.2, 0.0) == Estimate(60.0, 0.2, "s.example", 60.0)
    assert estimate(wanted, 2.0, 0.0) == Estimate(200.0, 2.0, "s.example", 60.0)
    assert estimate({}, None, 1.0) == Estimate(0.0, None, None, 0.0)
