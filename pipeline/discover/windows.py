"""What a source's answers say of the days that a backfill asks it for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from pipeline.discover.urls import canonicalize
from pipeline.errors import UserError
from pipeline.models.pages import Entry, Reading
from pipeline.models.sources import Source, SourceKind
from pipeline.models.windows import Days, WindowState, day_of

OLDEST_DAY = date(1800, 1, 1)
FURTHEST_AHEAD = timedelta(days=366)
"""How far after today days may end that are asked for: `--until` the end of this year is fine."""

_NEWEST_FIRST = {SourceKind.FEED, SourceKind.WORDPRESS, SourceKind.LISTING}


def asked_days(since: date, until: date, *, today: date) -> Days:
    """The days that somebody asks for, both included. Raises UserError where they are in the wrong order, begin before
    `OLDEST_DAY` or after today, or end more than a year ahead.
    """
    known = f"name days from {OLDEST_DAY} to {today}, days are those of UTC"
    if min(since, until) < OLDEST_DAY:
        raise UserError(f"{min(since, until)} is too long ago", known)
    if until > today + FURTHEST_AHEAD:
        raise UserError(f"the last day {until} is more than a year ahead", known)
    if since > today:
        raise UserError(f"{since} has not come yet", known)
    if since > until:
        raise UserError(f"the first day {since} is after the last day {until}", "swap them")
    return Days(since, until)


def admits_entry(entry: Entry, days: Collection[date]) -> bool:
    """Whether the article of an entry may be of one of the days, by what its source says.

    One whose date is not stated may be, unless it was changed last before the first of them.
    """
    if entry.published_at is not None:
        return day_of(entry.published_at) in days
    return entry.updated_at is None or day_of(entry.updated_at) >= min(days)


def dated_urls(entries: Iterable[Entry]) -> set[str]:
    """The canonical URLs of the entries whose date of publication is stated."""
    return {canonicalize(entry.url) for entry in entries if entry.published_at}


def final_days(source: Source, open_days: Collection[date], reading: Reading, answered: Days | None) -> set[date]:
    """Those of the days that no further document can say anything of.

    Lists begin with the newest: what follows is not newer than the newest entry of this document. (Nor need it be older
    than its oldest, which may be pinned.) Where the document answers for some days alone and names no other, it says
    all of them.
    """
    if source.kind not in _NEWEST_FIRST:
        return set()
    asked = {day for day in open_days if answered is None or answered.since <= day <= answered.until}
    if answered is not None and not reading.more:
        return asked
    newest = max((entry.published_at for entry in reading.entries if entry.published_at), default=None)
    return {day for day in asked if newest and day > day_of(newest)}


def states_of(days: Iterable[date], reach: date | None) -> dict[date, WindowState]:
    """The state of days whose source has said all that it lists, which reaches back to a day, or (None) to all."""
    return {day: WindowState.LISTED if reach is None or day >= reach else WindowState.BEYOND for day in days}


def gap_between(source: Source, newest_before: datetime | None, oldest: datetime | None) -> Days | None:
    """The days that a feed may have left out between two polls, None where they overlap: it lists its newest entries
    only, and the oldest of them is younger than the newest that it had at the poll before.
    """
    if source.kind is not SourceKind.FEED or newest_before is None or oldest is None or oldest <= newest_before:
        return None
    return Days(day_of(newest_before), day_of(oldest))
