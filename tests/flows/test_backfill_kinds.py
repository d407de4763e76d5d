"""What each kind of source lists of past days, and what is not to be had from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from site_server import Site, article_html, item, rss
from sqlalchemy import Engine, text
from year_world import YEAR, Written, paged_feed

from flows.backfill import Request, backfill
from flows.wiring import Environment
from pipeline.models.sources import Options, Selectors, Source, SourceKind

Environments = Callable[..., Environment]


def _articles(site: Site, *days: date) -> list[Written]:
    articles = [Written(number, day) for number, day in enumerate(sorted(days, reverse=True))]
    for one in articles:
        site.put(one.path(), one.html("one"))
    return articles


def _states(engine: Engine) -> dict[date, tuple[str, int | None]]:
    with engine.connect() as conn:
        rows = conn.execute(text("select day, state, expected from news.coverage"))
        return {row.day: (row.state, row.expected) for row in rows}


def _loaded(engine: Engine) -> set[date]:
    with engine.connect() as conn:
        return set(conn.execute(text("select published_at::date from news.articles")).scalars())


def _lists(site: Site) -> list[str]:
    return [path for path, _ in site.log if not path.startswith(("/news/", "/robots"))]


def test_a_feed_is_asked_for_its_pages_until_the_period_is_passed(
    site: Site, environment: Environments, engine: Engine
) -> None:
    source = paged_feed("feed", site, _articles(site, *YEAR[:60]))

    backfill(environment(source), Request(YEAR[34], YEAR[32]))

    assert _loaded(engine) == set(YEAR[32:35])
    assert _lists(site) == ["/feed/", "/feed/?paged=2", "/feed/?paged=3", "/feed/?paged=4"]
    assert set(_states(engine).values()) == {("complete", 1)}


def test_where_the_pages_of_a_feed_end_its_days_end(site: Site, environment: Environments, engine: Engine) -> None:
    source = paged_feed("feed", site, _articles(site, *YEAR[:15]))

    backfill(environment(source), Request(YEAR[16], YEAR[13]))

    assert _states(engine) == {
        YEAR[13]: ("complete", 1),
        YEAR[14]: ("complete", 1),
        YEAR[15]: ("beyond", None),
        YEAR[16]: ("beyond", None),
    }


def test_a_news_sitemap_reaches_back_a_few_days_and_says_so(
    site: Site, environment: Environments, engine: Engine
) -> None:
    articles = _articles(site, YEAR[0], YEAR[1])
    urls = "".join(
        f"<url><loc>{site.url}{one.path()}</loc><news:news><news:publication_date>{one.moment.isoformat()}"
        "</news:publication_date></news:news></url>"
        for one in articles
    )
    source = Source("map", "map", SourceKind.SITEMAP, site.put("/news.xml", f"<urlset>{urls}</urlset>"), "en")

    backfill(environment(source), Request(YEAR[3], YEAR[0]))

    assert [_states(engine)[day][0] for day in YEAR[:4]] == ["complete", "complete", "beyond", "beyond"]
    with engine.connect() as conn:
        said = conn.execute(text("select distinct reason from news.coverage where state = 'beyond'")).scalars().all()
    assert said == [f"its list reaches back to {YEAR[1]}"]


def test_an_index_is_read_only_where_it_changed_since_the_first_day(
    site: Site, environment: Environments, engine: Engine
) -> None:
    index = ""
    for one in _articles(site, YEAR[5], YEAR[200]):
        day = f"{one.day}T09:30:00Z"
        site.put(
            f"/{one.number}.xml",
            f"<urlset><url><loc>{site.url}{one.path()}</loc><lastmod>{day}</lastmod></url></urlset>",
        )
        index += f"<sitemap><loc>{site.url}/{one.number}.xml</loc><lastmod>{day}</lastmod></sitemap>"
    address = site.put("/index.xml", f"<sitemapindex>{index}</sitemapindex>")

    backfill(environment(Source("map", "map", SourceKind.SITEMAP, address, "en")), Request(YEAR[9], YEAR[4]))

    assert _lists(site) == ["/index.xml", "/0.xml"]
    assert {state for state, _ in _states(engine).values()} == {"complete"}


def test_stretches_of_missing_days_are_asked_for_one_by_one_where_a_site_can_answer_for_them(
    site: Site, environment: Environments, engine: Engine
) -> None:
    articles = _articles(site, *YEAR[:10])
    site.put_below("/wp-json/wp/v2/posts", json.dumps([_post(site, one) for one in articles]))
    env = environment(Source("blog", "blog", SourceKind.WORDPRESS, site.url, "en"))
    backfill(env, Request(YEAR[9], YEAR[0]))
    with engine.begin() as conn:
        gone = {"days": [YEAR[2], YEAR[3], YEAR[7]]}
        conn.execute(text("delete from ingest.article where published_at::date = any(:days)"), gone)
        conn.execute(text("delete from ingest.page where day = any(:days)"), gone)
    site.log.clear()

    backfill(env, Request(YEAR[9], YEAR[0], missing_only=True))

    asked = [path.partition("&after=")[2] for path in _lists(site)]
    assert sorted(asked) == [_between(YEAR[7], YEAR[7]), _between(YEAR[3], YEAR[2])]
    assert _loaded(engine) == set(YEAR[:10])


def _between(first: date, last: date) -> str:
    return f"{first - timedelta(days=1)}T23:59:59Z&before={last + timedelta(days=1)}T00:00:00Z"


def _post(site: Site, one: Written) -> dict[str, object]:
    return {"link": site.url + one.path(), "date_gmt": f"{one.moment:%Y-%m-%dT%H:%M:%S}", "title": {"rendered": "x"}}


def test_a_source_that_cannot_be_read_leaves_its_windows_failed_with_the_reason(
    site: Site, environment: Environments, engine: Engine
) -> None:
    env = environment(Source("gone", "gone", SourceKind.FEED, f"{site.url}/gone.xml"))
    backfill(env, Request(YEAR[1], YEAR[0]))
    with engine.connect() as conn:
        rows = conn.execute(text("select state, expected, reason from news.coverage")).all()
    site.put("/gone.xml", rss(item(f"{site.url}/x", "x", f"{YEAR[5]:%d %b %Y} 08:00:00 GMT")))

    backfill(env, Request(YEAR[1], YEAR[0], missing_only=True))

    assert [tuple(row) for row in rows] == [("failed", None, "http_404: Not Found")] * 2
    assert set(_states(engine).values()) == {("complete", 0)}


def test_pages_whose_date_only_they_know_are_expected_on_their_day_once_they_were_found(
    site: Site, environment: Environments, engine: Engine
) -> None:
    page = article_html("Owls", who="Bo", what="owls", where="Hue", number=3)
    meta = f'<meta property="article:published_time" content="{YEAR[1]}T09:00:00+00:00"></head>'
    site.put("/owls", page.replace("</head>", meta))
    source = Source("map", "map", SourceKind.SITEMAP, site.put("/map.txt", f"{site.url}/owls"), "en")
    env = environment(source)
    backfill(env, Request(YEAR[2], YEAR[0]))
    found = _states(engine)
    with engine.begin() as conn:
        conn.execute(text("delete from ingest.article"))
        conn.execute(text("delete from ingest.page"))
    hole = _states(engine)

    backfill(env, Request(YEAR[2], YEAR[0], missing_only=True))

    assert found == {YEAR[0]: ("complete", 0), YEAR[1]: ("complete", 1), YEAR[2]: ("complete", 0)}
    assert hole[YEAR[1]] == ("hole", 1)
    assert _states(engine) == found


def test_a_list_without_dates_that_goes_on_for_ever_is_left_and_its_days_are_not_called_complete(
    site: Site, environment: Environments, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.steps.asking.MAX_PAGES_BACK", 3)
    for number in range(1, 9):
        site.put(f"/list/{number}", f'<li><a href="/x/{number}">x</a></li><a rel=next href="/list/{number + 1}">on</a>')
    options = Options(selectors=Selectors("li"))
    source = Source("list", "list", SourceKind.LISTING, f"{site.url}/list/1", options=options)

    backfill(environment(source), Request(YEAR[1], YEAR[0]))

    assert [path for path in _lists(site) if path.startswith("/list/")] == ["/list/1", "/list/2", "/list/3"]
    assert {state for state, _ in _states(engine).values()} >= {"failed"}
    with engine.connect() as conn:
        said = conn.execute(text("select distinct reason from ingest.window")).scalars().all()
    assert said == ["too_many_pages: its list goes on after 3 pages"]


def test_what_an_interrupted_run_has_listed_is_not_asked_for_again(
    site: Site, environment: Environments, engine: Engine
) -> None:
    sources = [
        Source(name, name, SourceKind.FEED, site.put(f"/{name}.xml", rss(item(f"{site.url}/x", "x", _rfc(YEAR[9])))))
        for name in ("one", "two")
    ]
    env = environment(*sources)
    backfill(env, Request(YEAR[1], YEAR[0], ("one",)))
    with engine.begin() as conn:
        conn.execute(text("update ingest.run set state = 'interrupted'"))
    site.log.clear()

    backfill(env, Request(YEAR[1], YEAR[0]))
    resumed = _lists(site)
    backfill(env, Request(YEAR[1], YEAR[0]))

    assert resumed == ["/two.xml"]
    assert sorted(_lists(site)[1:]) == ["/one.xml", "/two.xml"]


def _rfc(day: date) -> str:
    return f"{day:%d %b %Y} 08:00:00 GMT"
