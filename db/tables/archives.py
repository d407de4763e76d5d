"""Archives of the web that backfills read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, one_of
from pipeline.models.archives import ArchiveState


class ArchiveRow(Base):
    """A WARC file, or a question to the index of an archive, and how far it was read.

    It was read for what is `wanted`, in one `version` of it: up to the byte `read_to`, where a record begins, or to
    what an index answers to `resume_key`. All before that is in pages and captures. `claimed_by` is the run reading it.
    """

    __tablename__ = "archive"
    __table_args__ = (
        CheckConstraint(one_of("state", list(ArchiveState)), name="state"),
        Index("archive_address_key", sql("md5(address)"), unique=True),
        Index("archive_claimed_by_ix", "claimed_by", postgresql_where=sql("claimed_by is not null")),
        Index(None, "run_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    address: Mapped[str]
    version: Mapped[str]
    wanted: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=sql("'reading'"))
    read_to: Mapped[int] = mapped_column(server_default=sql("0"))
    resume_key: Mapped[str | None]
    records: Mapped[int] = mapped_column(server_default=sql("0"))
    matched: Mapped[int] = mapped_column(server_default=sql("0"))
    damaged: Mapped[int] = mapped_column(server_default=sql("0"))
    problems: Mapped[list[str]] = mapped_column(server_default=sql("'{}'"))
    error: Mapped[str | None]
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("ingest.run.id", ondelete="SET NULL"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("ingest.run.id", ondelete="SET NULL"))
    read_at: Mapped[datetime] = mapped_column(server_default=sql("now()"))
