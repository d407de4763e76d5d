"""A draft: what a reader found in a body, before it is judged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import dropwhile

from pipeline.dates.read import read_date
from pipeline.dates.written import Detail
from pipeline.extract.claims.byline import read_byline, split_names
from pipeline.extract.claims.language import primary_tag, tell_language
from pipeline.extract.clean import clean_field, clean_text, count_letters, size_of
from pipeline.extract.text.tail import cut_tail
from pipeline.models.articles import Document
from pipeline.models.dates import DateClaim
from pipeline.models.pages import NotAnArticle, Reason

# Fewer letters than a headline: "Loading…", "Access denied", a lone picture credit.
MIN_LETTERS = 25
_BESIDE = re.compile(r"\s*[|｜•·,،]\s*|\s[-–—]\s")
_STOPS = (".", "!", "?", "…", "。", "！", "？", "।", "؟", "۔", ":", "：")


@dataclass(frozen=True, slots=True)
class Draft:
    """A reader's findings. `text` is clean, `language` known for sure, `language_claim` what the page says of itself.

    `author` is a byline as it is written, `authors` are names one by one.
    """

    text: str
    title: str | None = None
    author: str | None = None
    site: str | None = None
    language: str | None = None
    language_claim: str | None = None
    published_at: datetime | None = None
    published_at_source: str | None = None
    canonical_url: str | None = None
    boilerplate: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    dates: tuple[DateClaim, ...] = ()
    image: str | None = None
    tags: tuple[str, ...] = ()
    section: str | None = None
    is_free: bool | None = None
    opt_out: tuple[str, ...] = ()
    text_by: str | None = None


def finish(draft: Draft, *, language_hint: str | None) -> Document | NotAnArticle:
    """The document that a draft makes, or NO_TEXT where too little is left of it."""
    title = clean_field(draft.title)
    dates_above, text = _cut_head(draft.text, title)
    text, tail = cut_tail(text)
    letters = size_of(text)
    if letters < MIN_LETTERS:
        return NotAnArticle(Reason.NO_TEXT, f"{letters} letters")
    told = tell_language(text, language_hint or draft.language_claim)
    opening, _, _ = text.partition("\n\n")
    authors = draft.authors or tuple(split_names(draft.author or _author_above(dates_above, opening)))
    return Document(
        text=text,
        title=title,
        author="; ".join(authors) or None,
        site=clean_field(draft.site),
        language=primary_tag(draft.language) or told.tag,
        published_at=draft.published_at,
        published_at_source=draft.published_at_source,
        canonical_url=draft.canonical_url,
        boilerplate=tuple(filter(None, (*map(clean_text, draft.boilerplate), *dates_above, tail))),
        authors=authors,
        language_confidence=told.confidence if told.tag == (primary_tag(draft.language) or told.tag) else None,
        language_claim=clean_field(draft.language or draft.language_claim),
        image=draft.image,
        tags=draft.tags,
        section=draft.section,
        is_free=draft.is_free,
        opt_out=draft.opt_out,
        dates=draft.dates,
        text_by=draft.text_by,
    )


def _cut_head(text: str, title: str | None) -> tuple[list[str], str]:
    """The dates that stand above a text, and the text without what it often begins with: them, lines without a letter,
    the title again.
    """
    folded = (title or "").casefold()
    paragraphs = text.split("\n\n")
    body = list(
        dropwhile(lambda line: line.casefold() == folded or not count_letters(line) or _is_date(line), paragraphs)
    )
    return [line for line in paragraphs[: len(paragraphs) - len(body)] if _is_date(line)], "\n\n".join(body)


def _author_above(dates_above: Sequence[str], opening: str) -> str:
    """Whom a byline names that stands beside a date above a text ("Yazan: Ayşe Yılmaz | 12 Mart 2026") or opens the
    text; '' where none does.
    """
    lines = (*(part for line in dates_above for part in _BESIDE.split(line)), opening)
    names = (byline.author for line in lines if (byline := read_byline(line)) and byline.author)
    return next((name for name in names if not any(map(str.isdigit, name))), "")


def _is_date(line: str) -> bool:
    """Whether a line says a day and hardly more ("Published 2 March 2026"), and is no sentence."""
    found = None if line.endswith(_STOPS) else read_date(line)
    return found is not None and found.detail >= Detail.DAY
