"""How each kind of source is read: where to begin, what a document says, and where to go on from it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from pipeline.discover.feeds.parse import parse_feed
from pipeline.discover.lists.listing import read_listing
from pipeline.discover.lists.records import read_records
from pipeline.discover.lists.sitemap import read_sitemap
from pipeline.discover.lists.wordpress import PER_PAGE, feed_address, posts_address, read_posts
from pipeline.models.pages import Capture, FetchFailure, Link, Reading
from pipeline.models.sources import Source, SourceKind
from pipeline.models.windows import ONE_DAY, Days

OVERLAP = timedelta(days=2)
"""How much earlier than we last read it a document may say that it changed: clocks and caches differ."""


_CLOSED = {"http_400", "http_401", "http_403", "http_404", "http_405", "http_410", "http_501"}


@dataclass(frozen=True, slots=True)
class Period:
    """What is asked of a source: what came `since`, and for a backfill no later than `until`; None: no bound."""

    since: datetime | None = None
    until: datetime | None = None


def daily_period(source: Source, horizon: datetime | None, last_success_at: datetime | None) -> Period:
    """What the daily job asks of a source: of a WordPress site the posts since its last answer."""
    if source.kind is not SourceKind.WORDPRESS or last_success_at is None:
        return Period(horizon)
    since = last_success_at - OVERLAP
    return Period(max(since, horizon) if horizon else since)


def period_of(days: Days) -> Period:
    """The days as a period, from their first midnight to their last (UTC)."""
    since, until = (datetime.combine(day, time(), UTC) for day in (days.since, days.until + ONE_DAY))
    return Period(since, until)


def first_address(source: Source, address: str, period: Period, known: Container[str]) -> str:
    """The document of a source to begin with; `known` are the addresses of those that were read before.

    A WordPress site whose feed was read has closed its API. The API's `after` leaves the moment itself out.
    """
    if source.kind is not SourceKind.WORDPRESS:
        return address
    feed = feed_address(address, 1)
    after = period.since - timedelta(seconds=1) if period.since else None
    return feed if feed in known else posts_address(address, after=after, before=period.until)


def backfill_addresses(
    source: Source, address: str, stretches: Sequence[Days], known: Container[str]
) -> list[tuple[str, Days | None]]:
    """The documents of a source to begin a backfill with: for a WordPress site a list of each stretch of days, and of
    which it is; for the others the one list of all.
    """
    if source.kind is not SourceKind.WORDPRESS or feed_address(address, 1) in known:
        hull = period_of(Days(stretches[0].since, stretches[-1].until))
        return [(first_address(source, address, hull, known), None)]
    return [(first_address(source, address, period_of(days), known), days) for days in stretches]


def other_address(source: Source, asked: str, address: str, failure: FetchFailure) -> str | None:
    """The document to begin with where the first could not be read: sites with WordPress may close its REST API."""
    feed = feed_address(address, 1)
    is_no_list = failure.for_good and not failure.reason.startswith("http_")
    is_closed = is_no_list or failure.reason in _CLOSED
    return feed if source.kind is SourceKind.WORDPRESS and asked != feed and is_closed else None


def can_be_renewed(source: Source, url: str, reading: Reading) -> bool:
    """Whether a document may be asked for conditionally next time: not an index, which may be as it was while its
    sitemaps changed, nor a question for posts, which is another one each time.
    """
    is_index = source.kind is SourceKind.SITEMAP and bool(reading.more)
    return not is_index and (source.kind is not SourceKind.WORDPRESS or url == feed_address(source.address, 1))


def read(source: Source, capture: Capture, *, max_bytes: int) -> Reading:
    """What a document of the source says, also beside its paths. Raises FeedError where it is not what it should be."""
    match source.kind:
        case SourceKind.SITEMAP:
            return read_sitemap(capture, max_bytes=max_bytes)
        case SourceKind.WORDPRESS if capture.body.lstrip()[:1] in (b"[", b"{"):
            return read_posts(capture, per_page=PER_PAGE)
        case SourceKind.WORDPRESS:
            reading = _read_feed(capture)
            older = Link(feed_address(source.address, _page_number(capture.url) + 1))
            return replace(reading, more=(older,) if reading.entries else ())
        case SourceKind.LISTING:
            return read_listing(capture, source.options.selectors)
        case SourceKind.JSONL:
            return read_records(capture)
        case _:
            return _read_feed(capture)


def _read_feed(capture: Capture) -> Reading:
    feed = parse_feed(capture)
    more = (Link(feed.older),) if feed.older and feed.older != capture.url else ()
    return Reading(tuple(feed.entries), more, left_out=feed.left_out)


def guessed_page(source: Source, url: str) -> str | None:
    """Where the next older page of a feed may be that names none, as sites with WordPress have it."""
    if source.kind is not SourceKind.FEED:
        return None
    parts = urlsplit(url)
    arguments = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "paged"]
    numbered = urlencode([*arguments, ("paged", str(_page_number(url) + 1))])
    return parts._replace(query=numbered, fragment="").geturl()


def _page_number(url: str) -> int:
    [number] = parse_qs(urlsplit(url).query).get("paged", ["1"])[:1]
    return int(number) if number.isdecimal() else 1


def on_its_paths(source: Source, reading: Reading) -> Reading:
    """What of a reading are articles of the source, by the beginnings of their paths."""
    begins = source.options.paths
    if not begins:
        return reading
    return replace(
        reading,
        entries=tuple(one for one in reading.entries if urlsplit(one.url).path.startswith(begins)),
        bodies=tuple(one for one in reading.bodies if urlsplit(one.url).path.startswith(begins)),
    )


def is_worth_reading(
    source: Source, link: Link, *, read_at: datetime | None, period: Period, is_backfill: bool
) -> bool:
    """Whether a further document can say something that is asked for. `read_at` is when it was read last, if ever.

    Older pages of listings and feeds are for backfills; a sitemap says when it changed.
    """
    is_older_page = source.kind is SourceKind.WORDPRESS and "paged" in parse_qs(urlsplit(link.url).query)
    if source.kind in (SourceKind.LISTING, SourceKind.FEED) or is_older_page:
        return is_backfill
    since = period.since if is_backfill or read_at is None else read_at
    return link.updated_at is None or since is None or link.updated_at >= since - OVERLAP


def reaches_beyond(reading: Reading, period: Period) -> bool:
    """Whether a document that lists the newest first names only what came before the period: not one old entry, which
    may be pinned.
    """
    dates = [entry.published_at for entry in reading.entries if entry.published_at]
    return bool(dates) and period.since is not None and max(dates) < period.since


def is_enough(reading: Reading, period: Period) -> bool:
    """Whether a feed, which has no gap, reaches back before the period."""
    return any(one.published_at < period.since for one in reading.entries if one.published_at and period.since)
