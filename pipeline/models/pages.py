"""What sources list and servers answer: entries, captures, and what becomes of a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

RECORD_MEDIA_TYPE = "application/x-newsfold-record+json"
"""Media type of a capture whose body is one line of an import file."""


class Outcome(StrEnum):
    """What became of a page in a run. Each page of a run has exactly one."""

    LOADED = "loaded"
    FOLDED = "folded"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    FAILED = "failed"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a source says about one article (RFC 4287's word).

    `url` is absolute, as the source wrote it. A `version` that differs from the one seen before (an Atom `updated`, a
    file's size and time) means that the article may have changed. `updated_at` is a date that only bounds the one of
    publication (a sitemap's lastmod): the article is not younger.
    """

    url: str
    title: str | None = None
    author: str | None = None
    published_at: datetime | None = None
    version: str | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """Another document of a source, and when it last changed, where that is said."""

    url: str
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave us to ask "has it changed?" with (RFC 9110, section 13.1)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """One fetched body of a page, as it came.

    `url` is where the body was found after redirects, `media_type` is lower case without parameters, `charset` is the
    one the transport declared, `archived_at` is when an archive of the web took it, where one did.
    """

    url: str
    body: bytes
    media_type: str
    charset: str | None = None
    archived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one document of a source says: entries in its order, and further documents that belong to it (the sitemaps
    of an index, the next page of a listing). `left_out` counts items that name no web address, `bodies` are those of
    entries that the document holds in full.
    """

    entries: tuple[Entry, ...] = ()
    more: tuple[Link, ...] = ()
    left_out: int = 0
    bodies: tuple[Capture, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A fetch that brought a body.

    `moved_to` is where permanent redirects lead, one after another from the start; `opt_out` is what the answer's
    headers say against use by machines.
    """

    capture: Capture
    validators: Validators = Validators()
    moved_to: str | None = None
    opt_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotModified:
    """A fetch that was answered "as you know it" (304); `moved_to` as in Fetched."""

    validators: Validators = Validators()
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class FetchFailure:
    """A fetch that brought nothing: for good (404, wrong type), or for now (timeout, 503), and then perhaps worth a
    wait. `was_asked` is false where the address itself was not asked: its host wants to be left alone, or the network
    is down. That is no failure of its own.
    """

    reason: str
    detail: str = ""
    for_good: bool = False
    retry_after: timedelta | None = None
    was_asked: bool = True


FetchResult = Fetched | NotModified | FetchFailure


class Reason(StrEnum):
    """Why a page brought no article: the fixed part of the vocabulary. HTTP answers add `http_<status>`."""

    TIMEOUT = "timeout"
    BAD_URL = "bad_url"
    MISSING = "missing"
    CONNECTION = "connection"
    TOO_LARGE = "too_large"
    BLOCKED_ADDRESS = "blocked_address"
    ROBOTS = "robots"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    BOT_WALL = "bot_wall"
    CONSENT = "consent"
    OFFLINE = "offline"
    UNSUPPORTED_TYPE = "unsupported_type"
    UNREADABLE = "unreadable"
    EMPTY = "empty"
    NO_TEXT = "no_text"
    NOT_TEXT = "not_text"
    TOO_SHORT = "too_short"
    PAYWALL_STUB = "paywall_stub"
    SOFT_404 = "soft_404"
    JS_SHELL = "js_shell"
    INDEX_PAGE = "index_page"
    EXTRACTION_TIMEOUT = "extraction_timeout"
    EXTRACTION_MEMORY = "extraction_memory"
    EXTRACTION_CRASH = "extraction_crash"
    SAME_PAGE = "same_page"
    FRONT_PAGE = "front_page"
    OUTSIDE_RANGE = "outside_range"
    OLD = "old"
    OFF_TOPIC = "off_topic"


@dataclass(frozen=True, slots=True)
class NotAnArticle:
    """Extraction's other answer: the capture holds no article, and why."""

    reason: Reason
    detail: str = ""
