"""A year of articles on five sites of different kinds, each a server of its own on 127.0.0.1."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

from site_server import Answer, Site, article_html

from pipeline.models.sources import Options, Selectors, Source, SourceKind

LAST_DAY = date(2026, 2, 28)
YEAR = tuple(LAST_DAY - timedelta(days=days) for days in range(365))
"""The days of the year, the newest first."""
FORGET = """
    truncate ingest.page, ingest.capture, ingest.run, ingest.outcome, ingest.poll, ingest.window, ingest.story,
        ingest.posting, ingest.resource cascade
"""
"""Empties the database but for the sources."""
_SYLLABLES = ("ka", "ro", "mi", "te", "lu", "san", "vor", "bel", "qui", "dra")
_ENTRIES_A_PAGE = 10


@dataclass(frozen=True)
class Written:
    """One article of the year, by its number from the newest."""

    number: int
    day: date

    @property
    def moment(self) -> datetime:
        """When it was published."""
        return datetime.combine(self.day, time(9, 30), UTC)

    def path(self) -> str:
        """Where on its site it is."""
        return f"/news/{self.day}-{self.number}"

    def html(self, site: str) -> str:
        """Its page, which shows no date."""
        name = _name(self.number * 7 + sum(map(ord, site)))
        about = {"who": f"Dr {name}", "what": f"{_name(self.number + 31)} counts", "where": f"{name}ville"}
        return article_html(f"{site} {self.day}", **about, number=self.number)


def _name(number: int) -> str:
    digits = f"{number * 7919 % 1_000_003:06d}"
    return "".join(_SYLLABLES[int(digit)] for digit in digits).title()


@dataclass
class World:
    """The sites by their slugs, with what they have; each one's `log` says what was asked for, in order. What
    `on_request` returns is answered in place of what the site has.
    """

    sites: dict[str, Site] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    articles: dict[str, list[Written]] = field(default_factory=dict)
    on_request: Callable[[], Answer | None] = lambda: None

    def urls(self, *days: date) -> set[str]:
        """The addresses of all articles of some days."""
        return {
            self.sites[slug].url + one.path() for slug, some in self.articles.items() for one in some if one.day in days
        }

    def asked_articles(self) -> list[str]:
        """The addresses of articles that were asked for, in order for each site."""
        return [site.url + path for site in self.sites.values() for path, _ in site.log if path.startswith("/news/")]

    def asked_lists(self) -> list[str]:
        """The slugs of the sites whose lists were asked for, once for each document."""
        return [
            slug
            for slug, site in self.sites.items()
            for path, _ in site.log
            if not path.startswith(("/news/", "/robots"))
        ]

    def forget(self) -> None:
        """Empty the logs."""
        for site in self.sites.values():
            site.log.clear()


class _WatchedSite(Site):
    """A site that says when it is asked."""

    world: World

    def answer_to(self, target: str) -> Answer:
        return self.world.on_request() or super().answer_to(target)


@contextmanager
def year(every: int, days: Sequence[date] = YEAR, addresses: Sequence[str] = ("127.0.0.1",)) -> Iterator[World]:
    """The world, with an article every few of the `days` on each site, each site on other ones. The sites take turns
    with the addresses.
    """
    world = World()
    builders = {"sitemap": _sitemap, "blog": _wordpress, "archive": _archived_feed, "list": _listing, "lines": _jsonl}
    with ExitStack() as stack:
        for offset, (slug, build) in enumerate(builders.items()):
            site = stack.enter_context(_WatchedSite.running(addresses[offset % len(addresses)]))
            site.world = world
            its_days = days[offset % every :: every]
            articles = [Written(number, day) for number, day in enumerate(its_days, 100 * offset)]
            for article in articles:
                site.put(article.path(), article.html(slug))
            world.sites[slug], world.articles[slug] = site, articles
            world.sources.append(build(slug, site, articles))
        yield world


def _sitemap(slug: str, site: Site, articles: list[Written]) -> Source:
    """An index of a sitemap for each month, with the dates of news sitemaps."""
    months: dict[str, list[Written]] = {}
    for one in articles:
        months.setdefault(f"{one.day:%Y-%m}", []).append(one)
    for month, some in months.items():
        urls = "".join(
            f"<url><loc>{site.url}{one.path()}</loc><news:news><news:publication_date>{one.moment.isoformat()}"
            "</news:publication_date></news:news></url>"
            for one in some
        )
        site.put(f"/sitemap-{month}.xml", f"<urlset>{urls}</urlset>")
    index = "".join(
        f"<sitemap><loc>{site.url}/sitemap-{month}.xml</loc><lastmod>{some[0].day}</lastmod></sitemap>"
        for month, some in months.items()
    )
    site.put("/sitemap.xml", f"<sitemapindex>{index}</sitemapindex>")
    return Source(slug, slug, SourceKind.SITEMAP, f"{site.url}/sitemap.xml", "en")


def _wordpress(slug: str, site: Site, articles: list[Written]) -> Source:
    """A REST API that knows `after`, `before`, `page` and `per_page`."""

    def speak(handler: BaseHTTPRequestHandler) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(handler.path).query).items()}
        after, before = (
            datetime.fromisoformat(asked.get(name, bound))
            for name, bound in (("after", "2000-01-01T00:00:00Z"), ("before", "2100-01-01T00:00:00Z"))
        )
        found = [one for one in articles if after < one.moment < before]
        size, page = int(asked["per_page"]), int(asked["page"])
        posts = [
            {"link": site.url + one.path(), "date_gmt": f"{one.moment:%Y-%m-%dT%H:%M:%S}", "title": {"rendered": "x"}}
            for one in found[size * (page - 1) : size * page]
        ]
        _answer(handler, json.dumps(posts), "application/json")

    site.answers_below["/wp-json/wp/v2/posts"] = Answer(speak=speak)
    return Source(slug, slug, SourceKind.WORDPRESS, site.url, "en")


def _archived_feed(slug: str, site: Site, articles: list[Written]) -> Source:
    """An Atom feed of the newest, and older documents that each name the one before (RFC 5005)."""
    parts = list(_parts(articles))
    for number, some in enumerate(parts):
        entries = "".join(
            f"<entry><title>x</title><id>{site.url}{one.path()}</id><link href='{site.url}{one.path()}'/>"
            f"<published>{one.moment.isoformat()}</published><updated>{one.moment.isoformat()}</updated></entry>"
            for one in some
        )
        older = f"<link rel='prev-archive' href='/archive-{number + 1}.xml'/>" if number + 1 < len(parts) else ""
        feed = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>x</title>{older}{entries}</feed>"
        site.put(f"/archive-{number}.xml" if number else "/feed.xml", feed)
    return Source(slug, slug, SourceKind.FEED, f"{site.url}/feed.xml", "en")


def _listing(slug: str, site: Site, articles: list[Written]) -> Source:
    """A page of links with dates, and a link to the page of older ones."""
    parts = list(_parts(articles))
    for number, some in enumerate(parts, 1):
        items = "".join(
            f"<li><a href='{one.path()}'>x</a> <time datetime='{one.moment.isoformat()}'>x</time></li>" for one in some
        )
        older = f"<a class=older href='/list/{number + 1}'>older</a>" if number < len(parts) else ""
        site.put(f"/list/{number}", f"<html><body><main><ul>{items}</ul>{older}</main></body></html>")
    selectors = Selectors(entry="main li", link="a", date="time", next="a.older")
    address = f"{site.url}/list/1"
    return Source(slug, slug, SourceKind.LISTING, address, "en", options=Options(selectors=selectors))


def _jsonl(slug: str, site: Site, articles: list[Written]) -> Source:
    """All articles of the year, a line each, without their texts."""
    lines = [json.dumps({"url": site.url + one.path(), "published_at": one.moment.isoformat()}) for one in articles]
    address = site.put("/articles.jsonl", "\n".join(lines), media_type="application/x-ndjson")
    return Source(slug, slug, SourceKind.JSONL, address, "en")


def paged_feed(slug: str, site: Site, articles: list[Written]) -> Source:
    """An RSS feed whose older pages are found by `?paged=`, as WordPress has it."""
    parts = list(_parts(articles))

    def speak(handler: BaseHTTPRequestHandler) -> None:
        number = int(parse_qs(urlsplit(handler.path).query).get("paged", ["1"])[0])
        if number > len(parts):
            handler.send_error(404)
            return
        items = "".join(
            f"<item><title>x</title><link>{site.url}{one.path()}</link>"
            f"<pubDate>{format_datetime(one.moment)}</pubDate></item>"
            for one in parts[number - 1]
        )
        body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{items}</channel></rss>'
        _answer(handler, body, "application/rss+xml")

    site.answers_below["/feed/"] = Answer(speak=speak)
    return Source(slug, slug, SourceKind.FEED, f"{site.url}/feed/", "en")


def _parts(articles: list[Written]) -> Iterator[list[Written]]:
    for start in range(0, len(articles), _ENTRIES_A_PAGE):
        yield articles[start : start + _ENTRIES_A_PAGE]


def _answer(handler: BaseHTTPRequestHandler, body: str, media_type: str) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", media_type)
    handler.send_header("Content-Length", str(len(body.encode())))
    handler.end_headers()
    handler.wfile.write(body.encode())
