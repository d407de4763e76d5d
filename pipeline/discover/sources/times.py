"""When something recurs: cron expressions and time zones, as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NICKNAMES = {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}
_ITEM = re.compile(r"(?:\*|([a-z]{3}|[0-9]{1,2})(?:-([a-z]{3}|[0-9]{1,2}))?)(?:/0*[1-9][0-9]?)?")

# Some systems have all zones twice more; those are no IANA names, and Prefect refuses them.
_COPIES = ("posix/", "right/", "posixrules")


@dataclass(frozen=True, slots=True)
class _Field:
    """What one of the five fields may say: numbers, names for them, items of its own, and a mark for all of it."""

    numbers: range
    names: tuple[str, ...] = ()
    own: re.Pattern[str] = re.compile(r"(?!)")
    all_of_it: str = "*"

    def admits(self, written: str) -> bool:
        """Whether each item of a list is one of this field."""
        return written == self.all_of_it or all(map(self._admits_item, written.split(",")))

    def _admits_item(self, item: str) -> bool:
        if self.own.fullmatch(item):
            return True
        found = _ITEM.fullmatch(item)
        return found is not None and all(value is None or self._is_value(value) for value in found.groups())

    def _is_value(self, value: str) -> bool:
        return value in self.names or (value.isdecimal() and int(value) in self.numbers)


_FIELDS = (
    _Field(range(60)),
    _Field(range(24)),
    _Field(range(1, 32), own=re.compile("l"), all_of_it="?"),
    _Field(range(1, 13), _MONTHS),
    _Field(range(8), _DAYS, re.compile(r"(?:[0-7]|sun|mon|tue|wed|thu|fri|sat)#[1-5]|l[0-7]"), all_of_it="?"),
)


def check_cron(written: str) -> str:
    """The cron expression as it is written: five fields as in crontab(5), with Prefect's `L` and `#`, or a nickname
    such as `@daily`. Raises ValueError for what is none.
    """
    fields = written.lower().split()
    is_cron = len(fields) == len(_FIELDS) and all(field.admits(one) for field, one in zip(_FIELDS, fields, strict=True))
    if not is_cron and " ".join(fields) not in _NICKNAMES:
        raise ValueError(f"no cron {written!r}: 0 6 * * * is one, each day at six")
    return written


def check_time_zone(written: str) -> str:
    """The name of the time zone as it is written. Raises ValueError for what is none."""
    if written.startswith(_COPIES) or not _is_zone(written):
        raise ValueError(f"no time zone {written!r}: Europe/Berlin is one")
    return written


def _is_zone(written: str) -> bool:
    try:
        ZoneInfo(written)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
