"""A calendar of sources and days, in as many columns as there is room for: values in, text out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.models.windows import ONE_DAY, Coverage, Days

NOTHING = " "
MARKS = {
    Coverage.COMPLETE: ("█", "green"),
    Coverage.FOLLOWED: ("▒", "cyan"),
    Coverage.PENDING: ("~", "yellow"),
    Coverage.PLANNED: ("?", "yellow"),
    Coverage.BEYOND: ("-", "bright_black"),
    Coverage.GAP: ("!", "bright_red"),
    Coverage.HOLE: ("o", "bright_red"),
    Coverage.FAILED: ("x", "bright_red"),
}
"""How each state is drawn: a character of its own, so that it reads without its colour. Of several days in a column the
state that stands last here is shown.
"""
_BADNESS = {state: number for number, state in enumerate(MARKS)}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a calendar: the first day of each, and how many days each has."""

    first_days: tuple[date, ...]
    width: int

    def index(self, day: date) -> int:
        """The column of a day."""
        return (day - self.first_days[0]).days // self.width


def columns(days: Days, room: int) -> Columns:
    """A column for each day, or for as few weeks as let all days fit into the room."""
    count = (days.until - days.since).days + 1
    width = 1
    while -(-count // width) > max(room, 1):
        width = 7 if width == 1 else width + 7
    return Columns(tuple(days.since + timedelta(number) for number in range(0, count, width)), width)


def ruler(drawn: Columns) -> str:
    """The months above the columns: each name begins at the column that its first day is in, if there is room."""
    line = ""
    for place, first in enumerate(drawn.first_days):
        in_column = Days(first, first + (drawn.width - 1) * ONE_DAY)
        begins = next((day for day in in_column if day.day == 1), first if place == 0 else None)
        if begins and len(line) <= place:
            line = line.ljust(place) + f"{begins:%b} "
    return line.rstrip()


def worst(states: Mapping[date, Coverage], drawn: Columns) -> list[Coverage | None]:
    """The state that each column shows for one source."""
    cells: list[Coverage | None] = [None] * len(drawn.first_days)
    for day, state in states.items():
        place = drawn.index(day)
        shown = cells[place]
        if shown is None or _BADNESS[state] > _BADNESS[shown]:
            cells[place] = state
    return cells


def stretches(states: Mapping[date, Coverage], wanted: Sequence[Coverage]) -> list[tuple[Coverage, Days]]:
    """Days on end that share one of the wanted states."""
    found: list[tuple[Coverage, Days]] = []
    for day, state in sorted(states.items()):
        if state not in wanted:
            continue
        if found and found[-1][0] is state and found[-1][1].until + ONE_DAY == day:
            found[-1] = (state, Days(found[-1][1].since, day))
        else:
            found.append((state, Days(day, day)))
    return found
