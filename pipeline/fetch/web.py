"""The web (edge module): one bounded, polite GET, and many at once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import TracebackType
from typing import Self

import httpx

from pipeline.discover.urls import host
from pipeline.models import Capture, Fetched, FetchFailure, FetchResult, NotModified, Reason, Validators

PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain", "text/markdown"})
# A server that names no type most often sends a page.
UNDECLARED_TYPE = "text/html"
MAX_REDIRECTS = 10
LAST_PORT = 65_535
# Answers that a later try may better. 401 and 403 are among them: bot walls and misconfigured servers come and go.
_FOR_NOW = {304, 401, 403, 408, 409, 423, 425, 429}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may take: requests under way, seconds for a request with its body, decoded bytes of a body."""

    concurrency: int = 16
    timeout_seconds: float = 30.0
    max_body_bytes: int = 10_000_000
    user_agent: str = "newsfold"


@dataclass(frozen=True, slots=True)
class Request:
    """One GET: what we know of the body already, and the media types we can use (None: any)."""

    url: str
    validators: Validators = Validators()
    accept: frozenset[str] | None = PAGE_TYPES


class Web:
    """An HTTP client for one run; at most one request at a time goes to a host.

    Use as an async context manager. `get` never raises for what a server or the network does: that is a FetchFailure.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._slots = asyncio.Semaphore(limits.concurrency)
        self._hosts: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._client = await self._stack.enter_async_context(
            httpx.AsyncClient(
                http2=True,
                follow_redirects=True,
                max_redirects=MAX_REDIRECTS,
                timeout=self._limits.timeout_seconds,
                headers={"User-Agent": self._limits.user_agent, "Accept-Encoding": "gzip, deflate"},
                limits=httpx.Limits(max_connections=self._limits.concurrency),
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
            # The time runs from when it is our turn.
            async with self._hosts[host(request.url)], self._slots, asyncio.timeout(self._limits.timeout_seconds):
                return await self._get(request)
        except (TimeoutError, httpx.TimeoutException):
            return FetchFailure(Reason.TIMEOUT, f"no full answer in {self._limits.timeout_seconds:g} s")
        except httpx.TooManyRedirects:
            return FetchFailure(Reason.TOO_MANY_REDIRECTS, f"more than {MAX_REDIRECTS} redirects", for_good=True)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError) as exc:
            return FetchFailure(Reason.BAD_URL, str(exc), for_good=True)
        except httpx.RequestError as exc:
            return FetchFailure(Reason.CONNECTION, str(exc) or type(exc).__name__)

    async def _get(self, request: Request) -> FetchResult:
        async with self._client.stream("GET", request.url, headers=_conditions(request.validators)) as response:
            validators = Validators(response.headers.get("etag"), response.headers.get("last-modified"))
            if response.status_code == HTTPStatus.NOT_MODIFIED and request.validators != Validators():
                return NotModified(validators)
            if not response.is_success:
                return _refusal(response)
            media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower() or UNDECLARED_TYPE
            if request.accept is not None and media_type not in request.accept:
                return FetchFailure(Reason.UNSUPPORTED_TYPE, media_type, for_good=True)
            if "," in response.headers.get("content-encoding", ""):
                # 30 KB that were compressed twice can open to gigabytes before the limit is looked at.
                return FetchFailure(Reason.UNREADABLE, "compressed more than once", for_good=True)
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self._limits.max_body_bytes:
                    limit = f"more than {self._limits.max_body_bytes:,} bytes"
                    return FetchFailure(Reason.TOO_LARGE, limit, for_good=True)
            capture = Capture(str(response.url), bytes(body), media_type, response.charset_encoding)
            return Fetched(capture, validators)


async def fetch_all(requests: Iterable[Request], limits: Limits) -> AsyncIterator[tuple[Request, FetchResult]]:
    """Fetch many addresses, each answer as it comes; leaving the loop early cancels the rest."""

    async def one(web: Web, request: Request) -> tuple[Request, FetchResult]:
        return request, await web.get(request)

    async with Web(limits) as web:
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
