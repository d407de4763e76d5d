"""Markup becomes a tree, the same way for all who look at a page."""

from __future__ import annotations

import re

from lxml.etree import ElementDefaultClassLookup
from lxml.html import HtmlElement, HTMLParser, document_fromstring

# XML 1.0 allows none of these, and lxml refuses text with them.
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
# Every element is an HtmlElement: lxml's own lookup asks Python for the class of each tag, which no reader needs.
_ELEMENTS = ElementDefaultClassLookup(element=HtmlElement)


def parse_markup(html: str) -> HtmlElement:
    """The tree of a page without comments. Raises LxmlError or ValueError where there is no document in it."""
    # Encoded again, because lxml refuses a str that starts with an XML declaration naming a charset; the parser's own
    # encoding goes before what the page says of itself.
    parser = HTMLParser(collect_ids=False, encoding="utf-8", remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_ELEMENTS)
    return document_fromstring(_NOT_XML.sub("", html).encode("utf-8"), parser=parser)
