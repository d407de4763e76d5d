"""What making articles again was asked for, how far it is, and what it changed."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base


class ReprocessRow(Base):
    """A run of kind reprocess: what it was asked for besides its days, and how far it is.

    One that goes on where another was stopped counts on, and names the first.
    """

    __tablename__ = "reprocess"

    run_id: Mapped[int] = mapped_column(ForeignKey("ingest.run.id", ondelete="CASCADE"), primary_key=True)
    first_run_id: Mapped[int]
    sources: Mapped[list[str]]
    parts: Mapped[list[str]]
    extraction_rules: Mapped[int] = mapped_column(Integer)
    folding_rules: Mapped[int] = mapped_column(Integer)
    last_page: Mapped[int] = mapped_column(server_default=sql("0"))
    pages: Mapped[int] = mapped_column(server_default=sql("0"))
    last_article: Mapped[int] = mapped_column(server_default=sql("0"))
    articles: Mapped[int] = mapped_column(server_default=sql("0"))


class RemadeRow(Base):
    """A page of which something else was made than there was; those that are as they were have no row."""

    __tablename__ = "remade"
    __table_args__ = (Index(None, "page_id"), CheckConstraint("similarity between 0 and 1", name="similarity"))

    run_id: Mapped[int] = mapped_column(ForeignKey("ingest.run.id", ondelete="CASCADE"), primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("ingest.page.id", ondelete="CASCADE"), primary_key=True)
    changed: Mapped[list[str]]
    words_added: Mapped[int | None] = mapped_column(Integer)
    words_removed: Mapped[int | None] = mapped_column(Integer)
    similarity: Mapped[float | None]
