"""The guard: what it refuses, what it lets through, and that the checked address is the one that is connected to."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import Any

import anyio
import httpcore
import httpx
import pytest
from site_server import LOCAL, Site

from pipeline.errors import BlockedAddressError
from pipeline.fetch import guard
from pipeline.fetch.addresses import Address, Network
from pipeline.fetch.guard import GuardedBackend, GuardedTransport
from pipeline.fetch.request import Limits, Request
from pipeline.fetch.web import Web
from pipeline.models.pages import Fetched, FetchFailure, FetchResult, Reason

# Hosts as a page may write them, each with the kind of address that it leads to.
HOSTS = {
    "127.0.0.1": "a loopback",
    "127.255.255.254": "a loopback",
    "localhost": "a loopback",
    "LOCALHOST": "a loopback",
    "2130706433": "a loopback",
    "0x7f000001": "a loopback",
    "0X7F.0.0.1": "a loopback",
    "017700000001": "a loopback",
    "00177.1": "a loopback",
    "0177.0x0.0.1": "a loopback",
    "127.1": "a loopback",
    "127.0.1": "a loopback",
    "0": "an unspecified",
    "0.0.0.0": "an unspecified",
    "0.1.2.3": "an unspecified",
    "10.0.0.1": "a private",
    "10.255.255.255": "a private",
    "167772161": "a private",
    "172.16.0.1": "a private",
    "172.31.255.255": "a private",
    "192.168.0.1": "a private",
    "0xc0a80001": "a private",
    "192.168.257": "a private",
    "100.64.0.1": "a carrier's shared",
    "100.100.100.200": "a carrier's shared",
    "169.254.169.254": "a link-local",
    "2852039166": "a link-local",
    "169.254.170.2": "a link-local",
    "168.63.129.16": "a metadata",
    "192.0.0.192": "a reserved",
    "192.0.2.1": "a documentation",
    "198.51.100.7": "a documentation",
    "203.0.113.9": "a documentation",
    "198.18.0.1": "a benchmarking",
    "192.88.99.1": "a 6to4 relay's",
    "224.0.0.1": "a multicast",
    "239.255.255.250": "a multicast",
    "240.0.0.1": "a reserved",
    "255.255.255.255": "a reserved",
    "[::]": "an unspecified",
    "[::1]": "a loopback",
    "[0:0:0:0:0:0:0:1]": "a loopback",
    "[::ffff:127.0.0.1]": "a loopback",
    "[::ffff:7f00:1]": "a loopback",
    "[::ffff:169.254.169.254]": "a link-local",
    "[::ffff:10.0.0.1]": "a private",
    "[::127.0.0.1]": "an IPv4-compatible",
    "[::8.8.8.8]": "an IPv4-compatible",
    "[::ffff:0:127.0.0.1]": "a reserved",
    "[64:ff9b::127.0.0.1]": "a loopback",
    "[64:ff9b::a9fe:a9fe]": "a link-local",
    "[64:ff9b:1::10.0.0.1]": "a reserved",
    "[2002:7f00:1::]": "a 6to4",
    "[2002:a00:1::1]": "a 6to4",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]": "a Teredo",
    "[2001:10::1]": "a reserved",
    "[2001:db8::1]": "a documentation",
    "[3fff::1]": "a documentation",
    "[100::1]": "a reserved",
    "[5f00::1]": "a reserved",
    "[4000::1]": "a reserved",
    "[fc00::1]": "a private",
    "[fd00:ec2::254]": "a private",
    "[fe80::1]": "a link-local",
    "[fec0::1]": "a site-local",
    "[ff02::1]": "a multicast",
    "[ff0e::1]": "a multicast",
}
PUBLIC = ["1.1.1.1", "9.255.255.255", "172.32.0.1", "100.128.0.1", "192.0.1.1", "223.255.255.255"]
PUBLIC_IPV6 = ["2606:4700::1111", "2a00:1450:4001::200e", "2001:200::1", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"]


class Dialled(httpcore.AsyncNetworkBackend):
    """A network that notes what is dialled; addresses in `dead` fail, in `silent` wait."""

    def __init__(self, *, dead: Iterable[str] = (), silent: Iterable[str] = ()) -> None:
        self.dialled: list[str] = []
        self.stream = Stream()
        self._dead = set(dead)
        self._silent = set(silent)

    async def connect_tcp(self, host: str, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        self.dialled.append(host)
        if host in self._dead:
            raise httpcore.ConnectError(f"nobody at {host}")
        if host in self._silent:
            await anyio.sleep_forever()
        return self.stream


class Stream(httpcore.AsyncNetworkStream):
    """A connection that answers "204 No Content" and notes what it was sent."""

    def __init__(self) -> None:
        self.sent = b""
        self.tls_names: list[str] = []

    async def read(self, *_: Any, **__: Any) -> bytes:
        return b"HTTP/1.1 204 No Content\r\n\r\n"

    async def write(self, buffer: bytes, *_: Any, **__: Any) -> None:
        self.sent += buffer

    async def aclose(self) -> None:
        pass

    async def start_tls(self, *_: Any, **more: Any) -> httpcore.AsyncNetworkStream:
        self.tls_names.append(more["server_hostname"])
        return self


class Names:
    """A resolver that knows one name and gives its answers in turn, the last one for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)

    async def resolve(self, host: str) -> list[Address]:
        assert host == "bees.example"
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [ip_address(address) for address in answer]


