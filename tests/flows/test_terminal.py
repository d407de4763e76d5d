"""What strangers write is shown and never obeyed: escape sequences, markup and turned directions, by every command."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import runner
from site_server import Site, article_html, item, rss
from sqlalchemy import URL, Engine, text
from tiny_model import make_model

from db.engine import libpq_url

Run = Callable[..., str]

HOSTILE = (
    "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07link\x1b]8;;\x07 \x1b]52;c;ZXZpbA==\x07 "
    "\x9b2Jclear \x1bPdcs\x1b\\ gone\rback\x08\x7f \u202edesrever\u202c \u2066one\u2069 [bold]mark[/bold] "
    "[link=https://evil.example]up[/link] [/] :bee: \\[red] two\nnewsfold: all is well"
)
OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def run(
    database: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Run:
    """Runs a command on the test's database: all that it wrote, on whichever stream."""
    (tmp_path / "newsfold.toml").write_text("sources = []\n", encoding="utf-8")
    monkeypatch.setenv("NEWSFOLD_DATABASE_URL", libpq_url(database))

    command = runner(monkeypatch, capfdbinary)

    def call(*arguments: str) -> str:
        _, out, err = command(*arguments)
        written = out + err
        assert OBEYED.findall(written) == []
        return written

    return call


def _spoil(engine: Engine) -> None:
    """Write the hostile text wherever a table holds text of strangers, past all cleaning."""
    with engine.begin() as conn:
        for statement in (
            "update ingest.article set title = :bad, site = :bad, text = :bad",
            "update ingest.source set name = :bad, last_error = :bad, failures = 3",
            "update ingest.page set detail = :bad where detail is not null",
            "update ingest.run set error = :bad, state = 'failed'",
        ):
            conn.execute(text(statement), {"bad": HOSTILE})


@pytest.fixture
def spoilt(run: Run, site: Site, engine: Engine, tmp_path: Path) -> Run:
    """A database in which all that strangers said is hostile, and what runs a command on it."""
    site.put(
        "/feed.xml", rss(item(site.put("/a", article_html("Kelp", who="Ito", what="kelp", where="Mie", number=4)), "A"))
    )
    site.put("/feed2.xml", rss(item(f"{site.url}/gone", "B")))
    sources = "".join(
        f'[[sources]]\nslug = "{slug}"\nkind = "feed"\nurl = "{site.url}/{file}"\nname = {json.dumps(HOSTILE)}\n'
        for slug, file in [("kelp", "feed.xml"), ("gone", "feed2.xml"), ("none", "feed3.xml")]
    ).replace("\\b", "\\u0008")
    (tmp_path / "newsfold.toml").write_text(sources.replace("\x7f", "\\u007f"), encoding="utf-8")
    run("ingest")
    _spoil(engine)
    return run


def test_what_is_stored_is_shown_and_not_obeyed(spoilt: Run, engine: Engine) -> None:
    with engine.begin() as conn:
        story = conn.execute(text("select min(story_id) from news.articles")).scalar_one()

    for command in (["stories"], ["status"], ["sources"], ["show", str(story)], ["doctor"]):
        assert "link=https://evil.example" in spoilt(*command), command
        assert "\\u001b[31m" in spoilt(*command, "--json"), command
    for form in ("table", "csv", "json"):
        query = 'select title, array[title] as "[/] [bold]\x1b]0;x\x07" from news.articles'
        written = spoilt("sql", query, "--format", form)
        assert "[/] [bold]" in written
        assert "[bold]mark[/bold]" in written
    assert "Traceback" not in spoilt("refold", "--since", "2020-01-01")


def test_the_report_of_a_run_is_shown_and_not_obeyed(run: Run, site: Site, tmp_path: Path) -> None:
    entries = [{"id": str(n), "url": f"{site.url}/{n}", "title": HOSTILE} for n in range(2)]
    feed = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": HOSTILE, "items": entries})
    site.put("/feed.json", feed, media_type="application/feed+json")
    site.put("/0", article_html(HOSTILE, who="Ito", what="kelp", where="Mie", number=4))
    site.put("/1", status=404)
    toml = f'[[sources]]\nslug = "a"\nkind = "feed"\nurl = "{site.url}/feed.json"\n'
    toml += f'[[sources]]\nslug = "b"\nkind = "feed"\nurl = "{site.url}/?%1b[31m[/bold]"\n'
    (tmp_path / "newsfold.toml").write_text(toml, encoding="utf-8")

    run("sources", "check")
    run("sources", "check", "--json")
    report = run("ingest")
    run("status")

    assert "[bold]mark[/bold]" in report


