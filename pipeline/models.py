"""The values that travel through the pipeline, in the order in which an article meets them.

    Source ─discover→ Entry ─fetch→ Capture ─extract→ Document ─build→ Article
           ─fingerprint→ Fingerprint ─candidates→ [Candidate] ─judge→ [Bond] ─group→ stories

All are frozen: a step that learns something new makes the next type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

RECORD_MEDIA_TYPE = "application/x-newsfold-record+json"
"""Media type of a capture whose body is one line of an import file."""

IMPORT_SLUG = "import"
"""Slug of the source that all imported articles belong to."""


class SourceKind(StrEnum):
    """How a source is read."""

    FILES = "files"
    FEED = "feed"
    SITEMAP = "sitemap"
    WORDPRESS = "wordpress"
    LISTING = "listing"
    JSONL = "jsonl"
    IMPORT = "import"


class Outcome(StrEnum):
    """What became of a page in a run. Each page of a run has exactly one."""

    LOADED = "loaded"
    FOLDED = "folded"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    FAILED = "failed"
    PENDING = "pending"


class CopyKind(StrEnum):
    """How an article relates to the article it is a copy of."""

    EXACT = "exact"
    NEAR = "near"
    TRANSLATION = "translation"


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
    `threshold` (None: the topic's own). `forbidden_is_busy` takes 403 for 429.
    """

    paths: tuple[str, ...] = ()
    max_age_days: int | None = None
    topic: str | None = None
    threshold: float | None = None
    selectors: Selectors | None = None
    turn: Turn | None = None
    forbidden_is_busy: bool = False


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
    one the transport declared.
    """

    url: str
    body: bytes
    media_type: str
    charset: str | None = None


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


class DateSource(StrEnum):
    """Who says when an article was published, the strongest first; the last two only say by when it was."""

    RECORD = "record"
    FEED = "feed"
    JSON_LD = "json-ld"
    META = "meta"
    VISIBLE = "visible"
    URL = "url"
    SITEMAP = "sitemap"
    ARCHIVE = "archive"
    FIRST_SEEN = "first_seen"


class Precision(StrEnum):
    """How exactly a date is stated. A day is kept as its midnight in UTC, whatever zone it was said in."""

    DAY = "day"
    MINUTE = "minute"


class DateFault(StrEnum):
    """Why a date is not believed."""

    FUTURE = "future"
    PLACEHOLDER = "placeholder"
    GENERATED = "generated"
    SWAPPED = "swapped"


@dataclass(frozen=True, slots=True)
class DateClaim:
    """A date that somebody states for an article.

    `moment` has the time zone that was written, UTC where none was (`names_zone`). `is_update` marks the date of a
    change, which bounds the one of publication. `other_day` is the day it names with day and month exchanged, where
    nothing in it tells which is which. `fault` is why it is not believed.
    """

    source: DateSource
    moment: datetime
    precision: Precision
    names_zone: bool = False
    is_update: bool = False
    other_day: date | None = None
    fault: DateFault | None = None


@dataclass(frozen=True, slots=True)
class DateChoice:
    """One date out of several: `claims` are all that were made, strongest first; `why` says it to people.

    `confidence` is in [0, 1], None where no date was chosen.
    """

    claims: tuple[DateClaim, ...] = ()
    at: datetime | None = None
    source: DateSource | None = None
    confidence: float | None = None
    why: str = "nobody states a date"


@dataclass(frozen=True, slots=True)
class Document:
    """What extraction made of a capture.

    `text` is clean: NFC, paragraphs separated by one blank line, no controls, no site tail. `authors` are the names one
    by one, `author` all of them as one text. `language` is a BCP 47 tag told by the text with `language_confidence`
    (None where only a hint says so), `language_claim` is what the page says of itself. `published_at` is chosen of
    `dates`, which a page, text or record states; `published_at_source` is a DateSource. `canonical_url` is the page's
    own claim (rel=canonical), absolute, or None. `is_free` is whether people may read it without paying, None where
    nobody says. `opt_out` is what the page says against machine use. `boilerplate` is what was cut from the text, so
    that nothing is lost. `text_by` names the reader of a web page whose text was taken, None for other bodies.
    """

    text: str
    title: str | None = None
    author: str | None = None
    site: str | None = None
    language: str | None = None
    published_at: datetime | None = None
    published_at_source: str | None = None
    canonical_url: str | None = None
    boilerplate: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    language_confidence: float | None = None
    language_claim: str | None = None
    image: str | None = None
    tags: tuple[str, ...] = ()
    section: str | None = None
    is_free: bool | None = None
    opt_out: tuple[str, ...] = ()
    dates: tuple[DateClaim, ...] = ()
    text_by: str | None = None


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


@dataclass(frozen=True, slots=True)
class CutBlock:
    """A paragraph that was cut from a text because it recurs on its site: the `at`-th of the whole text, from 0."""

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, in characters, without its `end`."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class CleanText:
    """A text without what recurs on its site. `lead_ins` are stretches of it that only say where it comes from, in
    their order; `word_count` counts words, and characters where words are not spaced.
    """

    text: str
    cut: tuple[CutBlock, ...]
    lead_ins: tuple[Span, ...]
    word_count: int


@dataclass(frozen=True, slots=True)
class Article:
    """A document with its identity, as users read it.

    `url` is where people find it, `canonical_url` is equal for all addresses of one page. `word_count` counts words,
    and characters where words are not spaced. `dates` are all that anybody stated, strongest first; the fields it
    shares with Document and CleanText are explained there.
    """

    url: str
    canonical_url: str
    title: str | None
    author: str | None
    site: str | None
    language: str | None
    published_at: datetime | None
    published_at_source: str | None
    text: str
    word_count: int
    boilerplate: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    language_confidence: float | None = None
    language_claim: str | None = None
    image: str | None = None
    tags: tuple[str, ...] = ()
    section: str | None = None
    is_free: bool | None = None
    opt_out: tuple[str, ...] = ()
    dates: tuple[DateClaim, ...] = ()
    published_at_confidence: float | None = None
    cut: tuple[CutBlock, ...] = ()
    lead_ins: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What matching needs of an article.

    `text_hash` is equal for texts that differ in case, spacing and punctuation only. `bands` and `anchor_keys` are
    signed 64-bit integers: two articles that share a band may be near copies, two that share rare anchor keys may be
    translations. `anchors` are all anchors that can weigh something, as `pack` packs them. `mass` is the
    weight, in nats, that a translation of this article can be expected to share with it.
    """

    text_hash: str
    bands: tuple[int, ...]
    anchor_keys: tuple[int, ...]
    anchors: bytes
    mass: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that shares enough of a fingerprint to be worth a look."""

    article_id: int
    language: str | None
    text: str
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True)
class Bond:
    """What the judge found between two articles: how one is a copy of the other, how probably, and why.

    `one` is the smaller id. `log_odds` are those that they are copies, `similarity` is in [0, 1]: the share of the text
    for copies in one language, the probability for a translation. `evidence` is JSON, told from `one` to `other`.
    """

    one: int
    other: int
    kind: CopyKind
    log_odds: float
    similarity: float
    evidence: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Member:
    """An article as far as stories are concerned.

    `language` is a primary subtag, `stated_at` the publication that somebody states (a day without a time is its last
    moment), `fullness` the size of its text in words, `has_lead_in` whether it says that it comes from elsewhere.
    """

    article_id: int
    story_id: int
    language: str | None
    stated_at: datetime | None
    fullness: float
    url: str
    has_lead_in: bool = False

    @property
    def key(self) -> tuple[bool, float, bool, float, str]:
        """The order in which articles may be canonical: the earliest stated, then those that do not say that they come
        from elsewhere, then the fullest, then by address.
        """
        moment = self.stated_at.timestamp() if self.stated_at else 0.0
        return self.stated_at is None, moment, self.has_lead_in, -self.fullness, self.url
