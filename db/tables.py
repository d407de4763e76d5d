"""The tables of schema `ingest`. They may change with any migration; users read the views of schema `news`.

Each promise is a constraint. The migrations say the same in SQL, and a test compares the two.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    REAL,
    BigInteger,
    CheckConstraint,
    Computed,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from pipeline.fold.stories.moves import Change
from pipeline.models import CopyKind, Outcome, SourceKind

PAGE_STATES = ("discovered", "fetched", "loaded", "skipped", "failed")
RUN_STATES = ("running", "completed", "failed", "interrupted")
RUN_KINDS = ("ingest", "backfill", "import", "refold")
POLL_STATES = ("new", "unchanged", "failed")


def _one_of(column: str, values: tuple[str, ...] | list[str]) -> str:
    return f"{column} in ({', '.join(repr(str(value)) for value in values)})"


class Base(DeclarativeBase):
    """Types by annotation: `timestamptz`, `text`, `bigint`."""

    metadata = MetaData(
        schema="ingest",
        naming_convention={
            "ix": "%(table_name)s_%(column_0_N_name)s_ix",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "ck": "%(table_name)s_%(constraint_name)s_check",
            "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
            "pk": "%(table_name)s_pkey",
        },
    )
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads it from the class
        int: BigInteger,
        str: Text,
        float: Double,
        bytes: LargeBinary,
        datetime: DateTime(timezone=True),
        date: Date,
        dict[str, Any]: JSONB,
        list[Any]: JSON,
        list[int]: ARRAY(BigInteger),
        list[str]: ARRAY(Text),
    }


class SourceRow(Base):
    __tablename__ = "source"
    __table_args__ = (CheckConstraint(_one_of("kind", list(SourceKind)), name="kind"),)

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
    __tablename__ = "run"
    __table_args__ = (
        CheckConstraint(_one_of("kind", RUN_KINDS), name="kind"),
        CheckConstraint(_one_of("state", RUN_STATES), name="state"),
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


class PollRow(Base):
    """What one source said in one run."""

    __tablename__ = "poll"
    __table_args__ = (CheckConstraint(_one_of("state", POLL_STATES), name="state"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("ingest.run.id", ondelete="CASCADE"), primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("ingest.source.id"), primary_key=True)
    state: Mapped[str]
    reason: Mapped[str | None]
    entries: Mapped[int] = mapped_column(Integer, server_default=sql("0"))
    new_pages: Mapped[int] = mapped_column(Integer, server_default=sql("0"))
    oldest_entry_at: Mapped[datetime | None]
    seconds: Mapped[float]
    polled_at: Mapped[datetime] = mapped_column(server_default=sql("now()"))


class PageRow(Base):
    """A URL we know, with its state. `claimed_by` is the run that works on it now.

    Uniqueness is by hash: a B-tree holds no value over 2,700 bytes, and no URL is ever cut.
    """

    __tablename__ = "page"
    __table_args__ = (
        CheckConstraint(_one_of("state", PAGE_STATES), name="state"),
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
    claimed_by: Mapped[int | None] = mapped_column(ForeignKey("ingest.run.id", ondelete="SET NULL"))


class CaptureRow(Base):
    """One body of a page as it came, compressed with gzip."""

    __tablename__ = "capture"
    __table_args__ = (Index("capture_page_id_body_hash_key", "page_id", "body_hash", unique=True),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("ingest.page.id", ondelete="CASCADE"))
    url: Mapped[str]
    media_type: Mapped[str]
    charset: Mapped[str | None]
    body: Mapped[bytes]
    body_hash: Mapped[str]
    size: Mapped[int]
    fetched_at: Mapped[datetime] = mapped_column(server_default=sql("now()"))


class OutcomeRow(Base):
    """What became of a page in a run: one row for each."""

    __tablename__ = "outcome"
    __table_args__ = (CheckConstraint(_one_of("outcome", list(Outcome)), name="outcome"), Index(None, "page_id"))

    run_id: Mapped[int] = mapped_column(ForeignKey("ingest.run.id", ondelete="CASCADE"), primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("ingest.page.id", ondelete="CASCADE"), primary_key=True)
    outcome: Mapped[str] = mapped_column(server_default=sql("'pending'"))
    reason: Mapped[str | None]
    decided_at: Mapped[datetime | None]


class StoryRow(Base):
    """One text and all its copies. One without articles was merged into its successor."""

    __tablename__ = "story"
    __table_args__ = (Index("story_successor_ix", "successor", postgresql_where=sql("successor is not null")),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=sql("now()"))
    successor: Mapped[int | None] = mapped_column(ForeignKey("ingest.story.id"))


class ArticleRow(Base):
    __tablename__ = "article"
    __table_args__ = (
        Index(None, "story_id"),
        Index(None, "source_id"),
        Index(None, "dated_at"),
        Index("article_canonical_url_key", sql("md5(canonical_url)"), unique=True),
        CheckConstraint("published_at_confidence between 0 and 1", name="published_at_confidence"),
        CheckConstraint("language_confidence between 0 and 1", name="language_confidence"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    page_id: Mapped[int] = mapped_column(ForeignKey("ingest.page.id"), unique=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("ingest.source.id"))
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


class FingerprintRow(Base):
    """What matching needs of an article, as `pack_fingerprint` packs it; null where the next run is to make it."""

    __tablename__ = "fingerprint"
    __table_args__ = (Index("fingerprint_missing_ix", "article_id", postgresql_where=sql("packed is null")),)

    article_id: Mapped[int] = mapped_column(ForeignKey("ingest.article.id", ondelete="CASCADE"), primary_key=True)
    packed: Mapped[bytes | None]
    judged_at: Mapped[datetime] = mapped_column(server_default=sql("now()"))


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
        CheckConstraint(_one_of("kind", list(CopyKind)), name="kind"),
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
        CheckConstraint(_one_of("change", list(Change)), name="change"),
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
        CheckConstraint(_one_of("kind", list(CopyKind)), name="kind"),
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
