"""Two runs at once, in two processes: each source has one of them, each host one request."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from children import Child, python
from site_server import Answer, Site, item, rss
from sqlalchemy import URL, Engine, text

from benchmarks.poll import article
from db import books
from db.engine import libpq_url
from flows.ingest import Request, ingest
from flows.wiring import Environment
from pipeline.models.sources import Source, SourceKind

INTERVAL_SECONDS = 0.2
PAGES = 5


class Calm:
    """Pages that take a moment to answer, and note when they were asked (seconds of a steady clock)."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.asked_at: list[float] = []

    def add(self, path: str, number: int) -> str:
        """A page with an article; its address."""

        def speak(handler: BaseHTTPRequestHandler) -> None:
            self.asked_at.append(time.monotonic())
            body = article(number)
            handler.send_response(200)
            for name, value in (("Content-Type", "text/html"), ("Content-Length", str(len(body)))):
                handler.send_header(name, value)
            handler.end_headers()
            handler.wfile.write(body)

        self._site.answers[path] = Answer(speak=speak)
        return self._site.url + path


@pytest.fixture
def calm(site: Site) -> Calm:
    return Calm(site)


@pytest.fixture
def feeds(site: Site, calm: Calm) -> tuple[Source, ...]:
    """Two feeds on one host."""
    return tuple(_feed(site, calm, slug, first) for slug, first in (("one", 0), ("two", 100)))


def _feed(site: Site, calm: Calm, slug: str, first: int) -> Source:
    links = [calm.add(f"/{slug}/{number}", number) for number in range(first, first + PAGES)]
    address = site.put(f"/{slug}.xml", rss(*(item(link, link) for link in links)))
    return Source(slug, slug, SourceKind.FEED, address, "en")


@pytest.fixture
def newsfold(database: URL, feeds: tuple[Source, ...], tmp_path: Path) -> Iterator[Callable[..., Child]]:
    """Starts `newsfold ingest` for some of the feeds, in a process of its own."""
    config = tmp_path / "newsfold.toml"
    written = (f'[[sources]]\nslug = "{one.slug}"\nkind = "feed"\nurl = "{one.address}"\n' for one in feeds)
    config.write_text("\n".join(written))
    own = {"NEWSFOLD_DATABASE_URL": libpq_url(database), "NEWSFOLD_CONFIG": str(config)}
    paced = {"NEWSFOLD_HOST_INTERVAL_SECONDS": str(INTERVAL_SECONDS), "NEWSFOLD_EXTRACTION_WORKERS": "1"}
    with ExitStack() as children:

        def start(*slugs: str) -> Child:
            asked = [word for slug in slugs for word in ("--source", slug)]
            command = ("-m", "flows.cli.app", "ingest", *asked)
            return children.enter_context(python(*command, env={**os.environ, **own, **paced}))

        yield start


def _rows(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with engine.connect() as conn:
        return [tuple(row) for row in conn.execute(text(query))]


def test_two_processes_ask_one_host_one_after_the_other_and_with_the_interval(
    newsfold: Callable[..., Child], calm: Calm, site: Site, engine: Engine
) -> None:
    both = [newsfold("one"), newsfold("two")]

    assert [child.process.wait(60) for child in both] == [0, 0]

    assert set(site.most_at_once.values()) == {1}
    assert len(calm.asked_at) == 2 * PAGES
    # The last is asked no earlier than all intervals before it; a slow answer moves one question, not the sum.
    took = max(calm.asked_at) - min(calm.asked_at)
    assert took > (2 * PAGES - 1) * INTERVAL_SECONDS * 0.9
    assert _rows(engine, "select count(*), count(distinct url) from news.articles") == [(2 * PAGES, 2 * PAGES)]


def test_a_source_that_a_run_works_on_is_left_to_it(newsfold: Callable[..., Child], site: Site, engine: Engine) -> None:
    asked, opened = threading.Event(), threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        asked.set()
        opened.wait(30)
        handler.send_error(410)

    site.answers["/one/0"] = Answer(speak=wait)
    first = newsfold("one")
    assert asked.wait(30)
    site.answers["/two.xml"] = Answer(rss().encode())  # on the same host, which has a request under way
    held = _rows(engine, "select slug, claimed_by from ingest.source where claimed_by is not null")
    second = newsfold()
    polls = "select run_id, source, state, reason from news.polls order by run_id, source"
    while len(_rows(engine, polls)) < 2:
        assert second.process.poll() is None
        opened.wait(0.1)
    left = _rows(engine, polls)
    opened.set()

    assert [child.process.wait(60) for child in (first, second)] == [0, 0]
    assert held == [("one", 1)]
    assert left == [(1, "one", "new", None), (2, "one", "left", "left to run 1")]
    assert _rows(engine, polls)[2] == (2, "two", "unchanged", None)
    assert _rows(engine, "select slug from ingest.source where claimed_by is not null") == []
    with engine.connect() as conn:
        assert books.broken_promises(conn) == []


def test_a_source_of_a_killed_run_is_free_for_the_next(
    newsfold: Callable[..., Child],
    feeds: tuple[Source, ...],
    site: Site,
    environment: Callable[..., Environment],
    engine: Engine,
) -> None:
    asked, opened = threading.Event(), threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        asked.set()
        opened.wait(30)
        handler.send_error(410)

    site.answers["/one/0"] = Answer(speak=wait)
    killed = newsfold("one")
    assert asked.wait(30)
    killed.kill()
    opened.set()

    second = ingest(environment(*feeds), Request())

    assert _rows(engine, f"select source, state from news.polls where run_id = {second}") == [
        ("one", "unchanged"),
        ("two", "new"),
    ]
    assert _rows(engine, "select slug from ingest.source where claimed_by is not null") == []
