"""Reads HTML: metadata by trafilatura and htmldate, zoned moments and canonical URL by ourselves, the text by evidence.

Importing this module loads trafilatura, which takes half a second: import it where a page is read, not above.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from lxml.etree import ElementDefaultClassLookup, LxmlError
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from trafilatura.metadata import extract_metadata
from trafilatura.settings import Document as Said

from pipeline.extract.choose import best_text
from pipeline.extract.clues import read_clues
from pipeline.extract.dates import published_at
from pipeline.extract.draft import Draft
from pipeline.extract.jsonld import json_ld_nodes
from pipeline.extract.tame import strip_chrome, tame
from pipeline.models import NotAnArticle, Reason

# What a page can make the libraries raise. It is the page that fails then, not the run:
LIBRARY_FAULTS = (
    LxmlError,  # no document in the markup, a tree that libxml2 refuses
    ValueError,  # control characters handed to lxml, impossible days, broken URLs; UnicodeError is one
    TypeError,  # JSON-LD of another shape than expected: a list for a name
    AttributeError,  # the same, and elements without a parent
    LookupError,  # the same
    ArithmeticError,  # dates out of range (OverflowError)
    AssertionError,  # lxml's checks of a tree it has half torn down
    RecursionError,  # markup or JSON nested deeper than Python's stack
)
# XML 1.0 allows none of these, and lxml refuses text with them.
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
# Every element is an HtmlElement: lxml's own lookup asks Python for the class of each tag, which no reader needs.
_ELEMENTS = ElementDefaultClassLookup(element=HtmlElement)


def read_html(html: str, *, url: str, now: datetime) -> Draft | NotAnArticle:
    """What a page says: main text without comments, and its claims of title, author, site, date and canonical URL."""
    try:
        tree = _parse(html)
        tame(tree)
        said = _metadata(tree, url, latest_day=now + timedelta(days=1))
        moment = published_at(tree, said.date, now=now)
        canonical_url = _canonical_url(tree, url)
        clues = read_clues(tree, json_ld_nodes(tree))
        strip_chrome(tree)
        reading = best_text(tree, url, clues)
    except LIBRARY_FAULTS as fault:
        return NotAnArticle(Reason.UNREADABLE, f"{type(fault).__name__}: {fault}")
    if not reading.key:
        return NotAnArticle(Reason.NO_TEXT, "no main text on the page")
    return Draft(
        text=reading.text,
        title=said.title,
        author=said.author,
        site=said.sitename,
        language_claim=tree.get("lang") or tree.get("xml:lang"),
        published_at=moment,
        published_at_source="page" if moment else None,
        canonical_url=canonical_url,
    )


def _parse(html: str) -> HtmlElement:
    # Encoded again, because lxml refuses a str that starts with an XML declaration naming a charset; the parser's own
    # encoding goes before what the page says of itself.
    parser = HTMLParser(collect_ids=False, encoding="utf-8", remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_ELEMENTS)
    return document_fromstring(_NOT_XML.sub("", html).encode("utf-8"), parser=parser)


def _metadata(tree: HtmlElement, url: str, *, latest_day: datetime) -> Said:
    return extract_metadata(
        tree,
        url,
        # The first date, not the last change; no guessing a day from the text, which finds one where there is none.
        {"original_date": True, "extensive_search": False, "max_date": latest_day.strftime("%Y-%m-%d")},
    )


def _canonical_url(tree: HtmlElement, url: str) -> str | None:
    """The page's rel=canonical, absolute; None where it has none or it is no address of the web."""
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            return _web_address(link.get("href") or "", url)
    return None


def _web_address(href: str, base: str) -> str | None:
    try:
        absolute = urljoin(base, "".join(href.split())) if href.strip() else ""
        parts = urlsplit(absolute)
    except ValueError:  # a bracket that opens no IPv6 address
        return None
    return absolute if parts.scheme in ("http", "https") and parts.hostname else None
