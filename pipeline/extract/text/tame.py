"""Makes a parsed page safe to work on: what would cost a reader hours or gigabytes is cut before any reader sees it."""

from __future__ import annotations

from lxml.etree import XPath, strip_elements
from lxml.html import HtmlElement

from pipeline.extract.text.markup import find_elements

# No article shows more; real pages of 2 MB stay far below all of them.
_MAX_ELEMENTS = 60_000
_MAX_DEPTH = 250
_MAX_ROWS = 2_000
_MAX_SPAN = 100
# No reader takes text from these; each would first copy them, search them and then drop them.
_NEVER_TEXT = (
    *("nav", "footer", "aside", "menu", "dialog", "noscript"),
    *("script", "style", "svg", "template", "iframe", "object", "embed", "applet", "canvas", "audio"),
    *("video", "map", "picture", "img", "source", "track", "link", "input", "select", "datalist", "textarea", "button"),
)
# Some pages keep their text here and let a script show it. What asks for scripts to be turned on is shorter.
_PAGE_WITHOUT_SCRIPTS = 800
# A newsletter's, a search, a vote; a larger one may be the page itself, wrapped by its framework.
_SMALL_FORM = 500

# Asked before anything is walked: in nearly every page the answer is no, at no cost. Attributes lead to their elements
# in a quarter of the time that a condition on each element takes.
_SPANS = XPath("//@colspan/..|//@rowspan/..")
_ROWS_BEYOND = XPath(f"(//tr)[position() > {_MAX_ROWS}]")
_HEADINGS_OF_FORMS = XPath(
    f"//form[string-length(.) < {_SMALL_FORM}]/preceding-sibling::*[1][self::h2 or self::h3 or self::h4 or self::h5]"
)
_MANY = XPath(f"count(//*) > {_MAX_ELEMENTS}")
_DEEP = XPath("boolean(/*" + "/*" * _MAX_DEPTH + ")")


def tame(tree: HtmlElement) -> None:
    """Cuts a tree in place: spans and rows beyond any real table, elements nested or counted beyond any real page."""
    _cut_spans(tree)
    _cut_rows(tree)
    _cut_depth(tree)
    _cut_count(tree)


def strip_chrome(tree: HtmlElement) -> None:
    """Drops in place what holds no text of an article; a `noscript` that holds the article becomes plain markup."""
    for heading in find_elements(_HEADINGS_OF_FORMS, tree):
        heading.drop_tree()
    for element in tree.iter("noscript"):
        if len(element.text_content()) >= _PAGE_WITHOUT_SCRIPTS:
            element.tag = "div"
    strip_elements(tree, *_NEVER_TEXT, with_tail=False)


def _cut_spans(tree: HtmlElement) -> None:
    for cell in find_elements(_SPANS, tree):
        for name in ("colspan", "rowspan"):
            span = cell.get(name)
            if span is not None and not (
                span.isascii() and span.isdigit() and len(span) <= 3 and int(span) <= _MAX_SPAN
            ):
                del cell.attrib[name]


def _cut_rows(tree: HtmlElement) -> None:
    for row in find_elements(_ROWS_BEYOND, tree):
        _cut(row)


def _cut(element: HtmlElement) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _cut_depth(tree: HtmlElement) -> None:
    """Walks level by level, so that depth costs no stack."""
    if not _DEEP(tree):
        return
    level = [tree]
    for _ in range(_MAX_DEPTH):
        level = [child for element in level for child in element]
        if not level:
            return
    for element in level:
        for child in list(element):
            element.remove(child)


def _cut_count(tree: HtmlElement) -> None:
    if not _MANY(tree):
        return
    for element in list(tree.iter())[_MAX_ELEMENTS:]:
        _cut(element)
