"""Schedules: when which sources are asked, from the sources file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from pipeline.discover.sources.times import check_cron, check_time_zone
from pipeline.errors import UserError

DAILY = "daily"
"""The schedule of all sources that no other one names."""
_KEYS = ("cron", "timezone", "sources")


@dataclass(frozen=True, slots=True)
class Schedule:
    """When some sources are asked, by their slugs; without a time zone it is that of the settings."""

    name: str
    cron: str
    timezone: str | None
    sources: tuple[str, ...]


def parse_schedules(tables: object, origin: str) -> tuple[Schedule, ...]:
    """The tables `[schedules.NAME]` of a sources file. Raises UserError naming file, schedule and key."""
    if not isinstance(tables, Mapping):
        raise UserError(f"{origin}: key 'schedules' is no table", "begin each schedule with a line [schedules.NAME]")
    return tuple(_schedule(name, table, f"{origin}: schedule {name}") for name, table in tables.items())


def _schedule(name: str, table: object, where: str) -> Schedule:
    if not isinstance(table, Mapping):
        raise UserError(f"{where} is no table", f"begin it with a line [schedules.{name}]")
    if name == DAILY:
        raise UserError(
            f"{where}: {DAILY!r} is the schedule of the other sources", "choose another name, or set NEWSFOLD_SCHEDULE"
        )
    for key in table.keys() - set(_KEYS):
        raise UserError(f"{where}: key '{key}' is not known", f"known keys: {', '.join(_KEYS)}")
    cron, timezone, sources = (table.get(key) for key in _KEYS)
    if not isinstance(cron, str):
        raise UserError(f"{where}: key 'cron' is missing or no text", 'write cron = "0 * * * *"')
    _check(check_cron, cron, f"{where}: key 'cron'")
    if timezone is not None:
        _check(check_time_zone, timezone, f"{where}: key 'timezone'")
    if not isinstance(sources, list) or not sources or not all(isinstance(slug, str) for slug in sources):
        raise UserError(f"{where}: key 'sources' is no list of slugs", 'write sources = ["SLUG", …]')
    return Schedule(name, cron, timezone, tuple(sources))


def _check(check: Callable[[str], str], value: object, where: str) -> None:
    try:
        check(value if isinstance(value, str) else "")
    except ValueError as exc:
        raise UserError(f"{where}: {exc}", "mend it") from exc


def check_members(schedules: Sequence[Schedule], known: Collection[str], origin: str) -> None:
    """Raises UserError for a schedule of a source that there is not, or that another schedule has."""
    seen: dict[str, str] = {}
    for one in schedules:
        for slug in one.sources:
            if slug not in known:
                raise UserError(f"{origin}: schedule {one.name}: no source {slug!r}", "name one of the sources file")
            if slug in seen:
                problem = f"source {slug!r} is in schedule {seen[slug]} too"
                raise UserError(f"{origin}: schedule {one.name}: {problem}", "keep it in one")
            seen[slug] = one.name


def members(schedules: Sequence[Schedule], name: str, known: Sequence[str]) -> tuple[str, ...] | None:
    """The slugs of a schedule, or None where there is no such schedule."""
    if name == DAILY:
        elsewhere = {slug for one in schedules for slug in one.sources}
        return tuple(slug for slug in known if slug not in elsewhere)
    return next((one.sources for one in schedules if one.name == name), None)
