"""Where the heading of a page's article stands: dates are shown beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from lxml.html import HtmlElement

from pipeline.extract.claims.json_ld import texts
from pipeline.extract.claims.page import Page

_TAGS = ("h1", "h2", "h3", "h4")
_SHORTEST = 6
_MOST_HEADINGS = 200
_MOST_RUNS = 24
_MOST_ELEMENTS = 4_000
# How much alike a heading and the title are at least; else a line of the page may be more like it.
_SURE = 0.4
_SHOWN_TO_NOBODY = frozenset(["script", "style", "option", "title"])


def page_titles(page: Page) -> list[str]:
    """What the page says the title of its article is, the surest first; the last has the site's name in it."""
    in_head = page.tree.find(".//title")
    told = [*texts(page.article.get("headline"))[:1], *page.meta.get("og:title", ())[:1]]
    told += [in_head.text_content()] if in_head is not None else []
    return list(filter(None, (" ".join(one.split()) for one in told)))


def find_heading(body: HtmlElement, titles: Sequence[str]) -> HtmlElement | None:
    """The element that shows the title: a heading, else a line that says so; else the first <h1> there is."""
    headings = [(_letters(_beginning(one)), one) for one in islice(body.iter(*_TAGS), _MOST_HEADINGS)]
    for title in filter(None, map(_letters, titles)):
        alike = [(_likeness(text, title), one) for text, one in headings]
        likeness, element = max(alike, default=(0.0, None), key=lambda pair: pair[0])
        if element is not None and likeness >= _SURE:
            return element
    first = next((one for text, one in headings if text and one.tag == "h1"), None)
    line = _longest_line(body, titles[-1]) if titles else None
    # A menu names the page too.
    return first if line is None or (first is not None and line.tag == "a") else line


def _beginning(element: HtmlElement) -> str:
    return "".join(islice(element.itertext(), _MOST_RUNS)) if len(element) else element.text or ""


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _likeness(text: str, title: str) -> float:
    """How much one of the two is of the other, which it is in; 0 where neither is in the other."""
    shorter, longer = (text, title) if len(text) <= len(title) else (title, text)
    return len(shorter) / len(longer) if len(shorter) >= _SHORTEST and shorter in longer else 0.0


def _longest_line(body: HtmlElement, title: str) -> HtmlElement | None:
    """The element that holds the longest line of the page that the title says too."""
    longest, found = _SHORTEST - 1, None
    for line, element in _lines(body):
        if longest < len(line) and line in title:
            longest, found = len(line), element
    return found


def _lines(body: HtmlElement) -> Iterator[tuple[str, HtmlElement]]:
    for element in islice(body.iter("*"), _MOST_ELEMENTS):
        if element.text and element.tag not in _SHOWN_TO_NOBODY:
            yield " ".join(element.text.split()), element
        if element.tail:
            yield " ".join(element.tail.split()), element
