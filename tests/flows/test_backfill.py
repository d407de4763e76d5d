"""Backfill: a past period, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from conftest import NO_RUN, NOW
from site_server import Site, article_html, item, rss
from sqlalchemy import Engine, text

from db import pages, resources, sources
from flows.backfill import Request, backfill
from flows.ingest import Request as Daily
from flows.ingest import ingest
from flows.wiring import Environment
from pipeline.models.pages import Entry, Validators
from pipeline.models.sources import Source, SourceKind

JANUARY = Request(date(2026, 1, 1), date(2026, 1, 31))


def _feed(site: Site) -> Source:
    """Articles of the last of December, the first and last of January, of February, and one dated by its page only."""
    dated = {
        "december": "Wed, 31 Dec 2025 23:59:59 GMT",
        "first": "Thu, 01 Jan 2026 00:00:00 GMT",
        "last": "Sat, 31 Jan 2026 23:59:59 GMT",
        "february": "Sun, 01 Feb 2026 00:00:00 GMT",
        "undated": None,
    }
    items = []
    for number, (name, published) in enumerate(dated.items(), 10):
        page = article_html(
            name, who=f"Dr {name.title()}", what=f"{name} frost", where=f"{name.title()}ville", number=number
        )
        meta = '<meta property="article:published_time" content="2026-01-15T09:00:00+00:00"></head>'
        site.put(f"/{name}", page if published else page.replace("</head>", meta))
        items.append(item(f"{site.url}/{name}", name, published))
    address = site.put("/feed.xml", rss(*items), headers={"ETag": '"v1"'})
    return Source("past", "Past", SourceKind.FEED, address)


def _titles(engine: Engine) -> set[str]:
    with engine.connect() as conn:
        return set(conn.execute(text("select title from news.articles")).scalars())


def test_a_backfill_loads_what_is_dated_in_its_days_and_only_that(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    backfill(environment(_feed(site)), JANUARY)

    assert _titles(engine) == {"first", "last", "undated"}


def test_a_page_found_to_lie_outside_is_loaded_when_a_later_run_wants_it(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    env = environment(_feed(site))
    backfill(env, Request(date(2026, 2, 1), date(2026, 2, 28)))
    with engine.connect() as conn:
        skipped = conn.execute(text("select reason from news.pages where outcome = 'skipped'")).scalars().all()
    before = _titles(engine)
    site.log.clear()

    ingest(env, Daily())

    assert (before, skipped) == ({"february"}, ["outside_range"])
    assert _titles(engine) == {"december", "first", "last", "february", "undated"}
    assert "/undated" not in {path for path, _ in site.log}


def test_a_backfill_leaves_the_daily_jobs_state_alone(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    env = environment(_feed(site))
    backfill(env, JANUARY)
    with engine.connect() as conn:
        polled, resources = conn.execute(
            text("select last_polled_at, (select count(*) from ingest.resource) from ingest.source")
        ).one()

    ingest(env, Daily())

    assert (polled, resources) == (None, 0)
    assert _titles(engine) == {"december", "first", "last", "february", "undated"}


def test_a_backfill_of_other_days_does_not_put_aside_what_the_daily_job_wants(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    env = environment(_feed(site))
    with engine.begin() as conn:
        sources.follow(conn, env.sources)
        source_id = sources.stored_sources(conn, ["past"])[0].id
        pages.remember_entries(conn, NO_RUN, source_id, [Entry(f"{site.url}/undated")], is_wanted=True, now=NOW)
        resources.mark_read(conn, source_id, env.sources[0].address, Validators('"v1"'), "hash", NOW)
        conn.execute(text("update ingest.source set last_polled_at = :now"), {"now": NOW})
    backfill(env, Request(date(2020, 1, 1), date(2020, 1, 31)))
    before = _titles(engine)

    ingest(env, Daily())

    assert (before, _titles(engine)) == (set(), {"undated"})


def test_a_second_backfill_of_the_same_days_asks_for_no_article(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    env = environment(_feed(site))
    backfill(env, JANUARY)
    before = _titles(engine)
    site.log.clear()

    backfill(env, JANUARY)

    assert _titles(engine) == before
    assert {path for path, _ in site.log} == {"/feed.xml"}
