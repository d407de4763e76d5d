"""Articles, and the stories they belong to.

The functions that write ask for `db.locks.lock_folding` to be held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, text, update

from db import embeddings, fingerprints, sites
from db.fingerprints import Marked
from db.sites import SiteText, read_cut
from db.tables.articles import ArticleRow, RevisionRow
from db.tables.folding import StoryRow
from pipeline.discover.urls import host
from pipeline.extract.dates.choose import describe_claim
from pipeline.extract.text.site import restore
from pipeline.models.articles import Article, CleanText, CutBlock
from pipeline.models.dates import DateSource
from pipeline.models.folding import Fingerprint
from pipeline.revision import measure_change


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """What a page's earlier body became."""

    id: int
    title: str | None
    text: str
    dates: tuple[Mapping[str, Any], ...] = ()
    cut: tuple[CutBlock, ...] = ()

    @property
    def whole_text(self) -> str:
        """The text with what was cut because it recurs on the site."""
        return restore(self.text, self.cut)


def article_of_page(conn: Connection, page_id: int) -> StoredArticle | None:
    """The article that was made of an earlier body of the page."""
    columns = (ArticleRow.id, ArticleRow.title, ArticleRow.text, ArticleRow.dates, ArticleRow.cut)
    row = conn.execute(select(*columns).where(ArticleRow.page_id == page_id)).one_or_none()
    return StoredArticle(row.id, row.title, row.text, tuple(row.dates), read_cut(row.cut)) if row else None


def is_known_address(conn: Connection, canonical_url: str) -> bool:
    """Whether an article has this canonical URL: another page led there first."""
    same = func.md5(ArticleRow.canonical_url) == func.md5(canonical_url)
    return conn.execute(select(ArticleRow.id).where(same)).first() is not None


def add_article(
    conn: Connection,
    page_id: int,
    source_id: int,
    article: Article,
    body_hash: str,
    first_seen_at: datetime,
) -> int:
    """Store a new article, in a story of its own; return its id. Its fingerprint is for `db.fingerprints.add`, which
    takes those of a batch at once.
    """
    values = _content(article, body_hash) | {
        "page_id": page_id,
        "source_id": source_id,
        "first_seen_at": first_seen_at,
    }
    article_id = conn.execute(_ADD, values).scalar_one()
    sites.keep_blocks(conn, article_id, host(article.canonical_url), article.text, article.cut)
    return article_id


_NEW_STORY = insert(StoryRow).returning(StoryRow.id).cte("story")
_ADD = insert(ArticleRow).values(story_id=select(_NEW_STORY.c.id).scalar_subquery()).returning(ArticleRow.id)


def revise_article(
    conn: Connection, stored: StoredArticle, article: Article, body_hash: str, fingerprint: Fingerprint
) -> None:
    """Give an article the text of its page's newer body; the text it had becomes a revision.

    Its address and its earliest date stay, and the dates that were stated before are kept. What was found between it
    and others is to be judged again.
    """
    change = measure_change(stored.text, article.text)
    conn.execute(
        insert(RevisionRow).values(
            article_id=stored.id,
            title=stored.title,
            text=stored.text,
            words_added=change.words_added,
            words_removed=change.words_removed,
            similarity=change.similarity,
        )
    )
    fingerprints.remove(conn, stored.id)
    embeddings.remove_vector(conn, stored.id)
    content = _content(article, body_hash)
    for kept in ("url", "canonical_url", "published_at", "published_at_source", "published_at_confidence"):
        del content[kept]
    content["dates"] = _joined_dates(stored.dates, content["dates"])
    conn.execute(
        _EARLIER_DATE,
        {
            "id": stored.id,
            "at": article.published_at,
            "source": article.published_at_source,
            "confidence": article.published_at_confidence,
        },
    )
    changed = update(ArticleRow).where(ArticleRow.id == stored.id).values(content).returning(ArticleRow.dated_at)
    dated_at = conn.execute(changed).scalar_one()
    fingerprints.add(conn, [Marked(stored.id, dated_at, fingerprint)])
    sites.keep_blocks(conn, stored.id, host(article.canonical_url), article.text, article.cut)


def keep_cleaning(conn: Connection, article: SiteText, found: CleanText, fingerprint: Fingerprint) -> None:
    """Give an article what is left of its text after more was cut. No revision: text and cut give the whole."""
    fingerprints.remove(conn, article.id)
    embeddings.remove_vector(conn, article.id)
    changed = update(ArticleRow).where(ArticleRow.id == article.id).returning(ArticleRow.dated_at)
    dated_at = conn.execute(
        changed.values(
            text=found.text,
            word_count=found.word_count,
            cut=list(map(asdict, found.cut)),
            lead_ins=list(map(asdict, found.lead_ins)),
        )
    ).scalar_one()
    fingerprints.add(conn, [Marked(article.id, dated_at, fingerprint)])
    sites.keep_blocks(conn, article.id, article.host, found.text, found.cut)


_EARLIER_DATE = text("""
    update ingest.article
    set published_at = :at, published_at_source = :source, published_at_confidence = :confidence
    where id = :id and cast(:at as timestamptz) < coalesce(published_at, 'infinity')
""")


def _joined_dates(before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The dates that the newer body states, then those stated before; first seen it was once."""
    was_seen = any(one["source"] == DateSource.FIRST_SEEN for one in before)
    newer = [one for one in now if not (was_seen and one["source"] == DateSource.FIRST_SEEN)]
    return [*newer, *(one for one in before if one not in newer)]


def mark_same_text(conn: Connection, article_id: int, body_hash: str) -> None:
    """Remember that another body gave the same text, so that it is not read again."""
    conn.execute(update(ArticleRow).where(ArticleRow.id == article_id).values(body_hash=body_hash))


def _content(article: Article, body_hash: str) -> dict[str, Any]:
    return {
        "url": article.url,
        "canonical_url": article.canonical_url,
        "title": article.title,
        "author": article.author,
        "site": article.site,
        "language": article.language,
        "published_at": article.published_at,
        "published_at_source": article.published_at_source,
        "text": article.text,
        "word_count": article.word_count,
        "boilerplate": list(article.boilerplate),
        "body_hash": body_hash,
        "authors": list(article.authors),
        "language_confidence": article.language_confidence,
        "language_claim": article.language_claim,
        "image": article.image,
        "tags": list(article.tags),
        "section": article.section,
        "is_free": article.is_free,
        "opt_out": list(article.opt_out),
        "dates": [describe_claim(one) for one in article.dates],
        "published_at_confidence": article.published_at_confidence,
        "cut": list(map(asdict, article.cut)),
        "lead_ins": list(map(asdict, article.lead_ins)),
    }
