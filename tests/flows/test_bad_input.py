"""Bad input: each page ends in one outcome with a reason, and the run goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from site_server import PARAGRAPHS, Site, article_html, item, rss
from sqlalchemy import Engine, text

from db import books
from flows.ingest import Request, ingest
from flows.wiring import Environment
from pipeline.models.sources import Source, SourceKind

GOOD = "\n\n".join(PARAGRAPHS).format(who="Ada Quill", what="bee colonies", where="Kilmory", number=41)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog>>\nendobj\n" + bytes(range(256)) * 20
NO_TEXT = "<!doctype html><html><head><title>Menu</title></head><body><nav><a href=/a>A</a></nav></body></html>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "texts"
    made.mkdir()
    return made


@pytest.fixture
def files(folder: Path) -> Source:
    return Source("files", "Files", SourceKind.FILES, str(folder), "en")


def _outcomes(engine: Engine, run_id: int) -> dict[str, tuple[str, str | None]]:
    with engine.connect() as conn:
        rows = conn.execute(text("select url, outcome, reason from news.outcomes where run_id = :run"), {"run": run_id})
        return {row.url.rpartition("/")[2]: (row.outcome, row.reason) for row in rows}


def _check_books(engine: Engine, run_id: int) -> None:
    with engine.connect() as conn:
        run = conn.execute(text("select state, pending from news.runs where run_id = :run"), {"run": run_id}).one()
        broken = books.broken_promises(conn)
        dirty = conn.execute(
            text(
                r"select count(*) from ingest.article where concat(title, text, author) ~ '[\x01-\x08\x0e-\x1f\ufffe]'"
            )
        ).scalar_one()
    assert tuple(run) == ("completed", 0)
    assert broken == []
    assert dirty == 0


def test_files_of_every_bad_kind_are_settled_beside_a_good_one(
    folder: Path, files: Source, environment: Callable[..., Environment], engine: Engine
) -> None:
    (folder / "good.txt").write_text(GOOD, "utf-8")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "spaces.md").write_bytes(b" \r\n\t\n")
    (folder / "latin-1.txt").write_bytes(GOOD.replace("Quill", "Çelik").replace("bee", "café").encode("latin-1"))
    (folder / "nul.txt").write_bytes(GOOD.replace("Ada", "Bo").replace("bee colonies", "tides\x00 of spring").encode())
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 50)
    (folder / "pdf.html").write_bytes(PDF)
    (folder / "no-text.html").write_text(NO_TEXT)
    (folder / "script.html").write_text("<script>" + "x = 1;" * 1000)
    (folder / "surrogate.txt").write_bytes(GOOD.encode().replace(b"Kilmory", b"Skagen \xed\xa0\x80 and Hue"))

    run_id = ingest(environment(files), Request())

    outcomes = _outcomes(engine, run_id)
    settled_well = {name: outcomes.pop(name)[0] for name in ("good.txt", "latin-1.txt", "nul.txt", "surrogate.txt")}
    assert set(settled_well.values()) <= {"loaded", "folded"}
    assert outcomes == {
        "empty.txt": ("skipped", "empty"),
        "spaces.md": ("skipped", "empty"),
        "binary.txt": ("skipped", "not_text"),
        "pdf.html": ("skipped", "not_text"),
        "no-text.html": ("skipped", "too_short"),
        "script.html": ("skipped", "no_text"),
    }
    with engine.connect() as conn:
        texts = "\n".join(conn.execute(text("select text from news.articles")).scalars())
    assert "Çelik" in texts
    assert "tides of spring" in texts
    _check_books(engine, run_id)


def test_pages_of_every_bad_kind_are_settled_beside_a_good_one(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    names = {"who": "Ada Quill", "what": "bee colonies", "where": "Kilmory", "number": 41}
    site.put("/good", article_html("Bees", **names))
    site.put("/empty", b"")
    site.put("/no-text", NO_TEXT)
    site.put("/pdf-called-html", PDF)
    site.put("/pdf", PDF, media_type="application/pdf")
    site.put("/zeros", bytes(5000))
    site.put("/nul", article_html("Ti\x00des", **(names | {"who": "Bo\x00 Lind", "where": "Skagen", "what": "tides"})))
    site.put("/wrong-charset", article_html("Owls", **(names | {"who": "Çelik", "where": "Hue"})).encode("latin-1"))
    site.put("/teapot", status=418)
    site.put("/lost", status=302, headers={"Location": "http://127.0.0.1:99999/"})
    site.put("/truncated", "<html><body><p>Bees", headers={"Content-Length": "1000", "Connection": "close"})
    items = [item(site.url + path, f"About {path}") for path in site.answers]
    feed = Source("site", "Site", SourceKind.FEED, site.put("/feed.xml", rss(*items)), "en")

    run_id = ingest(environment(feed), Request())

    outcomes = _outcomes(engine, run_id)
    assert {outcomes.pop(name)[0] for name in ("good", "nul", "wrong-charset")} <= {"loaded", "folded"}
    assert outcomes == {
        "empty": ("skipped", "empty"),
        "no-text": ("skipped", "too_short"),
        "pdf-called-html": ("skipped", "not_text"),
        "pdf": ("failed", "unsupported_type"),
        "zeros": ("skipped", "not_text"),
        "teapot": ("failed", "http_418"),
        "lost": ("failed", "bad_url"),
        "truncated": ("failed", "connection"),
    }
    _check_books(engine, run_id)


@pytest.mark.parametrize(
    "title",
    [
        b"Bees \xed\xa0\x80 wasps",
        b"Bees &#xD800; wasps",
        b"Bees &#55357;&#56832; wasps",
        b"Bees \x00 wasps",
        b"Bees &#0; &#x1b;[31m wasps",
        b"Bees \x1b[31m wasps",
        b"Bees &bogus; wasps",
        b"<![CDATA[Bees \xff\xfe wasps]]>",
    ],
)
def test_a_title_that_no_database_takes_spoils_nothing_but_itself(
    site: Site, environment: Callable[..., Environment], engine: Engine, title: bytes
) -> None:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in GOOD.split("\n\n"))
    page = site.put("/untitled", f"<!doctype html><html lang=en><body><article>{paragraphs}</article></body></html>")
    body = rss(item(page, "TITLE")).encode().replace(b"TITLE", title)
    feed = Source("site", "Site", SourceKind.FEED, site.put("/feed.xml", body, media_type="application/rss+xml"), "en")

    run_id = ingest(environment(feed), Request())

    assert _outcomes(engine, run_id) == {"untitled": ("loaded", None)}
    with engine.connect() as conn:
        stored = conn.execute(text("select entry_title from ingest.page")).scalar_one()
    assert stored.startswith("Bees")
    assert stored.endswith("wasps")
    assert stored.isprintable()
    _check_books(engine, run_id)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Encoding": "gzip"}, "not gzip"),
        ({"Retry-After": "9" * 5000}, ""),
        ({"Location": "http://127.0.0.1:99999/"}, ""),
        ({}, "\x00" * 100),
    ],
)
def test_a_source_that_answers_nonsense_fails_and_the_run_is_complete(
    site: Site,
    folder: Path,
    files: Source,
    environment: Callable[..., Environment],
    engine: Engine,
    headers: dict[str, str],
    body: str,
) -> None:
    (folder / "good.txt").write_text(GOOD)
    status = {"Retry-After": 503, "Location": 302}.get(next(iter(headers), ""), 200)
    bad = Source("bad", "Bad", SourceKind.FEED, site.put("/feed.xml", body, status=status, headers=headers))

    run_id = ingest(environment(bad, files), Request())

    with engine.connect() as conn:
        health = {row.source: row.health for row in conn.execute(text("select source, health from news.sources"))}
    assert health == {"bad": "failing", "files": "ok"}
    assert _outcomes(engine, run_id) == {"good.txt": ("loaded", None)}
    _check_books(engine, run_id)


@pytest.mark.parametrize("address", ["https://a.example/\\u0000.jpg", "https://a.example/\\ud83d.jpg"])
def test_a_picture_that_no_database_takes_is_left_out(
    site: Site, environment: Callable[..., Environment], engine: Engine, address: str
) -> None:
    names = {"who": "Ada Quill", "what": "bee colonies", "where": "Kilmory", "number": 41}
    said = f'<script type="application/ld+json">{{"@type": "NewsArticle", "image": "{address}"}}</script></head>'
    page = site.put("/bees", article_html("Bees", **names).replace("</head>", said))
    feed = Source("site", "Site", SourceKind.FEED, site.put("/feed.xml", rss(item(page, "Bees"))), "en")

    run_id = ingest(environment(feed), Request())

    assert _outcomes(engine, run_id) == {"bees": ("loaded", None)}
    _check_books(engine, run_id)


def test_a_sitemap_of_bytes_that_no_database_takes_fails_by_itself(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    body = "<urls\0>" + "a b " * 200
    source = Source("site", "Site", SourceKind.SITEMAP, site.put("/map.xml", body, media_type="application/xml"), "en")

    run_id = ingest(environment(source), Request())

    with engine.connect() as conn:
        health, error = conn.execute(text("select health, last_error from news.sources")).one()
    assert health == "failing"
    assert error.startswith("not_a_sitemap")
    _check_books(engine, run_id)


def test_a_line_of_characters_that_no_database_takes_spoils_nothing_but_itself(
    tmp_path: Path, environment: Callable[..., Environment], engine: Engine
) -> None:
    lines = [
        {"url": "https://a.example/bees", "title": "Bees \0 wasps", "author": "Ada \ud800 Quill", "text": GOOD},
        {"url": "https://a.example/tides", "title": "Tides", "text": GOOD.replace("bee colonies", "tides of spring")},
    ]
    file = tmp_path / "articles.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))

    run_id = ingest(environment(Source("own", "Own", SourceKind.JSONL, str(file), "en")), Request())

    assert {outcome for outcome, _ in _outcomes(engine, run_id).values()} <= {"loaded", "folded"}
    with engine.connect() as conn:
        titles = set(conn.execute(text("select entry_title from ingest.page")).scalars())
    assert titles == {"Bees wasps", "Tides"}
    _check_books(engine, run_id)
