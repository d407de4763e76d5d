"""The same job on a Postgres of the user's own: TCP, a password, an older version, few rights."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hostile_queries import let_through
from own_server import OwnServer, own_postgres
from sqlalchemy import URL

from db import migrate
from db.engine import connect, database_url, libpq_url

PASSWORD = "p@ss w/rd+1"


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Not pytest's own folder: each of its sessions closes that to other users, and the server may run as another."""
    with tempfile.TemporaryDirectory(prefix="newsfold-test-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def own_server(home: Path) -> Iterator[OwnServer]:
    """Postgres 16 on a TCP port of 127.0.0.1, with scram passwords."""
    with own_postgres(home, "boss", PASSWORD) as server:
        yield server


def _newsfold(url: URL, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flows.cli.app", *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "NEWSFOLD_DATABASE_URL": libpq_url(url)},
    )


def _rows(url: URL, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(libpq_url(url)) as conn:
        return conn.execute(query.encode()).fetchall()


def _check_both_runs(url: URL) -> None:
    first, second = (_newsfold(url, "ingest", "--source", "seeds") for _ in range(2))

    assert (first.returncode, first.stderr) == (0, "")
    assert _rows(url, "select count(*), count(distinct story_id) from news.articles") == [(5, 4)]
    assert _rows(url, "select kind from news.copies") == [("translation",)]
    assert (second.returncode, second.stderr) == (0, "")
    assert "nothing new" in second.stdout
    assert _rows(url, "select count(*), count(distinct story_id) from news.articles") == [(5, 4)]


def test_a_superuser_s_database_is_filled_and_can_be_queried(own_server: OwnServer) -> None:
    own_server.execute("create database super")
    url = own_server.admin.set(database="super")

    _check_both_runs(url)
    answer = _newsfold(url, "sql", "select count(*) as n from articles", "--format", "csv")

    assert (answer.returncode, answer.stdout.split()) == (0, ["n", "5"])


def test_an_owner_without_any_other_right_fills_a_database(own_server: OwnServer) -> None:
    own_server.execute(
        f"create role owner login password '{PASSWORD}' nosuperuser nocreaterole nocreatedb",
        "create database owned owner owner",
    )

    _check_both_runs(own_server.admin.set(username="owner", database="owned"))


def test_a_user_who_may_not_create_schemas_is_told_so_in_one_line(own_server: OwnServer) -> None:
    own_server.execute(
        f"create role guest login password '{PASSWORD}' nosuperuser nocreaterole nocreatedb",
        "create database closed",
    )

    refused = _newsfold(own_server.admin.set(username="guest", database="closed"), "ingest")

    assert refused.returncode == 2
    assert refused.stderr.startswith("newsfold: ")
    assert "permission denied" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_wrong_password_is_told_in_one_line_and_shown_in_none(own_server: OwnServer) -> None:
    refused = _newsfold(own_server.admin.set(password="hunter2"), "ingest")

    assert refused.returncode == 2
    assert "password authentication failed" in refused.stderr
    assert "hunter2" not in refused.stderr + refused.stdout
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("user", ["boss", "reading_owner"])
def test_a_hostile_query_gets_no_further_than_the_views(own_server: OwnServer, user: str) -> None:
    database = f"hostile_{user}"
    own_server.execute(f"create database {database}")
    admin = connect(database_url(libpq_url(own_server.admin.set(database=database))))
    migrate.upgrade(admin)
    admin.dispose()
    if user != "boss":
        own_server.execute(
            f"create role {user} login password '{PASSWORD}' nosuperuser",
            f"grant news_reader to {user}",
        )
    engine = connect(database_url(libpq_url(own_server.admin.set(username=user, database=database))))

    passed = let_through(engine)
    engine.dispose()

    assert passed == {}
