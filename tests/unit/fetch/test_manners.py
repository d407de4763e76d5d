"""What hosts ask of crawlers: robots.txt as RFC 9309 reads it, and pauses between requests."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from site_server import LOCAL, Site

from pipeline.fetch.manners import FRESH_SECONDS, MAX_ROBOTS_BYTES, Manners, Rules, parse_robots, rules_of
from pipeline.fetch.request import Limits, Request
from pipeline.fetch.web import Web
from pipeline.models.pages import Capture, Fetched, FetchFailure, FetchResult, Reason
from pipeline.models.sources import Turn, TurnScope

LIMITS = Limits(timeout_seconds=5, user_agent="newsfold/0.1", allow_networks=(ip_network(LOCAL),))
HOSTS = ["127.0.0.1", "localhost", "127.1"]


class Time:
    """A clock that moves only when somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def read(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.waits.append(round(seconds, 6))
        self.now += seconds


def _get(*urls: str, limits: Limits = LIMITS, manners: Manners | None = None) -> list[FetchResult]:
    async def get() -> list[FetchResult]:
        async with Web(limits, manners) as web:
            return await asyncio.gather(*(web.get(Request(url, obeys_robots=True)) for url in urls))

    return asyncio.run(get())


def _allows(robots: str | bytes, url: str = "https://a.example/bees") -> bool:
    return parse_robots(robots.encode() if isinstance(robots, str) else robots, "newsfold").allow(url)


@pytest.mark.parametrize(
    ("robots", "is_allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow: /", False),
        ("\ufeffUser-agent: *\nDisallow: /", False),
        ("User-agent: *\r\rDisallow: /", False),
        ("user-AGENT : NewsFold # us\ndisallow:/bees", False),
        ("User-agent: newsfold/2.0\nDisallow: /", False),
        ("User-agent: ada, newsfold, bo\nDisallow: /", False),
        ("User-agent: ada newsfold\nDisallow: /", False),
        ("User-agent: news\nDisallow: /", False),  # the beginning of a name counts, as it did before the standard
        ("User-agent: newsfoldbot\nDisallow: /", True),
        ("User-agent: *\nDisallow: /\nUser-agent: newsfold\nAllow: /", True),
        ("User-agent: newsfold\nAllow: /\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: newsfold\nCrawl-delay: 1\n\nUser-agent: ada\nDisallow: /", False),
        ("User-agent: *\nDisallow: /b\nAllow: /bee", True),
        ("User-agent: *\nDisallow: /*s$", False),
        ("User-agent: *\nDisallow: /\nAllow: /bees$", True),
        ("User-agent: *\nDisallow:", True),
        ("<!doctype html><title>Not found</title><p>Disallow: /", True),
    ],
)
def test_rules_are_read_as_the_standard_has_it(robots: str, is_allowed: bool) -> None:
    assert _allows(robots) is is_allowed


def test_what_stands_beyond_the_limit_is_not_read() -> None:
    start = b"User-agent: *\n"
    room = MAX_ROBOTS_BYTES - len(start)

    assert _allows(start + b"#" * (room - 13) + b"\nDisallow: /\n") is False
    assert _allows(start + b"#" * room + b"\nDisallow: /\n") is True


@pytest.mark.parametrize(
    "robots",
    [
        b"\x00\xff\xfe" * 1000,
        b"User-agent: " + b"ada " * 120_000 + b"\nDisallow: /",
        "".join(
            [*(f"User-agent: a{n}\n" for n in range(10_000)), *(f"Disallow: /{n}\n" for n in range(10_000))]
        ).encode(),
        b"User-agent: *\nDisallow: /" + b"*s" * 5000 + b"x\n",
        b"User-agent: *\nDisallow: /" + b"%" * 100_000,
    ],
)
def test_a_file_made_to_be_slow_allows_what_it_does_not_forbid(robots: bytes) -> None:
    assert _allows(robots) is True


@pytest.mark.parametrize(
    ("robots", "seconds"),
    [
        ("User-agent: *\nCrawl-delay: 5", 5),
        ("User-agent: newsfold\nCrawl-delay: 0.5\n\nUser-agent: *\nCrawl-delay: 9", 0.5),
        ("User-agent: *\nCrawl-delay: 86400", 30),
        ("User-agent: *\nCrawl-delay: soon", 0),
        ("User-agent: *\nCrawl-delay: -5", 0),
        ("User-agent: *\nCrawl-delay: nan", 0),
        ("User-agent: ada\nCrawl-delay: 5", 0),
        ("", 0),
    ],
)
def test_a_delay_is_read_and_capped(robots: str, seconds: float) -> None:
    assert parse_robots(robots.encode(), "newsfold").crawl_delay_seconds == seconds


