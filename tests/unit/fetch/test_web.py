"""One GET: every way in which a server or the network can answer, against a real local site."""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
import tracemalloc
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_network
from pathlib import Path

import pytest
from site_server import LOCAL, Answer, Site, reset

from pipeline.fetch.manners import Manners
from pipeline.fetch.many import fetch_all
from pipeline.fetch.request import MAX_REDIRECTS, Limits, Request
from pipeline.fetch.web import Web
from pipeline.models.pages import Capture, Fetched, FetchFailure, FetchResult, NotModified, Reason, Validators
from pipeline.models.sources import Turn, TurnScope

MEGABYTE = 1_000_000
LIMITS = Limits(
    timeout_seconds=5,
    max_body_bytes=MEGABYTE,
    user_agent="newsfold/0.1 (+https://a.example/contact)",
    allow_networks=(ip_network(LOCAL),),
)


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """Lets answers that wait for it go on; at the latest when the test is over."""
    event = threading.Event()
    yield event
    event.set()


def _get(request: Request | str, limits: Limits = LIMITS) -> FetchResult:
    async def get() -> FetchResult:
        async with Web(limits) as web:
            return await web.get(Request(request) if isinstance(request, str) else request)

    return asyncio.run(get())


def _get_all(requests: list[Request], limits: Limits = LIMITS) -> dict[str, FetchResult]:
    async def get() -> dict[str, FetchResult]:
        return {request.url: result async for request, result in fetch_all(requests, limits)}

    return asyncio.run(get())


def _failure(result: FetchResult) -> tuple[str, bool]:
    assert isinstance(result, FetchFailure), result
    return result.reason, result.for_good


def _speak(site: Site, path: str, speak: Callable[[BaseHTTPRequestHandler], None]) -> str:
    site.answers[path] = Answer(speak=speak)
    return site.url + path


def _zeros(size: int) -> bytes:
    """Zeros, compressed by gzip."""
    press = zlib.compressobj(wbits=31)
    return b"".join(press.compress(bytes(MEGABYTE)) for _ in range(size // MEGABYTE)) + press.flush()


def test_a_body_comes_with_its_address_type_charset_and_validators(site: Site) -> None:
    headers = {"ETag": '"one"', "Last-Modified": "Sun, 01 Mar 2026 08:00:00 GMT"}
    url = site.put("/bees", "نحل".encode("cp1256"), media_type="Text/HTML; Charset=Windows-1256", headers=headers)

    assert _get(url) == Fetched(
        Capture(url, "نحل".encode("cp1256"), "text/html", "windows-1256"),
        Validators('"one"', "Sun, 01 Mar 2026 08:00:00 GMT"),
    )


def test_we_say_who_we_are(site: Site) -> None:
    _get(site.put("/bees", "Bees"))

    assert site.requests[0]["User-Agent"] == "newsfold/0.1 (+https://a.example/contact)"


@pytest.mark.parametrize("status", [401, 403, 408, 409, 423, 425, 429, 500, 502, 503, 504, 520])
def test_an_answer_that_may_get_better_is_a_failure_for_now(site: Site, status: int) -> None:
    assert _failure(_get(site.put("/bees", status=status))) == (f"http_{status}", False)


@pytest.mark.parametrize("status", [300, 400, 402, 404, 405, 406, 410, 414, 418, 451])
def test_an_answer_that_stays_is_a_failure_for_good(site: Site, status: int) -> None:
    assert _failure(_get(site.put("/bees", status=status))) == (f"http_{status}", True)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(seconds=120)),
        (" 120 ", timedelta(seconds=120)),
        ("0", timedelta(0)),
        ("99999999999999999999", timedelta(seconds=10**7)),
        ("Sun, 01 Mar 2020 08:00:00 GMT", timedelta(0)),
        ("-5", None),
        ("soon", None),
        ("1.5", None),
        ("", None),
        ("9" * 5000, None),
        ("Sun, 01 Mar 99999999999 08:00:00 GMT", None),
        ("Sun, 01 Mar 2020 08:00:00 +999999999", None),
    ],
)
def test_a_server_may_say_how_long_to_wait(site: Site, value: str, wait: timedelta | None) -> None:
    result = _get(site.put("/bees", status=503, headers={"Retry-After": value}))

    assert isinstance(result, FetchFailure)
    assert result.retry_after == wait


