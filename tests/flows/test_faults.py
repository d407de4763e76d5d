"""Every fault of a server that we know of, through the whole run: nothing raises, the outcome says what it was, the
other sources and pages are as they would be without it, and the run ends.

| fault | where |
| --- | --- |
| slow headers, slow body | here; `tests/unit/fetch/test_web.py` |
| reset | here |
| compressed: broken off, twice, a bomb, a bomb in a bomb | here; `test_web.py` |
| too long or too short a Content-Length | here; `test_web.py` |
| redirect loop | here; `test_web.py` |
| redirect to an address that is not public | here; `tests/unit/fetch/test_guard.py`, `test_ingest_site.py` |
| a body of 50 MB, one without end | here; `test_web.py` |
| more than 100 headers, headers without end | here; `test_web.py` |
| 200 with an error page in place of a feed, of an article | here; `test_ingest_site.py` |
| a wall for bots or for consent | here; `tests/unit/fetch/test_walls.py` |
| 304 for ever | here; `test_web.py` |
| equal ETag with a new body | here |
| UTF-16, with and without a mark; control characters before the prolog | here; `tests/unit/discover/test_feeds.py` |
| 429, Retry-After in both forms | `tests/unit/fetch/test_manners.py`, `test_web.py` |
| no network at all | `tests/unit/fetch/test_outage.py` |
| pages that are empty, no text, binary, of a wrong charset | `test_bad_input.py` |
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

from site_server import Answer, Site, article_html, drip_body, drip_headers, item, reset, rss
from sqlalchemy import Engine, text

from db import books
from flows.ingest import Request, ingest
from flows.wiring import Environment
from pipeline.models.sources import Source, SourceKind
from pipeline.schedule import is_checked_in_full

MEGABYTE = 1_000_000
RSS = "application/rss+xml"
BROUGHT = {"loaded": "brought", "folded": "brought"}
WALL = "<html><title>Just a moment...</title><body><script>window._cf_chl_opt={}</script></body></html>"
GATE = (
    "<html lang=de><title>Zustimmung</title><script src='https://cdn.privacy-mgmt.com/x.js'></script>"
    "<body><p>Mit Ihrer Zustimmung nutzen wir Cookies.</p></body></html>"
)
NOT_FOUND = (
    "<!doctype html><html lang=en><head><title>Page not found</title></head><body><h1>404</h1>"
    "<p>Sorry, the page you were looking for could not be found.</p></body></html>"
)


def _zeros(size: int) -> bytes:
    press = zlib.compressobj(wbits=31)
    return b"".join(press.compress(bytes(MEGABYTE)) for _ in range(size // MEGABYTE)) + press.flush()


def _pour(handler: BaseHTTPRequestHandler) -> None:
    """50 MB, as far as the client wants them."""
    handler.close_connection = True
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 50000000\r\n\r\n")
    for _ in range(50):
        handler.wfile.write(bytes(MEGABYTE))


def _faults(body: bytes) -> dict[str, tuple[Answer, str]]:
    """Answers that bring nothing, each with its reason; `body` is what a good answer would bring."""
    packed = gzip.compress(body)
    return {
        "slow-headers": (Answer(speak=drip_headers), "timeout"),
        "slow-body": (Answer(speak=drip_body), "timeout"),
        "reset": (Answer(speak=reset), "connection"),
        "cut-gzip": (Answer(packed[:-20], headers={"Content-Encoding": "gzip"}), "connection"),
        "no-gzip": (Answer(body, headers={"Content-Encoding": "gzip"}), "connection"),
        "double-gzip": (Answer(gzip.compress(packed), headers={"Content-Encoding": "gzip, gzip"}), "unreadable"),
        "too-long": (Answer(body, headers={"Content-Length": "999999", "Connection": "close"}), "connection"),
        "loop": (Answer(status=302, headers={"Location": "/loop"}), "too_many_redirects"),
        "private": (Answer(status=302, headers={"Location": "http://10.0.0.1/"}), "blocked_address"),
        "metadata": (Answer(status=301, headers={"Location": "http://169.254.169.254/latest"}), "blocked_address"),
        "large": (Answer(speak=_pour), "too_large"),
        "bomb": (Answer(_zeros(50 * MEGABYTE), headers={"Content-Encoding": "gzip"}), "too_large"),
        "headers": (Answer(body, headers={f"X-{n}": "bees" for n in range(120)}), "too_large"),
        "wall": (Answer(WALL.encode(), status=403), "bot_wall"),
        "wall-of-200": (Answer(WALL.encode()), "bot_wall"),
        "gate": (Answer(GATE.encode()), "consent"),
    }


NAMES = [
    ("Ada Quill", "the bee colonies of the northern farms", "Kilmory"),
    ("Bo Lindqvist", "spring tides along the western harbour wall", "Skagen"),
    ("Cy Tran", "barn owls that nest in church towers", "Hue and Da Nang"),
    ("Di Marsh", "reed beds between the two old canals", "Ely"),
    ("Ed Fern", "moss on the roofs of listed houses", "Fife"),
]


def _article(number: int) -> str:
    who, what, where = NAMES[number % len(NAMES)]
    return article_html(f"Bees {number}", who=who, what=what, where=where, number=number)


def _patient_for(seconds: float, env: Environment) -> Environment:
    return replace(env, settings=env.settings.model_copy(update={"timeout_seconds": seconds}))


def _check_books(engine: Engine, run_id: int) -> None:
    with engine.connect() as conn:
        run = conn.execute(text("select state, pending from news.runs where run_id = :run"), {"run": run_id}).one()
        assert tuple(run) == ("completed", 0)
        assert books.broken_promises(conn) == []


def test_each_faulty_page_ends_in_its_reason_and_the_others_are_loaded(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    faults = _faults(_article(1).encode())
    expected: dict[str, tuple[str, str | None]] = {}
    items = []
    for number, (name, (answer, reason)) in enumerate(faults.items()):
        site.answers[f"/{name}"] = answer
        site.put(f"/good-{number}", _article(10 + number))
        expected |= {name: ("failed", reason), f"good-{number}": ("brought", None)}
        items += [item(f"{site.url}/{name}", name), item(f"{site.url}/good-{number}", f"Good {number}")]
    source = Source("site", "Site", SourceKind.FEED, site.put("/feed.xml", rss(*items), media_type=RSS), "en")

    run_id = ingest(_patient_for(1.0, environment(source)), Request())

    with engine.connect() as conn:
        rows = conn.execute(text("select url, outcome, reason from news.outcomes where run_id = :run"), {"run": run_id})
        told = [(row.url.rpartition("/")[2], BROUGHT.get(row.outcome, row.outcome), row.reason) for row in rows]
    outcomes = {name: (outcome, reason) for name, outcome, reason in told}
    assert {name: outcome for name, outcome in outcomes.items() if outcome != expected[name]} == {}
    assert len(outcomes) == len(expected)
    _check_books(engine, run_id)


def test_each_faulty_feed_says_what_it_is_and_the_others_are_read(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    page = item(site.put("/bees", _article(1)), "Bees")
    faults = {name: fault for name, fault in _faults(rss(page).encode()).items() if name != "headers"}
    faults |= {
        "html": (Answer(NOT_FOUND.encode()), "html_not_feed"),
        "packed-twice-said-once": (Answer(gzip.compress(gzip.compress(rss(page).encode()))), "not_a_feed"),
        "headers-of-a-feed": (Answer(rss(page).encode(), headers={f"X-{n}": "1" for n in range(120)}), "too_large"),
    }
    faults["packed-twice-said-once"][0].headers["Content-Encoding"] = "gzip"
    for name, (answer, _) in faults.items():
        site.answers[f"/{name}"] = answer
    expected = {name: reason for name, (_, reason) in faults.items()}
    good = Source("good", "Good", SourceKind.FEED, site.put("/feed.xml", rss(page), media_type=RSS), "en")
    bad = [Source(name, name, SourceKind.FEED, f"{site.url}/{name}") for name in faults]

    run_id = ingest(_patient_for(1.0, environment(*bad, good)), Request())

    with engine.connect() as conn:
        rows = conn.execute(text("select source, health, last_error from news.sources")).all()
        titles = conn.execute(text("select title from news.articles")).scalars().all()
    assert {row.source: row.last_error.partition(":")[0] for row in rows if row.health == "failing"} == expected
    assert {row.source for row in rows if row.health == "ok"} == {"good"}
    assert titles == ["Bees 1"]
    _check_books(engine, run_id)


def test_odd_bytes_that_can_be_read_are_read(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    site.put("/utf-16", _article(1).encode("utf-16"), media_type="text/html")
    site.put("/utf-16-le", _article(2).encode("utf-16-le"), media_type="text/html; charset=utf-16le")
    site.put("/utf-8-mark", _article(3).encode("utf-8-sig"), media_type="text/html; charset=koi8-r")
    site.put("/short", _article(4).encode() + b"trailing", headers={"Content-Length": str(len(_article(4)))})
    site.put("/after", _article(5))
    feeds = {
        "utf-16": rss(item(f"{site.url}/utf-16", "A")).encode("utf-16"),
        "utf-16-le": rss(item(f"{site.url}/utf-16-le", "B")).encode("utf-16-le"),
        "mark": b"\xef\xbb\xbf\x00\x02 \n" + rss(item(f"{site.url}/utf-8-mark", "C")).encode(),
        "controls": b"\x02\x00\x1f" + rss(item(f"{site.url}/short", "D"), item(f"{site.url}/after", "E")).encode(),
    }
    sources = [
        Source(name, name, SourceKind.FEED, site.put(f"/{name}.xml", body, media_type=RSS), "en")
        for name, body in feeds.items()
    ]

    run_id = ingest(environment(*sources), Request())

    with engine.connect() as conn:
        titles = set(conn.execute(text("select title from news.articles")).scalars())
    assert titles == {f"Bees {number}" for number in range(1, 6)}
    _check_books(engine, run_id)


def test_a_new_body_under_an_old_etag_is_taken(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    def answer(number: int) -> Callable[[BaseHTTPRequestHandler], None]:
        body = rss(item(site.put(f"/{number}", _article(number)), f"Bees {number}")).encode()

        def speak(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            for name, value in {"Content-Type": RSS, "Content-Length": str(len(body)), "ETag": '"one"'}.items():
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(body)

        return speak

    env = environment(Source("site", "Site", SourceKind.FEED, f"{site.url}/feed.xml", "en"))
    for number in (1, 2):
        site.answers["/feed.xml"] = Answer(speak=answer(number))
        ingest(env, Request())

    with engine.connect() as conn:
        assert set(conn.execute(text("select title from news.articles")).scalars()) == {"Bees 1", "Bees 2"}
    assert site.requests[-2]["If-None-Match"] == '"one"'


def test_a_server_that_says_304_for_ever_is_asked_for_all_of_it_now_and_then(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    lucky = next(slug for slug in map("s{}".format, range(10_000)) if is_checked_in_full(slug, 2))
    second = "never"
    assert not is_checked_in_full(second, 2)
    headers = {"ETag": '"for ever"'}
    sources = []
    for slug in (lucky, second):
        address = site.put(f"/{slug}.xml", rss(item(f"{site.url}/old", "Old")), media_type=RSS, headers=headers)
        sources.append(Source(slug, slug, SourceKind.FEED, address))
    assert ingest(environment(*sources), Request()) == 1
    for slug in (lucky, second):
        site.put(f"/{slug}.xml", rss(item(f"{site.url}/new-{slug}", "New")), media_type=RSS, headers=headers)

    ingest(environment(*sources), Request())

    with engine.connect() as conn:
        urls = conn.execute(text("select url from news.pages where url like '%/new-%'")).scalars().all()
    assert urls == [f"{site.url}/new-{lucky}"]


def test_a_page_that_says_not_found_with_200_is_no_article(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    says = "<h1>Page not found</h1><p>We could not find it."
    gone = f"<html lang=en><title>Page not found</title><body>{says}</body></html>"
    source = Source("f", "F", SourceKind.FEED, site.put("/f.xml", rss(item(site.put("/gone", gone), "Bees"))))

    ingest(environment(source), Request())

    with engine.connect() as conn:
        assert tuple(conn.execute(text("select outcome, reason from news.pages")).one()) == ("skipped", "soft_404")
