"""Of all that is wrong, what is news: each thing is said once until it ends."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.notices.problems import Key, Kind, Problem

NEWS_FOR = timedelta(days=7)
"""What ended longer ago is history, not news, and so is a run that failed longer ago."""


@dataclass(frozen=True, slots=True)
class Known:
    """The last notice that there was of a thing."""

    id: int
    since: datetime
    is_open: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """The notices to open (some are over already) and those to end, by id with the moment."""

    opened: tuple[Problem, ...] = ()
    ended: tuple[tuple[int, datetime], ...] = ()


def decide(problems: Iterable[Problem], well: Collection[Key], known: Mapping[Key, Known], now: datetime) -> Changes:
    """What of `problems` and of the keys that are `well` changes what is known."""
    opened: list[Problem] = []
    ended = [(known[key].id, now) for key in sorted(well) if key in known and known[key].is_open]
    for problem in problems:
        last = known.get(problem.key)
        if last and last.is_open:
            if problem.ended_at:
                ended.append((last.id, problem.ended_at))
        elif _is_news(problem, last, now):
            opened.append(problem)
    return Changes(tuple(opened), tuple(ended))


def _is_news(problem: Problem, last: Known | None, now: datetime) -> bool:
    if last and problem.ended_at and problem.since <= last.since:
        return False
    began = problem.since if problem.kind is Kind.RUN_FAILED else now
    return now - (problem.ended_at or began) <= NEWS_FOR
