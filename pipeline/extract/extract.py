"""From a capture to a document, or to the reason why there is none."""

from __future__ import annotations

from datetime import datetime

from pipeline.extract.charset import charset_in_markup, decode
from pipeline.extract.draft import Draft, finish
from pipeline.extract.plain import read_plain
from pipeline.extract.record import read_record
from pipeline.models import RECORD_MEDIA_TYPE, Capture, Document, NotAnArticle, Reason

HTML_MEDIA_TYPES = frozenset(["text/html", "application/xhtml+xml"])
PLAIN_MEDIA_TYPES = frozenset(["text/plain", "text/markdown"])


def extract(capture: Capture, *, language_hint: str | None = None, now: datetime) -> Document | NotAnArticle:
    """The document in a capture. `language_hint` serves where the text is too short to tell; no date is after `now`."""
    if capture.media_type not in HTML_MEDIA_TYPES | PLAIN_MEDIA_TYPES | {RECORD_MEDIA_TYPE}:
        return NotAnArticle(Reason.UNSUPPORTED_TYPE, capture.media_type)
    if not capture.body.strip():
        return NotAnArticle(Reason.EMPTY, f"{len(capture.body)} bytes, all of them white space")
    try:
        draft = _read(capture, now)
    except MemoryError:  # one huge allocation was refused; nothing of it was kept
        return NotAnArticle(Reason.EXTRACTION_MEMORY, "more than there is")
    return draft if isinstance(draft, NotAnArticle) else finish(draft, language_hint=language_hint)


def _read(capture: Capture, now: datetime) -> Draft | NotAnArticle:
    in_markup = charset_in_markup(capture.body) if capture.media_type in HTML_MEDIA_TYPES else None
    text = decode(capture.body, [capture.charset, in_markup])
    if text is None:
        return NotAnArticle(Reason.NOT_TEXT, f"bytes that are no text, sent as {capture.media_type}")
    if capture.media_type in HTML_MEDIA_TYPES:
        from pipeline.extract.html import read_html  # loads trafilatura: see there

        return read_html(text, url=capture.url, now=now)
    if capture.media_type == RECORD_MEDIA_TYPE:
        return read_record(text, url=capture.url, now=now)
    return read_plain(text)
