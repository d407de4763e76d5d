"""The code before the newest migration, taken from git, goes on with a database that a newer newsfold was at."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

import pytest
from alembic.script import Script, ScriptDirectory
from sqlalchemy import URL, Engine, text

from db import books, migrate
from db.engine import libpq_url

TOP = Path(__file__).parents[2]


def _git(*arguments: str) -> bytes:
    done = subprocess.run(["git", "-C", str(TOP), *arguments], check=False, capture_output=True)
    return done.stdout if done.returncode == 0 else b""


def _newest() -> Script:
    script = ScriptDirectory(str(migrate.migrations_folder()))
    newest = script.get_revision("head")
    assert newest is not None
    return newest


@pytest.fixture
def previous_code(tmp_path: Path) -> Path:
    """A folder with the project as it was before its newest migration: before the commit that brought it, or at the
    newest commit where it is in none yet.
    """
    path = Path(_newest().path).relative_to(TOP)
    added = _git("log", "--first-parent", "--diff-filter=A", "--format=%H", "-1", "--", str(path)).decode().strip()
    packed = _git("archive", f"{added}^1" if added else "HEAD")
    if not packed:
        pytest.skip("no git here, or its history does not reach back to the newest migration")
    folder = tmp_path / "previous"
    with tarfile.open(fileobj=BytesIO(packed)) as tar:
        tar.extractall(folder, filter="data")
    assert not (folder / path).exists()
    return folder


def _newsfold(code: Path, url: URL, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flows.cli.app", *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=code,
        env={**os.environ, "PYTHONPATH": str(code), "NEWSFOLD_DATABASE_URL": libpq_url(url)},
    )


def test_the_code_before_the_newest_migration_works_on_what_it_made_or_refuses_in_one_line(
    previous_code: Path, database: URL, engine: Engine
) -> None:
    newest = _newest()
    ingested = _newsfold(previous_code, database, "ingest", "--source", "seeds")
    if not newest.module.is_additive:
        assert ingested.returncode == 2
        assert ingested.stderr.startswith(f"newsfold: the database is at revision {newest.revision}")
        return
    shown = _newsfold(previous_code, database, "status")
    again = _newsfold(TOP, database, "ingest", "--source", "seeds")

    said = f"the database is of a newer newsfold (revision {newest.revision}); this one works on it too\n"
    assert [(one.returncode, one.stderr) for one in (ingested, shown, again)] == [(0, said), (0, said), (0, "")]
    assert "nothing new" in again.stdout
    with engine.connect() as conn:
        assert conn.execute(text("select count(*), count(distinct story_id) from news.articles")).one() == (5, 4)
        assert books.broken_promises(conn) == []
