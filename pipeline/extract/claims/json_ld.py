"""What a page says of itself in JSON-LD, in the words of schema.org."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from typing import Any

from lxml.etree import ParserError
from lxml.html import fragment_fromstring

_MAX_NODES = 20_000
_MIN_BODY = 100
_BLOCK_TAGS = ("p", "br", "div", "li", "h2", "h3", "blockquote")
_MAX_BROKEN = 100_000
_FIELD = re.compile(r'"(headline|datePublished|dateModified|articleSection)"\s*:\s*"([^"\\]{1,300})"')

Node = Mapping[str, Any]


def read_nodes(scripts: Iterable[str]) -> list[Node]:
    """The nodes of a page's JSON-LD, outermost first: comments and related articles are nested deeper. A script that
    is no JSON says what stands in it as plain "name": "value", as if of one article.
    """
    waiting: deque[Any] = deque()
    for script in scripts:
        try:
            waiting.append(json.loads(script.strip().rstrip(";"), strict=False))  # pages put raw line ends into strings
        except (ValueError, RecursionError):  # not JSON; nested too deep
            fields = dict(reversed(_FIELD.findall(script[:_MAX_BROKEN])))
            waiting.append({"@type": "Article", **fields} if fields else {})
    return list(_walked(waiting))


def _walked(waiting: deque[Any]) -> Iterator[Node]:
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        value = waiting.popleft()
        if isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            yield value
            waiting.extend(part for part in value.values() if isinstance(part, dict | list))


def is_article(node: Node) -> bool:
    """Whether a node's @type is an article's: NewsArticle, BlogPosting, ReportageNewsArticle, …"""
    return any(kind.endswith(("Article", "Posting", "Report")) for kind in texts(node.get("@type")))


def of_kind(node: Node, *names: str) -> bool:
    """Whether a node's @type is one of the names."""
    return any(kind.rpartition("/")[2] in names for kind in texts(node.get("@type")))


def texts(value: object) -> list[str]:
    """The strings of a value that may be one, or a list of them."""
    values = value if isinstance(value, list) else [value]
    return [one.strip() for one in values if isinstance(one, str) and one.strip()]


def names(value: object, by_id: Mapping[str, Node]) -> list[str]:
    """The names of people, organisations or things that a value gives as text, as nodes, or by reference."""
    found: list[str] = []
    for one in value if isinstance(value, list) else [value]:
        node = by_id.get(one["@id"], one) if isinstance(one, dict) and isinstance(one.get("@id"), str) else one
        found += texts(node.get("name")) if isinstance(node, dict) else texts(node)
    return found


def article_body(nodes: Iterable[Node]) -> str:
    """The longest `articleBody` stated, as text; '' where there is none of any length."""
    bodies = [body for node in nodes if isinstance(body := node.get("articleBody"), str)]
    longest = max(bodies, key=len, default="")
    return _as_text(longest) if len(longest) >= _MIN_BODY else ""


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
