"""Manners: what hosts ask of crawlers (RFC 9309), and how long each is left alone between two requests (edge module: it
waits).
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from protego import Protego

from pipeline.models.hosts import Busy, Rest
from pipeline.models.pages import Fetched, FetchFailure, FetchResult, Reason
from pipeline.schedule import LONGEST_DELAY

MAX_ROBOTS_BYTES = 500 * 1024
"""How much of a robots.txt is read (RFC 9309, section 2.5)."""

MAX_CRAWL_DELAY_SECONDS = 30.0
# What else stands in these files must not come between the lines of a group (RFC 9309, section 2.2.4).
_USER_AGENT = re.compile(
    r"\s*user[-\s]*agent(?:\s*:|\s)(?P<names>[^#]*)", re.IGNORECASE
)  # as loose as protego reads it
_SOMEBODY_ELSE = "!"
_NO_RULES = {"crawl-delay", "request-rate", "visit-time", "sitemap", "host"}
PATIENCE_SECONDS = 120.0
"""How long in an hour we wait for a host that wants to be left alone, before its other pages go to a later run."""

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
        case FetchFailure(_, detail, for_good=False) if not _is_absent(answer):
            return replace(answer, detail=f"robots.txt: {detail}")
        case _:
            return parse_robots(b"", agent)


def _is_absent(failure: FetchFailure) -> bool:
    """RFC 9309 has a 4xx mean "no rules", whatever its body; 429 is the one that says "not now". A 200 with a page in
    place of the file is no rules either.
    """
    is_wall = failure.reason in (Reason.BOT_WALL, Reason.CONSENT)
    status = failure.detail.partition(" ")[0] if is_wall else failure.reason
    return status.startswith(("http_4", "http_2")) and status != "http_429"


class Manners:
    """What is known of hosts: their rules, when each may be asked again, and which want to be left alone. Outlives the
    clients of one run.

    What takes turns goes by its keys (see `turn_keys`), a Crawl-delay by the host's name.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._patience_seconds = patience_seconds
        self._clock = clock
        self._sleep = sleep
        self._rules: dict[str, tuple[float, Rules | FetchFailure]] = {}
        self._delays: dict[str, float] = {}
        self._asked_at: dict[str, tuple[float, float]] = {}
        self._host_free_at: dict[str, float] = {}
        self._resting: dict[str, tuple[float, FetchFailure]] = {}
        self._patience: dict[str, tuple[float, float]] = {}

    def known(self, origin: str) -> Rules | FetchFailure | None:
        """The rules of an origin, why they cannot be had, or None where it must be asked (again)."""
        learned_at, rules = self._rules.get(origin, (-math.inf, None))
        return rules if self._clock() - learned_at < FRESH_SECONDS else None

    def learn(self, origin: str, host: str, rules: Rules | FetchFailure) -> None:
        """Remember the rules of an origin; a delay in them holds for the whole host. That nobody was asked teaches
        nothing.
        """
        if isinstance(rules, FetchFailure) and not rules.was_asked:
            return
        self._rules[origin] = (self._clock(), rules)
        if isinstance(rules, Rules):
            self._delays[host] = rules.crawl_delay_seconds

    def leave_alone(self, keys: Iterable[str], failure: FetchFailure, seconds: float) -> None:
        """Ask nothing under these keys for so long, at most as long as a failed source would wait."""
        until = self._clock() + min(seconds, LONGEST_DELAY.total_seconds())
        for key in keys:
            self._resting[key] = (until, failure)

    def resting(self, keys: Iterable[str]) -> FetchFailure | None:
        """Why none of these keys may be asked now, with the time that is left, or None."""
        for key in keys:
            until, failure = self._resting.get(key, (-math.inf, None))
            left = until - self._clock()
            if failure and left > 0:
                detail = f"not asked: left alone after {failure.detail or failure.reason}"
                return FetchFailure(failure.reason, detail, retry_after=timedelta(seconds=left), was_asked=False)
        return None

    def shared_keys(self, keys: Iterable[str], host: str) -> tuple[str, ...]:
        """The keys that other processes must wait for too: not those of single addresses, which take no turns, unless
        the host wants a delay.
        """
        shared = dict.fromkeys(key for key in keys if not key.startswith("url "))
        if self._delays.get(host, 0.0) > 0:
            shared[f"host {host}"] = None
        return tuple(shared)

    def rest(self, keys: Iterable[str], host: str, interval_seconds: float) -> Rest:
        """What the host wants after a question under these keys."""
        delays = {f"host {host}": self._delays.get(host, 0.0)}
        intervals = {key: max(interval_seconds, delays.get(key, 0.0)) for key in keys}
        for key in intervals:
            until, failure = self._resting.get(key, (-math.inf, None))
            if failure and (left := until - self._clock()) > 0:
                return Rest(intervals, left, failure)
        return Rest(intervals)

    async def heed(self, keys: Iterable[str], busy: Busy) -> None:
        """Wait as long as other processes want us to, or remember that the host wants to be left alone."""
        if busy.failure:
            self.leave_alone(keys, busy.failure, busy.seconds)
        else:
            await self._sleep(busy.seconds)

    async def outlast(self, keys: Sequence[str]) -> bool:
        """Wait until these keys may be asked again, if that is soon; False where it would try our patience."""
        now = self._clock()
        left = max((self._resting[key][0] - now for key in keys if key in self._resting), default=0.0)
        began_at, waited = self._patience.get(keys[0], (now, 0.0))
        if now - began_at > FRESH_SECONDS:
            began_at, waited = now, 0.0
        if waited + left > self._patience_seconds:
            return False
        self._patience[keys[0]] = (began_at, waited + left)
        await self._sleep(left)
        return True

    async def wait(self, keys: Iterable[str], host: str, interval_seconds: float) -> None:
        """Wait until the host may be asked under these keys."""
        # Where several at once may ask a host, another one may have asked it meanwhile.
        while (pause := self._pause(keys, host, interval_seconds)) > 0:
            await self._sleep(pause)

    def take(self, keys: Iterable[str], host: str, interval_seconds: float) -> bool:
        """Count a question that is asked now; False where it must wait (again)."""
        if self._pause(keys, host, interval_seconds) > 0:
            return False
        now = self._clock()
        for key in keys:
            self._asked_at[key] = (now, interval_seconds)
        delay = self._delays.get(host, 0.0)
        if delay > 0:
            self._host_free_at[host] = now + delay
        return True

    def _pause(self, keys: Iterable[str], host: str, interval_seconds: float) -> float:
        free_at = self._host_free_at.get(host, -math.inf)
        for key in keys:
            asked_at, interval = self._asked_at.get(key, (-math.inf, 0.0))
            free_at = max(free_at, asked_at + max(interval, interval_seconds))
        return free_at - self._clock()