def _get(url: str, *allowed: str) -> FetchResult:
    async def get() -> FetchResult:
        async with Web(Limits(timeout_seconds=5, allow_networks=_networks(*allowed))) as web:
            return await web.get(Request(url))

    return asyncio.run(get())


def _networks(*networks: str) -> tuple[Network, ...]:
    return tuple(map(ip_network, networks))


def _connect(network: Dialled, names: Names, *allowed: str) -> list[str]:
    """What is dialled for bees.example."""
    backend = GuardedBackend(_networks(*allowed), resolve=names.resolve, network=network)
    asyncio.run(backend.connect_tcp("bees.example", 443))
    return network.dialled


def test_the_table_is_long_enough() -> None:
    assert len(HOSTS) >= 60


@pytest.mark.parametrize(("host", "kind"), HOSTS.items())
def test_a_host_that_is_not_public_is_refused_for_good(host: str, kind: str) -> None:
    result = _get(f"http://{host}/latest/meta-data")

    assert isinstance(result, FetchFailure)
    assert (result.reason, result.for_good) == (Reason.BLOCKED_ADDRESS, True)
    assert f"is {kind} address; NEWSFOLD_ALLOW_NETWORKS=" in result.detail


@pytest.mark.parametrize(
    "url",
    [
        "http://1.1.1.1@127.0.0.1/",
        "http://1.1.1.1:80@127.0.0.1/",
        "http://127.0.0.1#@1.1.1.1/",
        "http://127.0.0.1?@1.1.1.1/",
        "http://127。0。0。1/",
        "https://127.0.0.1/",
        "http://127.0.0.1:22/",
        "http://[::1%25lo]/",
        "http://[fe80::1%25eth0]/",
    ],
)
def test_an_address_that_hides_its_host_is_refused_for_good(url: str) -> None:
    result = _get(url)

    assert isinstance(result, FetchFailure)
    assert (result.reason, result.for_good) == (Reason.BLOCKED_ADDRESS, True)


@pytest.mark.parametrize(
    "url", ["http://①②⑦.⓪.⓪.①/", "http://１２７.０.０.１/", "http://0177.0.0.1/", "http://[127.0.0.1]/"]
)
def test_a_host_in_no_form_of_any_standard_is_no_address(url: str) -> None:
    result = _get(url)

    assert isinstance(result, FetchFailure)
    assert (result.reason, result.for_good) == (Reason.BAD_URL, True)


@pytest.mark.parametrize(
    "host", [host for host, kind in HOSTS.items() if kind != "a loopback"] + ["[::1]", "127.0.0.2"]
)
def test_a_redirect_to_a_host_that_is_not_public_is_refused_for_good(site: Site, host: str) -> None:
    url = site.put("/away", status=302, headers={"Location": f"http://{host}/"})

    result = _get(url, "127.0.0.1")

    assert isinstance(result, FetchFailure)
    assert (result.reason, result.for_good) == (Reason.BLOCKED_ADDRESS, True)