def test_published_verdicts_are_met_but_for_those_that_docs_name(eval_folder: Path) -> None:
    lines = (eval_folder / "robots" / "vectors.jsonl").read_text("utf-8").splitlines()
    cases = [json.loads(line) for line in lines]

    missed = [
        case["test"]
        for case in cases
        if parse_robots(case["robots"].encode(), case["agent"]).allow(case["url"]) is not case["allowed"]
    ]

    assert len(cases) >= 499
    assert len(missed) <= 0.013 * len(cases), missed


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_site_without_rules_allows_everything(site: Site, status: int) -> None:
    site.put("/robots.txt", status=status)

    assert isinstance(_get(site.put("/bees", "Bees"))[0], Fetched)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_site_whose_rules_cannot_be_had_is_left_alone_for_now(site: Site, status: int) -> None:
    site.put("/robots.txt", status=status, headers={"Retry-After": "60"})

    [result] = _get(site.put("/bees", "Bees"))

    assert isinstance(result, FetchFailure)
    assert (result.reason, result.for_good, result.retry_after) == (f"http_{status}", False, timedelta(seconds=60))
    assert result.detail.startswith("robots.txt: ")
    assert [path for path, _ in site.log] == ["/robots.txt"]


def test_rules_that_can_never_be_had_are_none() -> None:
    blocked = rules_of(FetchFailure(Reason.BLOCKED_ADDRESS, for_good=True), "newsfold")

    assert isinstance(blocked, Rules)
    assert blocked.allow("http://127.0.0.1/")


def test_a_page_that_is_disallowed_is_not_asked_for(site: Site) -> None:
    site.put("/robots.txt", "User-agent: newsfold\nDisallow: /bees")
    bees, tides = site.put("/bees", "Bees"), site.put("/tides", "Tides")

    refused, brought = _get(bees, tides)

    assert refused == FetchFailure(Reason.ROBOTS, "robots.txt of 127.0.0.1 disallows it for newsfold", for_good=True)
    assert isinstance(brought, Fetched)
    assert [path for path, _ in site.log] == ["/robots.txt", "/tides"]


