"""Of all that is wrong, what is news."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.notices.decide import Changes, Known, decide
from pipeline.notices.problems import Kind, Problem

NOW = datetime(2026, 3, 10, 6, tzinfo=UTC)
SILENT = Problem(Kind.SOURCE_SILENT, "bees", NOW - timedelta(days=40), "")
FAILED = Problem(Kind.RUN_FAILED, "ingest", NOW - timedelta(hours=3), "failed", 7)
OPEN, ENDED = True, False


def _known(problem: Problem, is_open: bool) -> dict[tuple[Kind, str], Known]:
    return {problem.key: Known(1, problem.since, is_open)}


@pytest.mark.parametrize("problem", [SILENT, FAILED], ids=lambda problem: problem.kind.value)
def test_what_is_wrong_is_opened_once(problem: Problem) -> None:
    assert decide([problem], [], {}, NOW) == Changes(opened=(problem,))
    assert decide([problem], [], _known(problem, OPEN), NOW) == Changes()


def test_what_is_well_is_ended_once() -> None:
    assert decide([], [SILENT.key], _known(SILENT, OPEN), NOW) == Changes(ended=((1, NOW),))
    assert decide([], [SILENT.key], _known(SILENT, ENDED), NOW) == Changes()
    assert decide([], [SILENT.key], {}, NOW) == Changes()


def test_what_nobody_says_anything_of_stays_as_it_is() -> None:
    assert decide([], [], _known(SILENT, OPEN) | _known(FAILED, OPEN), NOW) == Changes()


def test_a_source_that_falls_silent_again_is_news() -> None:
    again = replace(SILENT, since=NOW - timedelta(days=9))

    assert decide([again], [], _known(SILENT, ENDED), NOW) == Changes(opened=(again,))


def test_a_run_that_failed_is_ended_by_what_made_up_for_it() -> None:
    over = replace(FAILED, ended_at=NOW)

    assert decide([over], [], _known(FAILED, OPEN), NOW) == Changes(ended=((1, NOW),))


def test_what_came_and_went_between_two_runs_is_said_and_only_once() -> None:
    over = replace(FAILED, ended_at=NOW)

    assert decide([over], [], {}, NOW) == Changes(opened=(over,))
    assert decide([over], [], _known(FAILED, ENDED), NOW) == Changes()
    assert decide([over], [], {FAILED.key: Known(1, FAILED.since - timedelta(days=30), ENDED)}, NOW) == Changes(
        opened=(over,)
    )


def test_a_run_that_failed_long_ago_is_history() -> None:
    old = replace(FAILED, since=NOW - timedelta(days=8))

    assert decide([old], [], {}, NOW) == Changes()
    assert decide([replace(old, ended_at=NOW - timedelta(days=7, seconds=1))], [], {}, NOW) == Changes()
    assert decide([replace(old, ended_at=NOW)], [], _known(old, OPEN), NOW) == Changes(ended=((1, NOW),))
