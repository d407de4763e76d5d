"""Outages: told from hosts that fail, decided early where nobody is reached."""

from __future__ import annotations

import asyncio
import socket
import threading
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_network

import pytest
from site_server import LOCAL, Answer, Site, reset

from pipeline.fetch.many import fetch_all
from pipeline.fetch.outage import EARLY_HOSTS, is_outage, was_offline
from pipeline.fetch.request import Limits, Request
from pipeline.models.pages import Capture, Fetched, FetchFailure, FetchResult, NotModified, Reason

LIMITS = Limits(concurrency=4, timeout_seconds=5, allow_networks=(ip_network(LOCAL),))
BROUGHT = Fetched(Capture("https://a.example/", b"", "text/html"))
LOST = FetchFailure(Reason.CONNECTION)
BUSY = FetchFailure("http_429", was_asked=False)
BLOCKED = FetchFailure(Reason.BLOCKED_ADDRESS, for_good=True)


@pytest.mark.parametrize(
    ("lost", "reached", "is_ours"),
    [(0, 0, False), (3, 0, False), (4, 0, True), (6, 2, False), (14, 5, False), (15, 5, True), (99, 34, False)],
)
def test_none_of_some_and_three_of_four_of_many_hosts_not_reached_are_an_outage(
    lost: int, reached: int, is_ours: bool
) -> None:
    hosts = {f"l{n}": False for n in range(lost)} | {f"r{n}": True for n in range(reached)}

    assert is_outage(hosts) is is_ours


@pytest.mark.parametrize(
    ("results", "was"),
    [
        ([], False),
        ([LOST] * 4, True),
        ([LOST] * 3, False),
        ([FetchFailure(Reason.TIMEOUT)] * 4, True),
        ([LOST] * 15 + [BROUGHT] * 5, True),
        ([LOST, LOST, LOST, BROUGHT], False),
        ([LOST, LOST, NotModified(), BROUGHT], False),
        ([FetchFailure("http_503")] * 9, False),
        ([FetchFailure(Reason.ROBOTS, for_good=True)] * 9, False),
        ([LOST] * 3 + [BLOCKED] * 3 + [BUSY] * 3, False),
        ([LOST] * 4 + [BLOCKED] * 3 + [BUSY] * 3, True),
        ([BROUGHT] * 9 + [FetchFailure(Reason.OFFLINE, was_asked=False)], True),
    ],
)
def test_the_answers_of_a_round_tell_an_outage(results: list[FetchResult], was: bool) -> None:
    assert was_offline((f"https://{n}.example/", result) for n, result in enumerate(results)) is was


def test_many_pages_of_one_host_are_one_host() -> None:
    assert was_offline((f"https://a.example/{n}", LOST) for n in range(99)) is False


def test_a_host_that_answered_once_was_reached() -> None:
    results = [(f"https://{n}.example/{page}", LOST) for n in range(4) for page in range(9)]

    assert was_offline([*results, *((f"https://{n}.example/", BROUGHT) for n in range(2))]) is False


def _spellings(url: str, number: int) -> list[str]:
    """So many ways to write an address on 127.0.0.1, each another host."""
    return [url.replace("127.0.0.1", f"0x{'0' * n}7f000001") + "/" for n in range(number)]


def _lost(number: int) -> list[str]:
    """Addresses of so many hosts where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return _spellings(f"http://127.0.0.1:{taken.getsockname()[1]}", number)


def _fetch(urls: list[str]) -> list[tuple[str, FetchResult]]:
    async def get() -> list[tuple[str, FetchResult]]:
        return [(request.url, result) async for request, result in fetch_all([Request(url) for url in urls], LIMITS)]

    return asyncio.run(get())


def test_when_no_host_is_reached_the_rest_is_not_asked() -> None:
    results = _fetch(_lost(100))

    failures = [result for _, result in results if isinstance(result, FetchFailure)]
    asked = [failure for failure in failures if failure.was_asked]
    assert len(failures) == 100
    assert EARLY_HOSTS <= len(asked) < EARLY_HOSTS + LIMITS.concurrency
    assert {failure.reason for failure in asked} == {Reason.CONNECTION}
    assert {failure.reason for failure in failures if not failure.was_asked} == {Reason.OFFLINE}
    assert not any(failure.for_good for failure in failures)
    assert was_offline(results)


def test_one_host_that_answers_late_keeps_the_round_going(site: Site) -> None:
    # It is asked first, and answers when so many others were lost that it alone decides.
    lost: list[str] = []
    release = threading.Event()

    def lose(handler: BaseHTTPRequestHandler) -> None:
        lost.append(handler.path)
        if len(lost) == EARLY_HOSTS:
            release.set()
        reset(handler)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        release.wait(5)
        handler.send_response(204)
        handler.end_headers()

    site.answers["/first"] = Answer(speak=answer)
    site.answers["/lost"] = Answer(speak=lose)
    last = site.put("/last", "Bees").replace("127.0.0.1", "localhost")

    results = _fetch([f"{site.url}/first", *(url + "lost" for url in _spellings(site.url, 40)), last])

    assert [type(result) for _, result in results].count(Fetched) == 2
    assert {result.reason for _, result in results if isinstance(result, FetchFailure)} == {Reason.CONNECTION}
    assert len(lost) == 40
