"""The densest text of a page: the part of it that holds most prose and least else.

The container is found like readability's (the element whose prose outweighs what else it shows), its part like the
maximum subsequence of Pasternack and Roth, "Extracting article text from the web with maximum subsequence
segmentation" (WWW 2009).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import islice

from lxml.html import HtmlElement

from pipeline.extract.text.blocks import Block

# What a block that is no prose costs: by its length up to a limit, links more, plain headings less.
_COST, _LINK_COST, _HEADING_COST = 2.0, 3.0, 0.6
_MAX_COST_LENGTH = 150
_EACH_LINK_BLOCK = 10
_LARGE_ARTICLE = 0.15


def densest_text(blocks: Sequence[Block]) -> str:
    """The lines of the densest part, one block a line; '' where the page has no prose."""
    container = _container(blocks)
    if container is None:
        return ""
    elements = frozenset(container.iter())
    inside = [block for block in blocks if not block.is_chrome and block.element in elements]
    inside = _first_article(inside)
    return "\n".join(block.text for block in _segment(inside) if block.is_heading or not block.is_links)


def _container(blocks: Sequence[Block]) -> HtmlElement | None:
    value = defaultdict[HtmlElement, float](float)
    for block in blocks:
        gain = block.prose
        if not gain and not block.is_chrome:
            gain = -_EACH_LINK_BLOCK if block.is_links else -min(len(block.text), 200)
        element: HtmlElement | None = block.element
        while element is not None:
            value[element] += gain
            element = element.getparent()
    # The first of equals is the innermost: a parent is entered after its child.
    return max(value, key=value.__getitem__, default=None)


def _first_article(blocks: list[Block]) -> list[Block]:
    """Without the articles that a page appends below its own: only the first of several that hold much of the prose."""
    if not _has_articles(blocks):
        return blocks
    article_of = {block: _outermost_article(block.element) for block in blocks}
    held = defaultdict[HtmlElement, float](float)
    for block, article in article_of.items():
        if article is not None:
            held[article] += block.prose
    total = sum(block.prose for block in blocks)
    large = [article for article, prose in held.items() if prose > _LARGE_ARTICLE * total]
    return [block for block in blocks if article_of[block] is large[0]] if len(large) > 1 else blocks


def _has_articles(blocks: Sequence[Block]) -> bool:
    """Whether there are several on the page."""
    page = blocks[0].element.getroottree() if blocks else None
    return page is not None and len(list(islice(page.iter("article"), 2))) == 2


def _outermost_article(element: HtmlElement) -> HtmlElement | None:
    return next(reversed([parent for parent in (element, *element.iterancestors()) if parent.tag == "article"]), None)


def _segment(blocks: Sequence[Block]) -> Sequence[Block]:
    """The run of blocks whose values sum up highest."""
    best, best_sum = slice(0, 0), 0.0
    start, running = 0, 0.0
    for index, block in enumerate(blocks):
        if running <= 0:
            start, running = index, 0.0
        running += _value(block)
        if running > best_sum:
            best, best_sum = slice(start, index + 1), running
    return blocks[_with_short_sentences(blocks, best.start, best.stop)]


def _with_short_sentences(blocks: Sequence[Block], start: int, stop: int) -> slice:
    """The run with the sentences around it that were too short to count, as long as they share its element."""
    while 0 < start < stop and _continues(blocks[start - 1], blocks[start]):
        start -= 1
    while start < stop < len(blocks) and _continues(blocks[stop], blocks[stop - 1]):
        stop += 1
    return slice(start, stop)


def _continues(block: Block, other: Block) -> bool:
    return block.element is other.element and block.is_sentence and not block.linked


def _value(block: Block) -> float:
    if block.prose:
        return block.prose
    length = min(len(block.text), _MAX_COST_LENGTH)
    if block.is_links:
        return -_LINK_COST * length - _EACH_LINK_BLOCK
    return -(_HEADING_COST if block.is_heading and not block.linked else _COST) * length
