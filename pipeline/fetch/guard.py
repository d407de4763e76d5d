"""Connections to public addresses only (edge module).

The guard stands where the socket is opened: it resolves the name, leaves out the addresses that it must not reach and
connects to one that is left. A name that resolves to something else a moment later changes nothing, every redirect
passes here, and TLS and `Host` keep the name. See ADR 7.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextvars import ContextVar
from ipaddress import ip_network
from typing import Any

import anyio
import httpcore
import httpx

from pipeline.errors import BlockedAddressError
from pipeline.fetch.addresses import Address, Network, literal, reached, refusal

_EVERYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))
_has_connected: ContextVar[bool] = ContextVar("_has_connected", default=False)

Resolve = Callable[[str], Awaitable[Sequence[Address]]]

STAGGER_SECONDS = 0.25
"""How long an address has before the next one is tried beside it (RFC 8305, section 5)."""

KEEP_ALIVE_SECONDS = 5.0
# httpcore walks all open connections for each request: with 64 of them that takes as long as the request.
MAX_IDLE = 20

PROXIED_LOOKUP_SECONDS = 1.0
"""How long a name may take that a proxy will resolve anyway."""


async def resolve(host: str) -> list[Address]:
    """All addresses of a name, in the order in which the system would try them (RFC 6724)."""
    answers = await anyio.getaddrinfo(host.encode("ascii"), None, type=socket.SOCK_STREAM)
    addresses = (literal(sockaddr[0]) for *_, sockaddr in answers)
    return list(dict.fromkeys(address for address in addresses if address))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """A network backend for httpcore that connects to public addresses, and to the allowed networks.

    `connect_tcp` raises BlockedAddressError where a host has no other.
    """

    def __init__(
        self,
        allowed: Sequence[Network],
        *,
        resolve: Resolve = resolve,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._network = network or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address of the host that answers and may be reached."""

        _has_connected.set(True)

        async def dial(address: Address) -> httpcore.AsyncNetworkStream:
            return await self._network.connect_tcp(str(address), port, timeout, local_address, socket_options)

        return await _first_to_answer(await self._permitted(host), dial)

    async def check(self, host: str) -> None:
        """Raises BlockedAddressError for a host that a proxy is not to be asked for, as far as can be known here: a
        name that does not resolve here is left to the proxy.
        """
        with contextlib.suppress(httpcore.ConnectError), anyio.move_on_after(PROXIED_LOOKUP_SECONDS):
            await self._permitted(host)

    async def _permitted(self, host: str) -> list[Address]:
        named = literal(host)
        try:
            addresses = [named] if named else await self._resolve(host)
        except OSError as exc:
            raise httpcore.ConnectError(f"no address for {host}: {exc.strerror or exc}") from exc
        refused = {address: kind for address in addresses if (kind := refusal(address, self._allowed))}
        permitted = [address for address in addresses if address not in refused]
        if refused and not permitted:
            address, kind = next(iter(refused.items()))
            raise BlockedAddressError(host, str(reached(address)), kind)
        return permitted


async def _first_to_answer(
    addresses: Sequence[Address], dial: Callable[[Address], Awaitable[httpcore.AsyncNetworkStream]]
) -> httpcore.AsyncNetworkStream:
    """Happy Eyeballs (RFC 8305): each address gets a head start before the next; the first stream wins."""
    streams: list[httpcore.AsyncNetworkStream] = []
    errors: list[Exception] = []

    async def attempt(address: Address, ended: anyio.Event) -> None:
        try:
            streams.append(await dial(address))
            group.cancel_scope.cancel()
        except (httpcore.NetworkError, httpcore.TimeoutException) as exc:
            errors.append(exc)
        finally:
            ended.set()

    if len(addresses) == 1:
        return await dial(addresses[0])
    async with anyio.create_task_group() as group:
        for address in addresses:
            ended = anyio.Event()
            group.start_soon(attempt, address, ended)
            with anyio.move_on_after(STAGGER_SECONDS):
                await ended.wait()
    for late in streams[1:]:
        await late.aclose()
    if streams:
        return streams[0]
    raise errors[0] if errors else httpcore.ConnectError("the name has no address")


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx over a pool of guarded connections. Errors of the network come as httpcore raises them.

    A client with a transport of its own takes no proxies from the environment: a proxy resolves the names itself. One
    that the user names is connected to wherever it is, and gets what `GuardedBackend.check` lets pass.
    """

    def __init__(
        self, backend: GuardedBackend, *, tls: ssl.SSLContext, max_connections: int, proxy: str | None = None
    ) -> None:
        self._backend = backend
        self._is_proxied = proxy is not None
        pool: dict[str, Any] = {
            "ssl_context": tls,
            "max_connections": max_connections,
            "max_keepalive_connections": MAX_IDLE,
            "keepalive_expiry": KEEP_ALIVE_SECONDS,
            "http2": True,
        }
        if proxy is None:
            self._pool = httpcore.AsyncConnectionPool(**pool, network_backend=backend)
        else:
            named = httpx.Proxy(proxy)
            self._pool = httpcore.AsyncHTTPProxy(
                httpcore.URL(str(named.url)),
                proxy_auth=named.raw_auth,
                network_backend=GuardedBackend(_EVERYWHERE),
                proxy_ssl_context=tls if named.url.scheme == "https" else None,
                **pool,
            )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request over a connection of the pool; a second time where a kept connection turns out to be of no
        use (RFC 9110, section 9.2.2): the server closed it meanwhile, or has sent more than it said before.
        """
        url = request.url
        if self._is_proxied:
            await self._backend.check(url.raw_host.decode("ascii"))
        question = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        _has_connected.set(False)
        try:
            response = await self._pool.handle_async_request(question)
        except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
            if _has_connected.get():
                raise
            response = await self._pool.handle_async_request(question)
        return httpx.Response(
            response.status, headers=response.headers, stream=_Stream(response), extensions=response.extensions
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.aclose()


class _Stream(httpx.AsyncByteStream):
    """A body as httpx wants it."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._response.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._response.aclose()
