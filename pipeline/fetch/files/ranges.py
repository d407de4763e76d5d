"""Files on web servers, read by ranges through the guard (edge module). See ADR 17."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from http import HTTPStatus
from typing import Any

import anyio
import httpcore
import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fsspec.spec import AbstractBufferedFile, AbstractFileSystem

from pipeline.errors import BlockedAddressError, RemoteFileError
from pipeline.fetch.guard import GuardedBackend, GuardedTransport
from pipeline.fetch.request import MAX_REDIRECTS, Limits

WAITS_SECONDS = (1.0, 5.0, 20.0)
"""How long to wait before each further try of a block."""

MAX_WHOLE_BYTES = 50_000_000
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_FOR_NOW = frozenset({408, 425, 429, 500, 502, 503, 504})
_PASSING_ERRORS = (
    TimeoutError,
    httpx.TransportError,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
)


class _TryLaterError(Exception):
    """An answer that a later try may better."""


class GuardedHTTP(AbstractFileSystem):  # type: ignore[misc]
    """fsspec's view of web servers: what is read of a file is asked for as ranges (RFC 9110, section 14).

    Every connection, those that redirects lead to too, is made by the guard that pages are fetched through.
    """

    protocol = ("http", "https")
    cachable = False

    def __init__(self, limits: Limits, *, waits: Sequence[float] = WAITS_SECONDS) -> None:
        super().__init__()
        self._limits = limits
        self._waits = waits
        self._stack = ExitStack()
        self._starting = threading.Lock()
        self._running: tuple[BlockingPortal, httpx.AsyncClient] | None = None

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return path

    def close(self) -> None:
        """Close all connections."""
        self._stack.close()

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        """Name, size in bytes, and what tells one version of the file from another. Raises RemoteFileError."""
        response, _body = self._ask(path, 0, 1)
        found = _RANGE.fullmatch(response.headers.get("content-range", ""))
        if found is None:
            raise RemoteFileError(f"{path}: the server sends no parts of files (Range); download it and name the file")
        version = response.headers.get("etag") or response.headers.get("last-modified")
        return {"name": path, "size": int(found[3]), "type": "file", "ETag": version}

    def cat_file(self, path: str, start: int | None = None, end: int | None = None, **_: Any) -> bytes:
        """A part of a file, or all of it, up to 50 MB. Raises RemoteFileError."""
        return self._ask(path, start, end)[1]

    def _open(self, path: str, mode: str = "rb", **options: Any) -> AbstractBufferedFile:
        return _Ranges(self, path, mode, **options)

    def _ask(self, path: str, start: int | None, end: int | None) -> tuple[httpx.Response, bytes]:
        portal, client = self._started()
        return portal.call(self._patiently, client, path, start, end)

    def _started(self) -> tuple[BlockingPortal, httpx.AsyncClient]:
        with self._starting:
            if self._running is None:
                portal = self._stack.enter_context(start_blocking_portal())
                transport = GuardedTransport(
                    GuardedBackend(self._limits.allow_networks),
                    tls=httpx.create_ssl_context(),
                    max_connections=self._limits.concurrency,
                    proxy=self._limits.proxy,
                )
                client = httpx.AsyncClient(
                    transport=transport,
                    timeout=self._limits.timeout_seconds,
                    follow_redirects=True,
                    max_redirects=MAX_REDIRECTS,
                    headers={"User-Agent": self._limits.user_agent, "Accept-Encoding": "identity"},
                )
                self._stack.enter_context(portal.wrap_async_context_manager(client))
                self._running = portal, client
            return self._running

    async def _patiently(
        self, client: httpx.AsyncClient, path: str, start: int | None, end: int | None
    ) -> tuple[httpx.Response, bytes]:
        for wait in self._waits:
            try:
                return await _get(client, path, start, end)
            except (_TryLaterError, *_PASSING_ERRORS):
                await anyio.sleep(wait)
        try:
            return await _get(client, path, start, end)
        except (_TryLaterError, *_PASSING_ERRORS) as exc:
            raise RemoteFileError(f"{path}: {exc or type(exc).__name__}") from exc


class _Ranges(AbstractBufferedFile):  # type: ignore[misc]
    """A file of which blocks are asked for."""

    def _fetch_range(self, start: int, end: int) -> bytes:
        body: bytes = self.fs.cat_file(self.path, start, min(end, self.size))
        return body


async def _get(
    client: httpx.AsyncClient, path: str, start: int | None, end: int | None
) -> tuple[httpx.Response, bytes]:
    """One answer. Raises RemoteFileError for what no other try would better."""
    most = MAX_WHOLE_BYTES if end is None else end - (start or 0)
    headers = {} if end is None else {"Range": f"bytes={start or 0}-{end - 1}"}
    try:
        async with client.stream("GET", path, headers=headers) as response:
            status = response.status_code
            if status in _FOR_NOW:
                raise _TryLaterError(_said(status))
            if not response.is_success:
                raise RemoteFileError(f"{path}: {_said(status)}")
            if end is not None and status != HTTPStatus.PARTIAL_CONTENT:
                return response, b""
            return response, await _read(response, path, most)
    except BlockedAddressError as exc:
        raise RemoteFileError(f"{path}: {exc}") from exc
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.TooManyRedirects, httpcore.UnsupportedProtocol) as exc:
        raise RemoteFileError(f"{path}: {exc}") from exc


async def _read(response: httpx.Response, path: str, most: int) -> bytes:
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) > most:
            raise RemoteFileError(f"{path}: the answer is longer than asked for ({most:,} bytes)")
    return bytes(body)


def _said(status: int) -> str:
    return f"http_{status} {HTTPStatus(status).phrase}" if status in set(HTTPStatus) else f"http_{status}"
