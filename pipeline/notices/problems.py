"""What is wrong, told from the states of sources and runs: decisions over values, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby, pairwise

FAILING_FOR = timedelta(days=2)
"""A source that has not answered for so long is failing; below that the next poll may mend it."""

USUAL_DAYS = 2
"""So many days in a row with a completed ingest make a day without one a hole."""


class Kind(StrEnum):
    """What can be wrong."""

    SOURCE_SILENT = "source_silent"
    SOURCE_FAILING = "source_failing"
    RUN_FAILED = "run_failed"
    DAY_HOLE = "day_hole"


Key = tuple[Kind, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong, or (with `ended_at`) was. `subject` says what it is about: a source's slug, a kind of
    run with its days, a day.
    """

    kind: Kind
    subject: str
    since: datetime
    detail: str
    run_id: int | None = None
    ended_at: datetime | None = None

    @property
    def key(self) -> Key:
        """What tells one thing that is wrong from another."""
        return self.kind, self.subject


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source as `news.sources` shows it; `newest_at` is the date of its newest entry."""

    slug: str
    health: str
    known_since: datetime
    last_success_at: datetime | None
    newest_at: datetime | None
    usual_gap_days: float | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class RunState:
    """A run that has ended."""

    id: int
    kind: str
    state: str
    finished_at: datetime
    since: date | None
    until: date | None
    error: str | None

    @property
    def subject(self) -> str:
        """What a later run has in common with it that makes up for it: its kind and its days."""
        return " ".join([self.kind, *(f"{day:%Y-%m-%d}" for day in (self.since, self.until) if day)])


@dataclass(frozen=True, slots=True)
class Hole:
    """A day of a source of which articles are known to be missing, as `news.coverage` shows it."""

    source: str
    day: date
    state: str
    reason: str | None


def of_source(state: SourceState, now: datetime) -> Problem | None:
    """What is wrong with a source, if anything."""
    if state.health in ("silent", "empty"):
        since = state.newest_at or state.known_since
        gap = f", its usual gap is {state.usual_gap_days:g} days" if state.usual_gap_days else ""
        said = "it answers, and names no article" if state.health == "empty" else f"it answers without a new entry{gap}"
        return Problem(Kind.SOURCE_SILENT, state.slug, since, said)
    since = state.last_success_at or state.known_since
    if state.health == "failing" and now - since >= FAILING_FOR:
        return Problem(Kind.SOURCE_FAILING, state.slug, since, state.last_error or "")
    return None


def well_keys(state: SourceState) -> frozenset[Key]:
    """What is certainly not wrong with a source. One that fails may still be silent: it does not say."""
    match state.health:
        case "failing" | "unreached" | "never polled":
            return frozenset()
        case "silent" | "empty":
            return frozenset({(Kind.SOURCE_FAILING, state.slug)})
        case _:
            return frozenset({(Kind.SOURCE_FAILING, state.slug), (Kind.SOURCE_SILENT, state.slug)})


def of_runs(runs: Iterable[RunState]) -> list[Problem]:
    """For each subject the last row of runs that came to no end, over or not. A run that its user stopped is none."""
    ordered = sorted(runs, key=lambda run: (run.subject, run.id))
    found = (_last_spell(subject, list(group)) for subject, group in groupby(ordered, key=lambda run: run.subject))
    return [problem for problem in found if problem]


def _last_spell(subject: str, runs: Sequence[RunState]) -> Problem | None:
    spell: Problem | None = None
    for run in runs:
        if run.state == "completed":
            spell = spell and replace(spell, ended_at=spell.ended_at or run.finished_at)
        elif spell is None or spell.ended_at:
            detail = f"{run.state}: {run.error}" if run.error else run.state
            spell = Problem(Kind.RUN_FAILED, subject, run.finished_at, detail, run.id)
    return spell


def of_days(completed: Iterable[datetime], today: date) -> Problem | None:
    """The last days (in UTC) on which no ingest completed though one had on each of the two days before; None where
    there are none.
    """
    ends = sorted(completed)
    days = sorted({end.date() for end in ends})
    gap: Problem | None = None
    for place, (before, after) in enumerate(pairwise([*days, today])):
        missing = (after - before).days - 1
        was_usual = place + 1 >= USUAL_DAYS and days[place - USUAL_DAYS + 1] == before - timedelta(USUAL_DAYS - 1)
        if missing > 0 and was_usual:
            gap = _gap(before, missing, ends)
    return gap


def _gap(before: date, missing: int, ends: Sequence[datetime]) -> Problem:
    first, last = before + timedelta(1), before + timedelta(missing)
    since = next(end for end in reversed(ends) if end.date() == before)
    ended_at = next((end for end in ends if end.date() > last), None)
    days = f"{first:%Y-%m-%d}" if missing == 1 else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
    return Problem(Kind.DAY_HOLE, f"{first:%Y-%m-%d}", since, f"no ingest completed on {days}", ended_at=ended_at)


def of_coverage(holes: Iterable[Hole]) -> list[Problem]:
    """The holes of sources: days in a row of one source are one problem."""
    ordered = sorted(holes, key=lambda hole: (hole.source, hole.day))
    problems: list[Problem] = []
    row: list[Hole] = []
    for hole in ordered:
        if row and (hole.source, hole.day - timedelta(1)) != (row[-1].source, row[-1].day):
            problems.append(_row_of_days(row))
            row = []
        row.append(hole)
    return problems + ([_row_of_days(row)] if row else [])


_SAID = {"hole": "pages are missing", "gap": "articles may be missing", "failed": "its list could not be read"}


def _row_of_days(row: Sequence[Hole]) -> Problem:
    first, last = row[0], row[-1]
    days = f"{first.day:%Y-%m-%d}" if first is last else f"{first.day:%Y-%m-%d} to {last.day:%Y-%m-%d}"
    said = ", ".join(dict.fromkeys(_SAID.get(hole.state, hole.state) for hole in row))
    reason = next((f" ({hole.reason})" for hole in row if hole.reason), "")
    since = datetime.combine(first.day, time.min, UTC)
    return Problem(Kind.DAY_HOLE, f"{first.source} {first.day:%Y-%m-%d}", since, f"{said} on {days}{reason}")


def day_of_source(key: Key) -> date | None:
    """The first day of a hole of a source, None for any other key."""
    kind, subject = key
    return date.fromisoformat(subject.partition(" ")[2]) if kind is Kind.DAY_HOLE and " " in subject else None
