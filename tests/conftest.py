"""What tests share: a real Postgres with a database for each test, and a real local web site."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from site_server import LOCAL, Site
from sqlalchemy import URL, Engine, create_engine, text

from db import migrate
from db.embedded import EmbeddedPostgres
from db.engine import connect
from flows.wiring import Environment
from pipeline.models.sources import Source
from pipeline.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NO_RUN = 0
"""A run that no statement of the test writes to."""
TEMPLATE = "newsfold_template"
_numbers = count(1)


@pytest.fixture(autouse=True)
def _own_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads the developer's settings or home, and none starts Prefect unless it means to. The only network
    beyond the public ones that they may reach is the one of the test sites.
    """
    for name in list(os.environ):
        if name.startswith(("NEWSFOLD_", "PREFECT_API")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NEWSFOLD_ALLOW_NETWORKS", LOCAL)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """One embedded server for all workers, with a migrated template database.

    Not below pytest's own folder: each session closes that to other users, and as root the server runs as another.
    """
    home = Path(tempfile.gettempdir()) / f"newsfold-tests-{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}"
    server = EmbeddedPostgres(home)
    with server.running() as url:
        with (home / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _make_template(url)
        yield url
    if server.server_id() is None:
        shutil.rmtree(home, ignore_errors=True)


def _make_template(url: URL) -> None:
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as conn:
        is_made = conn.execute(text("select 1 from pg_database where datname = :name"), {"name": TEMPLATE}).first()
        if not is_made:
            conn.execute(text(f"create database {TEMPLATE}"))
    server.dispose()
    if is_made:
        return
    template = connect(url.set(database=TEMPLATE))
    migrate.upgrade(template)
    template.dispose()


@pytest.fixture
def database(postgres: URL) -> Iterator[URL]:
    """A migrated database of the test's own."""
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}_{next(_numbers)}"
    server = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with server.connect() as conn:
        conn.execute(text(f"create database {name} template {TEMPLATE}"))
    yield postgres.set(database=name)
    with server.connect() as conn:
        conn.execute(text(f"drop database {name} with (force)"))
    server.dispose()


@pytest.fixture
def engine(database: URL) -> Iterator[Engine]:
    """An engine on the test's database."""
    made = connect(database)
    yield made
    made.dispose()


@pytest.fixture
def environment(engine: Engine, tmp_path: Path) -> Callable[..., Environment]:
    """Makes environments: the test's database, the given sources, a clock that stands still."""

    def make(*sources: Source, now: datetime = NOW) -> Environment:
        settings = Settings(home=tmp_path / "home", timeout_seconds=5)
        return Environment(settings, engine, sources, now=lambda: now)

    return make


@pytest.fixture
def site() -> Iterator[Site]:
    """A web site on 127.0.0.1."""
    with Site.running() as made:
        yield made


@pytest.fixture(scope="session")
def eval_folder() -> Path:
    """The folder with real test material beside the checkout."""
    folder = Path(__file__).parents[2] / "shared" / "eval"
    if not folder.is_dir():
        pytest.skip("no ../shared/eval beside the checkout: real test material is not here")
    return folder
