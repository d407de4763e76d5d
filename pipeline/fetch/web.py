"""The web (edge module): one bounded, polite, guarded GET, and many at once. See ADR 7."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpcore
import httpx

from pipeline.errors import BlockedAddressError
from pipeline.fetch.addresses import Network
from pipeline.fetch.body import CODINGS, drain, read_body
from pipeline.fetch.guard import GuardedBackend, GuardedTransport
from pipeline.fetch.manners import Manners, Rules, rules_of
from pipeline.models import Capture, Fetched, FetchFailure, FetchResult, NotModified, Reason, Validators

PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain", "text/markdown"})
# A server that names no type most often sends a page.
UNDECLARED_TYPE = "text/html"
MAX_REDIRECTS = 10
# httpcore itself refuses a block of headers over 100 KiB (h11) or 64 KiB (HTTP/2), and counts no lines.
MAX_HEADER_LINES = 100
MAX_HEADER_BYTES = 65_536
LAST_PORT = 65_535
# Answers that a later try may better. 401 and 403 are among them: bot walls and misconfigured servers come and go.
_FOR_NOW = {304, 401, 403, 408, 409, 423, 425, 429}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may take: requests under way, seconds for a request with its redirects and body, bytes of a body
    (decoded, and on the wire), the networks beyond the public ones that it may reach, and seconds between two requests
    of a host.
    """

    concurrency: int = 16
    timeout_seconds: float = 30.0
    max_body_bytes: int = 10_000_000
    user_agent: str = "newsfold"
    allow_networks: tuple[Network, ...] = ()
    host_interval_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Request:
    """One GET: what we know of the body already, the media types we can use (None: any), and whether robots.txt is
    asked first: it speaks to crawlers that follow links, not to a reader of an address that the user named.
    """

    url: str
    validators: Validators = Validators()
    accept: frozenset[str] | None = PAGE_TYPES
    obeys_robots: bool = False


