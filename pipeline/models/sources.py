"""What is followed: sources and their options."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

IMPORT_SLUG = "import"
"""Slug of the source that all imported articles belong to."""
MOST_DAYS = 36_500
"""The longest time, in days, that anything is kept or followed back: a hundred years."""


class SourceKind(StrEnum):
    """How a source is read."""

    FILES = "files"
    FEED = "feed"
    SITEMAP = "sitemap"
    WORDPRESS = "wordpress"
    LISTING = "listing"
    JSONL = "jsonl"
    IMPORT = "import"


class TurnScope(StrEnum):
    """What takes turns: of all addresses that share it, one is asked at a time."""

    URL = "url"
    HOST = "host"
    DOMAIN = "domain"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Turn:
    """How a source's addresses take turns. `group` names what they share where the scope is a group; two requests of
    one scope are `interval_seconds` apart, or longer where the host wants it.
    """

    scope: TurnScope = TurnScope.HOST
    group: str | None = None
    interval_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Selectors:
    """Where a listing page has its entries: CSS selectors, all but `entry` looked up inside one entry.

    Without `link` the entry is, or holds first, the link; `next` (of the whole page) leads to older entries.
    """

    entry: str
    link: str | None = None
    title: str | None = None
    date: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How a source is followed, where it wants something of its own.

    `paths` are the beginnings of the URL paths of its articles (none: all). `max_age_days` is how far back the daily
    job follows it (None: as its kind has it). A page of a source with a `topic` must have its relevance, at least
    `threshold` (None: the topic's own). `forbidden_is_busy` takes 403 for 429. Bodies of its pages are kept for
    `keep_captures_days` at least (None: for ever).
    """

    paths: tuple[str, ...] = ()
    max_age_days: int | None = None
    topic: str | None = None
    threshold: float | None = None
    selectors: Selectors | None = None
    turn: Turn | None = None
    forbidden_is_busy: bool = False
    keep_captures_days: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A publisher's outlet that we follow.

    `address` is a URL; for files a folder, for jsonl a URL or a file. `language` is a BCP 47 tag, used where a text is
    too short to tell. `known_from` says how the address is known.
    """

    slug: str
    name: str
    kind: SourceKind
    address: str
    language: str | None = None
    known_from: str | None = None
    options: Options = Options()
