"""`newsfold sources`: what is found at an address, what each source says when asked, and lists of feeds in and out."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from commands import Run, runner
from site_server import Site, article_html, item, rss

from flows.wiring import shipped_sources

FEED_TYPE = "application/rss+xml"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Runs a command without a database: exit code, standard output, standard error. No source is followed yet."""
    (tmp_path / "newsfold.toml").write_text("sources = []\n", encoding="utf-8")

    return runner(monkeypatch, capfdbinary)


def _written(tmp_path: Path) -> list[dict[str, Any]]:
    sources: list[dict[str, Any]] = tomllib.loads((tmp_path / "newsfold.toml").read_text(encoding="utf-8"))["sources"]
    return sources


def _front(site: Site, head: str = "") -> str:
    return site.put("/", f"<html><head>{head}<title>Kelp Today</title></head><body>Welcome.</body></html>")


def _post(site: Site) -> str:
    return json.dumps(
        [{"link": f"{site.url}/a", "date_gmt": "2026-02-27T08:00:00", "title": {"rendered": "Kelp"}, "slug": "a"}]
    )


def test_a_feed_that_a_page_names_is_taken_first_and_the_api_is_named_beside_it(
    run: Run, site: Site, tmp_path: Path
) -> None:
    feed = site.put("/kelp.xml", rss(item(f"{site.url}/a", "A")), media_type=FEED_TYPE)
    site.put_below("/wp-json/wp/v2/posts", _post(site), media_type="application/json")
    front = _front(
        site,
        f'<link rel="alternate" type="{FEED_TYPE}" href="/kelp.xml">'
        f'<link rel="https://api.w.org/" href="{site.url}/wp-json/">',
    )

    code, _, err = run("sources", "add", front, "--slug", "kelp")

    assert code == 0, err
    assert [(one["slug"], one["kind"], one["url"]) for one in _written(tmp_path)] == [("kelp", "feed", feed)]
    assert "also there: wordpress" in err


def test_the_kind_that_is_asked_for_is_taken(run: Run, site: Site, tmp_path: Path) -> None:
    site.put("/kelp.xml", rss(item(f"{site.url}/a", "A")), media_type=FEED_TYPE)
    site.put_below("/wp-json/wp/v2/posts", _post(site), media_type="application/json")
    front = _front(
        site,
        f'<link rel="alternate" type="{FEED_TYPE}" href="/kelp.xml">'
        f'<link rel="https://api.w.org/" href="{site.url}/wp-json/">',
    )

    run("sources", "add", front, "--kind", "wordpress")

    assert [one["kind"] for one in _written(tmp_path)] == ["wordpress"]


def test_a_sitemap_is_found_beside_a_feed_where_it_is_asked_for(run: Run, site: Site, tmp_path: Path) -> None:
    site.put("/feed/", rss(item(f"{site.url}/a", "A")), media_type=FEED_TYPE)
    sitemap = site.put("/sitemap.xml", f"<urlset><url><loc>{site.url}/a</loc></url></urlset>")

    run("sources", "add", _front(site), "--kind", "sitemap")

    assert [(one["kind"], one["url"]) for one in _written(tmp_path)] == [("sitemap", sitemap)]


def test_an_address_that_is_followed_already_is_not_added_again(run: Run, site: Site, tmp_path: Path) -> None:
    feed = site.put("/feed.xml", rss(item(f"{site.url}/a", "A")), media_type=FEED_TYPE)
    run("sources", "add", feed, "--slug", "kelp")

    code, _, err = run("sources", "add", feed, "--slug", "other")

    assert (code, "is followed already as 'kelp'" in err) == (2, True)
    assert [one["slug"] for one in _written(tmp_path)] == ["kelp"]


def test_a_feed_that_nothing_names_is_found_where_sites_have_one(run: Run, site: Site, tmp_path: Path) -> None:
    feed = site.put("/blog/feed/", rss(item(f"{site.url}/a", "A")), media_type=FEED_TYPE)
    blog = site.put("/blog", "<html><body>Blog</body></html>")

    run("sources", "add", blog)

    assert [(one["kind"], one["url"]) for one in _written(tmp_path)] == [("feed", feed)]


