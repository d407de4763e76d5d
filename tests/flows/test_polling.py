"""Feeds as they change from poll to poll: each article is found once, fetched when it changed, and keeps its date."""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import NO_RUN, NOW
from lxml import etree
from site_server import Site, article_html, item, rss
from sqlalchemy import Connection, Engine, text

from db import runs
from db import sources as db_sources
from db.pages import remember_entries
from flows.ingest import Request, ingest
from flows.steps.discover import discover
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.discover.urls import canonicalize
from pipeline.models.pages import Entry
from pipeline.models.sources import Source, SourceKind

Environments = Callable[..., Environment]


def _poll(env: Environment, source: Source) -> None:
    with env.engine.begin() as conn:
        db_sources.follow(conn, [source])
        run_id = runs.open_run(conn, "ingest")
    discover(env, Scope(run_id, (source.slug,)), [source.slug])


def _dates(engine: Engine) -> dict[str, datetime | None]:
    with engine.connect() as conn:
        rows = conn.execute(text("select canonical_url, entry_published_at from ingest.page"))
        return {row.canonical_url: row.entry_published_at for row in rows}


def _polls(folder: Path) -> Iterator[tuple[str, datetime, str]]:
    for path in sorted(folder.glob("*.jsonl.xz")):
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                poll = json.loads(line)
                yield poll["feed"], datetime.fromisoformat(poll["at"]), poll["body"]


def _links(body: str) -> set[str]:
    return {
        canonicalize((link.text or "").strip()) for link in etree.fromstring(body.encode()).iterfind(".//item/link")
    }


def test_months_of_polls_bring_each_article_once_and_never_move_a_date_later(
    eval_folder: Path, site: Site, environment: Environments, engine: Engine
) -> None:
    links: set[str] = set()
    before: dict[str, datetime | None] = {}
    count = 0

    for count, (feed, at, body) in enumerate(_polls(eval_folder / "polling"), start=1):  # noqa: B007
        address = site.put(f"/{feed}", body, media_type="application/rss+xml")
        _poll(environment(now=at), Source(feed, feed, SourceKind.FEED, address))
        links |= _links(body)
        after = _dates(engine)
        assert after.keys() == links, (feed, at)
        assert not [url for url, date in before.items() if date and (new := after[url]) and new > date], (feed, at)
        assert not [url for url, date in after.items() if date and date > at and url not in before], (feed, at)
        before = after

    assert count > 150
    assert len(links) > 1500


