"""Passwords stay where the user wrote them: in no line, row, log, argument, nor in a child that needs none."""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest
from sqlalchemy import URL, Engine, text

from db.engine import connect, libpq_url
from flows.cli.serving import _surroundings
from flows.wiring import open_environment, read_settings, web_limits
from pipeline.errors import UserError

SECRET = "hünter2 /@:%#?&'\"\\$"
WORD = "hunter2word"
SPELLINGS = (SECRET, quote(SECRET, safe=""), quote(SECRET), WORD)


@pytest.fixture
def with_passwords(database: URL, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A database and a proxy with passwords; of the two sources one asks the proxy, which is not there."""
    seeds = '[[sources]]\nslug = "a"\nkind = "feed"\nurl = "https://no-such-host.invalid/feed"\n'
    (tmp_path / "newsfold.toml").write_text(seeds, encoding="utf-8")
    monkeypatch.setenv("NEWSFOLD_DATABASE_URL", libpq_url(database.set(password=SECRET)))
    monkeypatch.setenv("NEWSFOLD_PROXY", f"http://ada:{WORD}@127.0.0.1:1")


def _shows_a_secret(written: str) -> bool:
    return any(spelling in written for spelling in SPELLINGS)


def _rows(engine: Engine) -> str:
    """All rows of all tables."""
    query = "select oid::regclass::text from pg_class where relnamespace = 'ingest'::regnamespace and relkind = 'r'"
    with engine.connect() as conn:
        tables = conn.execute(text(query)).scalars().all()
        return "\n".join(str(conn.execute(text(f"select t::text from {table} t")).all()) for table in tables)


@pytest.mark.usefixtures("with_passwords")
def test_no_command_shows_or_stores_a_password(engine: Engine) -> None:
    for command in (["ingest"], ["doctor"], ["sql", "select * from sources"]):
        done = subprocess.run(
            [sys.executable, "-m", "flows.cli.app", *command], check=False, capture_output=True, text=True
        )
        assert not _shows_a_secret(done.stdout + done.stderr), command
        assert "Traceback" not in done.stderr

    assert "no-such-host.invalid" in _rows(engine)
    assert not _shows_a_secret(_rows(engine))


@pytest.mark.usefixtures("with_passwords")
def test_nothing_that_an_error_may_print_shows_a_password() -> None:
    settings = read_settings()
    with open_environment(settings) as env:
        shown = [
            repr(one) for one in (settings, env, env.engine, env.limits, web_limits(settings), settings.model_dump())
        ]

    assert not any(map(_shows_a_secret, shown))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NEWSFOLD_PROXY", f"http://ada:{WORD}/x@127.0.0.1:1"),
        ("NEWSFOLD_DATABASE_URL", f"postgresql://ada:x@127.0.0.1:{WORD}/x"),
        ("NEWSFOLD_DATABASE_URL", f"mysql://ada:{WORD}@127.0.0.1/x"),
        ("NEWSFOLD_DATABASE_URL", f"postgresql://ada:{quote(SECRET, safe='')}@127.0.0.1:1/x"),
    ],
)
def test_a_traceback_of_a_wrong_setting_shows_no_password(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "newsfold.toml").write_text("sources = []\n", encoding="utf-8")
    monkeypatch.setenv(name, value)

    with pytest.raises(UserError) as caught, open_environment(read_settings()):
        pass

    assert not _shows_a_secret("".join(traceback.format_exception(caught.value)))


@pytest.mark.usefixtures("with_passwords")
def test_no_program_that_is_started_is_told_a_password_in_its_arguments() -> None:
    with open_environment(read_settings()) as env, connect(env.engine.url).connect() as conn:
        list(env.mark([]))
        arguments = [" ".join(child.cmdline()) for child in psutil.Process().children(recursive=True)]
        conn.detach()

    assert not any(map(_shows_a_secret, arguments))


@pytest.mark.usefixtures("with_passwords")
def test_the_prefect_server_is_not_told_our_settings() -> None:
    assert not any(name.startswith("NEWSFOLD_") for name in _surroundings())
    assert _surroundings()["PATH"] == os.environ["PATH"]
