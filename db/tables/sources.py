"""Sources, the runs that ask them, and what they said."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, one_of
from pipeline.models.sources import SourceKind
from pipeline.models.windows import WindowState

RUN_STATES = ("running", "completed", "failed", "interrupted")


RUN_KINDS = ("ingest", "backfill", "import", "refold", "reprocess", "maintain")


POLL_STATES = ("new", "unchanged", "failed", "left")


class SourceRow(Base):
    __tablename__ = "source"
    __table_args__ = (
        CheckConstraint(one_of("kind", list(SourceKind)), name="kind"),
        Index("source_claimed_by_ix", "claimed_by", postgresql_where=sql("claimed_by is not null")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    address: Mapped[str]
    language: Mapped[str | None]
    known_from: Mapped[str | None]
    options: Mapped[dict[str, Any]] = mapped_column(server_default=sql("'{}'"))
    is_followed: Mapped[bool] = mapped_column(server_default=sql("true"))
    moved_to: Mapped[str | None]
    moved_since: Mapped[datetime | None]
    entries: Mapped[int | None] = mapped_column(Integer)
    newest_entry_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sql("now()"))
    last_polled_at: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    last_new_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(Integer, server_default=sql("0"))
    excused: Mapped[int] = mapped_column(Integer, server_default=sql("0"))
    last_error: Mapped[str | None]
    next_poll_at: Mapped[datetime | None]
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("ingest.run.id", ondelete="SET NULL"))


class ResourceRow(Base):
    """A document of a source, with what to ask the server "has it changed?" with; without a hash it was never read."""

    __tablename__ = "resource"
    __table_args__ = (Index("resource_source_id_url_key", "source_id", sql("md5(url)"), unique=True),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("ingest.source.id", ondelete="CASCADE"))
    url: Mapped[str]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    body_hash: Mapped[str | None]
    read_at: Mapped[datetime]


class RunRow(Base):
    """One execution. `is_counted` says that what it takes up is counted in `ingest.book`; `totals` are kept when its
    outcomes are no longer.
    """

    __tablename__ = "run"
    __table_args__ = (
        CheckConstraint(one_of("kind", RUN_KINDS), name="kind"),
        CheckConstraint(one_of("state", RUN_STATES), name="state"),
        CheckConstraint("(state = 'running') = (finished_at is null)", name="finished"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=sql("'running'"))
    started_at: Mapped[datetime] = mapped_column(server_default=sql("now()"))
    finished_at: Mapped[datetime | None]
    since: Mapped[date | None]
    until: Mapped[date | None]
    error: Mapped[str | None]
    totals: Mapped[dict[str, Any] | None]
    is_counted: Mapped[bool] = mapped_column(server_default=sql("false"))
    flow_run: Mapped[str | None]


class BookRow(Base):
    """How many pages of a source a run took up, counted when it did; `db.books` holds it against their outcomes."""

    __tablename__ = "book"

    run_id: Mapped[int] = mapped_column(ForeignKey("ingest.run.id", ondelete="CASCADE"), primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("ingest.source.id"), primary_key=True)
    discovered: Mapped[int]


class PollRow(Base):
    """What one source said in one run. Partitioned by blocks of runs, without foreign keys."""

    __tablename__ = "poll"
    __table_args__ = (
        CheckConstraint(one_of("state", POLL_STATES), name="state"),
        {"postgresql_partition_by": "RANGE (run_id)"},
    )

    run_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str]
    reason: Mapped[str | None]
    entries: Mapped[int] = mapped_column(Integer, server_default=sql("0"))
    new_pages: Mapped[int] = mapped_column(Integer, server_default=sql("0"))
    oldest_entry_at: Mapped[datetime | None]
    seconds: Mapped[float]
    polled_at: Mapped[datetime] = mapped_column(server_default=sql("now()"))


class WindowRow(Base):
    """A day of a source that a backfill was asked for. `expected` is how many pages of that day the source has."""

    __tablename__ = "window"
    __table_args__ = (
        CheckConstraint(one_of("state", list(WindowState)), name="state"),
        CheckConstraint("state <> 'failed' or reason is not null", name="reason"),
    )

    source_id: Mapped[int] = mapped_column(ForeignKey("ingest.source.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    state: Mapped[str]
    expected: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str | None]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("ingest.run.id", ondelete="SET NULL"))
    listed_at: Mapped[datetime | None]


class HostRow(Base):
    """A host, or another thing that takes turns: who asks it now (the server process of a connection), when it may be
    asked again, and why it wants to be left alone until then.
    """

    __tablename__ = "host"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    key: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    free_at: Mapped[datetime]
    holder: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str | None]
    detail: Mapped[str | None]
