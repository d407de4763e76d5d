"""A backfill of days that are not over, or have not begun."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from conftest import NOW
from site_server import Site, article_html, item, rss
from sqlalchemy import Engine, text

from flows.backfill import Request, backfill
from flows.wiring import Environment
from pipeline.errors import UserError
from pipeline.models.sources import Source, SourceKind
from pipeline.models.windows import ONE_DAY

TODAY = NOW.date()


def _publish(site: Site, *moments: str) -> Source:
    items = []
    for number, moment in enumerate(moments, 20):
        title = f"No. {number}"
        page = article_html(title, who=f"Ada {number}", what=f"bees {number}", where="Ely", number=number)
        items.append(item(site.put(f"/{number}", page), title, moment))
    return Source("feed", "Feed", SourceKind.FEED, site.put("/feed.xml", rss(*items)), "en")


def _had(engine: Engine) -> dict[date, tuple[str, int]]:
    with engine.connect() as conn:
        rows = conn.execute(text("select day, state, loaded + folded as had from news.coverage"))
        return {row.day: (row.state, row.had) for row in rows}


def test_a_day_is_complete_only_when_its_list_was_read_after_its_end(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    days = Request(TODAY - ONE_DAY, TODAY, missing_only=True)
    morning = ("Sat, 28 Feb 2026 09:00:00 GMT", "Sun, 01 Mar 2026 09:00:00 GMT")
    backfill(environment(_publish(site, *morning)), days)
    at_noon = _had(engine)

    source = _publish(site, *morning, "Sun, 01 Mar 2026 20:00:00 GMT")
    backfill(environment(source, now=NOW + timedelta(days=1)), days)

    assert at_noon == {days.since: ("complete", 1), TODAY: ("followed", 1)}
    assert _had(engine) == {days.since: ("complete", 1), TODAY: ("complete", 2)}


def test_days_that_have_not_come_cannot_be_asked_for(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    with pytest.raises(UserError, match="2026-03-02 has not come yet"):
        backfill(environment(_publish(site)), Request(TODAY + ONE_DAY, TODAY + ONE_DAY))

    assert _had(engine) == {}
