"""What is read of a page: documents, and the articles made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.models.dates import DateClaim


@dataclass(frozen=True, slots=True)
class Document:
    """What extraction made of a capture.

    `text` is clean: NFC, paragraphs separated by one blank line, no controls, no site tail. `authors` are the names one
    by one, `author` all of them as one text. `language` is a BCP 47 tag told by the text with `language_confidence`
    (None where only a hint says so), `language_claim` is what the page says of itself. `published_at` is chosen of
    `dates`, which a page, text or record states; `published_at_source` is a DateSource. `canonical_url` is the page's
    own claim (rel=canonical), absolute, or None. `is_free` is whether people may read it without paying, None where
    nobody says. `opt_out` is what the page says against machine use. `boilerplate` is what was cut from the text, so
    that nothing is lost. `text_by` names the reader of a web page whose text was taken, None for other bodies.
    """

    text: str
    title: str | None = None
    author: str | None = None
    site: str | None = None
    language: str | None = None
    published_at: datetime | None = None
    published_at_source: str | None = None
    canonical_url: str | None = None
    boilerplate: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    language_confidence: float | None = None
    language_claim: str | None = None
    image: str | None = None
    tags: tuple[str, ...] = ()
    section: str | None = None
    is_free: bool | None = None
    opt_out: tuple[str, ...] = ()
    dates: tuple[DateClaim, ...] = ()
    text_by: str | None = None


@dataclass(frozen=True, slots=True)
class CutBlock:
    """A paragraph that was cut from a text because it recurs on its site: the `at`-th of the whole text, from 0."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, in characters, without its `end`."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class CleanText:
    """A text without what recurs on its site. `lead_ins` are stretches of it that only say where it comes from, in
    their order; `word_count` counts words, and characters where words are not spaced.
    """

    text: str
    cut: tuple[CutBlock, ...]
    lead_ins: tuple[Span, ...]
    word_count: int


@dataclass(frozen=True, slots=True)
class Article:
    """A document with its identity, as users read it.

    `url` is where people find it, `canonical_url` is equal for all addresses of one page. `word_count` counts words,
    and characters where words are not spaced. `dates` are all that anybody stated, strongest first; the fields it
    shares with Document and CleanText are explained there.
    """

    url: str
    canonical_url: str
    title: str | None
    author: str | None
    site: str | None
    language: str | None
    published_at: datetime | None
    published_at_source: str | None
    text: str
    word_count: int
    boilerplate: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    language_confidence: float | None = None
    language_claim: str | None = None
    image: str | None = None
    tags: tuple[str, ...] = ()
    section: str | None = None
    is_free: bool | None = None
    opt_out: tuple[str, ...] = ()
    dates: tuple[DateClaim, ...] = ()
    published_at_confidence: float | None = None
    cut: tuple[CutBlock, ...] = ()
    lead_ins: tuple[Span, ...] = ()
