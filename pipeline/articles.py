"""From a document to an article: identity, and one date out of several."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from pipeline.discover.urls import canonicalize, host, is_front_page
from pipeline.extract.clean import clean_field
from pipeline.models import Article, Capture, Document, Entry

# Han, Kana, Thai, Lao, Khmer, Burmese: written without spaces, so each character counts.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
)
_CLOCK_ERROR = timedelta(hours=12)


def build_article(entry: Entry, capture: Capture, document: Document, *, now: datetime) -> Article:
    """Join what the source said, where the body was found, and what it holds.

    A record's own date wins, then the source's, then the page's, then the day the source says the page changed; a
    source's date after `now` is no date.
    """
    url = _own_address(document.canonical_url, capture.url) or capture.url
    published_at, said_by = _published_at(entry, document, now)
    return Article(
        url=url,
        canonical_url=canonicalize(url),
        title=document.title or clean_field(entry.title),
        author=document.author or clean_field(entry.author),
        site=document.site,
        language=document.language,
        published_at=published_at,
        published_at_source=said_by,
        text=document.text,
        word_count=count_words(document.text),
        boilerplate=document.boilerplate,
    )


def count_words(text: str) -> int:
    """Words of a text; characters where words are not spaced."""
    spaced, unspaced = _UNSPACED.subn(" ", text)
    return unspaced + sum(any(map(str.isalnum, word)) for word in spaced.split())


def is_within(moment: datetime | None, since: date, until: date) -> bool:
    """Whether a moment lies on one of the days since..until (UTC, both included); no moment lies on none."""
    return moment is not None and since <= moment.astimezone(UTC).date() <= until


def _own_address(claimed: str | None, found: str) -> str | None:
    """The address a page claims for itself (rel=canonical), where it can be believed.

    Another host may be the original of a reprint, which is another page; the front page is a template's mistake.
    """
    if claimed is None or host(claimed) != host(found):
        return None
    return None if is_front_page(claimed) else claimed


def _published_at(entry: Entry, document: Document, now: datetime) -> tuple[datetime | None, str | None]:
    if document.published_at_source == "record":
        return document.published_at, "record"
    if entry.published_at is not None and entry.published_at <= now + _CLOCK_ERROR:
        return entry.published_at, "feed"
    if document.published_at is None and entry.updated_at is not None and entry.updated_at <= now + _CLOCK_ERROR:
        return entry.updated_at, "sitemap"
    return document.published_at, document.published_at_source
