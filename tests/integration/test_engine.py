"""Which Postgres: addresses as users write them, and what is said where none answers."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.pq import Format
from sqlalchemy import URL, Engine, make_url, text
from sqlalchemy.exc import IntegrityError, OperationalError

from db import engine as db_engine
from db.engine import connect, copy_in, database_url, libpq_url
from pipeline.errors import UserError

SECRET = "hunter2"
NOBODY = f"ada:{SECRET}@127.0.0.1:1/news"  # port 1: nobody listens there


@pytest.mark.parametrize(
    "written",
    [
        "postgres://ada:x@db.example:5433/news",
        "postgresql://ada:x@db.example:5433/news",
        " postgresql://ada:x@db.example:5433/news\n",
        "postgresql+psycopg://ada:x@db.example:5433/news",
        "postgresql+psycopg2://ada:x@db.example:5433/news",
        "postgresql+asyncpg://ada:x@db.example:5433/news",
    ],
)
def test_a_postgres_address_means_psycopg_3_however_it_is_written(written: str) -> None:
    assert database_url(written) == make_url("postgresql+psycopg://ada:x@db.example:5433/news")


@pytest.mark.parametrize(
    "written",
    [
        "",
        "news",
        "db.example/news",
        f"ada:{SECRET}@db.example/news",
        f"host=db.example password={SECRET}",
        f"postgresql://ada:{SECRET}@db.example:port/news",
        f"postgresql://ada:x@db.example:{SECRET}/news",
        f"postgresql://ada:{SECRET}@[::1/news",
        f"postgresql://ada:{SECRET}@{SECRET}@db.example/news",
        f"mysql://ada:{SECRET}@db.example/news",
        f"sqlite:///{SECRET}.db",
        f"http://ada:{SECRET}@db.example/",
    ],
)
def test_what_is_no_postgres_address_is_the_user_s_to_mend(written: str) -> None:
    with pytest.raises(UserError) as caught:
        database_url(written)

    assert caught.value.remedy
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (f"postgresql://{NOBODY}", "postgresql://ada:***@127.0.0.1:1/news: .*refused"),
        (f"postgres://{NOBODY}", "postgresql://ada:"),
        (f"postgresql://ada:{SECRET}@127.0.0.1:99999/news", "invalid port"),
        (f"postgresql://ada:{SECRET}@nobody.invalid/news", "resolve host 'nobody.invalid'"),
        (f"postgresql:///news?host=/nowhere&password={SECRET}", "/nowhere"),
        (f"postgresql://{NOBODY}?sslpassword={SECRET}&application_name=x", "application_name=x"),
        (f"postgresql://{NOBODY}?sslmode=sometimes", "sslmode"),
        (f"postgresql://{NOBODY}?colour=red", "colour"),
    ],
)
def test_a_database_that_does_not_answer_is_named_in_one_line_without_its_password(written: str, says: str) -> None:
    with pytest.raises(UserError) as caught:
        connect(database_url(written))

    message = str(caught.value)
    assert message.startswith("cannot reach the database postgresql://")
    assert all(part in message for part in says.split(".*"))
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert "\n" not in message
    assert "NEWSFOLD_DATABASE_URL" in caught.value.remedy


@pytest.mark.parametrize("change", [{"database": "nobody"}, {"username": "nobody"}])
def test_a_database_or_user_that_the_server_does_not_have_is_named(postgres: URL, change: dict[str, str]) -> None:
    with pytest.raises(UserError, match='"nobody" does not exist'):
        connect(postgres.set(**change))  # type: ignore[arg-type]


def test_a_server_that_is_too_old_is_refused(postgres: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db_engine, "OLDEST_VERSION", 99)

    with pytest.raises(UserError, match=r"Postgres \d+ is too old; use Postgres 99 or newer"):
        connect(postgres)


def test_moments_come_back_in_utc_whatever_the_database_is_set_to(engine: Engine, database: URL) -> None:
    with engine.begin() as conn:
        conn.execute(text(f"alter database {database.database} set timezone = 'Asia/Kolkata'"))
    fresh = connect(database)

    with fresh.connect() as conn:
        moment = conn.execute(text("select timestamptz '2026-03-01 12:00+02'")).scalar_one()
    fresh.dispose()

    assert moment == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert moment.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("password", "folder"),
    [
        ("x", "/data/pg"),
        ("p@ss:w/rd?#%+", "/data/pg"),
        ("with space", "/Users/ada/Library/Application Support/newsfold/postgres"),
        ("x", "/data/a+b&c=d?é"),
    ],
)
def test_other_clients_read_the_address_as_we_do(password: str, folder: str) -> None:
    url = URL.create("postgresql+psycopg", "ada", password, database="news", query={"host": folder})

    assert psycopg.conninfo.conninfo_to_dict(libpq_url(url)) == {
        "user": "ada",
        "password": password,
        "host": folder,
        "dbname": "news",
    }


def test_an_address_without_options_keeps_its_plus_signs() -> None:
    assert libpq_url(make_url("postgresql+psycopg://ada:a+b@db.example/news")) == "postgresql://ada:a+b@db.example/news"


def test_what_is_answered_in_binary_says_the_same(engine: Engine) -> None:
    values = text(
        r"select 7 as number, timestamptz '2026-03-01 12:00+02' as moment, text 'ñ' as word, bytea '\x00ff' as raw"
    )
    with engine.connect() as conn:
        written = conn.execute(values)
        kept = conn.execute(values.execution_options(binary=True))

        assert [answer.cursor.format for answer in (written, kept)] == [Format.TEXT, Format.BINARY]
        assert written.one() == kept.one() == (7, datetime(2026, 3, 1, 10, tzinfo=UTC), "ñ", b"\x00\xff")


def test_a_copy_that_is_cut_off_raises_what_any_other_statement_does(engine: Engine) -> None:
    with engine.connect() as conn:
        conn.execute(text("create temporary table bees (name text not null)"))
        copy_in(conn, "copy bees from stdin", b"Ada\nBo\n")
        conn.execute(
            text(
                "create function pg_temp.cut() returns trigger language plpgsql as"
                " 'begin perform pg_terminate_backend(pg_backend_pid()); return new; end'"
            )
        )
        conn.execute(text("create trigger cut before insert on bees for each row execute function pg_temp.cut()"))

        assert list(conn.execute(text("select name from bees")).scalars()) == ["Ada", "Bo"]
        with pytest.raises(IntegrityError), conn.begin_nested():
            conn.execute(text("alter table bees disable trigger cut"))
            copy_in(conn, "copy bees from stdin", b"\\N\n")
        with pytest.raises(OperationalError):
            copy_in(conn, "copy bees from stdin", b"Cy\n")
        conn.invalidate()