@pytest.mark.parametrize("address", [*PUBLIC, *PUBLIC_IPV6])
def test_a_public_address_is_dialled(address: str) -> None:
    assert _connect(Dialled(), Names([address])) == [str(ip_address(address))]


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("10.1.2.3", "10.0.0.0/8"),
        ("10.1.2.3", "10.1.2.3"),
        ("::ffff:10.1.2.3", "10.0.0.0/8"),
        ("64:ff9b::10.1.2.3", "10.0.0.0/8"),
        ("fd00::1", "fd00::/8"),
        ("169.254.169.254", "0.0.0.0/0"),
    ],
)
def test_an_allowed_network_is_dialled(address: str, allowed: str) -> None:
    assert _connect(Dialled(), Names([address]), allowed) == [str(ip_address(address))]


@pytest.mark.parametrize("allowed", ["10.0.0.0/9", "::/0", "11.0.0.0/8"])
def test_another_allowed_network_changes_nothing(allowed: str) -> None:
    with pytest.raises(BlockedAddressError):
        _connect(Dialled(), Names(["10.200.2.3"]), allowed)


def test_a_local_site_is_fetched_where_its_network_is_allowed(site: Site) -> None:
    assert isinstance(_get(site.put("/bees", "Bees"), LOCAL), Fetched)


def test_of_the_addresses_of_a_name_only_public_ones_are_dialled() -> None:
    network = Dialled(dead=["1.1.1.1"])

    assert _connect(network, Names(["10.0.0.1", "1.1.1.1", "::1", "9.9.9.9"])) == ["1.1.1.1", "9.9.9.9"]


def test_a_name_that_has_no_public_address_is_refused_and_says_how_to_allow_it() -> None:
    network = Dialled()

    with pytest.raises(BlockedAddressError) as refused:
        _connect(network, Names(["192.168.0.7", "::1"]))

    assert network.dialled == []
    assert str(refused.value) == (
        "bees.example is at 192.168.0.7, which is a private address; NEWSFOLD_ALLOW_NETWORKS=192.168.0.7 would allow it"
    )


def test_a_name_that_changes_its_mind_is_looked_up_once_for_a_connection_and_judged_each_time() -> None:
    network = Dialled()
    backend = GuardedBackend((), resolve=Names(["1.1.1.1"], ["127.0.0.1"]).resolve, network=network)

    asyncio.run(backend.connect_tcp("bees.example", 80))
    with pytest.raises(BlockedAddressError):
        asyncio.run(backend.connect_tcp("bees.example", 80))

    assert network.dialled == ["1.1.1.1"]


def test_tls_and_host_keep_the_name_while_the_checked_address_is_dialled() -> None:
    network = Dialled()
    backend = GuardedBackend((), resolve=Names(["1.1.1.1"]).resolve, network=network)

    async def get() -> httpx.Response:
        transport = GuardedTransport(backend, tls=ssl.create_default_context(), max_connections=1)
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.get("https://bees.example/honey")

    assert asyncio.run(get()).status_code == 204
    assert network.dialled == ["1.1.1.1"]
    assert network.stream.tls_names == ["bees.example"]
    assert b"GET /honey HTTP/1.1\r\nHost: bees.example\r\n" in network.stream.sent


def test_an_address_that_stays_silent_does_not_keep_the_next_from_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "STAGGER_SECONDS", 0.01)
    network = Dialled(silent=["2606:4700::1111"])

    assert _connect(network, Names(["2606:4700::1111", "1.1.1.1"])) == ["2606:4700::1111", "1.1.1.1"]


@pytest.mark.parametrize("addresses", [["1.1.1.1", "9.9.9.9"], []])
def test_a_name_where_nobody_answers_is_no_connection(addresses: list[str]) -> None:
    with pytest.raises(httpcore.ConnectError):
        _connect(Dialled(dead=addresses), Names(addresses))


def test_a_name_that_nobody_knows_is_no_connection() -> None:
    async def resolve(_host: str) -> list[Address]:
        raise OSError(-2, "Name or service not known")

    with pytest.raises(httpcore.ConnectError, match=r"no address for bees\.example: Name or service not known"):
        asyncio.run(GuardedBackend((), resolve=resolve).connect_tcp("bees.example", 80))


def test_proxies_of_the_environment_are_not_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://10.0.0.1:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)

    assert isinstance(_get(site.put("/bees", "Bees"), LOCAL), Fetched)
