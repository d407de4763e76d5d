"""What a page says of its own article: clues for telling the article from the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml.etree import XPath
from lxml.html import HtmlElement

from pipeline.extract.claims.json_ld import Node, article_body, is_article

_TITLE_NAMES = frozenset(["og:title", "twitter:title"])
_MARKS_BODY = XPath("boolean(descendant::*/@itemprop[. = 'articleBody'])")
_DESCRIPTION_NAMES = frozenset(["description", "og:description", "twitter:description"])


@dataclass(frozen=True, slots=True)
class Clues:
    """Titles and descriptions of a page, the body that its JSON-LD states ('' where none).

    `names_article`: its markup says that it is an article, or which part of it is one.
    """

    titles: tuple[str, ...] = ()
    descriptions: tuple[str, ...] = ()
    article_body: str = ""
    names_article: bool = False


def read_clues(tree: HtmlElement, nodes: Sequence[Node]) -> Clues:
    """The clues of a page. `nodes` are its JSON-LD."""
    metas = _metas(tree)
    title = tree.find(".//title")
    return Clues(
        titles=(
            *(content for name, content in metas if name in _TITLE_NAMES),
            *([] if title is None else [str(title.text_content())]),
        ),
        descriptions=tuple(content for name, content in metas if name in _DESCRIPTION_NAMES),
        article_body=article_body(nodes),
        names_article=_names_article(tree, metas, nodes),
    )


def _metas(tree: HtmlElement) -> list[tuple[str, str]]:
    return [
        ((meta.get("property") or meta.get("name") or "").strip().lower(), meta.get("content") or "")
        for meta in tree.iter("meta")
    ]


def _names_article(tree: HtmlElement, metas: list[tuple[str, str]], nodes: Sequence[Node]) -> bool:
    return (
        any(name == "og:type" and content.strip().lower() == "article" for name, content in metas)
        or any(map(is_article, nodes))
        or next(tree.iter("article"), None) is not None
        or bool(_MARKS_BODY(tree))
    )
