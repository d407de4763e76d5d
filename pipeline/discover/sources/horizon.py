"""How far back the daily job follows a source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.models.pages import Entry
from pipeline.models.sources import Source, SourceKind

SITEMAP_DAYS = 30
"""A sitemap lists what a site has ever published; a feed lists its newest articles only."""

_LISTS_ALL = {SourceKind.SITEMAP, SourceKind.WORDPRESS, SourceKind.LISTING}


@dataclass(frozen=True, slots=True)
class Horizon:
    """What lies before `since` is old: known, and left to a backfill. So is what has no date, unless `admits_undated`:
    of a list of everything that was never read before, nobody can say what of it is new.
    """

    since: datetime
    admits_undated: bool

    def admits(self, entry: Entry) -> bool:
        """Whether the daily job wants the entry."""
        dated_at = entry.published_at or entry.updated_at
        return self.admits_undated if dated_at is None else dated_at >= self.since


def horizon_of(source: Source, *, last_success_at: datetime | None, now: datetime) -> Horizon | None:
    """The horizon of a source at `now`, None where it wants all that it names."""
    days = source.options.max_age_days or (SITEMAP_DAYS if source.kind in _LISTS_ALL else None)
    if days is None:
        return None
    admits_undated = source.kind is not SourceKind.SITEMAP or last_success_at is not None
    return Horizon(now - timedelta(days=days), admits_undated)
