"""Words that would be SQL where text is pasted into a statement: they come out as they went in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import runner
from site_server import Site, article_html, item, rss
from sqlalchemy import URL, Engine, text

from db.engine import libpq_url

Run = Callable[..., str]
SQL = "x'); drop schema ingest cascade; -- %s %(a)s :b {c} \\' $1 $$ \" ' || (select 1/0)"


@pytest.fixture
def run(database: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command: all that it wrote."""
    (tmp_path / "newsfold.toml").write_text("sources = []\n", encoding="utf-8")
    monkeypatch.setenv("NEWSFOLD_DATABASE_URL", libpq_url(database))

    command = runner(monkeypatch, capsys)

    def call(*arguments: str) -> str:
        _, out, err = command(*arguments)
        assert "Traceback" not in err
        assert "syntax error" not in err
        assert "division by zero" not in err
        return out + err

    return call


def test_what_sources_and_pages_say_is_stored_as_it_is(run: Run, site: Site, engine: Engine, tmp_path: Path) -> None:
    page = site.put(
        "/a?q='%20or%201=1;--", article_html(SQL, who=SQL.replace("<", ""), what="kelp", where="Mie", number=4)
    )
    escaped = SQL.replace('"', "&quot;")
    site.put("/feed.xml", rss(item(page, escaped)), headers={"ETag": '"' + SQL.replace('"', "") + '"'})
    name = json.dumps(SQL)
    toml = f'[[sources]]\nslug = "kelp"\nkind = "feed"\nurl = "{site.url}/feed.xml"\nname = {name}\n'
    (tmp_path / "newsfold.toml").write_text(toml, encoding="utf-8")

    run("ingest")
    run("ingest")

    with engine.connect() as conn:
        assert conn.execute(text("select name from ingest.source where slug = 'kelp'")).scalar_one() == SQL
        assert (
            conn.execute(text("select count(*) from news.articles where title like 'x''); drop schema%'")).scalar_one()
            == 1
        )


def test_what_an_import_says_is_stored_as_it_is(run: Run, engine: Engine, tmp_path: Path) -> None:
    record = {"url": f"https://a.example/{SQL}", "text": SQL + " A harbour opened. " * 20, "title": SQL, "author": SQL}
    (tmp_path / "a';--.jsonl").write_text(json.dumps(record | {"site": SQL, SQL: SQL}), encoding="utf-8")
    opml = '<opml version="2.0"><body><outline text="x\'); drop" xmlUrl="https://a.example/\';--"/></body></opml>'
    (tmp_path / "feeds.opml").write_text(opml, encoding="utf-8")

    run("import", "a';--.jsonl")
    run("sources", "import", "feeds.opml")
    run("sources")

    with engine.connect() as conn:
        assert conn.execute(text("select title from news.articles")).scalars().all() == [SQL]


def test_what_a_user_types_is_a_value(run: Run, engine: Engine) -> None:
    for arguments in (
        ("show", SQL),
        ("show", f"https://a.example/{SQL}"),
        ("ingest", "--source", SQL),
        ("backfill", "--since", "2026-01-01", "--until", "2026-01-02", "--source", SQL),
        ("sources", "check", SQL),
        ("sources", "add", f"https://a.invalid/{SQL}", "--slug", SQL),
        ("stories", "--limit", "1; drop"),
        ("refold", "--since", SQL),
    ):
        run(*arguments)

    with engine.connect() as conn:
        assert conn.execute(text("select count(*) from news.articles")).scalar_one() == 0
