"""RSS 0.9x, 1.0 (RDF) and 2.0, Atom 0.3 and 1.0."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO
from typing import Any
from xml.sax import SAXParseException

import feedparser
from w3lib.html import remove_tags, remove_tags_with_content, replace_entities

from pipeline.discover.dates import stated_moment
from pipeline.discover.feeds.items import Feed, Item, joined_names
from pipeline.discover.urls import absolute
from pipeline.errors import FeedError
from pipeline.extract.charset import charset_in_xml, decode
from pipeline.extract.clean import clean_field
from pipeline.models.pages import Capture

# feedparser takes about 10 microseconds a tag, and the square of the attributes of one tag and of nested xml:base. A
# podcast's 3,000 episodes with 30 elements each are 180,000 tags; HTML nobody closes nests some hundred deep.
MAX_TAGS = 200_000
MAX_DEPTH = 1_000
MAX_ATTRIBUTES = 500

_MARKUP = re.compile(
    rb"<(?:!\[CDATA\[.*?(?:\]\]>|\Z)|!--.*?(?:-->|\Z)|(?P<close>/)|(?P<open>[^\s<>!?/][^<>]*))", re.DOTALL
)
# A declaration that does not end costs feedparser the cube of its bytes, white space before the first element and a
# document type without end the square.
MAX_PROLOG_BYTES = 16_384
_LONGEST_LINE = 1_000
_DECLARATION = re.compile(rb"<\?xml[^>]*>")
_FIRST_ELEMENT = re.compile(rb"<\w")
_SPACES = re.compile(rb"\s+")
# What XML 1.0, section 2.2, leaves out; of those the vertical tab and the form feed are white space elsewhere.
_NOT_XML = dict.fromkeys([*range(0x09), *range(0x0E, 0x20), 0xFFFE, 0xFFFF]) | {0x0B: " ", 0x0C: " "}
# What RSS 2.0 asks for as an author.
_NAMED_ADDRESS = re.compile(r"\S+@\S+\s+\(([^()]+)\)")
_REFERENCE = re.compile(rb"&#(?:x([0-9a-f]+)|([0-9]+));", re.IGNORECASE)
_LAST_CHARACTER = 0x10FFFF


def read_xml_feed(capture: Capture) -> Feed:
    """The items of an RSS or Atom feed, in its order; of one that breaks off, those before the break. Where it is one
    of several documents, the one before it in time (RFC 5005, sections 3 and 4: `prev-archive`, `next`).

    Raises FeedError where the body is neither (`not_a_feed`), is built to keep the parser busy (`too_complex`), or
    where it breaks off at once or the parser gave up (`unreadable`).
    """
    body = _plain_utf8(capture)
    _check_complexity(body)
    parsed = _parse(body)
    fault = parsed.get("bozo_exception")
    # `bozo` with entries is a usable feed: half of the feeds of the world break a rule.
    if not parsed.get("version") and not parsed.entries:
        raise FeedError("not_a_feed", f"neither RSS nor Atom nor JSON Feed ({_said(fault)})")
    is_cut = isinstance(fault, SAXParseException) and fault.getMessage() == "no element found"
    if is_cut and not parsed.entries:
        raise FeedError("unreadable", f"breaks off before its first item ({_said(fault)})")
    is_rss = (parsed.get("version") or "").startswith("rss")
    language = parsed.feed.get("language")
    items = tuple(_item(item, capture.url, language, is_rss=is_rss) for item in parsed.entries)
    return Feed(items, _older(parsed.feed.get("links", []), capture.url))


def _older(links: list[Any], base: str) -> str | None:
    for relation in ("prev-archive", "next"):
        for link in links:
            if link.get("rel") == relation and link.get("href"):
                return absolute(link["href"], base)
    return None


def _plain_utf8(capture: Capture) -> bytes:
    """The body as UTF-8, by its mark, the transport's charset, the XML declaration or its bytes (RFC 7303, section 3),
    without what no XML may hold: a NUL before the prolog, and the strict parser gives up. What is no text stays as it
    is.
    """
    text = decode(capture.body, [capture.charset, charset_in_xml(capture.body)])
    if text is None:
        return capture.body
    return text.translate(_NOT_XML).lstrip("\ufeff\u200b \t\r\n").encode("utf-8", "replace")


def _parse(body: bytes) -> Any:
    # The charset is known here, so that feedparser does not guess. No content-location: with it feedparser makes an
    # address even of the guid "abc123".
    headers = {"content-type": "application/xml; charset=utf-8"}
    # A stream, because feedparser opens bytes that name a file. Contents are neither shown nor kept, so it need not
    # clean them.
    stream = BytesIO(_REFERENCE.sub(_mend_reference, _with_short_prolog(body)))
    try:
        return feedparser.parse(stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except (ValueError, OverflowError, LookupError, TypeError, AttributeError, RecursionError) as exc:
        # feedparser 6 lets its own slips through: <media:player> outside an item is a KeyError. One source's feed must
        # not end the run.
        raise FeedError("unreadable", f"the feed parser gave up ({type(exc).__name__}: {_said(exc)})") from exc


def _with_short_prolog(body: bytes) -> bytes:
    """The body with a declaration of our own, and with no more than one blank at a time before its first element.

    What follows the declaration in its line stays there, where that is short: feedparser rewrites a document type that
    begins a line, and leaves any other to the parser.
    """
    declared = _DECLARATION.match(body)
    rest = body[declared.end() :] if declared else body
    is_in_line = declared and len(rest.partition(b"\n")[0]) <= _LONGEST_LINE
    first = _FIRST_ELEMENT.search(rest)
    start = first.start() if first else 0
    prolog = _SPACES.sub(lambda run: b"\n" if b"\n" in run[0] else b" ", rest[:start])
    if len(prolog) > MAX_PROLOG_BYTES:
        raise FeedError("too_complex", f"more than {MAX_PROLOG_BYTES:,} bytes before the first element")
    return b'<?xml version="1.0" encoding="utf-8"?>' + (b"" if is_in_line else b"\n") + prolog + rest[start:]


def _check_complexity(body: bytes) -> None:
    """Raises FeedError for markup that would take the parser minutes."""
    depth = 0
    for number, tag in enumerate(_MARKUP.finditer(body)):
        if tag["close"]:
            depth = max(0, depth - 1)
        elif tag["open"]:
            depth += not tag["open"].endswith(b"/")
        if number > MAX_TAGS:
            raise FeedError("too_complex", f"more than {MAX_TAGS:,} tags")
        if depth > MAX_DEPTH:
            raise FeedError("too_complex", f"more than {MAX_DEPTH:,} elements inside each other")
        if tag["open"] and tag["open"].count(b"=") > MAX_ATTRIBUTES:
            raise FeedError("too_complex", f"more than {MAX_ATTRIBUTES:,} attributes on one element")


def _item(item: Any, base: str, language: str | None, *, is_rss: bool) -> Item:
    published_at, updated_at = (_moment(item, key, language) for key in ("published", "updated"))
    if is_rss and published_at is None:  # an RSS item's only date, a <dc:date>, is not the date of a change
        published_at, updated_at = updated_at, None
    return Item(
        id=clean_field(item.get("id")),
        url=_url(item, base),
        title=_title(item),
        author=_author(item),
        published_at=published_at,
        updated_at=updated_at,
    )


def _author(item: Any) -> str | None:
    """All who are named. Of one what is written is taken: feedparser cuts addresses of long domains in the middle."""
    authors = item.get("authors", [])
    if len(authors) > 1:
        return joined_names(one.get("name", "") for one in authors)
    written = (item.get("author") or "").strip()
    named = _NAMED_ADDRESS.fullmatch(written)
    return clean_field(named[1] if named else written)


def _url(item: Any, base: str) -> str | None:
    """The item's link; without one its guid or atom:id, where that by itself is a web address ("abc123" is none)."""
    link = item.get("link")
    has_link = any(link.get("rel") == "alternate" for link in item.get("links", []))
    return absolute(link, base if has_link else "") if link else None


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
    if item.get("title_detail", {}).get("type") not in ("text/html", "application/xhtml+xml"):
        return clean_field(written)
    return clean_field(replace_entities(remove_tags(remove_tags_with_content(written, ("script", "style")))))


def _moment(item: Any, key: str, language: str | None) -> datetime | None:
    """The date as it is written, to the second: feedparser reads 2026/11/20 as the first of the month."""
    # dict.get: feedparser's own get answers for a missing `updated` with `published`, and warns.
    moment = stated_moment(dict.get(item, key) or "", language)
    return moment and moment.replace(microsecond=0)
