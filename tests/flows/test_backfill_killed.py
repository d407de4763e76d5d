"""A backfill that is killed, again and again, ends as one that nobody disturbed."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pytest
from conftest import NOW
from sqlalchemy import URL, Engine, event, make_url, text
from year_world import FORGET, YEAR, World, year

from db import books
from db.engine import connect
from flows import ingest
from flows.backfill import Request, backfill
from flows.wiring import Environment
from pipeline.models.sources import Source
from pipeline.settings import Settings

DAYS = Request(YEAR[119], YEAR[90])
MOMENTS = 10


@pytest.fixture
def world() -> Iterator[World]:
    with year(every=5) as made:
        yield made


def _backfill(database: str, sources: tuple[Source, ...], home: Path, commits: int | None) -> None:
    """The backfill of a child process, which ends as `kill -9` does after so many transactions, if that is said."""
    engine = connect(make_url(database))
    if commits is not None:
        left = iter(range(commits, 0, -1))

        @event.listens_for(engine, "commit")
        def count(_: Any) -> None:
            if next(left, 0) <= 1:
                os.kill(os.getpid(), signal.SIGKILL)

    ingest.PAGES_A_BATCH = 4  # so that some of the moments are those of loading
    env = Environment(Settings(home=home, timeout_seconds=5), engine, sources, now=lambda: NOW)
    backfill(env, DAYS)


def _child(database: URL, world: World, home: Path, commits: int | None = None) -> ForkServerProcess:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["flows.backfill", "trafilatura", "wordfreq"])
    where = database.render_as_string(hide_password=False)
    return context.Process(target=_backfill, args=(where, tuple(world.sources), home, commits))


def _killed_at_request(database: URL, world: World, home: Path, number: int) -> int | None:
    """Run a backfill that is killed when the sites are asked for the n-th time; how it ended."""
    child = _child(database, world, home)
    left = iter(range(number, 0, -1))

    def count() -> None:
        if next(left, 0) == 1 and child.pid:
            os.kill(child.pid, signal.SIGKILL)

    world.on_request = count
    child.start()
    child.join(60)
    world.on_request = lambda: None
    return child.exitcode


def _killed_at_commit(database: URL, world: World, home: Path, number: int) -> int | None:
    child = _child(database, world, home, commits=number)
    child.start()
    child.join(60)
    return child.exitcode


ROWS = (
    """select source, day, expected, discovered, loaded, folded, skipped, failed, pending, state, reason
       from news.coverage""",
    "select w.day, w.state, w.expected, s.slug from ingest.window w join ingest.source s on s.id = w.source_id",
    "select url, source, outcome, reason, attempts > 0 from news.pages",
    "select url, title, text, published_at, published_at_source, language, source from news.articles",
    "select count(*), count(distinct page_id), min(size) > 0 from ingest.capture",
    """select a.url, b.url from news.copies c join news.articles a using (article_id)
       join news.articles b on b.article_id = c.copy_of""",
    "select article_count, title from news.stories",
)


def _rows(engine: Engine) -> list[list[tuple[object, ...]]]:
    with engine.connect() as conn:
        return [sorted(map(tuple, conn.execute(text(query))), key=repr) for query in ROWS]


def test_killed_at_ten_moments_and_started_again_it_ends_as_an_undisturbed_one(
    world: World, database: URL, engine: Engine, environment: Callable[..., Environment], tmp_path: Path
) -> None:
    chance = random.Random(6)
    ways = [(_killed_at_request, 9), (_killed_at_commit, 36)]
    ends = []
    for number in range(MOMENTS):
        kill, most = ways[number % 2]
        ends.append(kill(database, world, tmp_path, chance.randint(1, most)))
    env = environment(*world.sources)
    backfill(env, DAYS)
    rows = _rows(engine)
    asked = world.asked_articles()

    assert ends == [-signal.SIGKILL] * MOMENTS
    assert rows == _undisturbed(engine, env)
    assert len(rows[3]) == len(world.urls(*DAYS.days))
    # A page is asked for again only where the kill came between its answer and its row.
    assert len(asked) - len(set(asked)) <= MOMENTS
    with engine.connect() as conn:
        assert books.broken_promises(conn) == []


def _undisturbed(engine: Engine, env: Environment) -> list[list[tuple[object, ...]]]:
    with engine.begin() as conn:
        conn.execute(text(FORGET))
    backfill(env, DAYS)
    return _rows(engine)
