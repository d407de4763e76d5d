"""Reads HTML: main text and metadata by trafilatura and htmldate, zoned moments and canonical URL by ourselves.

Importing this module loads trafilatura, which takes half a second: import it where a page is read, not above.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from lxml.etree import LxmlError
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from trafilatura import bare_extraction
from trafilatura.settings import Document as Extracted

from pipeline.extract.clean import count_letters
from pipeline.extract.dates import published_at
from pipeline.extract.draft import MIN_LETTERS, Draft
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


def read_html(html: str, *, url: str, now: datetime) -> Draft | NotAnArticle:
    """What a page says: main text without comments, and its claims of title, author, site, date and canonical URL."""
    try:
        tree = _parse(html)
        found = _main_text(tree, url, latest_day=now + timedelta(days=1))
        moment = published_at(tree, found.date if found else None, now=now)
    except LIBRARY_FAULTS as fault:
        return NotAnArticle(Reason.UNREADABLE, f"{type(fault).__name__}: {fault}")
    if found is None:
        return NotAnArticle(Reason.NO_TEXT, "no main text on the page")
    return Draft(
        text=found.text or "",
        title=found.title,
        author=found.author,
        site=found.sitename,
        language_claim=tree.get("lang") or tree.get("xml:lang"),
        published_at=moment,
        published_at_source="page" if moment else None,
        canonical_url=_canonical_url(tree, url),
    )


def _parse(html: str) -> HtmlElement:
    # Encoded again, because lxml refuses a str that starts with an XML declaration naming a charset; the parser's own
    # encoding goes before what the page says of itself.
    parser = HTMLParser(collect_ids=False, encoding="utf-8", remove_comments=True, remove_pis=True)
    return document_fromstring(_NOT_XML.sub("", html).encode("utf-8"), parser=parser)


def _main_text(tree: HtmlElement, url: str, *, latest_day: datetime) -> Extracted | None:
    """trafilatura's findings in precision mode, in its default mode where that brings nothing.

    On 649 pages of five collections precision beats the default in each (.976 to .961, .882 to .841, .954 to .949,
    .765 to .755, .931 to .927) in the same time; `fast` loses up to .23 outside English.
    """
    found = _extract(tree, url, latest_day, favor_precision=True)
    if found and count_letters(found.text or "") >= MIN_LETTERS:
        return found
    return _extract(tree, url, latest_day, favor_precision=False) or found


def _extract(tree: HtmlElement, url: str, latest_day: datetime, *, favor_precision: bool) -> Extracted | None:
    found = bare_extraction(
        tree,
        url=url,
        favor_precision=favor_precision,
        include_comments=False,
        with_metadata=True,
        # The first date, not the last change; no guessing a day from the text, which finds one where there is none.
        date_extraction_params={
            "original_date": True,
            "extensive_search": False,
            "max_date": latest_day.strftime("%Y-%m-%d"),
        },
    )
    return found if isinstance(found, Extracted) else None


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
