"""Making: a body becomes an article, or the reason why it does not; an article that is clean gets its fingerprint.

Both run in processes of its own, so they take and give plain values and load neither the database nor the command line.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from pipeline.articles import build_article
from pipeline.discover.urls import is_front_page
from pipeline.errors import UserError
from pipeline.extract.extract import extract
from pipeline.extract.text.lead_in import blanked
from pipeline.fold.fingerprint import fingerprint
from pipeline.fold.translation.background import Backgrounds, background
from pipeline.models.articles import Article, Span
from pipeline.models.folding import Fingerprint
from pipeline.models.pages import Capture, Entry, NotAnArticle, Reason
from pipeline.topic.lexicon import Lexicon, parse_lexicon
from pipeline.topic.relevance import Relevance, relevance


@dataclass(frozen=True, slots=True)
class Material:
    """What an article is made of. `language` is the one that the source claims; `lexicon` are the files of the topic
    that it is measured by, each extending the ones before. No date is after `fetched_at`, when the body was had.
    """

    entry: Entry
    capture: Capture
    language: str | None
    lexicon: tuple[Path, ...]
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """An article that was made of a body, and how much it is about its topic."""

    article: Article
    body_hash: str
    relevance: Relevance


@dataclass(frozen=True, slots=True)
class Matter:
    """What a fingerprint is made of: a clean text, but for its lead-ins."""

    text: str
    lead_ins: tuple[Span, ...]
    title: str | None
    language: str | None


def make(material: Material) -> Made | NotAnArticle:
    """The article in a body. Raises UserError where a lexicon is wrong, and MemoryError: run it in the sandbox."""
    capture = material.capture
    if is_front_page(capture.url) and not is_front_page(material.entry.url):
        return NotAnArticle(Reason.FRONT_PAGE, "the address led to the site's front page")
    document = extract(capture, language_hint=material.language, now=material.fetched_at)
    if isinstance(document, NotAnArticle):
        return document
    article = build_article(material.entry, capture, document, now=material.fetched_at)
    score = relevance(article.title, article.text, article.language, load_lexicon(material.lexicon))
    return Made(article, hashlib.sha256(capture.body).hexdigest(), score)


def mark(matter: Matter, background: Backgrounds = background) -> Fingerprint:
    """The fingerprint of a clean text, made without its lead-ins."""
    own = blanked(matter.text, matter.lead_ins)
    return fingerprint(own, title=matter.title, language=matter.language, background=background)


@cache
def load_lexicon(paths: tuple[Path, ...]) -> Lexicon:
    """The terms of a topic, from one file or more. Raises UserError naming the file."""
    first, *others = paths
    lexicon = parse_lexicon(read_utf8(first), first, base=None)
    for path in others:
        lexicon = parse_lexicon(read_utf8(path), path, base=lexicon)
    return lexicon


def read_utf8(path: Path) -> str:
    """The text of a user's file, without the mark that Windows editors begin UTF-8 with. Raises UserError where it is
    no UTF-8, and OSError.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as exc:
        raise UserError(f"{path}: not UTF-8 (byte {exc.start})", "save it as UTF-8") from exc
