"""Upgrades: migrations go down and up with data in the database, nobody waits for one for ever, the code before goes on
with what only adds, and a dump is as good as the database.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from commands import runner
from full_world import Environments, Views, fill, snapshot
from site_server import Site
from sqlalchemy import URL, Engine, text

from db import books, migrate
from db.engine import libpq_url
from flows.cli.doctor import doctor
from flows.ingest import Request, ingest

LOST: dict[str, dict[str, set[str]]] = {
    "0017": {"books": {"discovered", "difference"}},
    "0014": {"runs": set()},
    "0012": {"archives": set()},
    "0010": {
        "articles": {"folding_rules", "extraction_rules"},
        "pages": {"extraction_rules"},
        "remade": set(),
        "runs": set(),
        "outcomes": set(),
    },
    "0008": {"coverage": {"expected", "state", "reason"}},
    "0006": {"runs": set()},
    "0003": {
        "revisions": {"words_added", "words_removed", "similarity"},
        "articles": {"authors", "published_at_confidence", "dates", "language_confidence", "language_claim"},
    },
    "0002": {
        "sources": {"entries", "options", "newest_entry_at"},
        "articles": {"relevance", "relevance_terms"},
        "pages": {"relevance", "relevance_terms"},
    },
}
"""What a step down and up again loses, by the revision it begins at: of each view these columns."""
LOSE_ROWS = {"runs", "archives", "remade", "outcomes", "coverage"}
"""Views that lose rows in such a step; of what users came for, none does."""


def test_every_migration_goes_down_and_up_and_loses_no_more_than_it_says(
    site: Site, environment: Environments, engine: Engine, tmp_path: Path
) -> None:
    env = fill(site, environment, tmp_path)
    described = _described(engine)

    for step in ScriptDirectory(str(migrate.migrations_folder())).walk_revisions():
        if step.down_revision is None:
            break
        before, bodies = snapshot(engine), _bodies(engine)
        migrate.downgrade(engine, str(step.down_revision))
        migrate.upgrade(engine, step.revision)
        _check(before, snapshot(engine), LOST.get(step.revision, {}), step.revision)
        assert _bodies(engine) == bodies
        assert step.revision not in LOST or "Lost: " in step.module.downgrade.__doc__
        migrate.downgrade(engine, str(step.down_revision))
    migrate.upgrade(engine)
    articles = snapshot(engine)["articles"]
    ingest(env, Request())

    assert _described(engine) == described
    assert len(snapshot(engine)["articles"]) == len(articles) == 11
    with engine.connect() as conn:
        assert books.broken_promises(conn) == []


def _check(before: Views, after: Views, lost: dict[str, set[str]], revision: str) -> None:
    assert before.keys() == after.keys()
    assert {view for view in before if before[view] != after[view]} == lost.keys(), revision
    for view, columns in lost.items():
        had, has = _without(before[view], columns), _without(after[view], columns)
        assert had == has or (view in LOSE_ROWS and all(row in had for row in has)), (revision, view)


def _without(rows: Sequence[dict[str, Any]], columns: set[str]) -> list[dict[str, Any]]:
    kept = [{name: value for name, value in row.items() if name not in columns} for row in rows]
    return sorted(kept, key=json.dumps)


def _bodies(engine: Engine) -> Sequence[Any]:
    with engine.connect() as conn:
        return conn.execute(text("select page_id, body_hash, body from ingest.capture order by 1, 2")).all()


def _described(engine: Engine) -> Sequence[Any]:
    """Each column of each view with what it means, and whether the reader may read it."""
    described = text("""
        select c.relname, a.attname, col_description(c.oid, a.attnum),
            has_table_privilege('news_reader', c.oid, 'select') as is_readable
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
        where c.relnamespace = 'news'::regnamespace order by 1, 2
    """)
    with engine.connect() as conn:
        return conn.execute(described).all()


@pytest.fixture
def newsfold(
    database: URL, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Runs a command on the test's database: exit code and standard error."""
    monkeypatch.setenv("NEWSFOLD_DATABASE_URL", libpq_url(database))

    command = runner(monkeypatch, capsys)

    def call(*arguments: str) -> tuple[int, str]:
        code, _, err = command(*arguments)
        return code, err

    return call


def test_an_upgrade_that_would_wait_for_a_table_gives_up_in_two_lines(
    engine: Engine, newsfold: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate.downgrade(engine, "0016")
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "100ms")

    with engine.begin() as reader:
        reader.execute(text("select count(*) from ingest.run"))
        refused = newsfold("db", "upgrade")
    done = newsfold("db", "upgrade")

    code, said = refused
    assert code == 2
    assert said.splitlines() == [
        "newsfold: the schema cannot be changed now: somebody works with its tables, and nothing was changed",
        "  → when runs and long queries are through (pg_stat_activity shows them): newsfold db upgrade",
    ]
    assert done == (0, f"the schema is at revision {migrate._head()}\n")


@pytest.mark.parametrize(
    ("works_from", "said", "remedy"),
    [
        (migrate._head(), "revision 9999, of a newer newsfold: this one works on it too", ""),
        ("9998", "revision 9999 is not this version's", "upgrade newsfold"),
    ],
)
def test_doctor_says_whether_this_code_works_on_a_newer_database(
    works_from: str,
    said: str,
    remedy: str,
    engine: Engine,
    database: URL,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("NEWSFOLD_DATABASE_URL", libpq_url(database))
    with engine.begin() as conn:
        newer = "update public.newsfold_version set version_num = '9999', works_from = :from"
        conn.execute(text(newer), {"from": works_from})

    doctor(None, json=True)

    [schema] = [one for one in json.loads(capsys.readouterr().out) if one["what"] == "schema"]
    assert (schema["found"], schema["remedy"]) == (said, remedy)