def test_a_sitemap_is_found_through_robots_txt_and_bound_to_the_page_s_path(
    run: Run, site: Site, tmp_path: Path
) -> None:
    locs = "".join(f"<url><loc>{site.url}{path}</loc></url>" for path in ("/news/a", "/about"))
    sitemap = site.put("/maps/all.xml", f"<urlset>{locs}</urlset>", media_type="application/xml")
    site.put("/robots.txt", f"User-agent: *\nAllow: /\nSitemap: {sitemap}\n", media_type="text/plain")
    news = site.put("/news", "<html><body>News</body></html>")

    run("sources", "add", news)

    assert [(one["kind"], one["url"], one["paths"]) for one in _written(tmp_path)] == [("sitemap", sitemap, ["/news/"])]


def test_a_page_with_its_list_in_json_ld_is_a_listing(run: Run, site: Site, tmp_path: Path) -> None:
    articles = [{"@type": "NewsArticle", "url": f"{site.url}/{name}", "headline": name} for name in "ab"]
    data = json.dumps({"@context": "https://schema.org", "@graph": articles})
    news = site.put("/news", f'<html><head><script type="application/ld+json">{data}</script></head></html>')

    run("sources", "add", news)

    assert [(one["kind"], one["url"]) for one in _written(tmp_path)] == [("listing", news)]


def test_an_address_without_any_source_is_said_and_nothing_is_written(run: Run, site: Site, tmp_path: Path) -> None:
    code, _, err = run("sources", "add", _front(site))

    assert code == 2
    assert "nothing_found (no feed, wordpress, sitemap, listing there" in err
    assert _written(tmp_path) == []


def test_a_jsonl_file_can_be_added(run: Run, tmp_path: Path) -> None:
    (tmp_path / "archive.jsonl").write_text('{"url": "https://a.example/1", "text": "All."}\n', encoding="utf-8")

    code, _, err = run("sources", "add", "archive.jsonl")

    assert code == 0, err
    assert [(one["kind"], one["path"]) for one in _written(tmp_path)] == [("jsonl", str(tmp_path / "archive.jsonl"))]


OPML = """<?xml version="1.0"?><opml version="2.0"><head/><body><outline text="AI">
<outline type="rss" text="كيلب" xmlUrl="https://a.example/feed" language="ar"/>
<outline type="rss" text="Kelp" xmlUrl="https://b.example/feed"/>
<outline type="rss" text="Nothing" xmlUrl="ftp://c.example/feed"/>
</outline></body></opml>"""


def test_the_feeds_of_an_opml_file_are_added_once_and_come_out_again(run: Run, tmp_path: Path) -> None:
    (tmp_path / "list.opml").write_text(OPML, encoding="utf-8")

    _, _, first = run("sources", "import", "list.opml")
    _, _, second = run("sources", "import", "list.opml")
    _, exported, _ = run("sources", "export")

    assert "2 sources added" in first
    assert "ftp://c.example/feed" in first
    assert "0 sources added" in second
    assert [(one["url"], one.get("language")) for one in _written(tmp_path)] == [
        ("https://a.example/feed", "ar"),
        ("https://b.example/feed", None),
    ]
    assert 'xmlUrl="https://a.example/feed"' in exported
    assert "كيلب" in exported


def test_check_gives_every_kind_of_source_a_verdict(run: Run, site: Site, tmp_path: Path) -> None:
    page = site.put("/a", article_html("Kelp", who="Hana Ito", what="kelp", where="Mie", number=4))
    ahead = item(f"{page}/2", "Kelp", "Sun, 01 Feb 2099 08:00:00 GMT")
    site.put("/feed.xml", rss(item(page, "Kelp", "Sun, 01 Feb 2015 08:00:00 GMT"), ahead))
    site.put("/index.xml", f"<sitemapindex><sitemap><loc>{site.url}/one.xml</loc></sitemap></sitemapindex>")
    site.put("/one.xml", f"<urlset><url><loc>{page}</loc></url></urlset>")
    site.put("/list", '<main><a href="/a">A</a></main>')
    site.put_below("/wp-json/wp/v2/posts", "[]", media_type="application/json")
    site.put("/wall", "<html>Just a moment...</html>", status=403, headers={"cf-mitigated": "challenge"})
    kinds = [
        ("old", "feed", "/feed.xml", ""),
        ("map", "sitemap", "/index.xml", ""),
        ("list", "listing", "/list", 'selectors = { entry = "main a" }'),
        ("changed", "listing", "/list", 'selectors = { entry = "section a" }'),
        ("posts", "wordpress", "/", ""),
        ("wall", "feed", "/wall", ""),
    ]
    toml = "".join(
        f'[[sources]]\nslug = "{slug}"\nkind = "{kind}"\nurl = "{site.url}{path}"\n{more}\n'
        for slug, kind, path, more in kinds
    )
    (tmp_path / "newsfold.toml").write_text(toml, encoding="utf-8")

    code, out, _ = run("sources", "check", "--json")

    verdicts = {row["source"]: (row["verdict"], row["detail"].partition(":")[0]) for row in json.loads(out)}
    assert verdicts == {
        "old": ("stale", ""),
        "map": ("ok", ""),
        "list": ("ok", ""),
        "changed": ("failed", "nothing_found"),
        "posts": ("empty", ""),
        "wall": ("failed", "bot_wall"),
    }
    assert code == 1


