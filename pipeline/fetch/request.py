"""What is asked of the web, and what a run may take of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.fetch.addresses import Network
from pipeline.models.pages import Validators
from pipeline.models.sources import Turn

PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain", "text/markdown"})
MAX_REDIRECTS = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may take: requests under way, seconds for a request with its redirects and body, bytes of a body
    (decoded, and on the wire), the networks beyond the public ones that it may reach, seconds between two requests
    of a host, and the proxy that all requests go through.
    """

    concurrency: int = 16
    timeout_seconds: float = 30.0
    max_body_bytes: int = 10_000_000
    user_agent: str = "newsfold"
    allow_networks: tuple[Network, ...] = ()
    host_interval_seconds: float = 0.0
    proxy: str | None = field(default=None, repr=False)  # it may hold a password


@dataclass(frozen=True, slots=True)
class Request:
    """One GET: what we know of the body already, the media types we can use (None: any), whether robots.txt is asked
    first (it speaks to crawlers that follow links, not to a reader of an address that the user named), with which
    others it takes turns, and whether a 403 means "too many requests".
    """

    url: str
    validators: Validators = Validators()
    accept: frozenset[str] | None = PAGE_TYPES
    obeys_robots: bool = False
    turn: Turn = Turn()
    forbidden_is_busy: bool = False
