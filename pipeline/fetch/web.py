"""The web (edge module): a bounded, polite, guarded GET. See ADR 7."""

from __future__ import annotations

import asyncio
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpcore
import httpx

from pipeline.errors import BlockedAddressError
from pipeline.fetch.backlog import Backlog
from pipeline.fetch.body import CODINGS, drain, read_body, read_head
from pipeline.fetch.guard import GuardedBackend, GuardedTransport
from pipeline.fetch.headers import PERMANENT, conditions, excess, opt_out, refusal, rest
from pipeline.fetch.manners import Manners, Rules, rules_of
from pipeline.fetch.outage import Outage
from pipeline.fetch.request import MAX_REDIRECTS, Limits, Request
from pipeline.fetch.slots import NoOthers, Slots
from pipeline.fetch.turns import turn_after_redirect, turn_keys
from pipeline.fetch.walls import HEAD_BYTES, REFUSALS, wall_of
from pipeline.models.pages import Capture, Fetched, FetchFailure, FetchResult, NotModified, Reason, Validators
from pipeline.models.sources import Turn

# A server that names no type most often sends a page.
UNDECLARED_TYPE = "text/html"
LAST_PORT = 65_535
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
GRACE_SECONDS = 5.0
"""How much longer than a request a slot is held, should nobody give it back."""
_BUSY = frozenset({HTTPStatus.TOO_MANY_REQUESTS.value, HTTPStatus.SERVICE_UNAVAILABLE.value})
_NETWORK_ERRORS = (TimeoutError, httpcore.TimeoutException, httpcore.NetworkError)


