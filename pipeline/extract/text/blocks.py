"""A page as the blocks of text that a reader sees, each with what tells prose from chrome.

Nothing here knows a language: lengths count wide scripts double, and sentence ends are those of many scripts.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from lxml.etree import XPath, iterwalk
from lxml.html import HtmlElement

from pipeline.extract.text.comments import comments_in
from pipeline.extract.text.markup import find_elements

# Within these a line runs on.
_INLINE_TAGS = frozenset(
    [
        *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font", "i", "img"),
        *("ins", "kbd", "label", "mark", "nobr", "noindex", "q", "rp", "rt", "ruby", "s", "samp", "small", "span"),
        *("strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"),
    ]
)
_HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])
_SKIPPED = frozenset(
    [
        *(
            "script",
            "style",
            "svg",
            "noscript",
            "template",
            "iframe",
            "canvas",
            "object",
            "embed",
            "select",
            "textarea",
        ),
        *("button", "head", "nav", "footer", "aside", "audio", "video", "map", "figcaption"),
    ]
)
# A form that holds this much is the page itself, wrapped by its framework.
_PAGE_FORM = 2_000
_NOT_SHOWN = XPath("descendant-or-self::*/@hidden/..|descendant-or-self::*/@aria-hidden[. = 'true']/..")
_STYLED = XPath("descendant-or-self::*[not(self::form)]/@style/..")
_HIDDEN = re.compile(r"display:\s*none|visibility:\s*hidden", re.IGNORECASE)
_COMMENTS = re.compile(
    r"comment(?!ary)|koment|kommentar|disqus|discuss|repl(?:y|ies)(?:$|[-_ ])|respond|otzyv|guestbook", re.IGNORECASE
)
_CHROME = re.compile(
    r"side-?bar|breadcrumb|cookie|newsletter|footer|related|share|social|menu|(?:^|[-_ ])nav|popup|banner|promo|widget|"
    r"tags?(?:$|[-_ ])|outbrain|taboola|login|(?:^|[-_ ])ads?(?:$|[-_ ])",
    re.IGNORECASE,
)
# What holds more than this share of a page's prose is no chrome, whatever its class says: 'page has-sidebar'.
_MAX_CHROME_SHARE = 0.34
_MAX_COMMENTS_SHARE = 0.85
_CHROME_WEIGHT = 0.15
_STOP = re.compile(r"[.!?…。！？।॥؟۔։።:;”»\"')」』]\s*$")
# Thai, Lao, Khmer and Burmese put a space where others put a stop.
_INNER_STOP = re.compile(r"[.!?…։][\s”»\"')]|[。！？।॥؟۔，、؛،]|,\s|[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]\s")
# Scripts in which a character says about twice as much: kana, Han, Hangul, Thai.
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_NOT_LETTERS = re.compile(r"[\W_]+")
_LONG_PROSE, _SHORT_PROSE = 80, 40
_MAX_PROSE_LINK_SHARE = 0.4
_MAX_TEASER = 600
_MIN_TEASER_HEADLINE = 15


@dataclass(slots=True, eq=False)
class Block:
    """A run of text between two block-level tags. `prose` is its weight as running text, 0 for anything else."""

    text: str
    key: str
    linked: int
    is_heading: bool
    element: HtmlElement
    wrappers: tuple[str, ...]
    prose: float = 0.0
    is_chrome: bool = False

    @property
    def is_sentence(self) -> bool:
        """Whether it ends like a sentence."""
        return bool(_STOP.search(self.text))

    @property
    def is_links(self) -> bool:
        """Whether most of it is links."""
        return self.linked > 0.5 * len(self.text)


def letters_of(text: str) -> str:
    """The letters and digits of a text, lower-cased: what two spellings of one line share."""
    return _NOT_LETTERS.sub("", text).lower()


def page_blocks(tree: HtmlElement) -> list[Block]:
    """The visible blocks of a page in document order, weighed."""
    body = tree.find("body")
    blocks = _Reading(tree if body is None else body).blocks
    _weigh(blocks)
    return blocks


class _Reading:
    """One pass over a tree; the state is what is open at the moment."""

    def __init__(self, body: HtmlElement) -> None:
        self.blocks: list[Block] = []
        self._run: list[str] = []
        self._linked = 0
        self._open = [body]
        self._links = self._headings = 0
        self._wrappers: list[tuple[HtmlElement, str]] = []
        self._known: dict[str, bool] = {}
        self._read(body)

    def _read(self, body: HtmlElement) -> None:
        hidden = _hidden(body)
        walk = iterwalk(body, events=("start", "end"))
        for event, element in walk:
            if element.tag in _SKIPPED or element in hidden:
                if event == "start":
                    self._flush()
                    walk.skip_subtree()
                else:
                    self._add(element.tail)
            elif event == "start":
                self._start(element)
            else:
                self._end(element)
        self._flush()

    def _start(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag == "a":
            self._links += 1
        elif tag not in _INLINE_TAGS and tag != "br":
            self._flush()
            self._headings += tag in _HEADINGS
            self._open.append(element)
        names = f"{element.get('class', '')} {element.get('id', '')}"
        if len(names) > 1 and tag not in ("body", "html") and self._is_chrome_name(names):
            self._wrappers.append((element, names))
        self._add(element.text)

    def _is_chrome_name(self, names: str) -> bool:
        known = self._known.get(names)
        if known is None:
            known = self._known[names] = bool(_COMMENTS.search(names) or _CHROME.search(names))
        return known

    def _end(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag == "a":
            self._links -= 1
        elif tag == "br":
            self._flush()
        elif tag not in _INLINE_TAGS:
            self._flush()
            if len(self._open) > 1:
                self._open.pop()
            self._headings -= tag in _HEADINGS
        if self._wrappers and self._wrappers[-1][0] is element:
            self._wrappers.pop()
        self._add(element.tail)

    def _add(self, text: str | None) -> None:
        if text:
            self._run.append(text)
            if self._links:
                self._linked += len(text.strip())

    def _flush(self) -> None:
        if not self._run:
            return
        text = " ".join("".join(self._run).split())
        if text:
            wrappers = tuple(names for _, names in self._wrappers)
            heading = self._headings > 0
            self.blocks.append(Block(text, letters_of(text), self._linked, heading, self._open[-1], wrappers))
        self._run.clear()
        self._linked = 0


def _hidden(body: HtmlElement) -> frozenset[HtmlElement]:
    """What is not shown to readers, by its attributes, and small forms."""
    forms = (form for form in body.iter("form") if len(form.text_content()) < _PAGE_FORM)
    styled = (element for element in find_elements(_STYLED, body) if _HIDDEN.search(element.get("style", "")))
    return frozenset([*find_elements(_NOT_SHOWN, body), *styled, *forms])


def _weigh(blocks: list[Block]) -> None:
    held = defaultdict[str, float](float)
    for block in blocks:
        block.prose = _prose(block)
        for names in set(block.wrappers):
            held[names] += block.prose
    total = sum(block.prose for block in blocks)
    chrome = {
        names: weight < total * (_MAX_COMMENTS_SHARE if _COMMENTS.search(names) else _MAX_CHROME_SHARE)
        for names, weight in held.items()
    }
    comments = _comments(blocks, total)
    before: Block | None = None
    for index, block in enumerate(blocks):
        block.is_chrome = index in comments or any(chrome[names] for names in block.wrappers)
        if block.is_chrome or (before and _is_teaser(block, before)):
            block.prose *= _CHROME_WEIGHT
        before = block


def _comments(blocks: list[Block], total: float) -> range:
    """The readers' comments, by index: they follow an article, and a page that holds little else is theirs."""
    found = comments_in([block.text for block in blocks])
    above = sum(block.prose for block in blocks[: found.start])
    inside = sum(block.prose for block in blocks[found.start : found.stop])
    return found if above and inside < _MAX_COMMENTS_SHARE * total else range(0)


def _prose(block: Block) -> float:
    """The length of a block as running text: long, or ending like a sentence; and mostly not links."""
    text = block.text
    share = block.linked / len(text)
    if block.is_heading or share > _MAX_PROSE_LINK_SHARE:
        return 0.0
    width = _width(text)
    is_sentence = block.is_sentence
    if width < (_SHORT_PROSE if is_sentence else _LONG_PROSE) or not (is_sentence or _INNER_STOP.search(text)):
        return 0.0
    return width * (1 - share)


def _width(text: str) -> int:
    return len(text) + len(_WIDE.findall(text))


def _is_teaser(block: Block, before: Block) -> bool:
    """Whether a short paragraph stands right below a linked headline: the start of another article."""
    return (
        len(block.text) < _MAX_TEASER
        and _width(before.text) >= _MIN_TEASER_HEADLINE
        and before.linked > 0.8 * len(before.text)
        and (before.is_heading or before.element is not block.element)
    )
