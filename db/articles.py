"""Articles, and the stories they belong to.

The functions that write ask for `db.locks.lock_folding` to be held.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, text, update

from db import embeddings, fingerprints, sites, stories
from db.fingerprints import Marked
from db.sites import SiteText, read_cut
from db.tables.articles import ArticleRow, RevisionRow
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


def known_addresses(conn: Connection, canonical_urls: Collection[str]) -> set[str]:
    """Those of some canonical URLs that an article has: another page led there first."""
    return set(conn.execute(_KNOWN_ADDRESSES, {"urls": list(canonical_urls)}).scalars())


# By article_canonical_url_key.
_KNOWN_ADDRESSES = text("""
    select u.url
    from unnest(cast(:urls as text[])) u (url)
    where exists (select from ingest.article a where md5(a.canonical_url) = md5(u.url))
""")


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article that a page brought, and the hash of the body it was made of."""

    page_id: int
    source_id: int
    article: Article
    body_hash: str
    first_seen_at: datetime

    @property
    def dated_at(self) -> datetime:
        """The date that says when it may be found."""
        return self.article.published_at or self.first_seen_at


def add_articles(conn: Connection, new: Sequence[NewArticle]) -> list[int]:
    """Store new articles, each in a story of its own; return their ids. Their fingerprints are for
    `db.fingerprints.add`.
    """
    if not new:
        return []
    rows = [
        _content(one.article, one.body_hash)
        | {
            "page_id": one.page_id,
            "source_id": one.source_id,
            "story_id": story_id,
            "first_seen_at": one.first_seen_at,
        }
        for one, story_id in zip(new, stories.new_stories(conn, len(new)), strict=True)
    ]
    ids = list(conn.execute(_ADD, rows).scalars())
    sites.keep_blocks(
        conn,
        [
            SiteText(article_id, host(one.canonical_url), one.title, one.language, one.text, one.cut)
            for article_id, one in zip(ids, (one.article for one in new), strict=True)
        ],
    )
    return ids


_ADD = insert(ArticleRow).returning(ArticleRow.id, sort_by_parameter_order=True)


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
    site = host(article.canonical_url)
    sites.keep_blocks(conn, [SiteText(stored.id, site, article.title, article.language, article.text, article.cut)])


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
    sites.keep_blocks(conn, [replace(article, text=found.text, cut=found.cut)])


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