class Web:
    """An HTTP client for one round of requests; of those that take turns, one at a time is under way.

    Use as an async context manager. `get` never raises for what a server or the network does: that is a FetchFailure.
    """

    def __init__(self, limits: Limits, manners: Manners | None = None, shared: Slots | None = None) -> None:
        self._limits = limits
        self._manners = manners or Manners()
        self._shared = shared or NoOthers()
        self._slots = asyncio.Semaphore(limits.concurrency)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._origins: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._outage = Outage()
        self.unread = Backlog(limits.concurrency)
        self._agent = limits.user_agent.partition("/")[0]
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._shared)
        self._client = await self._stack.enter_async_context(
            httpx.AsyncClient(
                transport=GuardedTransport(
                    GuardedBackend(self._limits.allow_networks),
                    tls=_tls(),
                    max_connections=self._limits.concurrency,
                    proxy=self._limits.proxy,
                ),
                timeout=self._limits.timeout_seconds,
                headers={"User-Agent": self._limits.user_agent, "Accept-Encoding": CODINGS},
                event_hooks={"request": [_refuse_bad_port]},
            )
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def get(self, request: Request) -> FetchResult:
        """Fetch one address: a body, "not modified", or why there is none."""
        try:
            return await self._follow(request)
        except BlockedAddressError as exc:
            return FetchFailure(Reason.BLOCKED_ADDRESS, str(exc), for_good=True)
        except (TimeoutError, httpcore.TimeoutException):
            return FetchFailure(Reason.TIMEOUT, f"no full answer in {self._limits.timeout_seconds:g} s")
        except (httpx.InvalidURL, httpcore.UnsupportedProtocol, ValueError) as exc:
            return FetchFailure(Reason.BAD_URL, str(exc), for_good=True)
        except (httpx.RequestError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError) as exc:
            return FetchFailure(Reason.CONNECTION, str(exc) or type(exc).__name__)

    async def _follow(self, request: Request) -> FetchResult:
        """Each redirect is a request of its own: it waits for its turn, and the guard looks at it."""
        hop = self._client.build_request("GET", request.url, headers=conditions(request.validators))
        clock = _Clock(self._limits.timeout_seconds)
        start = hop.url
        moved_to: str | None = None
        is_permanent = True
        asked: set[httpx.URL] = set()
        for _ in range(MAX_REDIRECTS + 1):
            asked.add(hop.url)
            refused = await self._refused(hop.url, request) if request.obeys_robots else None
            if refused:
                return refused
            turn = request.turn if hop.url.host == start.host else turn_after_redirect(request.turn)
            answer = await self._ask_in_turn(hop, request, turn, clock)
            if not isinstance(answer, _Redirect):
                return answer if moved_to is None else _moved(answer, moved_to)
            hop = answer.to
            is_permanent = is_permanent and answer.is_permanent
            if is_permanent:
                moved_to = None if hop.url == start else str(hop.url)
        detail = f"in a circle at {hop.url}" if hop.url in asked else f"more than {MAX_REDIRECTS} redirects"
        return FetchFailure(Reason.TOO_MANY_REDIRECTS, detail, for_good=True)

    async def _ask_in_turn(
        self, hop: httpx.Request, request: Request, turn: Turn, clock: _Clock
    ) -> FetchResult | _Redirect:
        """Alone under the turn's keys, after the pause it wants; who waits for a turn takes no slot from others."""
        host = hop.url.host
        keys = turn_keys(turn, host, str(hop.url))
        interval = max(turn.interval_seconds, self._limits.host_interval_seconds)
        async with AsyncExitStack() as stack:
            for key in keys:
                await stack.enter_async_context(self._turns[key])
            while True:
                resting = self._manners.resting(keys)
                if resting and not await self._manners.outlast(keys):
                    return resting
                await self._manners.wait(keys, host, interval)
                async with self._slots:
                    await self.unread.room()
                    if not await self._outage.admits():
                        return FetchFailure(Reason.OFFLINE, "not asked: no host could be reached", was_asked=False)
                    shared = self._manners.shared_keys(keys, host)
                    busy = await self._shared.take(shared, self._limits.timeout_seconds + GRACE_SECONDS)
                    if busy is None:
                        try:
                            if self._manners.take(keys, host, interval):
                                return await self._ask(hop, request, keys, clock)
                        finally:
                            self._shared.free(self._manners.rest(shared, host, interval))
                if busy is not None:
                    await self._manners.heed(keys, busy)

    async def _refused(self, url: httpx.URL, request: Request) -> FetchFailure | None:
        rules = await self._rules(url, request)
        if isinstance(rules, FetchFailure):
            return rules
        if rules.allow(str(url)):
            return None
        return FetchFailure(Reason.ROBOTS, f"robots.txt of {url.host} disallows it for {rules.agent}", for_good=True)

    async def _rules(self, url: httpx.URL, request: Request) -> Rules | FetchFailure:
        """The rules of the address's origin: asked for once, however many pages wait for them."""
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        async with self._origins[origin]:
            rules = self._manners.known(origin)
            if rules is None:
                answer = await self.get(Request(f"{origin}/robots.txt", accept=None, turn=request.turn))
                rules = rules_of(answer, self._agent)
                self._manners.learn(origin, url.host, rules)
            return rules

    async def _ask(
        self, hop: httpx.Request, request: Request, keys: tuple[str, ...], clock: _Clock
    ) -> FetchResult | _Redirect:
        with self._outage.asking():
            try:
                async with clock.running():
                    return await self._send(hop, request, keys)
            except _NETWORK_ERRORS:
                self._outage.lost(hop.url.host)
                raise

    async def _send(self, hop: httpx.Request, request: Request, keys: tuple[str, ...]) -> FetchResult | _Redirect:
        response = await self._client.send(hop, stream=True)
        self._outage.reached()
        try:
            answer = excess(response.headers) or _redirect(response) or await self._read(response, request, keys)
            if not response.is_stream_consumed:
                await drain(response)
            return answer
        finally:
            await response.aclose()

    async def _read(self, response: httpx.Response, request: Request, keys: tuple[str, ...]) -> FetchResult:
        validators = Validators(response.headers.get("etag"), response.headers.get("last-modified"))
        if response.status_code == HTTPStatus.NOT_MODIFIED and request.validators != Validators():
            return NotModified(validators)
        if not response.is_success:
            return await self._refusal(response, request, keys)
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower() or UNDECLARED_TYPE
        if request.accept is not None and media_type not in request.accept:
            return _wall(response, b"") or FetchFailure(Reason.UNSUPPORTED_TYPE, media_type, for_good=True)
        encoding = response.headers.get("content-encoding", "")
        body = await read_body(response.aiter_raw(), encoding, max_bytes=self._limits.max_body_bytes)
        if isinstance(body, FetchFailure):
            return body
        wall = _wall(response, body[:HEAD_BYTES] if media_type in HTML_TYPES else b"")
        if wall:
            return wall
        capture = Capture(str(response.url), body, media_type, response.charset_encoding)
        return Fetched(capture, validators, opt_out=opt_out(response.headers, self._agent))

    async def _refusal(self, response: httpx.Response, request: Request, keys: tuple[str, ...]) -> FetchFailure:
        """Why a page was refused; who asks to be left alone is left alone by all who share the turn."""
        failure = refusal(response, datetime.now(UTC))
        busy = _BUSY | {HTTPStatus.FORBIDDEN} if request.forbidden_is_busy else _BUSY
        pause = rest(response.status_code, failure.retry_after, busy)
        if pause:
            failure = replace(failure, retry_after=pause)
        if response.status_code in REFUSALS:
            encoding = response.headers.get("content-encoding", "")
            head = await read_head(response.aiter_raw(), encoding, max_bytes=HEAD_BYTES)
            wall = _wall(response, head)
            failure = replace(wall, retry_after=failure.retry_after) if wall else failure
        if pause:
            self._manners.leave_alone(keys, failure, pause.total_seconds())
        return failure


@dataclass(frozen=True, slots=True)
class _Redirect:
    """An answer that names another address."""

    to: httpx.Request
    is_permanent: bool


def _redirect(response: httpx.Response) -> _Redirect | None:
    to = response.next_request
    return _Redirect(to, response.status_code in PERMANENT) if to else None


def _moved(result: FetchResult, moved_to: str) -> FetchResult:
    return result if isinstance(result, FetchFailure) else replace(result, moved_to=moved_to)


def _wall(response: httpx.Response, head: bytes) -> FetchFailure | None:
    reason = wall_of(response.status_code, response.headers, str(response.url), head)
    return FetchFailure(reason, f"http_{response.status_code} {response.reason_phrase}".rstrip()) if reason else None


class _Clock:
    """The seconds that one request has when it is its turn; waiting for a turn takes none of them."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Raises TimeoutError when nothing is left."""
        started = asyncio.get_running_loop().time()
        async with asyncio.timeout(self._left):
            yield
        self._left -= asyncio.get_running_loop().time() - started


@cache
def _tls() -> ssl.SSLContext:
    """Servers are verified against the certificates that come with certifi; reading them takes 20 ms."""
    return httpx.create_ssl_context()


async def _refuse_bad_port(request: httpx.Request) -> None:
    """httpx would let it through to the socket, which raises what no caller expects; a redirect may bring it too."""
    if request.url.port is not None and request.url.port > LAST_PORT:
        raise httpx.InvalidURL(f"no port: {request.url.port}")
