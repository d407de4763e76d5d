"""The main job on each kind of source, on a local site."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from conftest import NOW
from site_server import Site, article_html
from sqlalchemy import Engine, text

from flows.ingest import Request, ingest
from flows.wiring import Environment
from pipeline.models import Options, Selectors, Source, SourceKind

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

    ingest(env, Request(since=date(2019, 5, 1), until=date(2019, 5, 31)))

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
    assert _poll(engine, run_id) == ("failed", 1, "http_404: Not Found (1 of 3 documents)")


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
    assert "after=2026-01-30T12:00:00Z" in asked[0]
    assert "after=2026-02-27T12:00:00Z" in asked[1]


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

    ingest(environment(source), Request(since=date(2026, 1, 1), until=date(2026, 1, 31)))

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
