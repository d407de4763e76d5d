"""Manners: what hosts ask of crawlers (RFC 9309), and how long each is left alone between two requests (edge module: it
waits).
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from protego import Protego

from pipeline.models import Fetched, FetchFailure, FetchResult

MAX_ROBOTS_BYTES = 500 * 1024
"""How much of a robots.txt is read (RFC 9309, section 2.5)."""

MAX_CRAWL_DELAY_SECONDS = 30.0
# What else stands in these files must not come between the lines of a group (RFC 9309, section 2.2.4).
_USER_AGENT = re.compile(
    r"\s*user[-\s]*agent(?:\s*:|\s)(?P<names>[^#]*)", re.IGNORECASE
)  # as loose as protego reads it
_SOMEBODY_ELSE = "!"
_NO_RULES = {"crawl-delay", "request-rate", "visit-time", "sitemap", "host"}
FRESH_SECONDS = 3600.0
"""How long a robots.txt is remembered; RFC 9309, section 2.4, allows a day."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What one robots.txt says to one crawler, named by its product token."""

    agent: str
    parsed: Protego
    crawl_delay_seconds: float = 0.0

    def allow(self, url: str) -> bool:
        """Whether the crawler may ask for the address."""
        return self.parsed.can_fetch(url, self.agent)


def parse_robots(body: bytes, agent: str) -> Rules:
    """The rules of a robots.txt, read as UTF-8 as far as it goes; what is no rule is passed over.

    Crawl-delay is no part of RFC 9309, yet widely used; it is capped.
    """
    lines = list(_plain_lines(body[:MAX_ROBOTS_BYTES].decode("utf-8-sig", errors="replace"), agent.lower()))
    delay = Protego.parse("\n".join(lines)).crawl_delay(agent) or 0.0
    rules = "\n".join(line for line in lines if _field(line) not in _NO_RULES)
    return Rules(agent, Protego.parse(rules), min(delay, MAX_CRAWL_DELAY_SECONDS))


def _plain_lines(text: str, agent: str) -> Iterator[str]:
    """The lines, each User-agent with one product token as RFC 9309, section 2.2.1, has it: no version, no list.

    All names that are not the crawler's become one: else protego's work is the number of names times that of rules.
    """
    for line in text.splitlines():
        if found := _USER_AGENT.match(line):
            names = [name.partition("/")[0] for name in found["names"].lower().replace(",", " ").split()]
            known = {name if name == "*" or name.strip("*") in agent else _SOMEBODY_ELSE for name in names}
            yield from (f"User-agent: {name}" for name in sorted(known))
        else:
            yield line


def _field(line: str) -> str:
    return line.partition(":")[0].strip().lower()


def rules_of(answer: FetchResult, agent: str) -> Rules | FetchFailure:
    """What the answer to the question for robots.txt means (RFC 9309, section 2.3.1).

    No such file, or none that can ever be had: everything is allowed. A server that cannot say now: nothing is, for
    now, and the failure is the server's own.
    """
    match answer:
        case Fetched(capture):
            return parse_robots(capture.body, agent)
        case FetchFailure(reason, detail, for_good=False, retry_after=retry_after) if not _is_absent(reason):
            return FetchFailure(reason, f"robots.txt: {detail}", retry_after=retry_after)
        case _:
            return parse_robots(b"", agent)


def _is_absent(reason: str) -> bool:
    """RFC 9309 has a 4xx mean "no rules"; 429 is the one that says "not now"."""
    return reason.startswith("http_4") and reason != "http_429"


class Manners:
    """What is known of hosts: their rules, and when each may be asked again. Outlives the clients of one run."""

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._rules: dict[str, tuple[float, Rules | FetchFailure]] = {}
        self._delays: dict[str, float] = {}
        self._free_at: dict[str, float] = {}

    def known(self, origin: str) -> Rules | FetchFailure | None:
        """The rules of an origin, why they cannot be had, or None where it must be asked (again)."""
        learned_at, rules = self._rules.get(origin, (-math.inf, None))
        return rules if self._clock() - learned_at < FRESH_SECONDS else None

    def learn(self, origin: str, host: str, rules: Rules | FetchFailure) -> None:
        """Remember the rules of an origin; a delay in them holds for the whole host."""
        self._rules[origin] = (self._clock(), rules)
        if isinstance(rules, Rules):
            self._delays[host] = rules.crawl_delay_seconds

    async def wait(self, host: str, interval_seconds: float) -> None:
        """Wait until the host may be asked, and count the question: the interval, or the longer one it wants itself."""
        pause = self._free_at.get(host, -math.inf) - self._clock()
        if pause > 0:
            await self._sleep(pause)
        interval = max(interval_seconds, self._delays.get(host, 0.0))
        if interval > 0:
            self._free_at[host] = self._clock() + interval
