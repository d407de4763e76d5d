"""A source that is being asked, and its documents that are wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from db.resources import Renewal
from db.sources import StoredSource
from pipeline.discover.readers import Period
from pipeline.discover.sources.horizon import Horizon
from pipeline.discover.sources.moves import Move
from pipeline.models.pages import FetchFailure


@dataclass(slots=True)
class Asked:
    """A source that is being asked, and what came of it so far. Its first document decides whether it is well."""

    stored: StoredSource
    address: str
    period: Period
    horizon: Horizon | None
    move: Move | None
    seconds: float = 0.0
    documents: set[str] = field(default_factory=set)
    pages: set[str] = field(default_factory=set)
    renewals: list[Renewal] = field(default_factory=list)
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


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a source that is wanted; `is_first` for the one that the poll begins with."""

    asked: Asked
    url: str
    is_first: bool
