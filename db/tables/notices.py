"""Notices: what was wrong, and to whom it was said."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, one_of
from pipeline.notices.problems import Kind


class NoticeRow(Base):
    """Something that is wrong until it ends; of one thing one notice is open at a time."""

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint(one_of("kind", list(Kind)), name="kind"),
        Index("notice_open_key", "kind", "subject", unique=True, postgresql_where=sql("ended_at is null")),
        Index(None, "kind", "subject"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str]
    since: Mapped[datetime]
    detail: Mapped[str]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("ingest.run.id", ondelete="SET NULL"))
    first_seen: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class DeliveryRow(Base):
    """What a webhook was told of a notice. `webhook` is a hash of its address, which is a secret."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index("delivery_due_ix", "webhook", postgresql_where=sql("sent_at is null or end_sent_at is null")),
    )

    notice_id: Mapped[int] = mapped_column(ForeignKey("ingest.notice.id", ondelete="CASCADE"), primary_key=True)
    webhook: Mapped[str] = mapped_column(primary_key=True)
    sent_at: Mapped[datetime | None]
    end_sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, server_default=sql("0"))
    last_error: Mapped[str | None]