def test_a_server_may_say_until_when_to_wait(site: Site) -> None:
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)

    result = _get(site.put("/bees", status=429, headers={"Retry-After": format_datetime(until, usegmt=True)}))

    assert isinstance(result, FetchFailure)
    assert result.retry_after is not None
    assert timedelta(days=1, hours=23) < result.retry_after <= timedelta(days=2)


def test_a_wish_to_wait_counts_for_nothing_where_the_answer_is_for_good(site: Site) -> None:
    assert _get(site.put("/bees", status=410, headers={"Retry-After": "5"})) == FetchFailure(
        "http_410", "Gone", for_good=True
    )


def test_a_page_that_did_not_change_is_not_modified(site: Site) -> None:
    url = site.put("/bees", "Bees", headers={"ETag": '"one"'})

    assert _get(Request(url, Validators('"one"'))) == NotModified(Validators('"one"'))
    assert isinstance(_get(Request(url, Validators('"two"'))), Fetched)


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        (Validators(), {}),
        (Validators('W/"one"', "Sun, 01 Mar 2026 08:00:00 GMT"), {"If-None-Match": 'W/"one"'}),
        (
            Validators(None, "Sun, 01 Mar 2026 08:00:00 GMT"),
            {"If-Modified-Since": "Sun, 01 Mar 2026 08:00:00 GMT"},
        ),
        (Validators('"é"', "Sun, 01 Mar 2026 08:00:00 GMT"), {"If-Modified-Since": "Sun, 01 Mar 2026 08:00:00 GMT"}),
        (Validators('"é"'), {}),
    ],
)
def test_the_strongest_mark_that_can_be_sent_asks_whether_a_page_changed(
    site: Site, known: Validators, asked: dict[str, str]
) -> None:
    assert isinstance(_get(Request(site.put("/bees", "Bees"), known)), Fetched)
    assert {name: value for name, value in site.requests[0].items() if name.startswith("If-")} == asked


@pytest.mark.parametrize(("size", "is_read"), [(MEGABYTE, True), (MEGABYTE + 1, False)])
def test_a_body_beyond_the_limit_is_too_large(site: Site, size: int, is_read: bool) -> None:
    result = _get(site.put("/bees", bytes(size)))

    if is_read:
        assert isinstance(result, Fetched)
        assert len(result.capture.body) == MEGABYTE
    else:
        assert result == FetchFailure(Reason.TOO_LARGE, "more than 1,000,000 bytes", for_good=True)


