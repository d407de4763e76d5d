"""JSON-LD of a page, parsed once: the nodes of schema.org that it states, outermost first."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from html import unescape

from lxml.etree import ParserError
from lxml.html import HtmlElement, fragment_fromstring

_MAX_NODES = 20_000
_MIN_BODY = 100
_BLOCK_TAGS = ("p", "br", "div", "li", "h2", "h3", "blockquote")


def json_ld_nodes(tree: HtmlElement) -> tuple[Mapping[str, object], ...]:
    """Every object in the JSON-LD of a page, outermost first; what is no JSON counts as absent."""
    nodes: list[Mapping[str, object]] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            nodes.extend(_nodes(script.text or ""))
    return tuple(nodes)


def is_article(node: Mapping[str, object]) -> bool:
    """Whether a node is an article: NewsArticle, BlogPosting, ReportageNewsArticle, …"""
    kind = node.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return any(isinstance(name, str) and name.endswith(("Article", "Posting", "Report")) for name in kinds)


def article_body(nodes: tuple[Mapping[str, object], ...]) -> str:
    """The longest `articleBody` stated, as text; '' where there is none of any length."""
    bodies = [body for node in nodes if isinstance(body := node.get("articleBody"), str)]
    longest = max(bodies, key=len, default="")
    return _as_text(longest) if len(longest) >= _MIN_BODY else ""


def _nodes(script: str) -> Iterator[Mapping[str, object]]:
    try:
        # strict=False: pages put raw line ends into JSON strings.
        waiting = deque([json.loads(script, strict=False)])
    except (ValueError, RecursionError):  # not JSON; nested too deep
        return
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        node = waiting.popleft()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            yield node
            waiting.extend(node.values())


def _as_text(body: str) -> str:
    """Some sites put markup into the string, some of them escaped."""
    unescaped = unescape(body)
    if "</" not in unescaped and "<br" not in unescaped:
        return unescaped
    try:
        fragment = fragment_fromstring(unescaped, create_parent="div")
    except (ParserError, ValueError):  # markup that is none; characters that XML does not know
        return unescaped
    for element in fragment.iter(*_BLOCK_TAGS):
        element.tail = f"\n{element.tail or ''}"
    return str(fragment.text_content())
