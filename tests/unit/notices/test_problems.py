"""What is wrong, told from the states of sources and runs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.notices.problems import (
    Hole,
    Kind,
    Problem,
    RunState,
    SourceState,
    day_of_source,
    of_coverage,
    of_days,
    of_runs,
    of_source,
    well_keys,
)

NOW = datetime(2026, 3, 10, 6, tzinfo=UTC)
ANSWERED = NOW - timedelta(days=1)


def _source(health: str, last_success_at: datetime | None = ANSWERED, newest_at: datetime | None = None) -> SourceState:
    return SourceState("bees", health, NOW - timedelta(days=90), last_success_at, newest_at, 2.0, "404")


def _run(number: int, state: str, kind: str = "ingest", error: str | None = None) -> RunState:
    day = date(2026, 1, number) if kind == "backfill" else None
    return RunState(number, kind, state, NOW + timedelta(hours=number), day, day, error)


def _days(*days: int) -> list[datetime]:
    return [datetime(2026, 3, day, 6, tzinfo=UTC) for day in days]


@pytest.mark.parametrize("health", ["ok", "stale", "never polled", "unreached", "not followed"])
def test_a_source_that_is_well_or_of_which_nothing_is_known_is_no_problem(health: str) -> None:
    assert of_source(_source(health), NOW) is None


def test_a_silent_source_is_a_problem_since_its_newest_entry() -> None:
    newest = NOW - timedelta(days=12)

    problem = of_source(_source("silent", newest_at=newest), NOW)

    assert problem == Problem(
        Kind.SOURCE_SILENT, "bees", newest, "it answers without a new entry, its usual gap is 2 days"
    )


def test_a_source_that_names_no_article_is_silent_since_it_is_known() -> None:
    problem = of_source(_source("empty"), NOW)

    assert problem is not None
    assert (problem.kind, problem.since) == (Kind.SOURCE_SILENT, NOW - timedelta(days=90))


@pytest.mark.parametrize(
    ("hours", "is_problem"), [(1, False), (47, False), (48, True), (500, True)], ids=["1h", "47h", "48h", "500h"]
)
def test_a_source_that_fails_is_a_problem_after_two_days(hours: int, is_problem: bool) -> None:
    problem = of_source(_source("failing", last_success_at=NOW - timedelta(hours=hours)), NOW)

    assert (problem is not None) == is_problem


def test_a_source_that_never_answered_fails_since_it_is_known() -> None:
    problem = of_source(_source("failing", last_success_at=None), NOW)

    assert problem == Problem(Kind.SOURCE_FAILING, "bees", NOW - timedelta(days=90), "404")


def test_a_silent_source_that_fails_for_a_moment_is_not_well_again() -> None:
    assert well_keys(_source("failing")) == frozenset()
    assert well_keys(_source("unreached")) == frozenset()
    assert well_keys(_source("silent")) == {(Kind.SOURCE_FAILING, "bees")}
    assert well_keys(_source("ok")) == {(Kind.SOURCE_FAILING, "bees"), (Kind.SOURCE_SILENT, "bees")}


def test_failed_runs_in_a_row_are_one_problem_that_the_next_completed_run_ends() -> None:
    runs = [_run(1, "completed"), _run(2, "failed", error="bees"), _run(3, "interrupted")]

    [problem] = of_runs(runs)
    [over] = of_runs([*runs, _run(4, "completed"), _run(5, "completed")])

    began = NOW + timedelta(hours=2)
    assert problem == Problem(Kind.RUN_FAILED, "ingest", began, "failed: bees", 2)
    assert over == Problem(Kind.RUN_FAILED, "ingest", began, "failed: bees", 2, NOW + timedelta(hours=4))


def test_a_run_that_fails_again_after_a_completed_one_is_a_new_problem() -> None:
    [problem] = of_runs([_run(1, "failed"), _run(2, "completed"), _run(3, "failed")])

    assert (problem.run_id, problem.ended_at) == (3, None)


def test_a_completed_backfill_makes_up_only_for_one_of_the_same_days() -> None:
    problems = of_runs([_run(1, "failed", "backfill"), _run(2, "completed", "backfill"), _run(3, "completed")])

    assert [(one.subject, one.ended_at) for one in problems] == [("backfill 2026-01-01 2026-01-01", None)]


def test_runs_that_all_completed_are_no_problem() -> None:
    assert of_runs([_run(number, "completed") for number in range(1, 5)]) == []


@pytest.mark.parametrize(
    ("completed", "today", "subject", "is_over"),
    [
        ((), 10, None, False),
        ((7, 8, 9), 10, None, False),
        ((7, 8, 9, 10), 10, None, False),
        ((6, 7, 8), 10, "2026-03-09", False),
        ((6, 7, 8, 10), 10, "2026-03-09", True),
        ((4, 5, 10), 10, "2026-03-06", True),
        ((1, 8), 10, None, False),  # by hand now and then: no day is missing
        ((1, 4, 7), 10, None, False),
        ((1, 2, 4, 5, 7), 7, "2026-03-06", True),  # the last of two
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, tuple) else None,
)
def test_a_day_without_an_ingest_is_a_hole_where_the_two_days_before_had_one(
    completed: tuple[int, ...], today: int, subject: str | None, is_over: bool
) -> None:
    hole = of_days(_days(*completed), date(2026, 3, today))

    assert (hole and hole.subject) == subject
    assert bool(hole and hole.ended_at) == is_over


def test_a_hole_of_several_days_is_one() -> None:
    hole = of_days(_days(3, 4, 4, 8), date(2026, 3, 9))

    assert hole == Problem(
        Kind.DAY_HOLE,
        "2026-03-05",
        datetime(2026, 3, 4, 6, tzinfo=UTC),
        "no ingest completed on 2026-03-05 to 2026-03-07",
        ended_at=datetime(2026, 3, 8, 6, tzinfo=UTC),
    )


def test_days_in_a_row_of_one_source_are_one_hole() -> None:
    days = [("b", 5, "hole"), ("a", 3, "hole"), ("a", 5, "gap"), ("a", 4, "failed"), ("a", 7, "hole")]

    holes = of_coverage(Hole(source, date(2026, 3, day), state, None) for source, day, state in days)

    assert [(one.subject, one.detail) for one in holes] == [
        (
            "a 2026-03-03",
            "pages are missing, its list could not be read, articles may be missing on 2026-03-03 to 2026-03-05",
        ),
        ("a 2026-03-07", "pages are missing on 2026-03-07"),
        ("b 2026-03-05", "pages are missing on 2026-03-05"),
    ]
    assert [day_of_source(one.key) for one in holes] == [date(2026, 3, day) for day in (3, 7, 5)]
    assert day_of_source((Kind.DAY_HOLE, "2026-03-03")) is None
    assert day_of_source((Kind.RUN_FAILED, "ingest 2026-03-03")) is None