def test_a_body_without_end_stops_at_the_limit(site: Site, release: threading.Event) -> None:
    def pour(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n")
        while not release.is_set():
            handler.wfile.write(bytes(65_536))

    assert _failure(_get(_speak(site, "/bees", pour))) == (Reason.TOO_LARGE, True)


def test_a_compressed_body_is_unpacked(site: Site) -> None:
    url = site.put("/bees", gzip.compress(b"Bees"), headers={"Content-Encoding": "gzip"})

    result = _get(url)

    assert isinstance(result, Fetched)
    assert result.capture.body == b"Bees"


def test_a_decompression_bomb_stops_at_the_limit(site: Site) -> None:
    url = site.put("/bomb", _zeros(200 * MEGABYTE), headers={"Content-Encoding": "gzip"})

    tracemalloc.start()
    result = _get(url)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert _failure(result) == (Reason.TOO_LARGE, True)
    assert peak < 5 * MEGABYTE


def test_a_bomb_within_a_bomb_is_not_opened(site: Site) -> None:
    url = site.put("/bomb", gzip.compress(_zeros(100 * MEGABYTE)), headers={"Content-Encoding": "gzip, gzip"})

    tracemalloc.start()
    result = _get(url)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert _failure(result) == (Reason.UNREADABLE, True)
    assert peak < 5 * MEGABYTE


def test_a_body_that_is_not_compressed_as_it_says_is_a_failure_for_now(site: Site) -> None:
    url = site.put("/bees", b"Bees", headers={"Content-Encoding": "gzip"})

    assert _failure(_get(url)) == (Reason.CONNECTION, False)


def test_a_compressed_body_that_breaks_off_is_a_failure_for_now(site: Site) -> None:
    url = site.put("/bees", gzip.compress(b"Bees" * 1000)[:-12], headers={"Content-Encoding": "gzip"})

    assert _get(url) == FetchFailure(Reason.CONNECTION, "the compressed body breaks off")


def test_only_what_can_be_unpacked_within_the_limit_is_offered(site: Site) -> None:
    _get(site.put("/bees", "Bees"))

    assert site.requests[0]["Accept-Encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({f"X-{number}": "bees" for number in range(96)}, None),
        ({f"X-{number}": "bees" for number in range(97)}, "more than 100 header lines"),
        ({"X-Long": "b" * 65_000}, None),
        ({"X-Long": "b" * 66_000}, "more than 65,536 bytes of headers"),
    ],
)
def test_an_answer_has_at_most_so_many_headers(site: Site, headers: dict[str, str], detail: str | None) -> None:
    result = _get(site.put("/bees", "Bees", headers=headers))  # besides Server, Date, Content-Type, Content-Length

    if detail is None:
        assert isinstance(result, Fetched)
    else:
        assert result == FetchFailure(Reason.TOO_LARGE, detail, for_good=True)


