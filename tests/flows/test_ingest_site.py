"""The main job on a web site: feed, pages, a 404, a redirect, an ETag."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from conftest import NOW
from site_server import Site, article_html, item, rss
from sqlalchemy import Engine, text

from db.books import broken_promises
from flows.ingest import Request, ingest
from flows.wiring import Environment
from pipeline.models.sources import Source, SourceKind


@pytest.fixture
def feed(site: Site) -> Source:
    """A feed of four articles: one plain, one with tracking, one moved, one gone."""
    plain = site.put("/plain", article_html("Bees", who="Ada Quill", what="bee colonies", where="Kilmory", number=41))
    site.put("/new-home", article_html("Tides", who="Bo Lindqvist", what="spring tides", where="Skagen", number=17))
    moved = site.put("/old-home", status=301, headers={"Location": "/new-home"})
    tracked = site.put("/tracked?id=7", article_html("Owls", who="Cy Tran", what="barn owls", where="Hue", number=88))
    items = [
        item(plain, "Bees", "Sun, 01 Feb 2026 08:00:00 GMT"),
        item(f"{tracked}&amp;utm_source=rss", "Owls", "Mon, 02 Feb 2026 08:00:00 GMT"),
        item(moved, "Tides"),
        item(f"{site.url}/gone", "Gone"),
    ]
    site.answers["/tracked?id=7&utm_source=rss"] = site.answers["/tracked?id=7"]
    address = site.put("/feed.xml", rss(*items), media_type="application/rss+xml", headers={"ETag": '"one"'})
    return Source("test-site", "Test site", SourceKind.FEED, address, "en")


def _atom(site: Site, **updated: str) -> str:
    """An Atom feed of the pages of these names, all published on one day and updated at these moments."""
    entries = "".join(
        f'<entry><title>{name}</title><id>{name}</id><link href="{site.url}/{name}"/>'
        f"<published>2026-02-01T00:00:00Z</published><updated>{moment}</updated></entry>"
        for name, moment in updated.items()
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{entries}</feed>'


def _outcomes(engine: Engine, run_id: int) -> dict[str, tuple[str, str | None]]:
    with engine.connect() as conn:
        rows = conn.execute(text("select url, outcome, reason from news.outcomes where run_id = :run"), {"run": run_id})
        return {row.url.rpartition("/")[2]: (row.outcome, row.reason) for row in rows}


def test_each_page_of_a_feed_ends_in_one_outcome(
    site: Site, feed: Source, environment: Callable[..., Environment], engine: Engine
) -> None:
    run_id = ingest(environment(feed), Request())

    assert _outcomes(engine, run_id) == {
        "plain": ("loaded", None),
        "tracked?id=7&utm_source=rss": ("loaded", None),
        "old-home": ("loaded", None),
        "gone": ("failed", "http_404"),
    }
    with engine.connect() as conn:
        articles = conn.execute(text("select url, title, language, published_at_source from news.articles")).all()
        gone = conn.execute(text("select attempts, next_attempt_at from news.pages where outcome = 'failed'")).one()
    by_title = {article.title: article for article in articles}
    assert by_title["Tides"].url == f"{site.url}/new-home"
    assert by_title["Bees"].published_at_source == "feed"
    assert {article.language for article in articles} == {"en"}
    assert tuple(gone) == (1, None)


def test_a_second_run_asks_for_the_feed_only_and_gets_304(
    site: Site, feed: Source, environment: Callable[..., Environment], engine: Engine
) -> None:
    env = environment(feed)
    ingest(env, Request())
    site.log.clear()

    second = ingest(env, Request())

    assert site.log == [("/feed.xml", 304)]
    assert _outcomes(engine, second) == {}
    with engine.connect() as conn:
        poll = conn.execute(text("select state, entries from news.polls where run_id = :run"), {"run": second}).one()
    assert tuple(poll) == ("unchanged", 0)


def test_what_reads_articles_is_made_ready_before_a_source_answers_and_only_where_one_is_asked(
    site: Site, feed: Source, environment: Callable[..., Environment]
) -> None:
    requests: list[int] = []
    for env in (environment(), environment(feed)):
        ingest(replace(env, prepare=lambda: requests.append(len(site.requests))), Request())

    assert requests == [0]


def test_a_page_that_fails_for_now_is_tried_again_when_its_time_has_come(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    page = site.put("/busy", status=503, headers={"Retry-After": "3600"})
    address = site.put("/feed.xml", rss(item(page, "Busy")))
    source = Source("busy", "Busy", SourceKind.FEED, address)

    first = ingest(environment(source), Request())
    too_early = ingest(environment(source, now=NOW + timedelta(minutes=30)), Request())
    site.put("/busy", article_html("Busy", who="Di Marsh", what="reed beds", where="Ely", number=5))
    with engine.begin() as conn:  # the rest that the host asked for is counted by the database's clock
        conn.execute(text("truncate ingest.host"))
    later = ingest(environment(source, now=NOW + timedelta(hours=2)), Request())

    assert _outcomes(engine, first) == {"busy": ("failed", "http_503")}
    assert _outcomes(engine, too_early) == {}
    assert _outcomes(engine, later) == {"busy": ("loaded", None)}


def test_a_page_at_an_address_that_is_not_public_is_a_row_and_is_not_tried_again(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    away = site.put("/away", status=302, headers={"Location": "http://[::1]/admin"})
    items = [item("http://169.254.169.254/latest/meta-data", "Metadata"), item(away, "Away")]
    address = site.put("/feed.xml", rss(*items), media_type="application/rss+xml")

    ingest(environment(Source("test-site", "Test site", SourceKind.FEED, address)), Request())

    with engine.connect() as conn:
        rows = conn.execute(text("select reason, next_attempt_at from news.pages")).all()
    assert [tuple(row) for row in rows] == [("blocked_address", None)] * 2


def test_a_page_that_robots_txt_disallows_is_a_row_and_is_not_tried_again(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /")
    feed = rss(item(site.put("/bees", "Bees"), "Bees"))
    address = site.put("/feed.xml", feed, media_type="application/rss+xml")
    env = environment(Source("test-site", "Test site", SourceKind.FEED, address))

    for _ in range(2):
        ingest(env, Request(("test-site",)))

    with engine.connect() as conn:
        rows = conn.execute(text("select outcome, reason, next_attempt_at from news.pages")).all()
    assert [tuple(row) for row in rows] == [("failed", "robots", None)]
    assert [path for path, _ in site.log] == ["/feed.xml", "/robots.txt", "/feed.xml"]


def test_two_addresses_that_lead_to_one_page_are_one_article(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    site.put("/real", article_html("Moss", who="Ed Fern", what="moss", where="Fife", number=3))
    links = [site.put(path, status=302, headers={"Location": "/real"}) for path in ("/a", "/b")]
    address = site.put("/feed.xml", rss(*(item(link, "Moss") for link in links)))

    run_id = ingest(environment(Source("twice", "Twice", SourceKind.FEED, address)), Request())

    assert sorted(_outcomes(engine, run_id).values()) == [("loaded", None), ("skipped", "same_page")]


def test_a_changed_page_gets_a_revision_when_its_feed_names_a_new_version(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    env = environment(
        Source("atom", "Atom", SourceKind.FEED, site.put("/feed.xml", _atom(site, rain="2026-02-01T01:00:00Z")))
    )
    site.put("/rain", article_html("Rain", who="Flo Grant", what="rainfall", where="Mull", number=12))
    ingest(env, Request())
    site.put("/feed.xml", _atom(site, rain="2026-02-02T01:00:00Z"))
    site.put("/rain", article_html("Rain", who="Flo Grant", what="rainfall", where="Mull", number=21))

    run_id = ingest(env, Request())

    assert _outcomes(engine, run_id) == {"rain": ("loaded", "revised")}
    with engine.connect() as conn:
        assert "by 21 per cent" in conn.execute(text("select text from news.articles")).scalar_one()
        revision = conn.execute(text("select text, words_added, words_removed, similarity from news.revisions")).one()
        dates = conn.execute(text("select dates from news.articles")).scalar_one()
    assert "by 12 per cent" in revision.text
    assert revision.words_added == revision.words_removed > 0
    assert 0.5 < revision.similarity < 1
    assert {"feed", "first_seen"} >= {one["source"] for one in dates} > set()


def test_the_first_update_of_an_entry_is_fetched_too(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    env = environment(
        Source("atom", "Atom", SourceKind.FEED, site.put("/feed.xml", _atom(site, fog="2026-02-01T00:00:00Z")))
    )
    site.put("/fog", article_html("Fog", who="Ida Sol", what="sea fog", where="Oban", number=2))
    ingest(env, Request())
    site.put("/feed.xml", _atom(site, fog="2026-02-03T00:00:00Z"))
    site.put("/fog", article_html("Fog", who="Ida Sol", what="sea fog", where="Oban", number=8))

    run_id = ingest(env, Request())

    assert _outcomes(engine, run_id) == {"fog": ("loaded", "revised")}


def test_a_page_that_moved_to_the_front_page_is_no_article(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    site.put("/", article_html("Front", who="Jo Pell", what="everything", where="Bath", number=1))
    gone = site.put("/gone-article", status=302, headers={"Location": "/"})
    address = site.put("/feed.xml", rss(item(gone, "Gone")))

    run_id = ingest(environment(Source("moved", "Moved", SourceKind.FEED, address)), Request())

    assert _outcomes(engine, run_id) == {"gone-article": ("skipped", "front_page")}


def test_two_sources_of_one_address_are_asked_once_and_both_answered_for(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    address = site.put("/feed.xml", rss())

    ingest(environment(*(Source(slug, slug, SourceKind.FEED, address) for slug in ("one", "two"))), Request())

    with engine.connect() as conn:
        polled = conn.execute(text("select source, health from news.sources order by source")).all()
    assert [tuple(row) for row in polled] == [("one", "empty"), ("two", "empty")]
    assert site.log == [("/feed.xml", 200)]


def test_pages_of_a_renamed_source_go_on_under_its_new_name(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    page = site.put("/slow", status=503)
    address = site.put("/feed.xml", rss(item(page, "Slow")))
    ingest(environment(Source("old", "Old", SourceKind.FEED, address)), Request())
    site.put("/slow", article_html("Slow", who="Kim Yu", what="snails", where="Jeju", number=6))

    later = environment(Source("new", "New", SourceKind.FEED, address), now=NOW + timedelta(days=1))
    run_id = ingest(later, Request())

    assert _outcomes(engine, run_id) == {"slow": ("loaded", None)}


def test_articles_of_a_renamed_source_go_over_with_their_pages(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    names = {"where": "Jeju", "number": 6}
    snails = site.put("/snails", article_html("Snails", who="Kim Yu", what="snails", **names))
    tides = site.put("/tides", article_html("Tides", who="Lea Moss", what="tides of spring", **names))
    address = site.put("/feed.xml", rss(item(snails, "Snails"), item(tides, "Tides")))
    ingest(environment(Source("old", "Old", SourceKind.FEED, address)), Request())
    site.put("/feed.xml", rss(item(snails, "Snails")))

    ingest(environment(Source("new", "New", SourceKind.FEED, address), now=NOW + timedelta(days=1)), Request())

    with engine.connect() as conn:
        owners = conn.execute(
            text("select p.url, p.source, a.source from news.pages p join news.articles a using (url)")
        )
        counted = conn.execute(text("select source, pages, articles from news.sources"))
        assert set(map(tuple, owners)) == {(snails, "new", "new"), (tides, "old", "old")}
        assert set(map(tuple, counted)) == {("new", 1, 1), ("old", 1, 1)}
        assert broken_promises(conn) == []


def test_a_revised_page_that_now_leads_to_another_article_keeps_its_own_address(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    env = environment(
        Source(
            "atom",
            "Atom",
            SourceKind.FEED,
            site.put("/feed.xml", _atom(site, a="2026-02-02T00:00:00Z", b="2026-02-02T01:00:00Z")),
        )
    )
    site.put("/a", article_html("A", who="Lea Moss", what="lichens", where="Skye", number=3))
    site.put("/b", article_html("B", who="Max Reed", what="reeds", where="Ely", number=4))
    ingest(env, Request())
    site.put("/feed.xml", _atom(site, a="2026-02-05T00:00:00Z", b="2026-02-05T01:00:00Z"))
    site.put("/b", status=301, headers={"Location": "/a"})

    run_id = ingest(env, Request())

    assert _outcomes(engine, run_id) == {"a": ("unchanged", None), "b": ("loaded", "revised")}
    with engine.connect() as conn:
        assert set(conn.execute(text("select url from news.articles")).scalars()) == {f"{site.url}/a", f"{site.url}/b"}


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ("<!doctype html><html><body>Hello</body></html>", 200, "html_not_feed"),
        ("", 200, "empty"),
        ('{"error": "no"}', 200, "not_a_feed"),
        ("", 404, "http_404"),
    ],
)
def test_a_source_that_brings_no_feed_is_backed_off_and_the_others_go_on(
    site: Site, environment: Callable[..., Environment], engine: Engine, body: str, status: int, says: str
) -> None:
    page = site.put("/fine", article_html("Fine", who="Gus Holt", what="hedges", where="Kent", number=9))
    good = Source("good", "Good", SourceKind.FEED, site.put("/good.xml", rss(item(page, "Fine"))))
    bad = Source("bad", "Bad", SourceKind.FEED, site.put("/bad.xml", body, status=status))

    ingest(environment(bad, good), Request())

    with engine.connect() as conn:
        health = {row.source: row.health for row in conn.execute(text("select source, health from news.sources"))}
        error, next_poll = conn.execute(
            text("select last_error, next_poll_at from news.sources where source = 'bad'")
        ).one()
        articles = conn.execute(text("select count(*) from news.articles")).scalar_one()
    assert health == {"bad": "failing", "good": "ok"}
    assert error.startswith(says)
    assert next_poll > NOW
    assert articles == 1
