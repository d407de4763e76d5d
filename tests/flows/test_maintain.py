"""What is kept no longer is dropped, and nothing that users rely on goes with it."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from children import python
from conftest import NOW
from site_server import Answer, Site, article_html, item, rss
from sqlalchemy import URL, Engine, text

from db import books, partitions
from db.engine import libpq_url
from flows.ingest import Request, ingest, running
from flows.maintain import Dropped, Maintained, maintain, plan
from flows.reprocess import Again, reprocess
from flows.wiring import Environment, load_sources
from pipeline.errors import UserError
from pipeline.models.sources import Options, Source, SourceKind
from pipeline.settings import Settings

Environments = Callable[..., Environment]
LATER = NOW + timedelta(days=50)
PLACES = ("Kilmory", "Skagen", "Hue")


@pytest.fixture
def feed(site: Site) -> Source:
    """A feed that never changes, of three articles and a page that is none; the server knows ETags."""
    links = []
    for number, where in enumerate(PLACES):
        body = article_html(f"No. {number}", who=f"Ada {number}", what=f"survey {number}", where=where, number=number)
        links.append(site.put(f"/{number}", body, headers={"ETag": f'"{number}"'}))
    links.append(site.put("/none", "<html><body><p>Too short.</p></body></html>", headers={"ETag": '"none"'}))
    address = site.put("/feed.xml", rss(*(item(link, link) for link in links)))
    return Source("test-site", "Test site", SourceKind.FEED, address, "en", options=Options(keep_captures_days=30))


def rows(engine: Engine, query: str) -> list[dict[str, Any]]:
    with engine.connect() as conn:
        assert books.broken_promises(conn) == []
        return [dict(row) for row in conn.execute(text(query)).mappings()]


def scalars(engine: Engine, query: str) -> list[Any]:
    return [next(iter(row.values())) for row in rows(engine, query)]


def do(engine: Engine, *statements: str) -> None:
    with engine.begin() as conn:
        for statement in statements:
            conn.execute(text(statement))


def names(done: Maintained) -> list[str]:
    return [one.name for one in done.dropped]


def test_a_static_feed_brings_nothing_back_that_was_dropped(
    site: Site, feed: Source, environment: Environments, engine: Engine
) -> None:
    ingest(environment(feed), Request())
    articles, pages = rows(engine, "select * from news.articles"), rows(engine, "select * from news.pages")
    site.log.clear()

    done = maintain(environment(feed, now=LATER))
    run_id = ingest(environment(feed, now=LATER), Request(("test-site",)))

    [dropped] = done.dropped
    assert (dropped.name, dropped.rows, dropped.left) == ("capture_until_202603", 4, None)
    assert dropped.size_bytes > 0
    assert scalars(engine, "select count(*) from ingest.capture") == [0]
    assert [path for path, _ in site.log] == ["/feed.xml"]
    assert scalars(engine, f"select pages from news.runs where run_id = {run_id}") == [0]
    assert rows(engine, "select * from news.articles") == articles
    assert rows(engine, "select * from news.pages") == pages
    assert reprocess(environment(feed), Again(date(2026, 1, 1), date(2026, 12, 31))).without_body == 3


def test_a_body_is_kept_for_its_days_at_least(feed: Source, environment: Environments) -> None:
    ingest(environment(feed), Request())

    assert names(plan(environment(feed, now=datetime(2026, 3, 31, 23, tzinfo=UTC)))) == []
    assert names(plan(environment(feed, now=datetime(2026, 4, 1, tzinfo=UTC)))) == ["capture_until_202603"]


def test_a_page_whose_body_is_gone_is_known_by_it_and_never_asked_for_if_changed(
    site: Site, feed: Source, environment: Environments, engine: Engine
) -> None:
    ingest(environment(feed), Request())
    maintain(environment(feed, now=LATER))
    do(engine, "update ingest.page set state = 'discovered', reason = null, detail = null")
    site.log.clear()

    ingest(environment(feed, now=LATER), Request(("test-site",)))

    assert sorted(asked for asked in site.log if asked[0] != "/robots.txt") == [
        ("/0", 200),
        ("/1", 200),
        ("/2", 200),
        ("/feed.xml", 200),
        ("/none", 200),
    ]
    outcomes = "select outcome from ingest.outcome order by run_id desc, page_id limit 4"
    assert sorted(scalars(engine, outcomes)) == ["skipped", "unchanged", "unchanged", "unchanged"]
    assert scalars(engine, "select distinct keep_until from ingest.capture") == [date(2026, 5, 1)]


def test_a_body_that_comes_again_is_kept_longer_and_once(
    feed: Source, environment: Environments, engine: Engine
) -> None:
    ingest(environment(feed), Request())
    do(engine, "update ingest.page set state = 'discovered', reason = null, detail = null, etag = null")

    ingest(environment(feed, now=NOW + timedelta(days=20)), Request(("test-site",)))

    months = "select keep_until, count(*) as n from ingest.capture group by keep_until"
    assert rows(engine, months) == [{"keep_until": date(2026, 4, 1), "n": 4}]


def test_a_page_that_waits_to_be_loaded_is_fetched_again(
    feed: Source, environment: Environments, engine: Engine
) -> None:
    ingest(environment(feed), Request())
    do(engine, "update ingest.page set state = 'fetched', reason = null, detail = null where url like '%/none'")

    maintain(environment(feed, now=LATER))

    assert scalars(engine, "select state from ingest.page where url like '%/none'") == ["discovered"]


def test_bodies_of_a_page_that_a_run_has_taken_are_left(
    feed: Source, environment: Environments, engine: Engine
) -> None:
    ingest(environment(feed), Request())
    with running(environment(feed), "ingest") as run_id:
        do(engine, f"update ingest.page set claimed_by = {run_id} where url like '%/0'")
        [left] = maintain(environment(feed, now=LATER)).dropped
    assert left.left == "in use; the next maintain drops it"

    [dropped] = maintain(environment(feed, now=LATER)).dropped

    assert dropped == dataclasses.replace(left, left=None)


def test_old_runs_keep_their_totals_when_what_became_of_each_page_is_dropped(
    site: Site, feed: Source, environment: Environments, engine: Engine
) -> None:
    site.answers["/2"] = Answer(status=404)
    ingest(environment(feed), Request())
    do(
        engine,
        "update ingest.run set started_at = '2024-01-01', finished_at = '2024-01-03'",
        "update ingest.page set discovered_at = '2024-01-02'",
        "update ingest.article set first_seen_at = '2024-01-02'",
        "select setval(pg_get_serial_sequence('ingest.run', 'id'), 150)",
    )
    ingest(environment(feed), Request(("test-site",)))
    before = rows(engine, "select * from news.runs order by run_id")
    book = "select discovered, loaded + folded as brought, failed, difference from news.books where source is null"
    balance = rows(engine, f"{book} and run_id = 1")

    done = maintain(environment(feed))

    assert names(done) == ["outcome_from_0", "poll_from_0"]
    assert scalars(engine, "select distinct run_id from news.outcomes") == []
    assert scalars(engine, "select distinct run_id from news.polls") == [151]
    assert rows(engine, "select * from news.runs where kind <> 'maintain' order by run_id") == before
    assert (before[0]["pages"], before[0]["loaded"] + before[0]["folded"], before[0]["failed"]) == (4, 2, 1)
    assert rows(engine, f"{book} and run_id = 1") == balance
    assert balance == [{"discovered": 4, "brought": 2, "failed": 1, "difference": 0}]
    assert scalars(engine, "select count(*) from ingest.book where run_id = 1") == [0]
    assert names(maintain(environment(feed))) == []


def test_a_partition_that_somebody_reads_is_left_and_dropped_later(
    feed: Source, environment: Environments, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partitions, "_PATIENCE", "100ms")
    ingest(environment(feed), Request())

    with engine.connect() as reader:
        reader.execute(text("select count(*) from ingest.capture"))
        [left] = maintain(environment(feed, now=LATER)).dropped
        ingest(environment(feed, now=LATER), Request(("test-site",)))
    [dropped] = maintain(environment(feed, now=LATER)).dropped

    assert (left.left is None, dropped.left) == (False, None)


def test_maintenance_is_a_run_and_tells_notices(feed: Source, environment: Environments, engine: Engine) -> None:
    ingest(environment(feed), Request())
    do(engine, "update ingest.run set state = 'failed', error = 'the disk is full', finished_at = '2026-03-01'")

    maintain(environment(feed))

    assert rows(engine, "select kind, state from news.runs order by run_id desc limit 1") == [
        {"kind": "maintain", "state": "completed"}
    ]
    assert scalars(engine, "select detail from news.notices") == ["failed: the disk is full"]


def test_many_runs_make_a_partition_once(feed: Source, environment: Environments, engine: Engine) -> None:
    ingest(environment(feed), Request())
    do(
        engine,
        "select setval(pg_get_serial_sequence('ingest.run', 'id'), 550)",
        "insert into ingest.run (kind) values ('ingest')",
    )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: partitions.prepare(engine, LATER), range(4)))

    found = scalars(
        engine, "select relname from pg_class where relkind = 'r' and relname ~ '_(until|from)_' order by 1"
    )
    assert found == [
        "capture_until_202603",
        "capture_until_202604",
        "capture_until_202605",
        "capture_until_202606",
        *(f"{parent}_from_{low}" for parent in ("outcome", "poll") for low in (0, 100, 500, 600)),
    ]


def test_the_settings_hold_for_sources_that_say_nothing_else(tmp_path: Path) -> None:
    config = tmp_path / "newsfold.toml"
    for name, days in (("a", ""), ("b", "keep_captures_days = 90")):
        source = f'[[sources]]\nslug = "{name}"\nname = "{name}"\nkind = "feed"\nurl = "https://{name}.example/feed"\n{days}\n'
        config.write_text((config.read_text() if config.exists() else "") + source)

    found = load_sources(Settings(config=config, keep_captures_days=7))

    assert [one.options.keep_captures_days for one in found if one.slug in "ab"] == [7, 90]
    config.write_text(config.read_text().replace("90", "0"))
    with pytest.raises(UserError, match="key 'keep_captures_days' is not from 1 to 36500"):
        load_sources(Settings(config=config))


def test_the_command_says_what_it_would_drop_and_what_it_dropped(
    feed: Source, environment: Environments, database: URL
) -> None:
    ingest(environment(feed), Request())

    def said(*arguments: str) -> str:
        settings = {"NEWSFOLD_DATABASE_URL": libpq_url(database)}
        with python("-m", "flows.cli.app", "maintain", *arguments, env={**os.environ, **settings}) as child:
            return child.process.communicate(timeout=60)[0]

    planned = json.loads(said("--dry-run", "--json"))
    assert [Dropped(**one).rows for one in planned["dropped"]] == [4, 0]
    assert "to be dropped: 2 partitions, 0." in said("--dry-run")
    assert "dropped: 2 partitions, 0." in said()
    assert "dropped: 0 partitions, 0.0 MB" in said()