def test_a_redirect_to_a_page_that_is_disallowed_is_not_followed(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /new")
    site.put("/new", "Bees")

    [result] = _get(site.put("/old", status=301, headers={"Location": "/new"}))

    assert isinstance(result, FetchFailure)
    assert result.reason == Reason.ROBOTS
    assert "/new" not in [path for path, _ in site.log]


def test_rules_behind_a_redirect_are_found(site: Site) -> None:
    site.put("/robots.txt", status=301, headers={"Location": "/rules"})
    site.put("/rules", "User-agent: *\nDisallow: /")

    [result] = _get(site.put("/bees", "Bees"))

    assert isinstance(result, FetchFailure)
    assert result.reason == Reason.ROBOTS


def test_rules_are_asked_for_once_for_all_pages_of_a_run(site: Site) -> None:
    manners = Manners()
    urls = [site.put(f"/{number}", "Bees") for number in range(4)]

    _get(*urls, manners=manners)
    _get(*urls, manners=manners)

    assert [path for path, _ in site.log].count("/robots.txt") == 1
    assert len(site.log) == 9


def test_an_address_that_the_user_named_is_read_without_asking(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /")
    url = site.put("/feed.xml", "Bees")

    async def get() -> FetchResult:
        async with Web(LIMITS) as web:
            return await web.get(Request(url, accept=None))

    assert isinstance(asyncio.run(get()), Fetched)


def test_rules_are_forgotten_after_a_while() -> None:
    time = Time()
    manners = Manners(clock=time.read, sleep=time.sleep)
    rules = rules_of(Fetched(Capture("https://a.example/robots.txt", b"", "text/plain")), "newsfold")

    assert manners.known("https://a.example") is None
    manners.learn("https://a.example", "a.example", rules)
    time.now += FRESH_SECONDS - 1
    assert manners.known("https://a.example") is rules
    time.now += 1
    assert manners.known("https://a.example") is None


@pytest.mark.parametrize(
    ("robots", "interval", "waits"),
    [
        ("", 0, []),
        ("", 2, [2, 2, 2]),
        ("User-agent: *\nCrawl-delay: 5", 0, [5, 5]),  # the first page comes at once after robots.txt
        ("User-agent: *\nCrawl-delay: 5", 2, [2, 5, 5]),
        ("User-agent: *\nCrawl-delay: 1", 2, [2, 2, 2]),
    ],
)
def test_a_host_is_left_alone_between_two_requests(
    site: Site, robots: str, interval: float, waits: list[float]
) -> None:
    time = Time()
    site.put("/robots.txt", robots)
    urls = [site.put(f"/{number}", "Bees") for number in range(3)]

    results = _get(
        *urls,
        limits=replace(LIMITS, host_interval_seconds=interval),
        manners=Manners(clock=time.read, sleep=time.sleep),
    )

    assert [type(result) for result in results] == [Fetched] * 3
    assert time.waits == waits


def _impatient(time: Time) -> Manners:
    return Manners(clock=time.read, sleep=time.sleep, patience_seconds=0)


def _one_by_one(time: Time, *requests: Request) -> list[FetchResult]:
    """The answers to requests that are made one after another."""

    async def get() -> list[FetchResult]:
        async with Web(LIMITS, _impatient(time)) as web:
            return [await web.get(request) for request in requests]

    return asyncio.run(get())


@pytest.mark.parametrize(
    ("status", "headers", "is_busy", "left"),
    [
        (429, {"Retry-After": "120"}, False, 120),
        (429, {}, False, 60),
        (429, {"Retry-After": "soon"}, False, 60),
        (503, {"Retry-After": "120"}, False, 120),
        (429, {"Retry-After": "9999999"}, False, 20 * 3600),
        (403, {}, True, 3600),
        (403, {"Retry-After": "120"}, True, 3600),
        (403, {"Retry-After": "7200"}, True, 7200),
    ],
)
def test_a_host_that_is_busy_is_left_alone_for_as_long_as_it_says(
    site: Site, status: int, headers: dict[str, str], is_busy: bool, left: float
) -> None:
    busy = site.put("/busy", status=status, headers=headers)
    bees = site.put("/bees", "Bees")

    first, second = _one_by_one(Time(), Request(busy, forbidden_is_busy=is_busy), Request(bees))

    assert isinstance(first, FetchFailure)
    assert isinstance(second, FetchFailure)
    assert (first.reason, first.was_asked) == (f"http_{status}", True)
    assert (second.reason, second.was_asked, second.for_good) == (f"http_{status}", False, False)
    assert second.retry_after == timedelta(seconds=left)
    assert second.detail.startswith("not asked")
    assert [path for path, _ in site.log] == ["/busy"]


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (503, {}),
        (503, {"Retry-After": "0"}),
        (500, {"Retry-After": "120"}),
        (403, {}),
        (403, {"Retry-After": "120"}),
        (404, {"Retry-After": "120"}),
    ],
)
def test_a_host_that_asks_for_no_rest_gets_the_next_request(site: Site, status: int, headers: dict[str, str]) -> None:
    failing = site.put("/failing", status=status, headers=headers)

    _, second = _one_by_one(Time(), Request(failing), Request(site.put("/bees", "Bees")))

    assert isinstance(second, Fetched)


def test_a_403_that_means_too_many_requests_waits_like_one(site: Site) -> None:
    [result] = _one_by_one(Time(), Request(site.put("/bees", status=403), forbidden_is_busy=True))

    assert result == FetchFailure("http_403", "Forbidden", retry_after=timedelta(hours=1))


def test_a_host_that_rested_is_asked_again(site: Site) -> None:
    time = Time()
    busy, bees = site.put("/busy", status=429), site.put("/bees", "Bees")

    async def get() -> list[FetchResult]:
        async with Web(LIMITS, _impatient(time)) as web:
            results = [await web.get(Request(busy)), await web.get(Request(bees))]
            time.now += 60
            return [*results, await web.get(Request(bees))]

    assert [type(result) for result in asyncio.run(get())] == [FetchFailure, FetchFailure, Fetched]


def test_a_short_rest_is_waited_for_until_patience_ends(site: Site) -> None:
    time = Time()
    busy, bees = site.put("/busy", status=429, headers={"Retry-After": "50"}), site.put("/bees", "Bees")

    async def get() -> list[FetchResult]:
        async with Web(LIMITS, Manners(clock=time.read, sleep=time.sleep)) as web:
            return [await web.get(Request(url)) for url in (busy, bees) * 3]

    results = asyncio.run(get())

    assert [type(result) for result in results] == [FetchFailure, Fetched, FetchFailure, Fetched] + [FetchFailure] * 2
    assert time.waits == [50, 50]
    assert [path for path, _ in site.log] == ["/busy", "/bees", "/busy", "/bees", "/busy"]