def _atom(*entries: tuple[str, str]) -> str:
    written = "".join(
        f'<entry><title>T</title><id>1</id><link href="{link}"/><published>2026-02-01T00:00:00Z</published>'
        f"<updated>{updated}</updated></entry>"
        for link, updated in entries
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{written}</feed>'


def test_a_feed_that_is_written_anew_at_each_poll_has_its_pages_fetched_once(
    site: Site, environment: Environments
) -> None:
    pages = [
        site.put(f"/{name}", article_html(name, who=name, what="rainfall", where="Mull", number=12))
        for name in ("Rain", "Snow")
    ]
    env = environment(Source("atom", "Atom", SourceKind.FEED, f"{site.url}/feed.xml"))

    for day in (10, 11, 12):
        site.put("/feed.xml", _atom(*((page, f"2026-02-{day}T01:00:00Z") for page in pages)))
        ingest(env, Request())

    assert sorted(path for path, _ in site.log if path not in ("/feed.xml", "/robots.txt")) == ["/Rain", "/Snow"]


def _follow(conn: Connection, kind: SourceKind = SourceKind.FEED) -> int:
    db_sources.follow(conn, [Source("bees", "Bees", kind, "https://a.example/feed")])
    return db_sources.stored_sources(conn, ["bees"])[0].id


def _fetch_due(conn: Connection, now: datetime) -> int:
    fetched = """
        update ingest.page set state = 'loaded', last_fetched_at = :now, next_attempt_at = null
        where state = 'discovered' or next_attempt_at <= :now
    """
    return conn.execute(text(fetched), {"now": now}).rowcount


def test_the_wait_doubles_where_a_version_changes_at_every_poll(engine: Engine) -> None:
    fetched_on = []
    with engine.begin() as conn:
        source = _follow(conn)
        for day in range(65):
            now = NOW + timedelta(days=day)
            remember_entries(
                conn, NO_RUN, source, [Entry("https://a.example/x", version=str(day))], is_wanted=True, now=now
            )
            if _fetch_due(conn, now):
                fetched_on.append(day)

    assert fetched_on == [0, 1, 2, 4, 8, 16, 32, 64]


def test_a_version_that_came_too_early_is_fetched_when_the_wait_is_over(engine: Engine) -> None:
    with engine.begin() as conn:
        source = _follow(conn)
        fetched = []
        for day, version in enumerate(("one", "one", "two", "three", "three")):
            now = NOW + timedelta(days=day)
            remember_entries(
                conn, NO_RUN, source, [Entry("https://a.example/x", version=version)], is_wanted=True, now=now
            )
            fetched.append(_fetch_due(conn, now))

    assert fetched == [1, 0, 1, 0, 1]


def test_a_changed_file_is_read_again_at_once(engine: Engine) -> None:
    fetched = []
    with engine.begin() as conn:
        source = _follow(conn, SourceKind.FILES)
        for day in range(5):
            now = NOW + timedelta(days=day)
            remember_entries(
                conn, NO_RUN, source, [Entry("files://bees/x.txt", version=str(day))], is_wanted=True, now=now
            )
            fetched.append(_fetch_due(conn, now))

    assert fetched == [1, 1, 1, 1, 1]


def test_an_article_in_five_feeds_is_one_page_with_the_earliest_date(
    site: Site, environment: Environments, engine: Engine
) -> None:
    for day in (5, 3, 4, 2, 6):
        link = f"https://a.example/bees?utm_source=feed{day}"
        address = site.put(f"/feed{day}.xml", rss(item(link, "Bees", f"0{day} Feb 2026 08:00:00 GMT")))
        _poll(environment(), Source(f"feed{day}", "Feed", SourceKind.FEED, address))

    assert _dates(engine) == {"https://a.example/bees": datetime(2026, 2, 2, 8, tzinfo=UTC)}


def test_two_entries_of_one_page_in_one_feed_give_it_the_earlier_date(
    site: Site, environment: Environments, engine: Engine
) -> None:
    items = [
        item(f"https://a.example/changes#{n}", "Changes", f"0{n} Feb 2026 08:00:00 GMT" if n else None)
        for n in (0, 3, 2, 4)
    ]
    _poll(environment(), Source("f", "F", SourceKind.FEED, site.put("/feed.xml", rss(*items))))

    assert _dates(engine) == {"https://a.example/changes": datetime(2026, 2, 2, 8, tzinfo=UTC)}


@pytest.mark.parametrize("guids", [("same", "same"), ("a#1", "a#2"), ("", "new"), ("old", "")])
def test_a_guid_that_moves_or_is_shared_makes_no_second_page(
    guids: tuple[str, str], site: Site, environment: Environments, engine: Engine
) -> None:
    for guid in guids:
        named = f'<guid isPermaLink="false">{guid}</guid>' if guid else ""
        items = (f"<item><link>https://a.example/{n}</link>{named}</item>" for n in "ab")
        _poll(environment(), Source("f", "F", SourceKind.FEED, site.put("/feed.xml", rss(*items))))

    assert sorted(_dates(engine)) == ["https://a.example/a", "https://a.example/b"]


@pytest.mark.parametrize(
    ("published", "kept"),
    [
        (None, None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Mon, 01 Jan 0001 00:00:00 GMT", None),
        ("Fri, 01 Jan 2100 00:00:00 GMT", None),
        ("Sun, 01 Mar 2026 14:00:00 GMT", NOW),
        ("Sun, 01 Mar 2026 11:00:00 GMT", NOW - timedelta(hours=1)),
    ],
)
def test_a_date_that_cannot_be_is_none_and_one_of_the_coming_day_is_now(
    published: str | None, kept: datetime | None, site: Site, environment: Environments, engine: Engine
) -> None:
    address = site.put("/feed.xml", rss(item("https://a.example/x", "X", published)))

    _poll(environment(), Source("f", "F", SourceKind.FEED, address))

    assert _dates(engine) == {"https://a.example/x": kept}


def test_a_page_gets_no_date_from_after_its_discovery(engine: Engine) -> None:
    with engine.begin() as conn:
        source = _follow(conn)
        for date in (None, NOW + timedelta(days=2), NOW, NOW + timedelta(hours=1)):
            entry = Entry("https://a.example/x", published_at=date)
            remember_entries(conn, NO_RUN, source, [entry], is_wanted=True, now=NOW + timedelta(days=1))

    assert _dates(engine) == {"https://a.example/x": NOW}