class Web:
    """An HTTP client for one run; at most one request at a time goes to a host.

    Use as an async context manager. `get` never raises for what a server or the network does: that is a FetchFailure.
    """

    def __init__(self, limits: Limits, manners: Manners | None = None) -> None:
        self._limits = limits
        self._manners = manners or Manners()
        self._slots = asyncio.Semaphore(limits.concurrency)
        self._hosts: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._origins: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._client = await self._stack.enter_async_context(
            httpx.AsyncClient(
                transport=GuardedTransport(
                    GuardedBackend(self._limits.allow_networks),
                    tls=httpx.create_ssl_context(),
                    max_connections=self._limits.concurrency,
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
        except (httpx.RequestError, httpcore.NetworkError, httpcore.ProtocolError) as exc:
            return FetchFailure(Reason.CONNECTION, str(exc) or type(exc).__name__)

    async def _follow(self, request: Request) -> FetchResult:
        """Each redirect is a request of its own: it waits for its host's turn, and the guard looks at it."""
        hop = self._client.build_request("GET", request.url, headers=_conditions(request.validators))
        clock = _Clock(self._limits.timeout_seconds)
        asked: set[httpx.URL] = set()
        for _ in range(MAX_REDIRECTS + 1):
            asked.add(hop.url)
            refused = await self._refused(hop.url) if request.obeys_robots else None
            if refused:
                return refused
            async with self._turn(hop.url.host), clock.running():
                answer = await self._ask(hop, request)
            if not isinstance(answer, httpx.Request):
                return answer
            hop = answer
        detail = f"in a circle at {hop.url}" if hop.url in asked else f"more than {MAX_REDIRECTS} redirects"
        return FetchFailure(Reason.TOO_MANY_REDIRECTS, detail, for_good=True)

    @asynccontextmanager
    async def _turn(self, host: str) -> AsyncIterator[None]:
        """Alone with a host, after the pause it wants; who waits for a host takes no slot from others."""
        async with self._hosts[host]:
            await self._manners.wait(host, self._limits.host_interval_seconds)
            async with self._slots:
                yield

    async def _refused(self, url: httpx.URL) -> FetchFailure | None:
        rules = await self._rules(url)
        if isinstance(rules, FetchFailure):
            return rules
        if rules.allow(str(url)):
            return None
        return FetchFailure(Reason.ROBOTS, f"robots.txt of {url.host} disallows it for {rules.agent}", for_good=True)

    async def _rules(self, url: httpx.URL) -> Rules | FetchFailure:
        """The rules of the address's origin: asked for once, however many pages wait for them."""
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        async with self._origins[origin]:
            rules = self._manners.known(origin)
            if rules is None:
                answer = await self.get(Request(f"{origin}/robots.txt", accept=None))
                rules = rules_of(answer, self._limits.user_agent.partition("/")[0])
                self._manners.learn(origin, url.host, rules)
            return rules

    async def _ask(self, hop: httpx.Request, request: Request) -> FetchResult | httpx.Request:
        response = await self._client.send(hop, stream=True)
        try:
            answer = _excess_of_headers(response) or response.next_request or await self._read(response, request)
            if not response.is_stream_consumed:
                await drain(response)
            return answer
        finally:
            await response.aclose()

    async def _read(self, response: httpx.Response, request: Request) -> FetchResult:
        validators = Validators(response.headers.get("etag"), response.headers.get("last-modified"))
        if response.status_code == HTTPStatus.NOT_MODIFIED and request.validators != Validators():
            return NotModified(validators)
        if not response.is_success:
            return _refusal(response)
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower() or UNDECLARED_TYPE
        if request.accept is not None and media_type not in request.accept:
            return FetchFailure(Reason.UNSUPPORTED_TYPE, media_type, for_good=True)
        encoding = response.headers.get("content-encoding", "")
        body = await read_body(response.aiter_raw(), encoding, max_bytes=self._limits.max_body_bytes)
        if isinstance(body, FetchFailure):
            return body
        return Fetched(Capture(str(response.url), body, media_type, response.charset_encoding), validators)


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


async def fetch_all(
    requests: Iterable[Request], limits: Limits, manners: Manners | None = None
) -> AsyncIterator[tuple[Request, FetchResult]]:
    """Fetch many addresses, each answer as it comes; leaving the loop early cancels the rest. What was learned of hosts
    is kept in `manners`.
    """

    async def one(web: Web, request: Request) -> tuple[Request, FetchResult]:
        return request, await web.get(request)

    async with Web(limits, manners) as web:
        tasks = [asyncio.create_task(one(web, request)) for request in requests]
        try:
            for done in asyncio.as_completed(tasks):
                yield await done
        finally:
            for task in tasks:
                task.cancel()


async def _refuse_bad_port(request: httpx.Request) -> None:
    """httpx would let it through to the socket, which raises what no caller expects; a redirect may bring it too."""
    if request.url.port is not None and request.url.port > LAST_PORT:
        raise httpx.InvalidURL(f"no port: {request.url.port}")


def _conditions(known: Validators) -> dict[str, str]:
    """An ETag is the stronger mark, so it goes alone where both are known (RFC 9110, section 13.2.2).

    A mark beyond ASCII is none: it cannot be sent back.
    """
    if known.etag and known.etag.isascii():
        return {"If-None-Match": known.etag}
    if known.last_modified and known.last_modified.isascii():
        return {"If-Modified-Since": known.last_modified}
    return {}


def _excess_of_headers(response: httpx.Response) -> FetchFailure | None:
    lines = response.headers.raw
    if len(lines) > MAX_HEADER_LINES:
        return FetchFailure(Reason.TOO_LARGE, f"more than {MAX_HEADER_LINES} header lines", for_good=True)
    if sum(len(name) + len(value) for name, value in lines) > MAX_HEADER_BYTES:
        return FetchFailure(Reason.TOO_LARGE, f"more than {MAX_HEADER_BYTES:,} bytes of headers", for_good=True)
    return None


def _refusal(response: httpx.Response) -> FetchFailure:
    status = response.status_code
    for_now = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _FOR_NOW
    retry_after = _retry_after(response.headers.get("retry-after"), datetime.now(UTC)) if for_now else None
    return FetchFailure(f"http_{status}", response.reason_phrase, for_good=not for_now, retry_after=retry_after)


def _retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Both forms of RFC 9110, section 10.2.3: seconds, and a date."""
    if not value:
        return None
    try:
        if value.strip().isdecimal():
            return timedelta(seconds=min(int(value), 10**7))
        return max(parsedate_to_datetime(value) - now, timedelta())
    except (TypeError, ValueError, OverflowError):
        return None
