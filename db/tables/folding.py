"""Stories, and what folding knows of articles and pairs of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    REAL,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, one_of
from pipeline.fold.stories.moves import Change
from pipeline.models.folding import CopyKind


class StoryRow(Base):
    """One text and all its copies. One without articles was merged into its successor."""

    __tablename__ = "story"
    __table_args__ = (Index("story_successor_ix", "successor", postgresql_where=sql("successor is not null")),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=sql("now()"))
    successor: Mapped[int | None] = mapped_column(ForeignKey("ingest.story.id"))


class FingerprintRow(Base):
    """What matching needs of an article, as `pack_fingerprint` packs it; null where the next run is to make it."""

    __tablename__ = "fingerprint"
    __table_args__ = (Index("fingerprint_missing_ix", "article_id", postgresql_where=sql("packed is null")),)

    article_id: Mapped[int] = mapped_column(ForeignKey("ingest.article.id", ondelete="CASCADE"), primary_key=True)
    packed: Mapped[bytes | None]
    judged_at: Mapped[datetime] = mapped_column(server_default=sql("now()"))
    folding_rules: Mapped[int | None] = mapped_column(Integer)


class PostingRow(Base):
    """A key under which an article is found: see pipeline.fold.candidates.

    No foreign key: checking it for a hundred postings an article would take as long as folding it.
    """

    __tablename__ = "posting"

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    article_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class CommonKeyRow(Base):
    """A key of an anchor that so many articles of its period carry that it is not asked for any more."""

    __tablename__ = "common_key"

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class BondRow(Base):
    """What the judge found between two articles: all that stories are made of. `one` is the smaller id."""

    __tablename__ = "bond"
    __table_args__ = (
        CheckConstraint(one_of("kind", list(CopyKind)), name="kind"),
        CheckConstraint("similarity between 0 and 1", name="similarity"),
        CheckConstraint("one < other", name="order"),
        Index(None, "other"),
    )

    one: Mapped[int] = mapped_column(ForeignKey("ingest.article.id", ondelete="CASCADE"), primary_key=True)
    other: Mapped[int] = mapped_column(ForeignKey("ingest.article.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str]
    log_odds: Mapped[float]
    similarity: Mapped[float]
    evidence: Mapped[dict[str, Any]]


class StoryChangeRow(Base):
    """An article that went from one story to another. The stories may be gone, so nothing refers to them."""

    __tablename__ = "story_change"
    __table_args__ = (
        CheckConstraint(one_of("change", list(Change)), name="change"),
        Index(None, "article_id"),
        Index(None, "from_story"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("ingest.article.id", ondelete="CASCADE"))
    from_story: Mapped[int]
    to_story: Mapped[int]
    change: Mapped[str]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("ingest.run.id", ondelete="SET NULL"))
    reason: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(server_default=sql("now()"))


class CopyRow(Base):
    """Why an article belongs to its story: the member it is a copy of, derived from the bonds."""

    __tablename__ = "copy"
    __table_args__ = (
        CheckConstraint(one_of("kind", list(CopyKind)), name="kind"),
        CheckConstraint("similarity between 0 and 1", name="similarity"),
        CheckConstraint("article_id <> copy_of", name="other"),
        Index(None, "copy_of"),
    )

    article_id: Mapped[int] = mapped_column(ForeignKey("ingest.article.id", ondelete="CASCADE"), primary_key=True)
    copy_of: Mapped[int] = mapped_column(ForeignKey("ingest.article.id"))
    kind: Mapped[str]
    similarity: Mapped[float]
    evidence: Mapped[dict[str, Any]]
    judged_at: Mapped[datetime] = mapped_column(server_default=sql("now()"))


class EmbeddingRow(Base):
    """The vector of an article by a model that the user named; pgvector's index is made when it is first used."""

    __tablename__ = "embedding"

    article_id: Mapped[int] = mapped_column(ForeignKey("ingest.article.id", ondelete="CASCADE"), primary_key=True)
    model: Mapped[str]
    vector: Mapped[list[float]] = mapped_column(ARRAY(REAL))
