"""The embedded Postgres: durable, shared, gone when nobody uses it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from children import python
from sqlalchemy import URL

from db import embedded
from db.embedded import EmbeddedPostgres
from db.engine import libpq_url
from pipeline.errors import UserError

USES_THE_SERVER = """
import sys
from pathlib import Path
import psycopg
from db.embedded import EmbeddedPostgres
from db.engine import libpq_url

with EmbeddedPostgres(Path(sys.argv[1])).running() as url:
    for query in sys.stdin:
        with psycopg.connect(libpq_url(url)) as conn:
            cursor = conn.execute(query)
            answer = cursor.fetchone() if cursor.description else "done"
        print(answer, flush=True)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own: each of its sessions closes that to other users, and as root the server runs as another."""
    with tempfile.TemporaryDirectory(prefix="newsfold-test-") as name:
        yield Path(name)


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(folder / "home")
    yield made
    made.stop()


def _ask(url: URL, query: str) -> object:
    with psycopg.connect(libpq_url(url)) as conn:
        [answer] = conn.execute(query.encode()).fetchone() or [None]
    return answer


def test_rows_survive_the_sudden_death_of_the_process_that_started_the_server(server: EmbeddedPostgres) -> None:
    with python("-c", USES_THE_SERVER, str(server.home)) as starter:
        starter.tell("create table kept as select 7 as n")
        assert starter.says() == "done"
        starter.kill()

    with server.running() as url:
        assert _ask(url, "select n from kept") == 7
    assert server.server_id() is None


def test_rows_survive_a_crash_of_the_server_itself(server: EmbeddedPostgres) -> None:
    with server.running() as url:
        with psycopg.connect(libpq_url(url)) as conn:
            conn.execute("create table kept as select 7 as n")
        # As a crash: nothing is written to the disk on the way out.
        embedded._run("pg_ctl", server.data, "stop", "-w", "-m", "immediate")

    with server.running() as url:
        assert _ask(url, "select n from kept") == 7


def test_the_server_stays_while_one_process_uses_it_and_goes_with_the_last(server: EmbeddedPostgres) -> None:
    with python("-c", USES_THE_SERVER, str(server.home)) as other:
        other.tell("select 1")
        assert other.says() == "(1,)"
        with server.running():
            shared = server.server_id()
        other.tell("select 2")

        assert other.says() == "(2,)"
        assert server.server_id() == shared is not None

        other.process.stdin.close()  # type: ignore[union-attr]
        assert other.process.wait() == 0
    assert server.server_id() is None


def test_the_server_goes_with_the_last_even_where_another_was_killed(server: EmbeddedPostgres) -> None:
    with python("-c", USES_THE_SERVER, str(server.home)) as other, server.running():
        other.tell("select 1")
        assert other.says() == "(1,)"
        other.kill()

    assert server.server_id() is None


def test_several_processes_may_begin_at_once_in_an_empty_folder(server: EmbeddedPostgres) -> None:
    with ExitStack() as stack:
        others = [stack.enter_context(python("-c", USES_THE_SERVER, str(server.home))) for _ in range(3)]
        for other in others:
            other.tell("select 1")

        assert [other.says() for other in others] == ["(1,)"] * 3

        for other in others:
            other.process.stdin.close()  # type: ignore[union-attr]
        assert [other.process.wait() for other in others] == [0, 0, 0]
    assert server.server_id() is None


def test_a_kept_server_runs_until_it_is_stopped(server: EmbeddedPostgres) -> None:
    with server.running() as url:
        server.keep()
    with server.running():
        pass

    assert _ask(url, "select 1") == 1
    assert server.stop() is True
    assert server.server_id() is None
    assert server.stop() is False

    with server.running():
        pass
    assert server.server_id() is None


def test_a_folder_whose_path_is_too_long_for_a_socket_gets_a_short_one(folder: Path) -> None:
    server = EmbeddedPostgres(folder / ("long" * 30) / "home")

    with server.running() as url:
        assert _ask(url, "select 1") == 1
        assert _ask(url, "show data_directory") == str(server.data)

    assert len(str(url.query["host"])) < 60
    shutil.rmtree(str(url.query["host"]))


@pytest.mark.parametrize("name", ["it's a «home»", '$HOME "of" `date` \\ %20 a:b@c?d#e&f=g;h|i'])
def test_a_folder_may_have_any_name(folder: Path, name: str) -> None:
    server = EmbeddedPostgres(folder / name)

    with server.running() as url:
        assert _ask(url, "show data_directory") == str(server.data)
        assert url.query["host"] == str(server.data)


@pytest.mark.parametrize("name", ["Doe, Jane", "\udcff"], ids=["comma", "no UTF-8"])
def test_a_folder_that_libpq_cannot_name_has_its_socket_elsewhere(folder: Path, name: str) -> None:
    server = EmbeddedPostgres(folder / name)

    with server.running() as url:
        assert _ask(url, "select 1") == 1
        assert server.server_id() is not None
    assert server.server_id() is None

    shutil.rmtree(str(url.query["host"]))


def test_the_folder_is_the_same_in_every_locale(folder: Path) -> None:
    server, locale = EmbeddedPostgres(folder / "hömé"), {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    with server.running(), python("-c", USES_THE_SERVER, str(server.home), env=os.environ | locale) as other:
        other.tell("select 1")
        assert other.says() == "(1,)"
        other.process.stdin.close()  # type: ignore[union-attr]
        assert other.process.wait() == 0
        assert server.server_id() is not None


def test_a_folder_with_a_line_break_is_refused_in_one_line(folder: Path) -> None:
    with (
        pytest.raises(UserError, match=r"line break in its path: '.*a\\nb'; set NEWSFOLD_HOME"),
        EmbeddedPostgres(folder / "a\nb").running(),
    ):
        pass


def test_what_a_killed_start_left_half_made_is_made_anew(server: EmbeddedPostgres) -> None:
    draft = server.home / "postgres.new"
    (draft / "base").mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18\n")

    with server.running() as url:
        assert _ask(url, "select 1") == 1

    assert not draft.exists()


@pytest.mark.parametrize("home", ["a-file", "a-file/home", "/proc/newsfold"])
def test_a_home_that_cannot_be_written_is_the_user_s_to_mend(tmp_path: Path, home: str) -> None:
    (tmp_path / "a-file").write_text("")

    with (
        pytest.raises(UserError, match=r"cannot write to .*NEWSFOLD_HOME"),
        EmbeddedPostgres(tmp_path / home).running(),
    ):
        pass


def test_the_server_is_reached_through_its_socket_only(postgres: URL) -> None:
    assert _ask(postgres, "show listen_addresses") == ""
    assert _ask(postgres, "show unix_socket_permissions") == "0700"


def test_text_is_utf_8_and_rows_are_safe_on_the_disk(postgres: URL) -> None:
    answers = {name: _ask(postgres, f"show {name}") for name in ("server_encoding", "fsync", "full_page_writes")}

    assert answers == {"server_encoding": "UTF8", "fsync": "on", "full_page_writes": "on"}
