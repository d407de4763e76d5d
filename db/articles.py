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
from pipeline.rules import EXTRACTION_RULES


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """What a page's earlier body became: the columns of its row that are made of a body."""

    id: int
    row: Mapping[str, Any]

    @property
    def cut(self) -> tuple[CutBlock, ...]:
        """What was cut from its text because it recurs on the site."""
        return read_cut(self.row["cut"])

    @property
    def whole_text(self) -> str:
        """The text with what was cut."""
        return restore(self.row["text"], self.cut)


def articles_of_pages(conn: Connection, page_ids: Sequence[int]) -> dict[int, StoredArticle]:
    """The articles that were made of earlier bodies of the pages, by page."""
    rows = conn.execute(select(ArticleRow.page_id, *_MADE).where(ArticleRow.page_id.in_(page_ids))).mappings()
    return {
        row["page_id"]: StoredArticle(row["id"], {name: row[name] for name in row if name != "page_id"}) for row in rows
    }


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
    """An article that a page brought, the hash of the body it was made of, and when that was had."""

    page_id: int
    article: Article
    body_hash: str
    seen_at: datetime

    @property
    def dated_at(self) -> datetime:
        """The date that says when it may be found."""
        return self.article.published_at or self.seen_at


def add_articles(conn: Connection, new: Sequence[NewArticle]) -> list[int]:
    """Store new articles, each in a story of its own; return their ids. Their fingerprints are for
    `db.fingerprints.add`.
    """
    if not new:
        return []
    rows = [
        _content(one.article, one.body_hash, one.seen_at)
        | {
            "page_id": one.page_id,
            "story_id": story_id,
            "first_seen_at": one.seen_at,
        }
        for one, story_id in zip(new, stories.new_stories(conn, len(new)), strict=True)
    ]
    conn.execute(insert(ArticleRow), rows)
    pages = [one.page_id for one in new]
    ids_of_pages = {row.page_id: row.id for row in conn.execute(_OF_PAGES, {"pages": pages})}
    ids = [ids_of_pages[page_id] for page_id in pages]
    sites.keep_blocks(
        conn,
        [
            SiteText(article_id, host(one.canonical_url), one.title, one.language, one.text, one.cut)
            for article_id, one in zip(ids, (one.article for one in new), strict=True)
        ],
    )
    return ids


# The ids are asked for afterwards: with RETURNING all rows are one statement, whose text takes longer than its work.
_OF_PAGES = text("select id, page_id from ingest.article where page_id = any(cast(:pages as bigint[]))")


def changed_columns(stored: StoredArticle, article: Article, body_hash: str, seen_at: datetime) -> dict[str, Any]:
    """The columns of an article's row that another making of it changes, with their new values.

    Its address and its earliest date stay, and the dates that were stated before are kept.
    """
    made = _content(article, body_hash, seen_at)
    made["dates"] = _joined_dates(stored.row["dates"], made["dates"])
    earliest = stored.row["published_at"]
    is_later = article.published_at is None or (earliest is not None and article.published_at > earliest)
    kept = _ADDRESS | _DATE if is_later else _ADDRESS
    return {name: value for name, value in made.items() if name not in kept and value != stored.row[name]}


def is_new_text(stored: StoredArticle, changed: Mapping[str, Any]) -> bool:
    """Whether a change is one of the whole text or the title. What is cut of the same text is no news."""
    after = {**stored.row, **changed}
    whole_text = restore(after["text"], read_cut(after["cut"]))
    return (whole_text, after["title"]) != (stored.whole_text, stored.row["title"])


def is_judged_anew(changed: Mapping[str, Any]) -> bool:
    """Whether a change of these columns asks for another fingerprint, or another place to find it."""
    return not _JUDGED.isdisjoint(changed)


def change_article(
    conn: Connection, stored: StoredArticle, changed: Mapping[str, Any], fingerprint: Fingerprint | None
) -> None:
    """Change columns of an article; where that makes another text, the one it had becomes a revision.

    Where `is_judged_anew` it gets the new fingerprint, and what was found between it and others is to be judged again.
    """
    if not changed:
        return
    if is_new_text(stored, changed):
        _keep_revision(conn, stored, changed)
    if fingerprint is not None:
        fingerprints.remove(conn, stored.id)
        embeddings.remove_vector(conn, stored.id)
    changing = update(ArticleRow).where(ArticleRow.id == stored.id).values(changed).returning(ArticleRow.dated_at)
    dated_at = conn.execute(changing).scalar_one()
    if fingerprint is not None:
        fingerprints.add(conn, [Marked(stored.id, dated_at, fingerprint)])
    if changed.keys() & {"text", "cut"}:
        after = {**stored.row, **changed}
        site = host(after["canonical_url"])
        sites.keep_blocks(
            conn,
            [SiteText(stored.id, site, after["title"], after["language"], after["text"], read_cut(after["cut"]))],
        )


def _keep_revision(conn: Connection, stored: StoredArticle, changed: Mapping[str, Any]) -> None:
    change = measure_change(stored.row["text"], changed.get("text", stored.row["text"]))
    conn.execute(
        insert(RevisionRow).values(
            article_id=stored.id,
            title=stored.row["title"],
            text=stored.row["text"],
            words_added=change.words_added,
            words_removed=change.words_removed,
            similarity=change.similarity,
        )
    )


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


def _joined_dates(before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The dates that the newer body states, then those stated before; first seen it was once."""
    was_seen = any(one["source"] == DateSource.FIRST_SEEN for one in before)
    newer = [one for one in now if one in before or not (was_seen and one["source"] == DateSource.FIRST_SEEN)]
    return [*newer, *(one for one in before if one not in newer)]


def _content(article: Article, body_hash: str, seen_at: datetime) -> dict[str, Any]:
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
        "extraction_rules": EXTRACTION_RULES,
        "seen_at": seen_at,
    }


_ADDRESS = {"url", "canonical_url"}
_DATE = {"published_at", "published_at_source", "published_at_confidence"}
_JUDGED = {"title", "text", "language", "lead_ins", "published_at"}
_MADE = (
    ArticleRow.id,
    ArticleRow.url,
    ArticleRow.canonical_url,
    ArticleRow.title,
    ArticleRow.author,
    ArticleRow.site,
    ArticleRow.language,
    ArticleRow.published_at,
    ArticleRow.published_at_source,
    ArticleRow.text,
    ArticleRow.word_count,
    ArticleRow.boilerplate,
    ArticleRow.body_hash,
    ArticleRow.authors,
    ArticleRow.language_confidence,
    ArticleRow.language_claim,
    ArticleRow.image,
    ArticleRow.tags,
    ArticleRow.section,
    ArticleRow.is_free,
    ArticleRow.opt_out,
    ArticleRow.dates,
    ArticleRow.published_at_confidence,
    ArticleRow.cut,
    ArticleRow.lead_ins,
    ArticleRow.extraction_rules,
    ArticleRow.seen_at,
)
