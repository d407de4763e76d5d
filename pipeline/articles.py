"""From a document to an article: identity, and one date out of several."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from pipeline.discover.urls import canonicalize, host, is_front_page
from pipeline.extract.claims.byline import split_names
from pipeline.extract.clean import clean_field
from pipeline.extract.dates.choose import choose_date, moment_claim
from pipeline.extract.text.lead_in import find_lead_ins
from pipeline.extract.text.site import SiteBlocks, cut_again, cut_blocks
from pipeline.models.articles import Article, CleanText, CutBlock, Document
from pipeline.models.dates import DateClaim, DateSource
from pipeline.models.pages import Capture, Entry

# Han, Kana, Thai, Lao, Khmer, Burmese: written without spaces, so each character counts.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
)
# From its first letter or digit.
_WORD = re.compile(r"[^\W_]\S*")


def build_article(entry: Entry, capture: Capture, document: Document, *, now: datetime) -> Article:
    """Join what the source said, where the body was found, and what it holds.

    The date is chosen of all that were stated (docs/dates.md); `now` is when the page was seen.
    """
    url = _own_address(document.canonical_url, capture.url) or capture.url
    dated = choose_date([*_source_dates(entry, capture, now), *document.dates], now)
    author = document.author or clean_field(entry.author)
    return Article(
        url=url,
        canonical_url=canonicalize(url),
        title=document.title or clean_field(entry.title),
        author=author,
        site=document.site,
        language=document.language,
        published_at=dated.at,
        published_at_source=dated.source,
        text=document.text,
        word_count=count_words(document.text),
        boilerplate=document.boilerplate,
        authors=document.authors or tuple(split_names(author or "")),
        language_confidence=document.language_confidence,
        language_claim=document.language_claim,
        image=document.image,
        tags=document.tags,
        section=document.section,
        is_free=document.is_free,
        opt_out=document.opt_out,
        dates=dated.claims,
        published_at_confidence=dated.confidence,
    )


def clean(text: str, site: SiteBlocks, before: Sequence[CutBlock] = ()) -> CleanText:
    """A text without what recurs on its site, its lead-ins marked. `before` was cut from it already."""
    found = cut_blocks(text, site, before)
    return CleanText(found.text, found.blocks, find_lead_ins(found.text), count_words(found.text))


def clean_article(article: Article, site: SiteBlocks, before: Sequence[CutBlock] = ()) -> Article:
    """The article with its text cleaned. What was cut `before`, from an earlier text of its page, stays cut."""
    kept = cut_again(article.text, before)
    found = clean(kept.text, site, kept.blocks)
    return replace(article, text=found.text, cut=found.cut, lead_ins=found.lead_ins, word_count=found.word_count)


def _source_dates(entry: Entry, capture: Capture, now: datetime) -> Iterator[DateClaim]:
    if entry.published_at is not None:
        yield moment_claim(DateSource.FEED, entry.published_at)
    if entry.updated_at is not None:
        yield moment_claim(DateSource.SITEMAP, entry.updated_at, is_update=True)
    if capture.archived_at is not None:
        yield moment_claim(DateSource.ARCHIVE, capture.archived_at)
    yield moment_claim(DateSource.FIRST_SEEN, now)


def count_words(text: str) -> int:
    """Words of a text; characters where words are not spaced."""
    spaced, unspaced = _UNSPACED.subn(" ", text)
    return unspaced + len(_WORD.findall(spaced))


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
