"""Ask sources what they would say, and find the source at an address. Nothing is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from pipeline.discover.feeds.items import settle_date
from pipeline.discover.feeds.parse import feed_links
from pipeline.discover.lists.sitemap import sitemaps_of_robots
from pipeline.discover.lists.wordpress import api_links
from pipeline.discover.readers import Period, first_address, on_its_paths, other_address, read
from pipeline.discover.sources.horizon import horizon_of
from pipeline.discover.sources.slugs import slug_of
from pipeline.discover.urls import host, is_front_page
from pipeline.errors import FeedError
from pipeline.fetch.folder import list_folder
from pipeline.fetch.local import read_local
from pipeline.fetch.manners import Manners
from pipeline.fetch.many import fetch_all
from pipeline.fetch.request import Limits, Request
from pipeline.models.pages import Capture, Fetched, FetchFailure, FetchResult, NotModified, Reading, Reason
from pipeline.models.sources import Options, Source, SourceKind, Turn

_FEED_PLACES = ("feed/", "rss.xml", "feed.xml", "atom.xml", "index.xml", "rss/", "feed.json")
_SITEMAP_PLACES = ("news-sitemap.xml", "sitemap.xml", "sitemap_index.xml", "sitemap.txt")
_NO_VALIDATORS = "a request without validators is never answered with NotModified"


@dataclass(frozen=True, slots=True)
class Probe:
    """What a source says when it is asked: a reading, or why there is none."""

    source: Source
    answer: Reading | FetchFailure


async def probe(sources: Iterable[Source], limits: Limits, *, now: datetime) -> AsyncIterator[Probe]:
    """Ask sources, all at once, each answer as it comes. Of an index the first sitemap is asked too."""
    remote: list[_Question] = []
    for source in sources:
        if source.kind is SourceKind.FILES:
            yield Probe(source, _list_folder(source))
        elif source.address.startswith("/"):
            yield Probe(
                source, _read(source, read_local(Path(source.address), max_bytes=limits.max_body_bytes), limits)
            )
        else:
            horizon = horizon_of(source, last_success_at=None, now=now)
            period = Period(horizon.since if horizon else None)
            remote.append(_Question(source, first_address(source, source.address, period, ())))
    while remote:
        requests: dict[Request, list[_Question]] = {}
        for question in remote:
            requests.setdefault(_request(question), []).append(question)
        remote = []
        async for request, result in fetch_all(requests, limits, Manners()):
            for question in requests[request]:
                answer = _read(question.source, result, limits)
                following = _next_question(question, answer)
                if following:
                    remote.append(following)
                else:
                    yield Probe(question.source, answer)


@dataclass(frozen=True, slots=True)
class _Question:
    source: Source
    url: str
    is_first: bool = True


def _request(question: _Question) -> Request:
    options = question.source.options
    return Request(question.url, accept=None, turn=options.turn or Turn(), forbidden_is_busy=options.forbidden_is_busy)


def _next_question(question: _Question, answer: Reading | FetchFailure) -> _Question | None:
    if not question.is_first:
        return None
    if isinstance(answer, FetchFailure):
        other = other_address(question.source, question.url, question.source.address, answer)
        return replace(question, url=other, is_first=False) if other else None
    if answer.more and not answer.entries:
        newest = max(answer.more, key=lambda link: link.updated_at.timestamp() if link.updated_at else 0)
        return replace(question, url=newest.url, is_first=False)
    return None


def _read(source: Source, result: FetchResult, limits: Limits) -> Reading | FetchFailure:
    match result:
        case Fetched(capture):
            try:
                return on_its_paths(source, read(source, capture, max_bytes=limits.max_body_bytes))
            except FeedError as exc:
                return FetchFailure(exc.reason, exc.detail, for_good=True)
        case FetchFailure():
            return result
        case NotModified():
            raise AssertionError(_NO_VALIDATORS)


def _list_folder(source: Source) -> Reading | FetchFailure:
    try:
        return Reading(tuple(list_folder(source)))
    except OSError as exc:
        return FetchFailure(Reason.UNREADABLE, str(exc))


async def find_sources(
    address: str, limits: Limits, kinds: Collection[SourceKind], *, now: datetime
) -> list[Probe] | FetchFailure:
    """The sources of these kinds at a web address, the best first: the document itself, feeds and a WordPress API that
    the page names, feeds and sitemaps where sites have them, the page's own list of articles. Why nothing was found,
    if nothing was.
    """
    [result] = [result async for _, result in fetch_all([Request(address, accept=None)], limits, Manners())]
    if not isinstance(result, Fetched):
        return result if isinstance(result, FetchFailure) else FetchFailure(Reason.EMPTY)
    page = result.capture
    order = (SourceKind.FEED, SourceKind.WORDPRESS, SourceKind.SITEMAP)
    itself = [_source(kind, address) for kind in order if kind in kinds]
    found = [one for source in itself if _names_articles(one := Probe(source, _read(source, result, limits)))]
    if found:
        return found[:1]
    for group in (_named(page), _usual(page), await _sitemaps(page, limits)):
        candidates = [source for source in group if source.kind in kinds]
        probes = [one async for one in probe(candidates, limits, now=now)]
        found = sorted(filter(_names_articles, probes), key=lambda one: candidates.index(one.source))
        if found:
            return found
    listing = _source(SourceKind.LISTING, address)
    last = Probe(listing, _read(listing, result, limits))
    if SourceKind.LISTING in kinds and _names_articles(last):
        return [last]
    return FetchFailure("nothing_found", f"no {', '.join(kinds)} there; a list without JSON-LD needs selectors")


def _named(page: Capture) -> list[Source]:
    feeds = [_source(SourceKind.FEED, url) for url in feed_links(page)]
    return feeds + [_source(SourceKind.WORDPRESS, url) for url in api_links(page)]


def _usual(page: Capture) -> list[Source]:
    """Feeds where many sites have one: beside the page, and at the top."""
    folder = page.url if page.url.endswith("/") else f"{page.url}/"
    bases = dict.fromkeys((folder, urljoin(page.url, "/")))
    return [_source(SourceKind.FEED, urljoin(base, place)) for base in bases for place in _FEED_PLACES]


async def _sitemaps(page: Capture, limits: Limits) -> list[Source]:
    """Sitemaps that robots.txt names, and usual ones; of a page below the front page only the addresses below it."""
    robots = Request(urljoin(page.url, "/robots.txt"), accept=None)
    named: list[str] = []
    async for _, result in fetch_all([robots], limits, Manners()):
        if isinstance(result, Fetched):
            named = sitemaps_of_robots(result.capture.body, page.url)
    places = dict.fromkeys([*named, *(urljoin(page.url, f"/{place}") for place in _SITEMAP_PLACES)])
    path = urlsplit(page.url).path.rstrip("/") + "/"
    options = Options() if is_front_page(page.url) else Options(paths=(path,))
    return [replace(_source(SourceKind.SITEMAP, url), options=options) for url in places]


def _names_articles(one: Probe) -> bool:
    return isinstance(one.answer, Reading) and bool(one.answer.entries or one.answer.more)


def _source(kind: SourceKind, address: str) -> Source:
    name = host(address) or address
    return Source(slug_of(name), name, kind, address)


def newest_entry(reading: Reading, now: datetime) -> datetime | None:
    """The date of the newest entry, as a poll would believe it."""
    entries = (settle_date(entry, now=now) for entry in reading.entries)
    return max((date for entry in entries if (date := entry.published_at or entry.updated_at)), default=None)
