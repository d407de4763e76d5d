"""A proxy that the user names: what goes through it, and what the guard still refuses."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network

import pytest
from pydantic import ValidationError
from site_server import LOCAL, Answer, Site

from flows.wiring import read_settings
from pipeline.errors import UserError
from pipeline.fetch.request import Limits, Request
from pipeline.fetch.web import Web
from pipeline.models.pages import Fetched, FetchFailure, FetchResult, Reason
from pipeline.settings import Settings

LIMITS = Limits(timeout_seconds=5)


@pytest.fixture
def proxy() -> Iterator[Site]:
    """A proxy for plain requests, which answers all of them itself, whatever host they name."""
    with Site.running() as made:
        yield made


@pytest.fixture
def tunnel() -> Iterator[tuple[str, list[str]]]:
    """A proxy that refuses to open tunnels, and what it was asked."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                asked.append(connection.recv(65_536).decode())
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://ada:word@127.0.0.1:{server.getsockname()[1]}", asked


def _get(url: str, limits: Limits) -> FetchResult:
    async def get() -> FetchResult:
        async with Web(limits) as web:
            return await web.get(Request(url))

    return asyncio.run(get())


def test_a_request_goes_through_the_proxy_which_resolves_the_name(proxy: Site) -> None:
    proxy.answers["http://no-such-host.invalid/bees"] = Answer(b"Bees")

    result = _get("http://no-such-host.invalid/bees", replace(LIMITS, proxy=proxy.url))

    assert isinstance(result, Fetched)
    assert result.capture.body == b"Bees"
    assert proxy.requests[0]["Host"] == "no-such-host.invalid"


def test_a_tunnel_is_asked_for_with_the_name_and_the_word_of_the_proxy(tunnel: tuple[str, list[str]]) -> None:
    address, asked = tunnel

    result = _get("https://no-such-host.invalid/bees", replace(LIMITS, proxy=address))

    assert isinstance(result, FetchFailure)
    assert (result.reason, result.for_good) == (Reason.CONNECTION, False)
    assert asked[0].startswith("CONNECT no-such-host.invalid:443 HTTP/1.1\r\n")
    assert "Proxy-Authorization: Basic YWRhOndvcmQ=" in asked[0]


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "localhost", "169.254.169.254", "[::1]", "10.1.2.3"])
def test_what_is_not_public_is_not_asked_of_a_proxy(proxy: Site, host: str) -> None:
    result = _get(f"http://{host}/bees", replace(LIMITS, proxy=proxy.url))

    assert isinstance(result, FetchFailure)
    assert (result.reason, result.for_good) == (Reason.BLOCKED_ADDRESS, True)
    assert proxy.log == []


def test_a_redirect_to_what_is_not_public_is_not_asked_of_a_proxy(proxy: Site) -> None:
    proxy.answers["http://no-such-host.invalid/"] = Answer(status=302, headers={"Location": "http://127.0.0.1/admin"})

    result = _get("http://no-such-host.invalid/", replace(LIMITS, proxy=proxy.url))

    assert isinstance(result, FetchFailure)
    assert result.reason == Reason.BLOCKED_ADDRESS
    assert [path for path, _ in proxy.log] == ["http://no-such-host.invalid/"]


def test_an_allowed_network_is_asked_of_a_proxy(proxy: Site) -> None:
    proxy.answers["http://127.0.0.1:9/bees"] = Answer(b"Bees")

    limits = replace(LIMITS, proxy=proxy.url, allow_networks=(ip_network(LOCAL),))

    assert isinstance(_get("http://127.0.0.1:9/bees", limits), Fetched)


def test_a_proxy_that_is_not_there_is_a_failure_for_now() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"

    result = _get("http://no-such-host.invalid/", replace(LIMITS, proxy=address))

    assert isinstance(result, FetchFailure)
    assert (result.reason, result.for_good) == (Reason.CONNECTION, False)


@pytest.mark.parametrize(
    ("value", "proxy"),
    [
        ("", None),
        ("http://proxy.example:3128", "http://proxy.example:3128"),
        ("https://ada:word@proxy.example/", "https://ada:word@proxy.example/"),
        ("http://[fd00::1]:3128", "http://[fd00::1]:3128"),
    ],
)
def test_a_proxy_is_named_by_a_setting(value: str, proxy: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSFOLD_PROXY", value)

    assert Settings().proxy_address == proxy


@pytest.mark.parametrize(
    "value",
    [
        "proxy.example:3128",
        "proxy.example",
        "socks5://127.0.0.1:1080",
        "http://",
        "http://a:99999",
        "http://a:b",
        "http://a/x",
        "http://ada:hunter2/x@a:3128",
        "http://ada:hunter2@x@a:3128",
        "http://ada:hunter2#x@a:3128",
        "http://ada:hunter2?x@a:3128",
        "http://ada:hunter2@[a:3128",
        "ada:hunter2@a:3128",
    ],
)
def test_a_proxy_that_is_none_is_refused_and_its_password_not_shown(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSFOLD_PROXY", value)

    with pytest.raises(ValidationError, match="proxy"):
        Settings()
    with pytest.raises(UserError, match=r"NEWSFOLD_PROXY: no proxy: .*HOST:PORT") as caught:
        read_settings()
    assert "hunter2" not in str(caught.value)
