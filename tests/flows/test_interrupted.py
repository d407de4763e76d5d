"""A run that is killed in the middle loses nothing, and the next one doubles nothing."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from children import Child, python
from site_server import Answer, Site, article_html, item, rss
from sqlalchemy import URL, Engine, text
from two_feeds import sources_file

from db import books
from db.engine import libpq_url
from db.locks import is_run_alive
from flows.ingest import Request, ingest
from flows.wiring import Environment
from pipeline.models.sources import Source, SourceKind

PLACES = ("Kilmory", "Skagen", "Hue", "Ely")


class Gate:
    """A page that keeps its reader waiting: says when it was asked, answers when it is opened."""

    def __init__(self, body: bytes) -> None:
        self.asked, self.opened = threading.Event(), threading.Event()
        self._body = body

    def speak(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.set()
        self.opened.wait(30)
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.send_header("Content-Length", str(len(self._body)))
        handler.end_headers()
        handler.wfile.write(self._body)


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate(_article(3).encode())
    yield made
    made.opened.set()


@pytest.fixture
def feed(site: Site, gate: Gate) -> Source:
    """A feed of four articles; the last of them keeps its reader waiting."""
    links = [site.put(f"/{number}", _article(number)) for number in range(3)]
    site.answers["/3"] = Answer(speak=gate.speak)
    items = [item(link, f"No. {number}") for number, link in enumerate([*links, f"{site.url}/3"])]
    return Source("test-site", "Test site", SourceKind.FEED, site.put("/feed.xml", rss(*items)), "en")


def _article(number: int) -> str:
    names = {"who": f"Ada Quill {number}", "what": f"survey {number}", "where": PLACES[number], "number": 41 + number}
    return article_html(f"No. {number}", **names)


@pytest.fixture
def newsfold(database: URL, feed: Source, tmp_path: Path) -> Iterator[Child]:
    """`newsfold ingest` in a process of its own, on the test's database and feed."""
    with _ingest(database, [feed], tmp_path) as child:
        yield child


@contextmanager
def _ingest(database: URL, feeds: Sequence[Source], folder: Path) -> Iterator[Child]:
    config = sources_file(folder / "newsfold.toml", feeds)
    settings = {"NEWSFOLD_DATABASE_URL": libpq_url(database), "NEWSFOLD_CONFIG": str(config)}
    slugs = [part for feed in feeds for part in ("--source", feed.slug)]
    with python("-m", "flows.cli.app", "ingest", *slugs, env={**os.environ, **settings}) as child:
        yield child


def _rows(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with engine.connect() as conn:
        return [tuple(row) for row in conn.execute(text(query))]


def test_what_a_killed_run_left_is_taken_up_by_the_next(
    newsfold: Child, gate: Gate, feed: Source, environment: Callable[..., Environment], engine: Engine
) -> None:
    assert gate.asked.wait(30)
    newsfold.kill()
    gate.opened.set()
    left = _rows(engine, "select state, pages, pending, loaded + folded from news.runs")

    second = ingest(environment(feed), Request())

    assert left == [("running", 4, 4, 0)]
    assert _rows(engine, "select state, pending, loaded + folded, error is null from news.runs order by run_id") == [
        ("interrupted", 4, 0, False),
        ("completed", 0, 4, True),
    ]
    assert _rows(engine, "select count(*), count(distinct url), count(distinct title) from news.articles") == [
        (4, 4, 4)
    ]
    assert _rows(engine, "select count(*) from ingest.page where claimed_by is not null") == [(0,)]
    assert _rows(engine, f"select count(*) from news.outcomes where run_id = {second}") == [(4,)]
    with engine.connect() as conn:
        assert books.broken_promises(conn) == []


def test_what_a_killed_poll_read_is_read_again_for_what_it_says_of_its_source(
    site: Site, gate: Gate, database: URL, environment: Callable[..., Environment], engine: Engine, tmp_path: Path
) -> None:
    links = [site.put(f"/{number}", _article(number)) for number in range(3)]
    headers = {"ETag": '"one"'}
    first = site.put("/feed.xml", rss(*(item(link, link) for link in links)), headers=headers)
    site.answers["/slow.xml"] = Answer(speak=gate.speak)
    feeds = [
        Source("first", "First", SourceKind.FEED, first, "en"),
        Source("slow", "Slow", SourceKind.FEED, f"{site.url}/slow.xml", "en"),
    ]
    with _ingest(database, feeds, tmp_path) as newsfold:
        assert gate.asked.wait(30)
        while not _rows(engine, "select from ingest.resource"):
            assert newsfold.process.poll() is None
        newsfold.kill()
    gate.opened.set()
    left = _rows(engine, "select entries, last_success_at from news.sources where source = 'first'")
    env = environment(feeds[0])

    ingest(env, Request())
    told = _rows(engine, "select entries, health from news.sources where source = 'first'")
    ingest(env, Request())

    assert left == [(None, None)]
    assert told == [(3, "ok")]
    assert [status for path, status in site.log if path == "/feed.xml"] == [200, 200, 304]
    assert _rows(engine, "select count(*), count(distinct url) from news.articles") == [(3, 3)]


def test_a_run_that_still_works_keeps_its_pages_from_another(
    newsfold: Child, gate: Gate, feed: Source, environment: Callable[..., Environment], engine: Engine
) -> None:
    assert gate.asked.wait(30)
    second = ingest(environment(feed), Request())
    gate.opened.set()
    assert newsfold.process.wait() == 0

    assert _rows(engine, "select state, loaded + folded from news.runs order by run_id") == [
        ("completed", 4),
        ("completed", 0),
    ]
    assert _rows(engine, f"select count(*) from news.outcomes where run_id = {second}") == [(0,)]
    assert _rows(engine, "select count(*), count(distinct url) from news.articles") == [(4, 4)]
    with engine.connect() as conn:
        assert books.broken_promises(conn) == []


def test_a_run_that_is_stopped_ends_at_once_and_leaves_nothing_half_done(
    newsfold: Child, gate: Gate, feed: Source, environment: Callable[..., Environment], engine: Engine
) -> None:
    assert gate.asked.wait(30)
    newsfold.process.send_signal(signal.SIGINT)
    newsfold.process.wait(20)  # the page would keep it for thirty

    assert _rows(engine, "select state, error, pending from news.runs") == [("interrupted", "stopped by the user", 4)]
    assert _rows(engine, "select count(*) from ingest.page where claimed_by is not null") == [(0,)]
    gate.opened.set()
    ingest(environment(feed), Request())
    assert _rows(engine, "select count(*), count(distinct url) from news.articles") == [(4, 4)]
    with engine.connect() as conn:
        assert books.broken_promises(conn) == []


def test_a_run_that_has_ended_is_held_by_no_connection(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    env = environment(Source("empty", "Empty", SourceKind.FEED, site.put("/feed.xml", rss())))

    run_id = ingest(env, Request())

    with engine.connect() as conn:
        assert not is_run_alive(conn, run_id)