def test_who_shares_no_turn_with_a_busy_address_is_asked(site: Site) -> None:
    busy = site.put("/busy", status=429)
    turn = Turn(TurnScope.URL)
    other = site.put("/bees", "Bees")

    results = _one_by_one(
        Time(),
        Request(busy, turn=turn),
        Request(other, turn=turn),
        Request(busy, turn=turn),
        Request(other.replace("127.0.0.1", "localhost")),
    )

    assert [type(result) for result in results] == [FetchFailure, Fetched, FetchFailure, Fetched]
    assert [path for path, _ in site.log] == ["/busy", "/bees", "/bees"]


def test_all_hosts_of_a_group_are_left_alone_with_the_busy_one(site: Site) -> None:
    turn = Turn(TurnScope.GROUP, "labs")
    busy = site.put("/busy", status=429)
    other = site.put("/bees", "Bees").replace("127.0.0.1", "localhost")

    results = _one_by_one(Time(), Request(busy, turn=turn), Request(other, turn=turn), Request(other))

    assert [type(result) for result in results] == [FetchFailure, FetchFailure, Fetched]


def test_that_a_host_rests_is_not_taken_for_its_rules(site: Site) -> None:
    time = Time()
    busy, bees = site.put("/busy", status=429), site.put("/bees", "Bees")
    request = Request(bees, obeys_robots=True)

    async def get() -> list[FetchResult]:
        async with Web(LIMITS, _impatient(time)) as web:
            results = [await web.get(Request(busy)), await web.get(request)]
            time.now += 60
            return [*results, await web.get(request)]

    assert [type(result) for result in asyncio.run(get())] == [FetchFailure, FetchFailure, Fetched]


@pytest.mark.parametrize(
    ("turn", "interval", "robots", "waits"),
    [
        (Turn(interval_seconds=3), 0, "", [3, 3]),
        (Turn(interval_seconds=3), 5, "", [5, 5]),
        (Turn(interval_seconds=5), 3, "", [5, 5]),
        (Turn(TurnScope.URL, interval_seconds=3), 0, "", []),
        (Turn(TurnScope.URL), 0, "User-agent: *\nCrawl-delay: 7", [7, 7]),
        (Turn(TurnScope.GROUP, "labs", 3), 0, "User-agent: *\nCrawl-delay: 7", [7, 7]),
        (Turn(TurnScope.DOMAIN, interval_seconds=9), 0, "User-agent: *\nCrawl-delay: 7", [9, 9]),
    ],
)
def test_the_longest_of_all_pauses_counts(
    site: Site, turn: Turn, interval: float, robots: str, waits: list[float]
) -> None:
    time = Time()
    manners = _impatient(time)
    manners.learn(site.url, "127.0.0.1", parse_robots(robots.encode(), "newsfold"))
    urls = [site.put(f"/{number}", "Bees") for number in range(3)]

    async def get() -> list[FetchResult]:
        async with Web(replace(LIMITS, host_interval_seconds=interval), manners) as web:
            return [await web.get(Request(url, turn=turn)) for url in urls]

    assert [type(result) for result in asyncio.run(get())] == [Fetched] * 3
    assert time.waits == waits


def test_hosts_of_a_group_are_asked_apart(site: Site) -> None:
    time = Time()
    url = site.put("/bees", "Bees")
    turn = Turn(TurnScope.GROUP, "labs", 4)

    results = _one_by_one(time, *(Request(url.replace("127.0.0.1", h), turn=turn) for h in HOSTS))

    assert [type(result) for result in results] == [Fetched] * 3
    assert time.waits == [4, 4]


def test_several_at_once_at_one_host_still_start_apart(site: Site) -> None:
    time = Time()
    manners = _impatient(time)
    manners.learn(site.url, "127.0.0.1", parse_robots(b"User-agent: *\nCrawl-delay: 7", "newsfold"))
    requests = [Request(site.put(f"/{n}", "Bees"), turn=Turn(TurnScope.URL)) for n in range(4)]
    started = time.now

    async def get() -> list[FetchResult]:
        async with Web(LIMITS, manners) as web:
            return await asyncio.gather(*(web.get(request) for request in requests))

    assert [type(result) for result in asyncio.run(get())] == [Fetched] * 4
    assert time.now - started >= 21
