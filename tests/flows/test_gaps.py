"""A feed that moved on further than it reaches, between two polls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from conftest import NOW
from site_server import Site, article_html, item, rss
from sqlalchemy import Engine, text

from flows.backfill import Request as Past
from flows.backfill import backfill
from flows.ingest import Request, ingest
from flows.wiring import Environment
from pipeline.models.sources import Source, SourceKind

Environments = Callable[..., Environment]


def _publish(site: Site, *days: str, at: str = "/feed.xml") -> Source:
    items = []
    for day in days:
        site.put(f"/{day}", article_html(day, who=f"Ada {day}", what=f"bees of {day}", where="Ely", number=int(day)))
        items.append(item(f"{site.url}/{day}", day, f"{day} Feb 2026 08:00:00 GMT"))
    return Source("feed", "Feed", SourceKind.FEED, site.put(at, rss(*items)), "en")


def _states(engine: Engine) -> dict[int, str]:
    with engine.connect() as conn:
        return {row.day.day: row.state for row in conn.execute(text("select day, state from news.coverage"))}


def test_polls_that_overlap_leave_no_gap(site: Site, environment: Environments, engine: Engine) -> None:
    ingest(environment(_publish(site, "10", "11")), Request())
    ingest(environment(_publish(site, "11", "14"), now=NOW + timedelta(days=1)), Request())

    assert _states(engine) == {10: "followed", 11: "followed", 14: "followed"}


def test_days_that_the_feed_may_have_left_out_are_a_gap_until_a_backfill_looked(
    site: Site, environment: Environments, engine: Engine
) -> None:
    ingest(environment(_publish(site, "10", "11")), Request())
    env = environment(_publish(site, "14", "15"), now=NOW + timedelta(days=1))
    ingest(env, Request())
    gap = _states(engine)
    _publish(site, "12", "13", at="/feed.xml?paged=2")
    _publish(site, "10", "11", at="/feed.xml?paged=3")

    backfill(env, Past(date(2026, 2, 10), date(2026, 2, 15), missing_only=True))

    assert gap == {10: "followed", 11: "gap", 12: "gap", 13: "gap", 14: "gap", 15: "followed"}
    assert _states(engine) == dict.fromkeys(range(10, 16), "complete")
    with engine.connect() as conn:
        assert conn.execute(text("select count(*) from news.articles")).scalar_one() == 6


def test_a_gap_in_a_feed_without_older_pages_is_not_to_be_had(
    site: Site, environment: Environments, engine: Engine
) -> None:
    ingest(environment(_publish(site, "10", "11")), Request())
    env = environment(_publish(site, "14", "15"), now=NOW + timedelta(days=1))
    ingest(env, Request())

    backfill(env, Past(date(2026, 2, 11), date(2026, 2, 14), missing_only=True))

    assert _states(engine) == {
        10: "followed",
        11: "followed",
        12: "beyond",
        13: "beyond",
        14: "complete",
        15: "followed",
    }
