"""Articles, their revisions, and what recurs on their sites."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Identity,
    Index,
    Integer,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base


class ArticleRow(Base):
    """An article. `seen_at` is when the body was had that it was made of, which bounds its dates."""

    __tablename__ = "article"
    __table_args__ = (
        Index(None, "story_id"),
        Index(None, "dated_at"),
        Index("article_page_id_key", "page_id", unique=True, postgresql_include=["id"]),
        Index("article_canonical_url_key", sql("md5(canonical_url)"), unique=True),
        CheckConstraint("published_at_confidence between 0 and 1", name="published_at_confidence"),
        CheckConstraint("language_confidence between 0 and 1", name="language_confidence"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("ingest.page.id"))
    # The source is that of the page: only code before revision 0018 writes this, and nothing reads it. A revision that
    # is not additive for another reason drops it.
    source_id: Mapped[int | None] = mapped_column(ForeignKey("ingest.source.id"))
    story_id: Mapped[int] = mapped_column(ForeignKey("ingest.story.id"))
    url: Mapped[str]
    canonical_url: Mapped[str]
    title: Mapped[str | None]
    author: Mapped[str | None]
    site: Mapped[str | None]
    language: Mapped[str | None]
    published_at: Mapped[datetime | None]
    published_at_source: Mapped[str | None]
    first_seen_at: Mapped[datetime] = mapped_column(server_default=sql("now()"))
    dated_at: Mapped[datetime] = mapped_column(Computed("coalesce(published_at, first_seen_at)", persisted=True))
    text: Mapped[str]
    word_count: Mapped[int] = mapped_column(Integer)
    body_hash: Mapped[str]
    boilerplate: Mapped[list[str]] = mapped_column(server_default=sql("'{}'"))
    authors: Mapped[list[str]] = mapped_column(server_default=sql("'{}'"))
    language_confidence: Mapped[float | None]
    language_claim: Mapped[str | None]
    image: Mapped[str | None]
    tags: Mapped[list[str]] = mapped_column(server_default=sql("'{}'"))
    section: Mapped[str | None]
    is_free: Mapped[bool | None]
    opt_out: Mapped[list[str]] = mapped_column(server_default=sql("'{}'"))
    dates: Mapped[list[Any]] = mapped_column(JSONB, server_default=sql("'[]'"))
    published_at_confidence: Mapped[float | None]
    cut: Mapped[list[Any]] = mapped_column(JSONB, server_default=sql("'[]'"))
    lead_ins: Mapped[list[Any]] = mapped_column(JSONB, server_default=sql("'[]'"))
    extraction_rules: Mapped[int | None] = mapped_column(Integer)
    seen_at: Mapped[datetime] = mapped_column(server_default=sql("now()"))


class SiteTextRow(Base):
    """The paragraphs of an article's text by their hashes, for what recurs on its site: those it has, and those that
    were cut. `blocks` is null where an earlier version loaded the article.
    """

    __tablename__ = "site_text"
    __table_args__ = (Index("site_text_host_ix", "host", "article_id"),)

    article_id: Mapped[int] = mapped_column(ForeignKey("ingest.article.id", ondelete="CASCADE"), primary_key=True)
    host: Mapped[str]
    blocks: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    cut: Mapped[list[int]] = mapped_column(server_default=sql("'{}'"))


class RevisionRow(Base):
    """A text that an article had before its page changed, and how much the next one differs from it."""

    __tablename__ = "revision"
    __table_args__ = (Index(None, "article_id"), CheckConstraint("similarity between 0 and 1", name="similarity"))

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("ingest.article.id", ondelete="CASCADE"))
    title: Mapped[str | None]
    text: Mapped[str]
    superseded_at: Mapped[datetime] = mapped_column(server_default=sql("now()"))
    words_added: Mapped[int | None] = mapped_column(Integer)
    words_removed: Mapped[int | None] = mapped_column(Integer)
    similarity: Mapped[float | None]
