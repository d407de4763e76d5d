"""How each kind of source is read: where to begin, what a document says, and where to go on from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from pipeline.discover.feeds import parse_feed
from pipeline.discover.listing import read_listing
from pipeline.discover.records import read_records
from pipeline.discover.sitemap import read_sitemap
from pipeline.discover.wordpress import PER_PAGE, feed_address, posts_address, read_posts
from pipeline.models import Capture, Link, Reading, Source, SourceKind

OVERLAP = timedelta(days=2)
"""How much earlier than we last read it a document may say that it changed: clocks and caches differ."""


@dataclass(frozen=True, slots=True)
class Period:
    """What is asked of a source: what came `since`, and for a backfill no later than `until`; None: no bound."""

    since: datetime | None = None
    until: datetime | None = None


def first_address(source: Source, address: str, period: Period) -> str:
    """The document of a source to begin with."""
    if source.kind is SourceKind.WORDPRESS:
        return posts_address(address, after=period.since, before=period.until)
    return address


def other_address(source: Source, asked: str, address: str) -> str | None:
    """The document to begin with where the first could not be read: sites with WordPress may close its REST API."""
    feed = feed_address(address, 1)
    return feed if source.kind is SourceKind.WORDPRESS and asked != feed else None


def read(source: Source, capture: Capture, *, max_bytes: int) -> Reading:
    """What a document of the source says. Raises FeedError where it is not what it should be."""
    return _on_its_paths(source.options.paths, _read(source, capture, max_bytes))


def _read(source: Source, capture: Capture, max_bytes: int) -> Reading:
    match source.kind:
        case SourceKind.SITEMAP:
            return read_sitemap(capture, max_bytes=max_bytes)
        case SourceKind.WORDPRESS if capture.body.lstrip()[:1] in (b"[", b"{"):
            return read_posts(capture, per_page=PER_PAGE)
        case SourceKind.LISTING:
            return read_listing(capture, source.options.selectors)
        case SourceKind.JSONL:
            return read_records(capture)
        case _:
            feed = parse_feed(capture)
            return Reading(tuple(feed.entries), left_out=feed.left_out)


def _on_its_paths(paths: Sequence[str], reading: Reading) -> Reading:
    if not paths:
        return reading
    entries = tuple(one for one in reading.entries if urlsplit(one.url).path.startswith(tuple(paths)))
    return replace(reading, entries=entries)


def is_worth_reading(
    source: Source, link: Link, *, read_at: datetime | None, period: Period, is_backfill: bool
) -> bool:
    """Whether a further document can say something that is asked for. `read_at` is when it was read last, if ever.

    A listing's older pages are for backfills; a sitemap says when it changed.
    """
    if source.kind is SourceKind.LISTING:
        return is_backfill
    since = period.since if is_backfill or read_at is None else read_at
    return link.updated_at is None or since is None or link.updated_at >= since - OVERLAP


def reaches_beyond(reading: Reading, period: Period) -> bool:
    """Whether a document that lists the newest first already names what came before the period."""
    dates = [entry.published_at for entry in reading.entries if entry.published_at]
    return bool(dates) and period.since is not None and min(dates) < period.since
