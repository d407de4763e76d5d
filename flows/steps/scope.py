"""What a run is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from pipeline.articles import is_within
from pipeline.models.pages import Entry


@dataclass(frozen=True, slots=True)
class Scope:
    """A run by its id, its sources by their slugs, and for a backfill its days, both included."""

    run_id: int
    slugs: tuple[str, ...]
    since: date | None = None
    until: date | None = None

    @property
    def is_backfill(self) -> bool:
        """Whether the run loads a past period, and so leaves the sources' own state alone."""
        return self.since is not None

    def admits_entry(self, entry: Entry) -> bool:
        """Whether the article of an entry may belong into the run, by what its source says."""
        if entry.published_at is not None:
            return self.admits(entry.published_at)
        return self.since is None or entry.updated_at is None or self.since <= entry.updated_at.astimezone(UTC).date()

    def admits(self, moment: datetime | None) -> bool:
        """Whether an article of this date belongs into the run."""
        return self.since is None or self.until is None or is_within(moment, self.since, self.until)
