"""Markup becomes a tree, and elements are found in it, the same way for all who look at a page."""

from __future__ import annotations

from lxml.etree import ElementDefaultClassLookup, XPath
from lxml.html import HtmlElement, HTMLParser, document_fromstring

# XML 1.0 allows none of these nor surrogates, and lxml refuses text with them.
_NOT_XML = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
_NONCHARACTERS = ("\ufffe", "\uffff")
# Every element is an HtmlElement: lxml's own lookup asks Python for the class of each tag, which no reader needs.
_ELEMENTS = ElementDefaultClassLookup(element=HtmlElement)


def parse_markup(html: str) -> HtmlElement:
    """The tree of a page without comments. Raises LxmlError or ValueError where there is no document in it."""
    # Encoded again, because lxml refuses a str that starts with an XML declaration naming a charset; the parser's own
    # encoding goes before what the page says of itself.
    parser = HTMLParser(collect_ids=False, encoding="utf-8", remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_ELEMENTS)
    for noncharacter in _NONCHARACTERS:
        html = html.replace(noncharacter, "")
    return document_fromstring(html.encode("utf-8", "ignore").translate(None, _NOT_XML), parser=parser)


def find_elements(path: XPath, tree: HtmlElement) -> list[HtmlElement]:
    """The elements that an XPath finds from an element, in their order; attributes and texts are none."""
    found = path(tree)
    return [element for element in found if isinstance(element, HtmlElement)] if isinstance(found, list) else []
