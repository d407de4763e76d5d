"""A page's tree, read once: what is in its head, and the lines that may say a date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml.html import HtmlElement

from pipeline.discover.urls import absolute
from pipeline.extract.claims.json_ld import Node, is_article, read_nodes


@dataclass(frozen=True, slots=True)
class Page:
    """What several readers ask of one page: meta values by lower-case name, in order, and the nodes of its JSON-LD.

    `article` is the node of the article that the page is about, empty where there is none; `by_id` finds nodes.
    """

    tree: HtmlElement
    url: str
    meta: Mapping[str, tuple[str, ...]]
    nodes: tuple[Node, ...]
    article: Node
    by_id: Mapping[str, Node]
    language_claim: str | None = None
    canonical_url: str | None = None

    def first(self, names: Iterable[str]) -> str | None:
        """The first value that the page gives under one of the names, in the order of the names."""
        return next((value for name in names for value in self.meta.get(name, ())), None)


def read_page(tree: HtmlElement, url: str) -> Page:
    """A page's tree with its meta values, its JSON-LD and its canonical URL."""
    meta: dict[str, list[str]] = {}
    scripts: list[str] = []
    canonical: str | None = None
    for element in tree.iter("meta", "script", "link"):
        if element.tag == "meta":
            name = element.get("property") or element.get("name") or element.get("itemprop") or ""
            value = (element.get("content") or "").strip()
            if not name and (element.get("http-equiv") or "").lower() == "content-language":
                name = "content-language"
            if name and value:
                meta.setdefault(name.strip().lower(), []).append(value)
        elif element.tag == "script":
            if (element.get("type") or "").lower().strip().startswith(("application/ld+json", "application/json+ld")):
                scripts.append(element.text or "")
        elif canonical is None and "canonical" in (element.get("rel") or "").lower().split():
            canonical = element.get("href") or ""
    nodes = read_nodes(scripts)
    address = web_address(canonical, url) if canonical else None
    return Page(
        tree=tree,
        url=url,
        meta={name: tuple(values) for name, values in meta.items()},
        nodes=tuple(nodes),
        article=_article(nodes, {url, address or url}),
        by_id={node["@id"]: node for node in reversed(nodes) if isinstance(node.get("@id"), str) and len(node) > 1},
        language_claim=tree.get("lang") or tree.get("xml:lang") or next(iter(meta.get("content-language", ())), None),
        canonical_url=address,
    )


def web_address(href: str, base: str) -> str | None:
    """A link as an absolute address of the web; None where it is none."""
    return absolute("".join(href.split()), base) if href.strip() else None


def _article(nodes: list[Node], addresses: set[str]) -> Node:
    """The article that the page is about: the one that names the page's address, else the outermost one."""
    articles = [node for node in nodes if is_article(node)]
    known = {address.split("#")[0].rstrip("/") for address in addresses}
    return next((node for node in articles if _addresses(node) & known), articles[0] if articles else {})


def _addresses(node: Node) -> set[str]:
    entity = node.get("mainEntityOfPage")
    values = [node.get("url"), node.get("@id"), entity.get("@id") if isinstance(entity, dict) else entity]
    return {value.split("#")[0].rstrip("/") for value in values if isinstance(value, str)}
