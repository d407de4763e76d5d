"""The main job on each kind of source, on a local site."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from conftest import NOW
from site_server import Site, article_html, item, rss
from sqlalchemy import Engine, text

from flows.backfill import Request as Past
from flows.backfill import backfill
from flows.ingest import Request, ingest
from flows.wiring import Environment
from pipeline.models.sources import Options, Selectors, Source, SourceKind, Turn

Environments = Callable[..., Environment]
NAMES = {
    "bees": {"who": "Ada Quill", "what": "bee colonies", "where": "Kilmory", "number": 41},
    "tides": {"who": "Bo Lindqvist", "what": "spring tides", "where": "Skagen", "number": 17},
    "owls": {"who": "Cy Tran", "what": "barn owls", "where": "Hue", "number": 88},
}


def _articles(site: Site) -> None:
    for name, about in NAMES.items():
        site.put(f"/news/{name}", article_html(name.title(), **about))


def _titles(engine: Engine) -> set[str]:
    with engine.connect() as conn:
        return set(conn.execute(text("select title from news.articles")).scalars())


def _pages(engine: Engine) -> dict[str, tuple[str, str | None]]:
    with engine.connect() as conn:
        rows = conn.execute(text("select url, outcome, reason from news.pages"))
        return {row.url.rpartition("/")[2]: (row.outcome, row.reason) for row in rows}


def _poll(engine: Engine, run_id: int) -> tuple[str, int, str | None]:
    with engine.connect() as conn:
        query = text("select state, entries, reason from news.polls where run_id = :run")
        return tuple(conn.execute(query, {"run": run_id}).one())


def _urlset(site: Site, **dates: str | None) -> str:
    urls = "".join(
        f"<url><loc>{site.url}/news/{name}</loc>{f'<lastmod>{date}</lastmod>' if date else ''}</url>"
        for name, date in dates.items()
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'


def _index(site: Site, **dates: str) -> str:
    sitemaps = "".join(
        f"<sitemap><loc>{site.url}/{name}.xml</loc><lastmod>{date}</lastmod></sitemap>" for name, date in dates.items()
    )
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{sitemaps}</sitemapindex>'


def test_a_sitemap_brings_its_recent_articles_and_puts_the_old_ones_aside(
    site: Site, environment: Environments, engine: Engine
) -> None:
    _articles(site)
    site.put("/sitemap.xml", _urlset(site, bees="2026-02-27", tides="2019-05-01", owls=None))
    env = environment(Source("s", "S", SourceKind.SITEMAP, f"{site.url}/sitemap.xml"))

    run_id = ingest(env, Request())

    assert _titles(engine) == {"Bees"}
    assert _pages(engine) == {"bees": ("loaded", None), "tides": ("skipped", "old"), "owls": ("skipped", "old")}
    with engine.connect() as conn:
        run = conn.execute(text("select pages, loaded, skipped from news.runs where run_id = :r"), {"r": run_id}).one()
        said = conn.execute(text("select published_at, published_at_source from news.articles")).one()
    assert tuple(run) == (3, 1, 2)
    assert (f"{said.published_at:%Y-%m-%d}", said.published_at_source) == ("2026-02-27", "sitemap")


def test_an_undated_page_that_a_sitemap_names_later_is_new(
    site: Site, environment: Environments, engine: Engine
) -> None:
    _articles(site)
    site.put("/sitemap.xml", _urlset(site, bees=None))
    source = Source("s", "S", SourceKind.SITEMAP, f"{site.url}/sitemap.xml")
    ingest(environment(source), Request())
    site.put("/sitemap.xml", _urlset(site, bees=None, owls=None))

    ingest(environment(source, now=NOW + timedelta(days=1)), Request())

    assert _titles(engine) == {"Owls"}
    assert _pages(engine)["bees"] == ("skipped", "old")


def test_a_backfill_loads_what_a_sitemap_put_aside(site: Site, environment: Environments, engine: Engine) -> None:
    _articles(site)
    site.put("/sitemap.xml", _urlset(site, bees="2026-02-27", tides="2019-05-01"))
    env = environment(Source("s", "S", SourceKind.SITEMAP, f"{site.url}/sitemap.xml"))
    ingest(env, Request())

    backfill(env, Past(date(2019, 5, 1), date(2019, 5, 31)))

    assert _titles(engine) == {"Bees", "Tides"}


def test_of_an_index_only_the_sitemaps_that_changed_are_asked_again(
    site: Site, environment: Environments, engine: Engine
) -> None:
    _articles(site)
    site.put("/index.xml", _index(site, one="2026-02-28", two="2026-02-20"))
    site.put("/one.xml", _urlset(site, bees="2026-02-28"))
    site.put("/two.xml", gzip.compress(_urlset(site, owls="2026-02-20").encode()), media_type="application/gzip")
    source = Source("s", "S", SourceKind.SITEMAP, f"{site.url}/index.xml")
    ingest(environment(source), Request())
    site.log.clear()
    site.put("/index.xml", _index(site, one="2026-03-02", two="2026-02-20"))
    site.put("/one.xml", _urlset(site, bees="2026-02-28", tides="2026-03-02"))

    ingest(environment(source, now=NOW + timedelta(days=2)), Request())

    assert _titles(engine) == {"Bees", "Owls", "Tides"}
    assert {path for path, _ in site.log if path.endswith(".xml")} == {"/index.xml", "/one.xml"}


def test_a_sitemap_of_an_index_that_fails_costs_its_own_pages_only_and_is_named(
    site: Site, environment: Environments, engine: Engine
) -> None:
    _articles(site)
    site.put("/index.xml", _index(site, one="2026-02-28", gone="2026-02-20"))
    site.put("/one.xml", _urlset(site, bees="2026-02-28"))

    run_id = ingest(environment(Source("s", "S", SourceKind.SITEMAP, f"{site.url}/index.xml")), Request())

    assert _titles(engine) == {"Bees"}
    assert _poll(engine, run_id) == ("new", 1, "1 of 3 documents could not be read: http_404: Not Found")


def test_a_dead_sitemap_of_an_index_keeps_nothing_from_the_others_for_ever(
    site: Site, environment: Environments, engine: Engine
) -> None:
    _articles(site)
    source = Source("s", "S", SourceKind.SITEMAP, f"{site.url}/index.xml")
    site.put("/index.xml", _index(site, one="2026-02-28", gone="2026-02-20"))
    site.put("/one.xml", _urlset(site, bees=None))
    ingest(environment(source), Request())
    site.put("/one.xml", _urlset(site, bees=None, owls=None))

    ingest(environment(source, now=NOW + timedelta(days=1)), Request())

    assert _titles(engine) == {"Owls"}
    with engine.connect() as conn:
        source_row = conn.execute(text("select health, failures, last_error from news.sources")).one()
    assert (source_row.health, source_row.failures) == ("ok", 0)
    assert source_row.last_error.startswith("1 of 3 documents could not be read")


def test_an_index_of_more_sitemaps_than_a_poll_reads_is_read_in_turn(
    site: Site, environment: Environments, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.steps.asking.MAX_DOCUMENTS", 3)
    names = [f"m{number}" for number in range(6)]
    site.put("/index.xml", _index(site, **dict.fromkeys(names, "2026-02-28")))
    for number, name in enumerate(names):
        site.put(f"/{name}.xml", f"<urlset><url><loc>{site.url}/{number}</loc></url></urlset>")
    source = Source("s", "S", SourceKind.SITEMAP, f"{site.url}/index.xml")

    runs = [ingest(environment(source, now=NOW + timedelta(days=day)), Request()) for day in range(3)]

    assert {path for path, _ in site.log} >= {f"/{name}.xml" for name in names}
    assert _poll(engine, runs[0])[2] == "4 documents left for the next polls"


def test_documents_that_a_source_leads_to_are_followed_as_robots_txt_allows(
    site: Site, environment: Environments, engine: Engine
) -> None:
    _articles(site)
    site.put("/robots.txt", "User-agent: *\nDisallow: /secret\nDisallow: /index.xml\n", media_type="text/plain")
    site.put("/index.xml", _index(site, one="2026-02-28", secret="2026-02-28"))
    site.put("/one.xml", _urlset(site, bees="2026-02-28"))
    site.put("/secret.xml", _urlset(site, owls="2026-02-28"))

    # The index is the address that the user named.
    run_id = ingest(environment(Source("s", "S", SourceKind.SITEMAP, f"{site.url}/index.xml")), Request())

    assert _titles(engine) == {"Bees"}
    assert "/secret.xml" not in {path for path, _ in site.log}
    assert "robots: robots.txt of 127.0.0.1 disallows it" in (_poll(engine, run_id)[2] or "")


def test_a_source_that_is_read_otherwise_begins_anew(site: Site, environment: Environments, engine: Engine) -> None:
    site.put("/feed.xml", rss(item(f"{site.url}/news/bees", "Bees")))
    _articles(site)
    ingest(environment(Source("s", "S", SourceKind.FEED, f"{site.url}/feed.xml")), Request())
    site.put("/sitemap.xml", _urlset(site, bees=None, tides=None, owls=None))

    ingest(environment(Source("s", "S", SourceKind.SITEMAP, f"{site.url}/sitemap.xml")), Request())

    assert _titles(engine) == {"Bees"}
    assert _pages(engine)["owls"] == ("skipped", "old")


def test_an_archive_whose_lastmods_all_move_stays_aside(site: Site, environment: Environments, engine: Engine) -> None:
    _articles(site)
    source = Source("s", "S", SourceKind.SITEMAP, site.put("/sitemap.xml", _urlset(site, bees="2019-01-01", owls=None)))
    ingest(environment(source), Request())
    site.put("/sitemap.xml", _urlset(site, bees="2026-03-01T01:00:00Z", owls="2026-03-01T09:00:00Z"))

    ingest(environment(source, now=NOW + timedelta(days=1)), Request())

    # Of the owls no date was known before: they may be new.
    assert _pages(engine) == {"bees": ("skipped", "old"), "owls": ("loaded", None)}


def test_what_one_source_puts_aside_another_one_brings(site: Site, environment: Environments, engine: Engine) -> None:
    _articles(site)
    undated = Source("s", "S", SourceKind.SITEMAP, site.put("/sitemap.xml", _urlset(site, bees=None)))
    ingest(environment(undated), Request())
    feed = Source("f", "F", SourceKind.FEED, site.put("/feed.xml", rss(item(f"{site.url}/news/bees", "Bees"))))

    ingest(environment(undated, feed), Request())

    assert _titles(engine) == {"Bees"}


def test_what_is_off_the_topic_of_one_source_another_one_brings(
    site: Site, environment: Environments, engine: Engine
) -> None:
    _articles(site)
    address = site.put("/feed.xml", rss(item(f"{site.url}/news/bees", "Bees")))
    topical = Source("a", "A", SourceKind.FEED, address, options=Options(topic="ai"))
    ingest(environment(topical), Request())
    before = _pages(engine)

    ingest(environment(topical, Source("b", "B", SourceKind.FEED, address)), Request())

    assert before == {"bees": ("skipped", "off_topic")}
    assert _titles(engine) == {"Bees"}


def test_pages_off_topic_are_judged_again_when_their_source_changes_its_mind(
    site: Site, environment: Environments, engine: Engine
) -> None:
    _articles(site)
    source = Source("a", "A", SourceKind.FEED, site.put("/feed.xml", rss(item(f"{site.url}/news/bees", "Bees"))))
    ingest(environment(replace(source, options=Options(topic="ai"))), Request())

    ingest(environment(source), Request())

    assert _titles(engine) == {"Bees"}


def test_a_page_that_was_put_aside_and_wanted_in_one_run_has_one_outcome(
    site: Site, environment: Environments, engine: Engine
) -> None:
    _articles(site)
    undated = Source("a", "A", SourceKind.SITEMAP, site.put("/sitemap.xml", _urlset(site, bees=None)))
    feed = Source("b", "B", SourceKind.FEED, site.put("/feed.xml", rss(item(f"{site.url}/news/bees", "Bees"))))

    run_id = ingest(environment(undated, feed), Request())

    with engine.connect() as conn:
        said = conn.execute(text("select outcome from news.outcomes where run_id = :r"), {"r": run_id}).scalars().all()
    assert said == ["loaded"]


def test_an_index_that_names_itself_ends(site: Site, environment: Environments, engine: Engine) -> None:
    site.put("/index.xml", _index(site, index="2026-02-28"))

    run_id = ingest(environment(Source("s", "S", SourceKind.SITEMAP, f"{site.url}/index.xml")), Request())

    assert _poll(engine, run_id) == ("unchanged", 0, None)
    assert [path for path, _ in site.log] == ["/index.xml"]


def _posts(site: Site, **dates: str) -> str:
    return json.dumps(
        [
            {"link": f"{site.url}/news/{name}", "date_gmt": date, "modified_gmt": date, "title": {"rendered": name}}
            for name, date in dates.items()
        ]
    )


def test_a_wordpress_site_is_asked_for_posts_since_the_horizon_and_then_since_the_last_answer(
    site: Site, environment: Environments, engine: Engine
) -> None:
    _articles(site)
    site.put_below("/wp-json/wp/v2/posts", _posts(site, bees="2026-02-27T08:00:00"), media_type="application/json")
    source = Source("w", "W", SourceKind.WORDPRESS, site.url)

    ingest(environment(source), Request())
    ingest(environment(source, now=NOW + timedelta(days=5)), Request())

    asked = [path for path, _ in site.log if path.startswith("/wp-json")]
    assert _titles(engine) == {"Bees"}
    assert len(asked) == 2
    assert "after=2026-01-30T11:59:59Z" in asked[0]
    assert "after=2026-02-27T11:59:59Z" in asked[1]


def test_a_wordpress_site_that_closed_its_api_is_followed_by_its_feed(
    site: Site, environment: Environments, engine: Engine
) -> None:
    _articles(site)
    site.put_below("/wp-json/wp/v2/posts", '{"code": "rest_disabled"}', status=401, media_type="application/json")
    site.put("/feed/", f"<rss><channel><item><link>{site.url}/news/owls</link></item></channel></rss>")

    run_id = ingest(environment(Source("w", "W", SourceKind.WORDPRESS, site.url)), Request())

    assert _titles(engine) == {"Owls"}
    assert _poll(engine, run_id) == ("new", 1, None)


LIST = '<main><ul>{items}</ul><a class="older" href="/list?page=2">Older</a></main>'


def _listing(**dates: str) -> str:
    items = "".join(f'<li><a href="/news/{n}">{n}</a><time datetime="{d}">x</time></li>' for n, d in dates.items())
    return LIST.format(items=items)


SELECTORS = Selectors(entry="main li", link="a", date="time", next="a.older")


def test_a_backfill_of_a_site_with_a_closed_api_goes_back_through_its_feed(
    site: Site, environment: Environments, engine: Engine
) -> None:
    _articles(site)
    site.put_below("/wp-json/wp/v2/posts", "{}", status=404)
    for page, (name, day) in enumerate((("bees", "27 Feb"), ("tides", "15 Jan"), ("owls", "15 Dec")), 1):
        year = 2025 if "Dec" in day else 2026
        body = rss(item(f"{site.url}/news/{name}", name, f"Thu, {day} {year} 08:00:00 GMT"))
        site.put("/feed/" if page == 1 else f"/feed/?paged={page}", body)

    backfill(
        environment(Source("w", "W", SourceKind.WORDPRESS, site.url)),
        Past(date(2026, 1, 1), date(2026, 1, 31)),
    )

    assert _titles(engine) == {"Tides"}


def test_a_listing_brings_the_articles_that_its_selectors_find(
    site: Site, environment: Environments, engine: Engine
) -> None:
    _articles(site)
    address = site.put("/list", _listing(bees="2026-02-27", tides="2026-01-02"))

    ingest(environment(Source("l", "L", SourceKind.LISTING, address, options=Options(selectors=SELECTORS))), Request())

    assert _pages(engine) == {"bees": ("loaded", None), "tides": ("skipped", "old")}
    assert "/list?page=2" not in {path for path, _ in site.log}


def test_a_backfill_goes_back_page_by_page_until_the_period_is_passed(
    site: Site, environment: Environments, engine: Engine
) -> None:
    _articles(site)
    address = site.put("/list", _listing(bees="2026-02-27"))
    site.put("/list?page=2", _listing(tides="2026-01-15").replace("page=2", "page=3"))
    site.put("/list?page=3", _listing(owls="2025-12-15").replace("page=2", "page=4"))
    source = Source("l", "L", SourceKind.LISTING, address, options=Options(selectors=SELECTORS))

    backfill(environment(source), Past(date(2026, 1, 1), date(2026, 1, 31)))

    assert _titles(engine) == {"Tides"}
    assert [path for path, _ in site.log if path.startswith("/list")] == ["/list", "/list?page=2", "/list?page=3"]


def test_a_listing_whose_selector_finds_nothing_fails_and_says_so(
    site: Site, environment: Environments, engine: Engine
) -> None:
    address = site.put("/list", "<main><a href='/x'>New layout</a></main>")
    source = Source("l", "L", SourceKind.LISTING, address, options=Options(selectors=SELECTORS))

    run_id = ingest(environment(source), Request())

    state, _, reason = _poll(engine, run_id)
    assert state == "failed"
    assert reason is not None
    assert reason.startswith("nothing_found: ")
    assert "'main li'" in reason


def _lines(site: Site) -> bytes:
    body = " ".join(f"Sentence {number} about lighthouses and the people who keep them." for number in range(20))
    lines = [{"url": "https://a.example/lights", "title": "Lights", "text": body}, {"url": f"{site.url}/news/bees"}]
    return b"\n".join(json.dumps(line).encode() for line in lines)


def test_a_jsonl_source_delivers_texts_and_names_pages_to_fetch(
    site: Site, environment: Environments, engine: Engine
) -> None:
    _articles(site)
    source = Source("j", "J", SourceKind.JSONL, site.put("/all.jsonl", _lines(site), media_type="application/jsonl"))
    ingest(environment(source), Request())
    titles = _titles(engine)

    second = ingest(environment(source, now=NOW + timedelta(days=1)), Request())

    assert titles == {"Lights", "Bees"}
    assert _poll(engine, second)[0] == "unchanged"
    assert _pages(engine)["lights"] == ("loaded", None)


def test_a_line_that_goes_back_to_an_earlier_text_is_followed(
    site: Site, environment: Environments, engine: Engine
) -> None:
    lines = _lines(site)
    source = Source("j", "J", SourceKind.JSONL, f"{site.url}/all.jsonl")
    for day, body in enumerate((lines, lines.replace(b"lighthouses", b"lightships"), lines)):
        site.put("/all.jsonl", body)
        ingest(environment(source, now=NOW + timedelta(days=day)), Request())

    with engine.connect() as conn:
        kept = conn.execute(text("select text from news.articles where title = 'Lights'")).scalar_one()
    assert "lighthouses" in kept


def test_a_jsonl_source_cannot_write_over_another_sources_article(
    site: Site, environment: Environments, engine: Engine
) -> None:
    _articles(site)
    feed = Source("f", "F", SourceKind.FEED, site.put("/feed.xml", rss(item(f"{site.url}/news/bees", "Bees"))))
    ingest(environment(feed), Request())
    forged = json.dumps({"url": f"{site.url}/news/bees", "title": "Forged", "text": "Never happened. " * 40})
    jsonl = Source("j", "J", SourceKind.JSONL, site.put("/all.jsonl", forged))

    ingest(environment(feed, jsonl, now=NOW + timedelta(days=1)), Request())

    assert _titles(engine) == {"Bees"}


def test_a_jsonl_file_of_this_machine_is_a_source_too(
    site: Site, environment: Environments, engine: Engine, tmp_path: Path
) -> None:
    _articles(site)
    file = tmp_path / "all.jsonl.gz"
    file.write_bytes(gzip.compress(_lines(site)))

    ingest(environment(Source("j", "J", SourceKind.JSONL, str(file))), Request())

    assert _titles(engine) == {"Lights", "Bees"}


def test_a_changed_line_makes_a_revision(site: Site, environment: Environments, engine: Engine) -> None:
    source = Source("j", "J", SourceKind.JSONL, site.put("/all.jsonl", _lines(site)))
    ingest(environment(source), Request())
    site.put("/all.jsonl", _lines(site).replace(b"lighthouses", b"lightships"))

    ingest(environment(source, now=NOW + timedelta(days=1)), Request())

    with engine.connect() as conn:
        assert conn.execute(text("select count(*) from news.revisions")).scalar_one() == 1


def test_a_sitemap_that_was_named_and_not_read_brings_no_flood_when_it_is(
    site: Site, environment: Environments, engine: Engine
) -> None:
    _articles(site)
    site.put("/index.xml", _index(site, one="2026-02-28", late="2026-02-28"))
    site.put("/one.xml", _urlset(site, bees="2026-02-28"))
    site.put("/late.xml", status=503)
    source = Source("s", "S", SourceKind.SITEMAP, f"{site.url}/index.xml")
    ingest(environment(source), Request())
    site.put("/late.xml", _urlset(site, tides=None, owls=None))

    ingest(environment(source, now=NOW + timedelta(days=1)), Request())

    assert _titles(engine) == {"Bees"}
    assert _pages(engine)["owls"] == ("skipped", "old")


def test_dead_sitemaps_do_not_keep_the_others_from_their_turn(
    site: Site, environment: Environments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.steps.asking.MAX_DOCUMENTS", 3)
    names = ["dead1", "dead2", "dead3", "one", "two"]
    site.put("/index.xml", _index(site, **dict.fromkeys(names, "2026-02-28")))
    for name in ("one", "two"):
        site.put(f"/{name}.xml", f"<urlset><url><loc>{site.url}/{name}</loc></url></urlset>")
    source = Source("s", "S", SourceKind.SITEMAP, f"{site.url}/index.xml")

    for day in range(4):
        ingest(environment(source, now=NOW + timedelta(days=2 * day)), Request())

    assert {"/one.xml", "/two.xml"} <= {path for path, _ in site.log}


def test_a_source_whose_every_document_is_dead_is_failing(
    site: Site, environment: Environments, engine: Engine
) -> None:
    site.put("/index.xml", _index(site, one="2026-02-28", two="2026-02-28"))

    run_id = ingest(environment(Source("s", "S", SourceKind.SITEMAP, f"{site.url}/index.xml")), Request())

    assert _poll(engine, run_id)[0] == "failed"


def test_a_list_that_breaks_off_is_asked_for_again_from_where_it_was(
    site: Site, environment: Environments, engine: Engine
) -> None:
    _articles(site)
    full = json.dumps(
        [
            {"link": f"{site.url}/sport/{n}", "date_gmt": "2026-02-27T08:00:00", "title": {"rendered": str(n)}}
            for n in range(100)
        ]
    )
    site.put_below("/wp-json/wp/v2/posts", full, media_type="application/json")
    source = Source("w", "W", SourceKind.WORDPRESS, site.url, options=Options(paths=("/news/",)))
    first = "/wp-json/wp/v2/posts?per_page=100&orderby=date&order=desc&_fields=link,date_gmt,modified_gmt,title,slug"
    second = f"{first}&after=2026-01-30T11:59:59Z&page=2"
    site.put(second, status=500)
    run_id = ingest(environment(source), Request())
    site.put(second, _posts(site, bees="2026-02-26T08:00:00"), media_type="application/json")

    ingest(environment(source, now=NOW), Request(("w",)))

    assert _poll(engine, run_id)[0] == "failed"
    # Nothing of the first page is below the source's paths, and the list goes on all the same.
    assert _titles(engine) == {"Bees"}


def test_another_pace_is_no_other_reading(site: Site, environment: Environments, engine: Engine) -> None:
    _articles(site)
    source = Source("s", "S", SourceKind.SITEMAP, site.put("/sitemap.xml", _urlset(site, bees=None)))
    ingest(environment(source), Request())
    site.put("/sitemap.xml", _urlset(site, bees=None, owls=None))
    slower = replace(source, options=Options(turn=Turn(interval_seconds=0.01)))

    ingest(environment(slower, now=NOW + timedelta(days=1)), Request())

    assert _titles(engine) == {"Owls"}