def test_headers_without_end_are_a_failure_for_now(site: Site, release: threading.Event) -> None:
    def pour(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not release.is_set():
            handler.wfile.write(b"X-Bees: " + b"b" * 1000 + b"\r\n")

    assert _failure(_get(_speak(site, "/bees", pour))) == (Reason.CONNECTION, False)


@pytest.mark.parametrize(
    ("status", "headers"), [(404, {}), (302, {"Location": "/4"}), (200, {"Content-Type": "image/png"})]
)
def test_an_answer_without_use_leaves_the_connection_open(site: Site, status: int, headers: dict[str, str]) -> None:
    clients = set()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        clients.add(handler.client_address)
        handler.send_response(status)
        for name, value in {"Content-Length": "4", **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(b"Bees")

    _get_all([Request(_speak(site, f"/{number}", answer)) for number in range(4)])

    assert len(clients) == 1


def test_a_redirect_is_followed_and_the_body_has_the_last_address(site: Site) -> None:
    new = site.put("/new?id=7", "Bees")
    old = site.put("/old", status=301, headers={"Location": "new?id=7"})

    result = _get(old)

    assert isinstance(result, Fetched)
    assert result.capture.url == new


def test_a_file_name_that_a_server_suggests_is_not_read(site: Site, tmp_path: Path) -> None:
    names = ["../../evil.html", "/etc/passwd", "..%2f..%2fevil", "a\\..\\b", "x" * 5_000]
    for number, name in enumerate(names):
        disposition = f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
        url = site.put(f"/{number}", "Bees", headers={"Content-Disposition": disposition})
        result = _get(url)
        assert isinstance(result, Fetched)
        assert result.capture.url == url

    assert list(tmp_path.iterdir()) == []


def test_a_redirect_loop_is_given_up_for_good(site: Site) -> None:
    url = site.put("/round", status=302, headers={"Location": "/round"})

    assert _get(url) == FetchFailure(Reason.TOO_MANY_REDIRECTS, f"in a circle at {url}", for_good=True)
    assert len(site.log) == MAX_REDIRECTS + 1


@pytest.mark.parametrize("hops", [MAX_REDIRECTS, MAX_REDIRECTS + 1])
def test_so_many_redirects_are_followed_and_no_more(site: Site, hops: int) -> None:
    for number in range(hops):
        site.put(f"/{number}", status=307, headers={"Location": f"/{number + 1}"})
    site.put(f"/{hops}", "Bees")

    result = _get(site.url + "/0")

    if hops <= MAX_REDIRECTS:
        assert isinstance(result, Fetched)
    else:
        assert result == FetchFailure(Reason.TOO_MANY_REDIRECTS, "more than 10 redirects", for_good=True)


def test_a_redirect_that_only_sets_a_cookie_comes_to_its_page(site: Site) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        knows_us = handler.headers["Cookie"] == "seen=1"
        handler.send_response(200 if knows_us else 302)
        for name, value in {"Set-Cookie": "seen=1", "Location": "/bees", "Content-Length": "0"}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Type", "text/html")
        handler.end_headers()

    assert isinstance(_get(_speak(site, "/bees", answer)), Fetched)


def test_a_redirect_asks_the_new_address_whether_the_page_changed(site: Site) -> None:
    new = site.put("/new", "Bees", headers={"ETag": '"one"'})
    old = site.put("/old", status=301, headers={"Location": "/new"})

    assert _get(Request(old, Validators('"one"'))) == NotModified(Validators('"one"'), moved_to=new)


@pytest.mark.parametrize(
    ("statuses", "moved_to"),
    [
        ([], None),
        ([302], None),
        ([307, 303], None),
        ([301], "/1"),
        ([308], "/1"),
        ([301, 308], "/2"),
        ([301, 302], "/1"),
        ([302, 301], None),
        ([301, 302, 301], "/1"),
    ],
)
def test_the_first_permanent_redirects_say_where_an_address_moved_to(
    site: Site, statuses: list[int], moved_to: str | None
) -> None:
    for number, status in enumerate(statuses):
        site.put(f"/{number}", status=status, headers={"Location": f"/{number + 1}"})
    site.put(f"/{len(statuses)}", "Bees")

    result = _get(site.url + "/0")

    assert isinstance(result, Fetched)
    assert result.moved_to == (moved_to and site.url + moved_to)


def test_an_address_that_moved_to_itself_did_not_move(site: Site) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        knows_us = handler.headers["Cookie"] == "seen=1"
        handler.send_response(200 if knows_us else 301)
        for name, value in {"Set-Cookie": "seen=1", "Location": "/bees", "Content-Length": "0"}.items():
            handler.send_header(name, value)
        handler.end_headers()

    result = _get(_speak(site, "/bees", answer))

    assert isinstance(result, Fetched)
    assert result.moved_to is None


def test_a_body_of_a_redirect_is_not_waited_for(site: Site, release: threading.Event) -> None:
    new = site.put("/new", "Bees")

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 302 Found\r\nLocation: /new\r\nContent-Length: 1000000000\r\n\r\n")
        release.wait()

    result = _get(_speak(site, "/old", answer))

    assert isinstance(result, Fetched)
    assert result.capture.url == new


def test_a_host_gets_one_request_at_a_time_also_from_redirects(site: Site, release: threading.Event) -> None:
    # The busy page waits until the last redirect to its host is handed out: by then the first would have been followed.
    there = site.url.replace("127.0.0.1", "localhost")

    def wait(handler: BaseHTTPRequestHandler) -> None:
        release.wait(5)
        handler.send_response(204)
        handler.end_headers()

    def hand_out(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/old/7":
            release.set()
        handler.send_response(302)
        handler.send_header("Location", f"{there}/new")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    site.put("/new", "Bees")
    _speak(site, "/busy", wait)
    old = [_speak(site, f"/old/{number}", hand_out) for number in range(8)]

    results = _get_all([Request(url) for url in [f"{there}/busy", *old]])

    assert [type(result) for result in results.values()] == [Fetched] * 9
    assert set(site.most_at_once.values()) == {1}


@pytest.mark.parametrize(
    ("location", "failure"),
    [
        ("file:///etc/passwd", (Reason.BAD_URL, True)),
        ("mailto:ada@a.example", (Reason.BAD_URL, True)),
        ("http://127.0.0.1:99999/", (Reason.BAD_URL, True)),
        ("http://[::1", (Reason.CONNECTION, False)),
        (None, ("http_302", True)),
    ],
)
def test_a_redirect_to_nowhere_is_a_failure(site: Site, location: str | None, failure: tuple[str, bool]) -> None:
    url = site.put("/old", status=302, headers={"Location": location} if location else {})

    assert _failure(_get(url)) == failure


@pytest.mark.parametrize("media_type", ["application/pdf", "image/png", "application/json", "application/rss+xml"])
def test_a_page_of_a_type_we_cannot_use_is_not_read(site: Site, media_type: str) -> None:
    assert _get(site.put("/bees", b"x", media_type=media_type)) == FetchFailure(
        Reason.UNSUPPORTED_TYPE, media_type, for_good=True
    )


def test_a_request_may_take_any_type(site: Site) -> None:
    url = site.put("/feed", b"<rss/>", media_type="application/rss+xml")

    assert isinstance(_get(Request(url, accept=None)), Fetched)


def test_a_server_that_never_answers_times_out(site: Site, release: threading.Event) -> None:
    def say_nothing(_handler: BaseHTTPRequestHandler) -> None:
        release.wait()

    assert _get(_speak(site, "/silent", say_nothing), replace(LIMITS, timeout_seconds=0.2)) == FetchFailure(
        Reason.TIMEOUT, "no full answer in 0.2 s"
    )


def test_a_body_that_drips_times_out_as_a_whole(site: Site, release: threading.Event) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000000\r\n\r\n")
        while not release.wait(0.02):
            handler.wfile.write(b"x")

    assert _failure(_get(_speak(site, "/slow", drip), replace(LIMITS, timeout_seconds=0.4))) == (Reason.TIMEOUT, False)


def test_a_port_where_nobody_listens_is_a_failure_for_now() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

    assert _failure(_get(f"http://127.0.0.1:{port}/")) == (Reason.CONNECTION, False)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Ty",
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x00\xff\x00\xff\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    ],
)
def test_an_answer_that_breaks_off_or_is_no_http_is_a_failure_for_now(site: Site, answer: bytes) -> None:
    def speak(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(answer)
        handler.close_connection = True

    result = _get(_speak(site, "/bees", speak))

    assert _failure(result) == (Reason.CONNECTION, False)
    assert isinstance(result, FetchFailure)
    assert result.detail.isprintable()
    assert result.detail


@pytest.mark.parametrize("is_kept", [True, False])
def test_an_answer_longer_than_it_says_does_not_spoil_the_next_of_its_host(site: Site, is_kept: bool) -> None:
    headers = {"Content-Length": "4"} | ({} if is_kept else {"Connection": "close"})
    long = site.put("/long", b"Bees, and much more", headers=headers)
    next_one = site.put("/next", "Tides")

    async def get() -> list[FetchResult]:
        async with Web(LIMITS) as web:
            return [await web.get(Request(url)) for url in (long, next_one)]

    bodies = [result.capture.body for result in asyncio.run(get()) if isinstance(result, Fetched)]

    assert bodies == [b"Bees", b"Tides"]


def test_a_kept_connection_that_breaks_is_replaced_once_and_a_new_one_is_not(site: Site) -> None:
    site.put("/bees", "Bees")
    _speak(site, "/reset", reset)

    async def get() -> list[FetchResult]:
        async with Web(LIMITS) as web:
            return [await web.get(Request(site.url + path)) for path in ("/bees", "/reset", "/reset")]

    assert [type(result) for result in asyncio.run(get())] == [Fetched, FetchFailure, FetchFailure]
    assert [path for path, _ in site.log] == ["/bees", "/reset", "/reset", "/reset"]


def test_a_server_that_answers_304_for_ever_answers_an_unconditional_request(site: Site) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(304 if "If-None-Match" in handler.headers else 200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    url = _speak(site, "/bees", answer)

    assert isinstance(_get(Request(url, Validators('"one"'))), NotModified)
    assert isinstance(_get(Request(url)), Fetched)


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http:///x",
        "ftp://a.example/",
        "files://seeds/x",
        "javascript:alert(1)",
        "http://127.0.0.1:99999/",
        "http://[::1/",
        "http://xn--a/",
        "http://127.0.0.1/\x00",
        "http://127.0.0.1/\n",
        f"http://127.0.0.1/{'a' * 70_000}",
        "",
    ],
)
def test_an_address_that_is_none_is_a_failure_for_good(url: str) -> None:
    assert _failure(_get(url)) == (Reason.BAD_URL, True)


def test_a_host_gets_one_request_at_a_time_while_others_get_theirs(site: Site, release: threading.Event) -> None:
    # The first page of the busy host waits until the other host was asked; by then a second one would have come.
    def let_go(handler: BaseHTTPRequestHandler) -> None:
        release.set()
        handler.send_response(204)
        handler.end_headers()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        release.wait(5)
        handler.send_response(204)
        handler.end_headers()

    busy = [_speak(site, f"/{number}", wait) for number in range(8)]
    other = _speak(site, "/other", let_go).replace("127.0.0.1", "localhost")

    results = _get_all([Request(url) for url in [*busy, other]])

    assert [type(result) for result in results.values()] == [Fetched] * 9
    assert {host.partition(":")[0]: most for host, most in site.most_at_once.items()} == {
        "127.0.0.1": 1,
        "localhost": 1,
    }
    assert site.log.index(("/other", 200)) <= 1


def test_leaving_the_loop_early_stops_the_rest(site: Site) -> None:
    urls = [site.put(f"/{number}", "Bees") for number in range(20)]

    async def first() -> FetchResult:
        answers = fetch_all([Request(url) for url in urls], LIMITS)
        try:
            async for _, result in answers:
                return result
        finally:
            await answers.aclose()  # type: ignore[attr-defined]
        raise AssertionError("no answer")

    assert isinstance(asyncio.run(first()), Fetched)
    assert len(site.log) < 20


def test_nothing_is_asked_for_while_as_many_answers_wait_as_may_be_under_way(site: Site) -> None:
    urls = [site.put(f"/{number}", "Bees") for number in range(12)]
    turn = Turn(TurnScope.URL)

    async def asked_before_the_first_answer_is_done_with() -> int:
        answers = fetch_all([Request(url, turn=turn) for url in urls], replace(LIMITS, concurrency=2))
        await anext(answers)
        # What may be asked is asked while the loop has turns and this answer is held.
        for _ in range(20_000):
            await asyncio.sleep(0)
        asked = len(site.log)
        rest = [answer async for answer in answers]
        assert len(rest) == 11
        return asked

    assert asyncio.run(asked_before_the_first_answer_is_done_with()) <= 4


def test_a_fault_of_ours_in_one_request_is_raised_and_not_waited_for(site: Site) -> None:
    class Broken(Manners):
        def resting(self, keys: Iterable[str]) -> FetchFailure | None:
            raise RuntimeError(f"a fault at {keys}")

    async def get() -> list[object]:
        return [one async for one in fetch_all([Request(site.put("/x", "Bees"))], LIMITS, Broken())]

    with pytest.raises(RuntimeError, match="a fault"):
        asyncio.run(get())