@pytest.mark.parametrize(
    ("count", "says"), [(0, ""), (1, "1 item that names no article"), (2, "2 items that name no article")]
)
def test_check_counts_the_items_that_name_no_article(
    count: int, says: str, run: Run, site: Site, tmp_path: Path
) -> None:
    address = site.put("/feed.xml", rss(item(f"{site.url}/a", "Kelp"), *["<item><title>Tide</title></item>"] * count))
    toml = f'[[sources]]\nslug = "kelp"\nkind = "feed"\nurl = "{address}"\n'
    (tmp_path / "newsfold.toml").write_text(toml, encoding="utf-8")

    _, out, _ = run("sources", "check", "--json")

    assert [row["detail"] for row in json.loads(out)] == [says]


def test_every_shipped_source_gets_a_verdict_when_no_host_can_be_reached(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "newsfold.toml").write_text('extends = "defaults"\n', encoding="utf-8")
    # A proxy that nobody listens at: nothing leaves this machine, and every connection fails.
    monkeypatch.setenv("NEWSFOLD_PROXY", "http://127.0.0.1:9")

    code, out, _ = run("sources", "check")
    _, as_json, _ = run("sources", "check", "--json")

    verdicts = {row["source"]: row["verdict"] for row in json.loads(as_json)}
    assert set(verdicts) == {source.slug for source in shipped_sources()}
    assert verdicts.pop("seeds") == "ok"
    assert set(verdicts.values()) == {"failed", "offline"}
    assert code == 1
    assert all(slug in out for slug in verdicts)


@pytest.mark.parametrize("command", [("sources", "add"), ("extract",)], ids=" ".join)
@pytest.mark.parametrize("address", ["", " "])
def test_an_empty_address_is_not_the_current_folder(
    command: tuple[str, ...], address: str, run: Run, tmp_path: Path
) -> None:
    code, out, err = run(*command, address)

    assert (code, out) == (2, "")
    assert err.splitlines()[0] == "newsfold: the address is empty"
    assert _written(tmp_path) == []


def test_a_mark_of_utf_8_before_the_sources_is_read_over_and_not_written(run: Run, tmp_path: Path) -> None:
    place, folder = tmp_path / "newsfold.toml", tmp_path / "kelp"
    folder.mkdir()
    place.write_text("# Süd\nsources = []\n", encoding="utf-8-sig")

    code, _, err = run("sources", "add", str(folder))

    assert code == 0, err
    assert place.read_text(encoding="utf-8").startswith("# Süd\n")
    assert [one["slug"] for one in _written(tmp_path)] == ["kelp"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_sources_file_keeps_its_line_ends(line_end: str, run: Run, tmp_path: Path) -> None:
    place, folder = tmp_path / "newsfold.toml", tmp_path / "kelp"
    folder.mkdir()
    place.write_text('# mine\nextends = "defaults"\n', encoding="utf-8", newline=line_end)

    code, _, err = run("sources", "add", str(folder))

    lines = place.read_bytes().decode().splitlines(keepends=True)
    assert code == 0, err
    assert lines[0] == f"# mine{line_end}"
    assert len(lines) > 5
    assert {line[len(line.rstrip()) :] for line in lines} == {line_end}
