"""What a run is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from pipeline.articles import is_within
from pipeline.models.windows import Days


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

    @property
    def days(self) -> Days | None:
        """The days of a backfill."""
        return Days(self.since, self.until) if self.since and self.until else None

    def admits(self, moment: datetime | None) -> bool:
        """Whether an article of this date belongs into the run."""
        return self.since is None or self.until is None or is_within(moment, self.since, self.until)
