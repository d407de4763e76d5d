"""A database in which somebody dropped or renamed something: doctor names it, and every command ends in one line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from commands import Run, runner
from conftest import TEMPLATE
from sqlalchemy import URL, Engine, text

from db import embedded
from db.engine import libpq_url
from flows.wiring import seeds_folder

ARTICLE = {"url": "https://one.example/owls", "title": "Owls", "text": "Barn owls nest in the tower again. " * 20}


@pytest.fixture
def run(database: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on the test's database: exit code, standard output, standard error. Followed are the seeds."""
    seeds = f'[[sources]]\nslug = "seeds"\nkind = "files"\npath = "{seeds_folder()}"\n'
    (tmp_path / "newsfold.toml").write_text(seeds, encoding="utf-8")
    (tmp_path / "owls.jsonl").write_text(json.dumps(ARTICLE), encoding="utf-8")
    monkeypatch.setenv("NEWSFOLD_DATABASE_URL", libpq_url(database))

    return runner(monkeypatch, capsys)


@pytest.mark.parametrize(
    ("change", "missing", "commands"),
    [
        ("drop table ingest.bond cascade", "ingest.bond", ["import owls.jsonl", "refold --since 2020-01-01"]),
        ("drop view news.stories cascade", "news.stories", ["stories"]),
        ("drop view news.pages cascade", "news.pages", ["status"]),
        ("alter table ingest.source rename to outlet", "ingest.source", ["ingest", "sources"]),
        ("alter table ingest.page rename column state to phase", "ingest.page.state", ["ingest"]),
        ("alter view news.runs rename column kind to sort", "news.runs.kind", ["db upgrade"]),
        ("drop schema news cascade", "news.articles", ["stories", "db upgrade", "sql 'select 1'"]),
    ],
)
def test_what_is_missing_is_named_by_doctor_and_by_the_commands_that_need_it(
    run: Run, engine: Engine, change: str, missing: str, commands: list[str]
) -> None:
    with engine.begin() as conn:
        conn.execute(text(change))

    code, out, _ = run("doctor", "--json")
    ends = {command: run(*command.split(" ", 1)) if "'" in command else run(*command.split()) for command in commands}

    wrong = {one["what"]: one["found"] for one in json.loads(out) if one["verdict"] == "wrong"}
    assert (code, wrong.get(missing)) == (1, "missing")
    for command, (code, _, err) in ends.items():
        assert code == 2, command
        first, second = err.splitlines()[-2:]
        assert first.startswith("newsfold: the database lacks "), command
        assert missing in first, command
        assert second == "  → newsfold doctor says what to do", command


def test_a_wrong_query_of_the_user_stays_theirs(run: Run, engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(text("drop view news.stories cascade"))

    code, _, err = run("sql", "select mood from articles")

    assert code == 2
    assert err.startswith('newsfold: the query failed: column "mood" does not exist')


def test_views_are_made_again_out_of_another_database_as_operations_md_says(
    run: Run, engine: Engine, database: URL, tmp_path: Path
) -> None:
    run("ingest")
    with engine.begin() as conn:
        conn.execute(text("drop view news.articles cascade"))
    assert run("db", "upgrade")[0] == 2

    dump = tmp_path / "views.dump"
    whole = libpq_url(database.set(database=TEMPLATE))
    for name, *arguments in (
        ("pg_dump", "-Fc", "--schema=news", "--no-owner", "--no-privileges", f"--file={dump}", whole),
        (
            "pg_restore",
            "--clean",
            "--no-owner",
            "--no-privileges",
            "--if-exists",
            f"--dbname={libpq_url(database)}",
            dump,
        ),
    ):
        program = embedded._program(name)
        if not program.exists():
            pytest.skip(f"the embedded Postgres has no {name}")
        subprocess.run([program, *arguments], check=True)

    assert run("db", "upgrade")[0] == 0
    assert run("doctor")[0] == 0
    assert run("sql", "select count(*) from articles", "-f", "csv")[1].split() == ["count", "5"]
