"""From a capture to a document, or to the reason why there is none."""

from __future__ import annotations

from datetime import datetime

from pipeline.extract.charset import charset_in_markup, decode, is_garbled
from pipeline.extract.draft import Draft, finish
from pipeline.extract.plain import read_plain
from pipeline.extract.record import read_record
from pipeline.models.articles import Document
from pipeline.models.pages import RECORD_MEDIA_TYPE, Capture, NotAnArticle, Reason

HTML_MEDIA_TYPES = frozenset(["text/html", "application/xhtml+xml"])
PLAIN_MEDIA_TYPES = frozenset(["text/plain", "text/markdown"])


def extract(capture: Capture, *, language_hint: str | None = None, now: datetime) -> Document | NotAnArticle:
    """The document in a capture. `language_hint` serves where the text is too short to tell; no date is after `now`.

    Raises MemoryError where a page wants more than there is: run it in the sandbox.
    """
    text = read_body(capture)
    if isinstance(text, NotAnArticle):
        return text
    found = read_document(text, capture, language_hint=language_hint, now=now)
    return _of_another_kind(text, capture, found) or found


def read_body(capture: Capture) -> str | NotAnArticle:
    """The text of a body in whatever charset, or why it has none that we read."""
    if capture.media_type not in HTML_MEDIA_TYPES | PLAIN_MEDIA_TYPES | {RECORD_MEDIA_TYPE}:
        return NotAnArticle(Reason.UNSUPPORTED_TYPE, capture.media_type)
    if not capture.body.strip():
        return NotAnArticle(Reason.EMPTY, f"{len(capture.body)} bytes, all of them white space")
    in_markup = charset_in_markup(capture.body) if capture.media_type in HTML_MEDIA_TYPES else None
    text = decode(capture.body, [capture.charset, in_markup])
    if text is None or is_garbled(text):
        return NotAnArticle(Reason.NOT_TEXT, f"bytes that are no text, sent as {capture.media_type}")
    return text


def read_document(
    text: str, capture: Capture, *, language_hint: str | None = None, now: datetime
) -> Document | NotAnArticle:
    """What readers take for the document in a body's text, be it an article or the teaser of one."""
    draft = _read(text, capture, now)
    return draft if isinstance(draft, NotAnArticle) else finish(draft, language_hint=language_hint)


def _read(text: str, capture: Capture, now: datetime) -> Draft | NotAnArticle:
    if capture.media_type in HTML_MEDIA_TYPES:
        from pipeline.extract.html import read_html  # loads trafilatura: see there

        return read_html(text, url=capture.url, now=now)
    if capture.media_type == RECORD_MEDIA_TYPE:
        return read_record(text, url=capture.url, now=now)
    return read_plain(text)


def _of_another_kind(text: str, capture: Capture, found: Document | NotAnArticle) -> NotAnArticle | None:
    if isinstance(found, Document) and is_garbled(found.text):
        return NotAnArticle(Reason.NOT_TEXT, "letters of another charset")
    if capture.media_type in HTML_MEDIA_TYPES:
        from pipeline.extract.kinds.decide import not_an_article

        return not_an_article(text, found)
    return None
