"""Listing pages: web pages that list articles, read by CSS selectors, or by the list they give to search engines."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, cast
from urllib.parse import urldefrag

from cssselect import SelectorError
from lxml.cssselect import CSSSelector
from lxml.etree import LxmlError
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from w3lib.html import replace_entities

from pipeline.discover.dates import stated_moment, visible_day
from pipeline.discover.feeds.items import Feed, Item
from pipeline.discover.urls import absolute, canonicalize
from pipeline.errors import FeedError
from pipeline.extract.charset import charset_in_markup, decode
from pipeline.extract.clean import clean_field
from pipeline.models.pages import Capture, Entry, Link, Reading
from pipeline.models.sources import Selectors

MAX_ENTRIES = 10_000

_MAX_NODES = 50_000
_MAX_TEXT = 1_000
_MAX_SELECTOR = 500
# "2026-03-01T08:00:00Z" where readers see it; of "Mar 1, 2026 8:00 PM" only the day is sure.
_NUMERIC = re.compile(r"\d{4}[-/.]\d")
# The page of older entries where no selector names it (https://html.spec.whatwg.org/multipage/links.html).
_NEXT = "[rel~=next]"
_LISTS = frozenset(["itemlist", "blog", "collectionpage"])
_LISTING_KEYS = frozenset(["itemListElement", "blogPost", "blogPosts", "hasPart"])
# What a list's elements may be, where they do not say that they are articles: never products, persons, menu items.
_PAGE_KINDS = frozenset(["webpage", "creativework", "thing", "listitem"])


def read_listing(capture: Capture, selectors: Selectors | None) -> Reading:
    """The articles that a page lists, in its order, each once; the page of older ones in `more`.

    Without selectors they come from JSON-LD (https://schema.org): ItemList, Blog, CollectionPage, lists of articles.
    Dates are those for machines, else the day that readers see.

    Raises FeedError where the page lists nothing (`nothing_found`, with what was looked for), is none (`empty`,
    `unreadable`), or a selector is none (`bad_selector`; see `check_selectors`).
    """
    tree = _tree(capture)
    base = _base(tree, capture.url)
    if selectors is None:
        return _read_json_ld(tree, base, capture.url)
    problem = check_selectors(selectors)
    if problem:
        raise FeedError("bad_selector", problem)
    return _read_selected(tree, selectors, base, capture.url)


def check_selectors(selectors: Selectors) -> str | None:
    """What is wrong with the selectors, by the name of the first that is none; None where all can be used."""
    for name in (field.name for field in fields(Selectors)):
        css = getattr(selectors, name)
        if css is None:
            continue
        try:
            _compiled(css)(document_fromstring("<p>"))
        except (SelectorError, LxmlError, ValueError, RecursionError) as exc:
            return f"'{name}': {css[:80]!r} is no CSS selector that can be used ({clean_field(str(exc))})"
    return None


@lru_cache(maxsize=256)
def _compiled(css: str) -> CSSSelector:
    if not css.strip():
        raise ValueError("it is empty")
    if len(css) > _MAX_SELECTOR:
        raise ValueError(f"it has more than {_MAX_SELECTOR} characters")
    return CSSSelector(css, translator="html")


def _select(css: str | None, element: HtmlElement) -> list[HtmlElement]:
    try:
        found = _compiled(css)(element) if css else []
    except LxmlError as exc:  # libxml2's own limits of depth and work
        raise FeedError("unreadable", f"selector {css!r} cannot be looked up ({type(exc).__name__})") from exc
    return cast(list[HtmlElement], found)


def _tree(capture: Capture) -> HtmlElement:
    if not capture.body.strip():
        raise FeedError("empty", "an empty body instead of a page")
    text = decode(capture.body, (capture.charset, charset_in_markup(capture.body)))
    if text is None:
        raise FeedError("unreadable", "no text in any charset")
    parser = HTMLParser(collect_ids=False, encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return document_fromstring(text.replace("\0", "").encode("utf-8", "replace"), parser=parser)
    except (LxmlError, ValueError, AssertionError) as exc:  # a document without an element
        raise FeedError("unreadable", f"no page can be read from it ({type(exc).__name__})") from exc


def _base(tree: HtmlElement, url: str) -> str:
    written = next((href for element in tree.iter("base") if (href := element.get("href"))), "")
    return absolute(written, url) or url


def _read_selected(tree: HtmlElement, selectors: Selectors, base: str, url: str) -> Reading:
    found = _select(selectors.entry, tree)
    if not found:
        count = sum(1 for _ in tree.iter("a"))
        problem = f"selector {selectors.entry!r} found nothing in a page of {count:,} links"
        raise FeedError("nothing_found", f"{problem}; its layout may have changed")
    language = tree.get("lang") or tree.get("xml:lang")
    entries = [_selected(element, selectors, base, language) for element in found[:MAX_ENTRIES]]
    named = [entry for entry in entries if entry]
    if not named:
        wanted = f"{selectors.link!r} finds no link" if selectors.link else "there is no link"
        problem = f"{wanted} in any of the {len(found):,} that selector {selectors.entry!r} found"
        raise FeedError("nothing_found", f"{problem}; its layout may have changed")
    more = _next_page(tree, selectors.next or _NEXT, base, url)
    return Reading(_each_once(named), more, left_out=len(entries) - len(named))


def _selected(entry: HtmlElement, selectors: Selectors, base: str, language: str | None) -> Entry | None:
    linked = _select(selectors.link, entry) if selectors.link else [entry]
    link, url = next(_links(linked, base), (None, None))
    if link is None or url is None:
        return None
    headlines, dates = _select(selectors.title, entry), _select(selectors.date, entry)
    return Entry(
        url=url,
        title=next(filter(None, map(_text, headlines)), None) or _text(link),
        published_at=next(filter(None, (_date(element, language) for element in dates)), None),
    )


def _links(elements: Iterable[HtmlElement], base: str) -> Iterator[tuple[HtmlElement, str]]:
    """The links that the elements are or hold, with their addresses. "#comments" is no page of its own."""
    for element in elements:
        for link in element.iter("a", "area", "link"):
            href = (link.get("href") or "").strip()
            url = absolute(href, base) if href and not href.startswith("#") else None
            if url:
                yield link, url


def _next_page(tree: HtmlElement, css: str, base: str, url: str) -> tuple[Link, ...]:
    addresses = (address for _, address in _links(_select(css, tree), base))
    return tuple(Link(address) for address in list(addresses)[:1] if address != url)


def _text(element: HtmlElement) -> str | None:
    """What an element shows, in one line; None where it is too much for a headline or a date."""
    parts, length = list[str](), 0
    for part in element.itertext():
        parts.append(part)
        length += len(part)
        if length > 10 * _MAX_TEXT:
            return None
    text = clean_field("".join(parts))
    return text if text and len(text) <= _MAX_TEXT else None


def _date(element: HtmlElement, language: str | None) -> datetime | None:
    """The date that an element states for machines, else the day that it shows."""
    shown = _text(element) or ""
    written = [element.get("datetime"), element.get("content"), shown if _NUMERIC.match(shown) else None]
    stated = next(filter(None, (stated_moment(text) for text in written if text)), None)
    return stated or visible_day(shown, language)


def _each_once(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """One entry an address: a picture and a headline lead to one article, and each knows something of it."""
    known: dict[str, Entry] = {}
    for entry in entries:
        first = known.setdefault(entry.url, entry)
        known[entry.url] = replace(
            first,
            title=first.title or entry.title,
            published_at=first.published_at or entry.published_at,
            version=first.version or entry.version,
        )
    return tuple(known.values())


def _read_json_ld(tree: HtmlElement, base: str, url: str) -> Reading:
    """What the page's JSON-LD lists; where it speaks of the page itself, that is no entry."""
    own = canonicalize(url)
    items = (item for script in _scripts(tree) for item in _items(script, base))
    others = (item for item in items if item.url is None or canonicalize(item.url) != own)
    feed = Feed(tuple(islice(others, MAX_ENTRIES)))
    if not feed.entries:
        raise FeedError("nothing_found", "no article list in JSON-LD; give selectors")
    return Reading(_each_once(feed.entries), _next_page(tree, _NEXT, base, url), left_out=feed.left_out)


def _scripts(tree: HtmlElement) -> Iterator[Any]:
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            try:
                yield json.loads(script.text or "", strict=False)  # strict forbids the line ends that pages have there
            except (ValueError, RecursionError):  # not JSON; nested too deep
                continue


def _items(script: Any, base: str) -> Iterator[Item]:
    """The articles anywhere in a JSON-LD document, and what its lists hold, outermost first."""
    waiting = deque([(script, False)])
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        node, is_listed = waiting.popleft()
        if isinstance(node, list):
            waiting.extend((inner, is_listed) for inner in node)
        elif isinstance(node, str) and is_listed:
            yield Item(url=absolute(node, base))
        elif isinstance(node, dict):
            kinds = _kinds(node)
            is_wrapping = is_listed and isinstance(node.get("item"), dict | str)
            if any(map(_is_article, kinds)) or (is_listed and not is_wrapping and kinds <= _PAGE_KINDS):
                yield _item(node, base)
            listing_keys = {"item"} if is_wrapping else _LISTING_KEYS.intersection(node) if kinds & _LISTS else set()
            waiting.extend((inner, key in listing_keys) for key, inner in node.items())


def _kinds(node: dict[str, Any]) -> set[str]:
    """The schema.org types of a node, in lower case, without the vocabulary's address."""
    given = node.get("@type")
    kinds = given if isinstance(given, list) else [given]
    return {kind.rpartition("/")[2].lower() for kind in kinds if isinstance(kind, str)}


def _is_article(kind: str) -> bool:
    """NewsArticle, TechArticle, BlogPosting, Report, ReportageNewsArticle, ..."""
    return kind.endswith(("article", "posting", "report")) and kind != "jobposting"


def _item(node: dict[str, Any], base: str) -> Item:
    headline = next(filter(None, (node.get(key) for key in ("headline", "name"))), None)
    return Item(
        url=_url(node, base),
        title=clean_field(replace_entities(headline)) if isinstance(headline, str) else None,
        published_at=_moment(node, "datePublished"),
        updated_at=_moment(node, "dateModified"),
    )


def _url(node: dict[str, Any], base: str) -> str | None:
    """Its own page; else what it is the main entity of; else its name, without the "#article" that tells it apart."""
    named = (_address(node.get(key), base) for key in ("url", "mainEntityOfPage"))
    identity = node.get("@id")
    return next(filter(None, named), None) or _address(
        urldefrag(identity)[0] if isinstance(identity, str) else None, ""
    )


def _address(given: Any, base: str) -> str | None:
    if isinstance(given, dict):
        given = given.get("@id") or given.get("url")
    return absolute(given, base) if isinstance(given, str) and given.strip() else None


def _moment(node: dict[str, Any], key: str) -> datetime | None:
    written = node.get(key)
    return stated_moment(written) if isinstance(written, str) else None
