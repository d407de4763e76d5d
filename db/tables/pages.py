"""Pages, what was fetched of them, and what became of them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    Identity,
    Index,
    Integer,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, one_of
from pipeline.models.pages import Outcome

_DAY = "(coalesce(entry_published_at, article_published_at, entry_updated_at, discovered_at) at time zone 'UTC')::date"
PAGE_STATES = ("discovered", "fetched", "loaded", "skipped", "failed")


class PageRow(Base):
    """A URL we know, with its state. `claimed_by` is the run that works on it now, `archive_url` where an archive of
    the web has the body that is to be fetched.

    Uniqueness is by hash: a B-tree holds no value over 2,700 bytes, and no URL is ever cut.
    """

    __tablename__ = "page"
    __table_args__ = (
        CheckConstraint(one_of("state", PAGE_STATES), name="state"),
        CheckConstraint("(state in ('skipped', 'failed')) = (reason is not null)", name="reason"),
        Index(
            "page_due_ix",
            "load_attempts",
            sql("mod(id * 40503, 65536)"),
            "id",
            postgresql_where=sql("state in ('discovered', 'fetched') or next_attempt_at is not null"),
        ),
        Index("page_claimed_by_ix", "claimed_by", postgresql_where=sql("claimed_by is not null")),
        CheckConstraint("relevance between 0 and 1", name="relevance"),
        Index(
            "page_source_dates_ix",
            "source_id",
            sql("coalesce(entry_published_at, entry_updated_at, discovered_at) desc"),
        ),
        Index(None, "day", "source_id"),
        Index("page_canonical_url_key", sql("md5(canonical_url)"), unique=True),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("ingest.source.id"))
    url: Mapped[str]
    canonical_url: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=sql("'discovered'"))
    reason: Mapped[str | None]
    detail: Mapped[str | None]
    entry_title: Mapped[str | None]
    entry_author: Mapped[str | None]
    entry_published_at: Mapped[datetime | None]
    entry_updated_at: Mapped[datetime | None]
    entry_version: Mapped[str | None]
    etag: Mapped[str | None]
    last_modified: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(Integer, server_default=sql("0"))
    failures: Mapped[int] = mapped_column(Integer, server_default=sql("0"))
    load_attempts: Mapped[int] = mapped_column(Integer, server_default=sql("0"))
    is_wanted: Mapped[bool] = mapped_column(server_default=sql("true"))
    discovered_at: Mapped[datetime] = mapped_column(server_default=sql("now()"))
    last_fetched_at: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    relevance: Mapped[float | None]
    relevance_terms: Mapped[list[str] | None]
    opt_out: Mapped[list[str] | None]
    extraction_rules: Mapped[int | None] = mapped_column(Integer)
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("ingest.run.id", ondelete="SET NULL"))
    body_hash: Mapped[str | None]
    archive_url: Mapped[str | None]
    article_published_at: Mapped[datetime | None]
    day: Mapped[date] = mapped_column(Computed(_DAY, persisted=True))


class CaptureRow(Base):
    """One body of a page as it came, compressed with gzip; `archived_at` is when an archive of the web took it.

    Partitioned by the month its keeping ends, see `db.partitions`: no foreign key, for making and dropping a partition
    would lock the pages.
    """

    __tablename__ = "capture"
    __table_args__ = ({"postgresql_partition_by": "RANGE (keep_until)"},)

    page_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    url: Mapped[str]
    media_type: Mapped[str]
    charset: Mapped[str | None]
    body: Mapped[bytes]
    body_hash: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    fetched_at: Mapped[datetime] = mapped_column(server_default=sql("clock_timestamp()"))
    keep_until: Mapped[date] = mapped_column(server_default=sql("'infinity'"), primary_key=True)
    archived_at: Mapped[datetime | None]


class OutcomeRow(Base):
    """What became of a page in a run: one row for each, with the source that the page had when it was taken up.
    Partitioned by blocks of runs, without foreign keys.
    """

    __tablename__ = "outcome"
    __table_args__ = (
        CheckConstraint(one_of("outcome", list(Outcome)), name="outcome"),
        Index(None, "page_id"),
        {"postgresql_partition_by": "RANGE (run_id)"},
    )

    run_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    page_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[str] = mapped_column(server_default=sql("'pending'"))
    reason: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    source_id: Mapped[int | None]
