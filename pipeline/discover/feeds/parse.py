"""Feeds: bytes in, items out."""

from __future__ import annotations

import codecs
import re

from pipeline.discover.feeds.items import Feed
from pipeline.discover.feeds.json_feed import is_json, read_json_feed
from pipeline.discover.feeds.xml_feed import read_xml_feed
from pipeline.discover.urls import absolute
from pipeline.errors import FeedError
from pipeline.models.pages import Capture

_HTML = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*+(?:<\?xml.*?\?>\s*+)?+(?:<!--.*?-->\s*+)*+<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"}


def parse_feed(capture: Capture) -> Feed:
    """What an RSS, Atom or JSON feed says, told by its body alone: servers give feeds any media type.

    Raises FeedError where the body is no feed: `empty`, `html_not_feed`, `not_a_feed`, `too_complex`, or `unreadable`
    where the parser gave up.
    """
    if not capture.body.removeprefix(codecs.BOM_UTF8).strip():
        raise FeedError("empty", "an empty body instead of a feed")
    if _HTML.match(capture.body[:2000]):
        raise FeedError("html_not_feed", "a web page instead of a feed")
    return read_json_feed(capture) if is_json(capture.body) else read_xml_feed(capture)


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
