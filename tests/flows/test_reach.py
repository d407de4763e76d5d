"""No word of a stranger leads newsfold into a network that the user did not allow, by whatever way it comes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commands import runner
from site_server import Site, article_html, item, rss
from sqlalchemy import URL

from db.engine import libpq_url

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def inner() -> Iterator[Site]:
    """The user's own network: whoever asks it anything has gone too far."""
    with Site.running("127.0.0.2") as site:
        yield site


@pytest.fixture
def run(database: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command: exit code, and all that it wrote. Allowed is 127.0.0.1, which stands for the internet."""
    (tmp_path / "newsfold.toml").write_text("sources = []\n", encoding="utf-8")
    monkeypatch.setenv("NEWSFOLD_DATABASE_URL", libpq_url(database))
    monkeypatch.setenv("NEWSFOLD_ALLOW_NETWORKS", "127.0.0.1")

    command = runner(monkeypatch, capsys)

    def call(*arguments: str) -> tuple[int, str]:
        code, out, err = command(*arguments)
        return code, out + err

    return call


def test_the_inner_network_is_there_for_whoever_may_reach_it(
    run: Run, inner: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSFOLD_ALLOW_NETWORKS", "127.0.0.0/8")

    run("extract", inner.put("/a", article_html("Kelp", who="Ito", what="kelp", where="Mie", number=4)))

    assert ("/a", 200) in inner.log


def test_no_source_leads_a_run_into_the_inner_network(run: Run, site: Site, inner: Site, tmp_path: Path) -> None:
    there = inner.put("/a", article_html("Kelp", who="Ito", what="kelp", where="Mie", number=4))
    inner.put("/feed.xml", rss(item(there, "A")))
    inner.put("/sitemap.xml", f"<urlset><url><loc>{there}</loc></url></urlset>")
    away = site.put("/away", status=302, headers={"Location": there})
    refresh = site.put("/refresh", f'<meta http-equiv="refresh" content="0; url={there}">')
    framed = article_html("Weed", who="Hana", what="weed", where="Uji", number=5)
    canonical = site.put("/canonical", framed.replace("<head>", f'<head><link rel="canonical" href="{there}">'))
    site.put("/feed.xml", rss(*(item(url, url) for url in (there, away, refresh, canonical))))
    site.put("/robots.txt", f"User-agent: *\nAllow: /\nSitemap: {inner.url}/sitemap.xml\n", media_type="text/plain")
    site.put("/index.xml", f"<sitemapindex><sitemap><loc>{inner.url}/sitemap.xml</loc></sitemap></sitemapindex>")
    site.put("/moved.xml", status=301, headers={"Location": f"{inner.url}/feed.xml"})
    site.put(
        "/list",
        f'<main><ul><li class="e"><a href="{there}">A harbour opened</a></li></ul>'
        f'<a rel="next" href="{inner.url}/list">next</a></main>',
    )
    inner.put_below("/robots.txt", "User-agent: *\nAllow: /\n")
    options = {
        "feed": f'kind = "feed"\nurl = "{site.url}/feed.xml"',
        "moved": f'kind = "feed"\nurl = "{site.url}/moved.xml"',
        "index": f'kind = "sitemap"\nurl = "{site.url}/index.xml"',
        "robots": f'kind = "sitemap"\nurl = "{site.url}/robots.txt"',
        "list": f'kind = "listing"\nurl = "{site.url}/list"',
        "inner": f'kind = "feed"\nurl = "{inner.url}/feed.xml"',
        "posts": f'kind = "wordpress"\nurl = "{inner.url}/"',
    }
    toml = "".join(f'[[sources]]\nslug = "{slug}"\n{rest}\n' for slug, rest in options.items())
    (tmp_path / "newsfold.toml").write_text(toml, encoding="utf-8")

    _, said = run("ingest")
    run("backfill", "--since", "2020-01-01", "--until", "2030-01-01")
    run("sources", "check")

    assert inner.log == []
    assert "blocked_address" in said
    assert ("/feed.xml", 200) in site.log


def test_no_address_that_a_user_pastes_leads_further_than_it_says(run: Run, site: Site, inner: Site) -> None:
    inner.put("/feed.xml", rss(item(f"{inner.url}/a", "A")))
    away = site.put("/away", status=302, headers={"Location": f"{inner.url}/feed.xml"})
    site.put("/robots.txt", f"Sitemap: {inner.url}/sitemap.xml\n", media_type="text/plain")
    front = site.put(
        "/",
        f'<html><head><link rel="alternate" type="application/rss+xml" href="{inner.url}/feed.xml">'
        f'<link rel="https://api.w.org/" href="{inner.url}/wp-json/"></head></html>',
    )

    for arguments in (
        ("extract", away),
        ("extract", f"{inner.url}/feed.xml"),
        ("sources", "add", front),
        ("sources", "add", away),
        ("sources", "add", inner.url),
    ):
        code, said = run(*arguments)
        assert code != 0, arguments
        assert "Traceback" not in said

    assert inner.log == []
