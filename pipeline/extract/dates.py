"""When a page says that it was published."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from datetime import datetime

from lxml.html import HtmlElement

from pipeline.extract.moments import parse_moment, settle

# Names under which pages state it in <meta>: Open Graph, schema.org, Dublin Core, Parse.ly, Sailthru, homemade ones.
_META_NAMES = frozenset(
    [
        *(
            "article:published_time",
            "article:published",
            "og:published_time",
            "datepublished",
            "pubdate",
            "publishdate",
        ),
        *("publish-date", "publish_date", "publication_date", "published_at", "dc.date.issued", "dcterms.issued"),
        *("parsely-pub-date", "sailthru.date", "article.published"),
    ]
)
_MAX_NODES = 20_000


def published_at(tree: HtmlElement, day: str | None, *, now: datetime) -> datetime | None:
    """The moment of publication, with the page's own time zone where it gives one.

    `day` is the day (ISO 8601) that a search of the whole page found. A statement in markup made for it goes first, if
    it has a zone; else a moment within that day; else the day.
    """
    stated = _possible((*_json_ld_dates(tree), *_meta_dates(tree)), now=now)
    zoned = next((moment for moment, is_zoned in stated if is_zoned), None)
    if zoned:
        return zoned
    if not day:
        return next((moment for moment, _ in stated), None)
    within = [
        (not is_zoned, index, moment)
        for index, (moment, is_zoned) in enumerate([*stated, *_possible(_time_elements(tree), now=now)])
        if moment.date().isoformat() == day
    ]
    return min(within)[2] if within else _settled_day(day, now=now)


def _possible(written: tuple[str, ...], *, now: datetime) -> list[tuple[datetime, bool]]:
    """The dates that can be one, each with whether it named its zone."""
    moments = [moment for text in written if (moment := parse_moment(text))]
    return [(settled, moment.tzinfo is not None) for moment in moments if (settled := settle(moment, now=now))]


def _settled_day(day: str, *, now: datetime) -> datetime | None:
    moment = parse_moment(day)
    return settle(moment, now=now) if moment else None


def _meta_dates(tree: HtmlElement) -> Iterator[str]:
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        if name.strip().lower() in _META_NAMES:
            yield element.get("content") or ""


def _time_elements(tree: HtmlElement) -> tuple[str, ...]:
    return tuple(element.get("datetime") or "" for element in tree.iter("time"))


def _json_ld_dates(tree: HtmlElement) -> Iterator[str]:
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            yield from _article_dates(script.text or "")


def _article_dates(script: str) -> Iterator[str]:
    """`datePublished` of articles, outermost first: comments and related articles are nested deeper."""
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
            if _is_article(node.get("@type")) and isinstance(node.get("datePublished"), str):
                yield node["datePublished"]
            waiting.extend(node.values())


def _is_article(kind: object) -> bool:
    """Whether a schema.org @type is an article: NewsArticle, BlogPosting, ReportageNewsArticle, …"""
    kinds = kind if isinstance(kind, list) else [kind]
    return any(isinstance(name, str) and name.endswith(("Article", "Posting", "Report")) for name in kinds)
