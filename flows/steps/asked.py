"""A source that is being asked, and its documents that are wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from db.resources import Renewal
from db.sources import StoredSource
from pipeline.discover.readers import Period
from pipeline.discover.sources.horizon import Horizon
from pipeline.discover.sources.moves import Move
from pipeline.models.pages import FetchFailure
from pipeline.models.windows import Days, day_of


@dataclass(slots=True)
class Asked:
    """A source that is being asked, and what came of it so far. Its first document decides whether it is well.

    For a backfill: the `days` it is asked for, those of them that are not settled yet, the canonical URLs `listed` with
    a date, and whether it `reaches_all` of its days back. `waiting` counts the documents that are still to come.
    """

    stored: StoredSource
    address: str
    period: Period
    horizon: Horizon | None
    move: Move | None
    seconds: float = 0.0
    documents: set[str] = field(default_factory=set)
    pages: set[str] = field(default_factory=set)
    renewals: list[Renewal] = field(default_factory=list)
    days: frozenset[date] = frozenset()
    open_days: set[date] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)
    reaches_all: bool = False
    waiting: int = 0
    failure: FetchFailure | None = None
    failed_parts: list[FetchFailure] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    has_read: bool = False
    has_read_part: bool = False
    entries: int = 0
    new_pages: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
    is_partial: bool = False
    left_unread: int = 0

    @property
    def reach(self) -> date | None:
        """The first day that the source's list reaches back to; None where it has all, or nobody can say."""
        if self.reaches_all or self.is_partial:
            return None
        if not self.entries:
            return date.max
        return day_of(self.oldest) if self.oldest else None

    @property
    def reach_said(self) -> str:
        """The same for people."""
        return f"its list reaches back to {self.reach}" if self.entries else "its list names no article"


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a source that is wanted; `is_first` for those that the poll begins with, `is_guess` for one that
    nobody named. Where the source can be asked for them alone, `days` are those that it answers for.
    """

    asked: Asked
    url: str
    is_first: bool = False
    is_guess: bool = False
    days: Days | None = None
