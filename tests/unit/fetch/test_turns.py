"""What takes turns: by scope, over hosts of every kind, and one at a time in a round of requests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_network

import pytest
from site_server import LOCAL, Answer, Site

from pipeline.fetch.many import fetch_all
from pipeline.fetch.request import Limits, Request
from pipeline.fetch.turns import registrable_domain, turn_keys
from pipeline.models.pages import Fetched, FetchResult
from pipeline.models.sources import Turn, TurnScope

LIMITS = Limits(timeout_seconds=5, allow_networks=(ip_network(LOCAL),))


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """Lets answers that wait for it go on; at the latest when the test is over."""
    event = threading.Event()
    yield event
    event.set()


def _get_all(requests: list[Request], limits: Limits = LIMITS) -> list[FetchResult]:
    async def get() -> list[FetchResult]:
        return [result async for _, result in fetch_all(requests, limits)]

    return asyncio.run(get())


def _together(site: Site, hosts: list[str], turn: Turn, release: threading.Event) -> int:
    """How many requests are under way at once, one for each host: each answer waits for two, or for a moment."""
    under_way = []
    most = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        under_way.append(1)
        most.append(len(under_way))
        if len(under_way) == 2:
            release.set()
        release.wait(0.3)
        under_way.pop()
        handler.send_response(204)
        handler.end_headers()

    site.answers.update({f"/{n}": Answer(speak=answer) for n in range(len(hosts))})
    urls = [f"{site.url.replace('127.0.0.1', host)}/{n}" for n, host in enumerate(hosts)]
    results = _get_all([Request(url, turn=turn) for url in urls])

    assert [type(result) for result in results] == [Fetched] * len(hosts)
    return max(most)


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.a.com", "a.com"),
        ("a.com", "a.com"),
        ("x.y.a.co.uk", "a.co.uk"),
        ("WWW.A.Com.", "a.com"),
        ("www.xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("www.münchen.de", "münchen.de"),
        ("ada.github.io", "github.io"),
        ("co.uk", "co.uk"),
        ("news.corp.internal", "corp.internal"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_a_domain_is_what_somebody_registered(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


@pytest.mark.parametrize(
    ("turn", "keys"),
    [
        (Turn(), ("host www.a.com",)),
        (Turn(TurnScope.URL), ("url https://www.a.com/1",)),
        (Turn(TurnScope.DOMAIN), ("domain a.com", "host www.a.com")),
        (Turn(TurnScope.GROUP, "labs"), ("group labs", "host www.a.com")),
    ],
)
def test_an_address_waits_under_the_keys_of_its_scope(turn: Turn, keys: tuple[str, ...]) -> None:
    assert turn_keys(turn, "www.a.com", "https://www.a.com/1") == keys


@pytest.mark.parametrize(
    ("hosts", "turn", "at_once"),
    [
        (["127.0.0.1", "127.0.0.1"], Turn(), 1),
        (["127.0.0.1", "localhost"], Turn(), 2),
        (["127.0.0.1", "127.0.0.1"], Turn(TurnScope.URL), 2),
        (["127.0.0.1", "127.0.0.1"], Turn(TurnScope.DOMAIN), 1),
        (["127.0.0.1", "localhost"], Turn(TurnScope.DOMAIN), 2),
        (["127.0.0.1", "localhost"], Turn(TurnScope.GROUP, "labs"), 1),
    ],
)
def test_of_those_that_take_turns_one_is_asked_at_a_time(
    site: Site, release: threading.Event, hosts: list[str], turn: Turn, at_once: int
) -> None:
    assert _together(site, hosts, turn, release) == at_once


def test_sources_with_other_scopes_still_take_turns_at_one_host(site: Site) -> None:
    turns = [Turn(), Turn(TurnScope.DOMAIN), Turn(TurnScope.GROUP, "one"), Turn(TurnScope.GROUP, "two")]
    requests = [Request(site.put(f"/{n}", "Bees"), turn=turn) for n, turn in enumerate(turns * 3)]

    assert [type(result) for result in _get_all(requests)] == [Fetched] * 12
    assert set(site.most_at_once.values()) == {1}


def test_a_redirect_to_another_host_takes_that_host_s_turn_whatever_the_scope(
    site: Site, release: threading.Event
) -> None:
    # The busy page waits until the last redirect to its host is handed out.
    there = site.url.replace("127.0.0.1", "localhost")

    def wait(handler: BaseHTTPRequestHandler) -> None:
        release.wait(5)
        handler.send_response(204)
        handler.end_headers()

    def hand_out(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/old/3":
            release.set()
        handler.send_response(302)
        handler.send_header("Location", f"{there}/new")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    site.put("/new", "Bees")
    site.answers["/busy"] = Answer(speak=wait)
    site.answers.update({f"/old/{n}": Answer(speak=hand_out) for n in range(4)})
    old = [Request(f"{site.url}/old/{n}", turn=Turn(TurnScope.URL)) for n in range(4)]

    results = _get_all([Request(f"{there}/busy"), *old])

    assert [type(result) for result in results] == [Fetched] * 5
    assert site.most_at_once[there.removeprefix("http://")] == 1
