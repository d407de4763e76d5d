"""A dump of the database, restored on another server, gives the same answers, and newsfold goes on with it."""

from __future__ import annotations

import dataclasses
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import NOW
from full_world import OWLS, Environments, fill, snapshot
from site_server import Site, article_html, item, rss
from sqlalchemy import URL, Engine, text

from db import books, embedded
from db.embedded import EmbeddedPostgres
from db.engine import connect, libpq_url
from db.reader import answering
from flows.cli.database import upgrade
from flows.ingest import Request, ingest


@pytest.fixture(scope="module")
def other_server() -> Iterator[URL]:
    """Another server, on which nobody has made the role `news_reader`."""
    with tempfile.TemporaryDirectory(prefix="newsfold-test-") as home:
        server = EmbeddedPostgres(Path(home))
        with server.running() as url:
            yield url


@pytest.fixture
def run() -> Callable[..., None]:
    """Runs a client program of the embedded Postgres."""

    def call(name: str, *arguments: str) -> None:
        program = embedded._program(name)
        if not program.exists():
            pytest.skip(f"the embedded Postgres has no {name}")
        done = subprocess.run([str(program), *arguments], check=False, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")

    return call


def test_a_restored_dump_gives_the_same_answers_and_the_next_run_goes_on(
    site: Site,
    environment: Environments,
    engine: Engine,
    database: URL,
    other_server: URL,
    run: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    env = fill(site, environment, tmp_path)
    dump = tmp_path / "newsfold.dump"
    options = ("--no-owner", "--no-privileges")

    run("pg_dump", "-Fc", "--no-unlogged-table-data", *options, f"--file={dump}", libpq_url(database))
    run("pg_restore", "--exit-on-error", *options, f"--dbname={libpq_url(other_server)}", str(dump))
    monkeypatch.setenv("NEWSFOLD_DATABASE_URL", libpq_url(other_server))
    upgrade()
    restored = connect(other_server)
    answers = snapshot(restored)
    with answering(restored, "select count(*) from stories", timeout_seconds=5) as answer:
        read = [tuple(row) for row in answer.rows]
    page = article_html("Reeds", who="Di Marsh", what="reed beds", where="Ely", number=5)
    site.put("/feed.xml", rss(item(site.put("/reeds", page), "Reeds"), item(site.put("/owls-again", OWLS), "Owls")))
    later = dataclasses.replace(env, engine=restored, now=lambda: NOW + timedelta(days=2))
    run_id = ingest(later, Request(("site",)))

    assert answers == snapshot(engine)
    assert read == [(len(answers["stories"]),)]
    with restored.connect() as conn:
        totals = text("select state, loaded, folded from news.runs where run_id = :run")
        assert tuple(conn.execute(totals, {"run": run_id}).one()) == ("completed", 1, 1)
        assert run_id > max(row["run_id"] for row in answers["runs"])
        assert books.broken_promises(conn) == []
    restored.dispose()