def test_what_a_page_says_to_extract_is_shown_and_not_obeyed(run: Run, site: Site) -> None:
    address = site.put("/a?[/bold]", article_html(HOSTILE, who=HOSTILE, what="kelp", where="Mie", number=4))

    for arguments in (
        [address],
        [address, "--json"],
        [f"{site.url}/[/x]\x1b[31m"],
        ["\x1b[31m\r[/x].pdf"],
        ["\udcff.html"],
    ):
        assert "Traceback" not in run("extract", *arguments)


def test_the_lines_that_an_import_rejects_are_named_and_not_obeyed(run: Run, tmp_path: Path) -> None:
    lines = [
        {"url": HOSTILE, "text": "A harbour opened. " * 20},
        {"url": "https://a.example/1", "text": "A harbour opened. " * 20, "title": HOSTILE, HOSTILE: HOSTILE},
        {
            "url": "https://a.example/2",
            "text": HOSTILE,
            "published_at": HOSTILE,
            "language": HOSTILE,
            "author": [HOSTILE],
        },
        {"url": "https://a.example/3", "text": HOSTILE + "A harbour opened. " * 20, "published_at": HOSTILE},
        HOSTILE,
    ]
    name = "a\x1b[31m\r[bold]\n.jsonl"
    (tmp_path / name).write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

    written = run("import", name)

    assert "left out" in written
    assert not any(line.startswith("newsfold: all is well") for line in written.splitlines())


MISTAKES = [
    ("show", HOSTILE),
    ("sql", HOSTILE),
    ("sql", f'select "{HOSTILE}"'),
    ("ingest", "--source", HOSTILE),
    ("sources", "add", HOSTILE),
    ("sources", "check", HOSTILE),
    ("sources", "--config", HOSTILE),
    ("sources", "import", HOSTILE),
    ("import", HOSTILE),
    ("extract", HOSTILE),
    (HOSTILE,),
    ("stories", "--limit", HOSTILE),
    ("backfill", "--since", HOSTILE, "--until", "2026-01-01"),
]


def test_a_mistake_is_told_and_not_obeyed(run: Run) -> None:
    for arguments in MISTAKES:
        written = run(*arguments)
        assert "Traceback" not in written
        assert not any(line.startswith("newsfold: all is well") for line in written.splitlines()), written


def test_what_search_finds_is_shown_and_not_obeyed(
    spoilt: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSFOLD_EMBEDDINGS", str(make_model(tmp_path / "model")))
    spoilt("embed")

    assert "[bold]mark[/bold]" in spoilt("search", HOSTILE)
    assert "\\u001b[31m" in spoilt("search", HOSTILE, "--json")


SAYS = "é नमस्ते 😀"
NARROW = [
    {"PYTHONIOENCODING": "latin-1"},
    {"PYTHONIOENCODING": "ascii"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
]


@pytest.mark.parametrize("locale", NARROW, ids=str)
def test_what_an_encoding_has_no_bytes_for_is_escaped(locale: dict[str, str], database: URL) -> None:
    env = os.environ | locale | {"NEWSFOLD_DATABASE_URL": libpq_url(database)}
    env |= {"PYTHONPATH": os.pathsep.join(sys.path)}
    query = "select U&'\\00e9 \\0928\\092e\\0938\\094d\\0924\\0947 \\+01f600' as a"

    def ask(*arguments: str) -> bytes:
        command = [sys.executable, "-m", "flows.cli.app", "sql", query, *arguments]
        done = subprocess.run(command, env=env, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert json.loads(ask("--json").decode("latin-1")) == [{"a": SAYS}]
    for form in ("table", "csv"):
        assert b"\\u0928\\u092e\\u0938\\u094d\\u0924\\u0947 \\ud83d\\ude00" in ask("--format", form)
