"""A backfill of ninety days of a year, on five sites of different kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text
from year_world import LAST_DAY, World, year

from db import books
from flows.backfill import Request, backfill
from flows.wiring import Environment
from pipeline.models.windows import Days

Environments = Callable[..., Environment]
NINETY = Days(LAST_DAY - timedelta(days=179), LAST_DAY - timedelta(days=90))
WHOLE = Request(NINETY.since, NINETY.until)


@pytest.fixture
def world() -> Iterator[World]:
    with year(every=5) as made:
        yield made


def _urls(engine: Engine) -> list[str]:
    with engine.connect() as conn:
        return list(conn.execute(text("select url from news.articles order by url")).scalars())


def _coverage(engine: Engine, column: str) -> dict[tuple[str, date], object]:
    with engine.connect() as conn:
        rows = conn.execute(text(f"select source, day, {column} as it from news.coverage"))
        return {(row.source, row.day): row.it for row in rows}


def _remove_articles(engine: Engine, days: list[date]) -> None:
    with engine.begin() as conn:
        of_days = "page_id in (select id from ingest.page where day = any(:days))"
        conn.execute(text(f"delete from ingest.article where {of_days}"), {"days": days})


def _remove_pages(engine: Engine, days: list[date]) -> None:
    with engine.begin() as conn:
        conn.execute(text("delete from ingest.page where day = any(:days)"), {"days": days})


def test_ninety_days_of_a_year_are_loaded_exactly_and_a_second_time_no_article_is_asked_for(
    world: World, environment: Environments, engine: Engine
) -> None:
    env = environment(*world.sources)
    backfill(env, WHOLE)
    loaded = _urls(engine)
    states = _coverage(engine, "state")
    world.forget()

    backfill(env, WHOLE)

    assert loaded == sorted(world.urls(*NINETY))
    assert len(loaded) == 90
    assert set(states) == {(slug, day) for slug in world.sites for day in NINETY}
    assert set(states.values()) == {"complete"}
    assert _urls(engine) == loaded
    assert world.asked_articles() == []
    assert set(world.asked_lists()) == set(world.sites)
    with engine.connect() as conn:
        assert books.broken_promises(conn) == []


def test_missing_only_fetches_the_articles_of_the_days_that_are_gone(
    world: World, environment: Environments, engine: Engine
) -> None:
    env = environment(*world.sources)
    days = Request(NINETY.since, NINETY.since + timedelta(days=29))
    backfill(env, days)
    loaded = _urls(engine)
    gone = [days.since + timedelta(days=number) for number in (3, 4, 5, 6, 7, 20, 21)]
    _remove_articles(engine, gone)
    _remove_pages(engine, gone[:5])
    world.forget()

    backfill(env, Request(days.since, days.until, missing_only=True))

    assert sorted(world.asked_articles()) == sorted(world.urls(*gone))
    assert _urls(engine) == loaded
    assert set(_coverage(engine, "state").values()) == {"complete"}
