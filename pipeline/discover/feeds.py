"""Feeds: bytes in, entries out."""

from __future__ import annotations

import calendar
import codecs
import re
from datetime import UTC, datetime
from time import struct_time
from typing import Any

import feedparser
from w3lib.html import remove_tags, replace_entities

from pipeline.discover.urls import absolute
from pipeline.errors import FeedError
from pipeline.extract.clean import clean_field
from pipeline.models import Capture, Entry

_HTML = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml.*?\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
_REFERENCE = re.compile(rb"&#(?:x([0-9a-f]+)|([0-9]+));", re.IGNORECASE)
_LAST_CHARACTER = 0x10FFFF
# The first web page is of 1990; earlier dates are placeholders such as 1970-01-01 and 0001-01-01.
FIRST_YEAR = 1990
_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml"}


def parse_feed(capture: Capture) -> list[Entry]:
    """The entries of an RSS or Atom feed, in its order; an entry without a web address is left out.

    Raises FeedError where the body is no feed: `empty`, `html_not_feed`, `not_a_feed`, or `unreadable` where the parser
    gave up.
    """
    if not capture.body.removeprefix(codecs.BOM_UTF8).strip():
        raise FeedError("empty", "an empty body instead of a feed")
    if _HTML.match(capture.body[:2000]):
        raise FeedError("html_not_feed", "a web page instead of a feed")
    content_type = capture.media_type + (f"; charset={capture.charset}" if capture.charset else "")
    headers = {"content-location": capture.url, "content-type": content_type}
    try:
        parsed = feedparser.parse(_REFERENCE.sub(_mend_reference, capture.body), response_headers=headers)
    except (ValueError, OverflowError, LookupError, TypeError, AttributeError, RecursionError) as exc:
        # feedparser 6 lets its own slips through: <media:player> outside an item is a KeyError, charset=punycode a
        # UnicodeError. One source's feed must not end the run.
        raise FeedError("unreadable", f"the feed parser gave up ({type(exc).__name__}: {_said(exc)})") from exc
    # `bozo` with entries is a usable feed: half of the feeds of the world break a rule.
    if not parsed.get("version") and not parsed.entries:
        raise FeedError("not_a_feed", f"neither RSS nor Atom ({_said(parsed.get('bozo_exception'))})")
    return [entry for item in parsed.entries if (entry := _entry(item, capture.url)) is not None]


def feed_links(capture: Capture) -> list[str]:
    """The feeds that a web page names in its head (`<link rel="alternate">`), absolute, in its order."""
    from lxml import html
    from lxml.etree import ParserError

    try:
        links = html.document_fromstring(capture.body).iter("link")
    except ParserError:  # a document without an element
        return []
    feeds = [
        link
        for link in links
        if "alternate" in (link.get("rel") or "").lower().split() and (link.get("type") or "").lower() in _FEED_TYPES
    ]
    return [url for link in feeds if link.get("href") and (url := absolute(link.get("href", ""), capture.url))]


def _entry(item: Any, base: str) -> Entry | None:
    url = absolute(item.get("link") or "", base) if item.get("link") else None
    if url is None:
        return None
    # dict.get: feedparser's own get answers for a missing `updated` with `published`, and warns.
    published, updated = (_moment(dict.get(item, key)) for key in ("published_parsed", "updated_parsed"))
    return Entry(
        url=url,
        title=_title(item),
        author=clean_field(item.get("author")),
        published_at=published or updated,
        version=updated.isoformat() if updated and updated != published else None,
    )


def _said(fault: Exception | None) -> str:
    """A fault's own words in one line that can be stored: it may quote the feed's bytes."""
    return (clean_field(str(fault)) if fault else None) or "no feed element"


def _mend_reference(found: re.Match[bytes]) -> bytes:
    """The reference, or nothing where it names no character: feedparser cannot bear `&#55357;`, half of an emoji."""
    digits, base = (found[1], 16) if found[1] else (found[2], 10)
    significant = digits.lstrip(b"0")
    code = int(significant or b"0", base) if len(significant) <= len(str(_LAST_CHARACTER)) else _LAST_CHARACTER + 1
    is_character = code <= _LAST_CHARACTER and not 0xD800 <= code <= 0xDFFF
    return found[0] if is_character else b""


def _title(item: Any) -> str | None:
    """The title as people read it: a feed may write it as HTML, "AT&amp;amp;T <b>grows</b>"."""
    written = item.get("title") or ""
    is_markup = item.get("title_detail", {}).get("type") in ("text/html", "application/xhtml+xml")
    return clean_field(replace_entities(remove_tags(written)) if is_markup else written)


def _moment(parsed: struct_time | None) -> datetime | None:
    """feedparser's struct_time is UTC. A year that no calendar has (0, 10000), or no web had, is no date."""
    if parsed is None or parsed.tm_year < FIRST_YEAR:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None
