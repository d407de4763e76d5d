"""Connections: which Postgres, and how to reach it."""

from __future__ import annotations

from typing import Any

import orjson
import psycopg
from psycopg.pq import Format
from sqlalchemy import URL, Connection, Engine, ExecutionContext, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, ProgrammingError

from pipeline.errors import UserError

OLDEST_VERSION = 14


def database_url(value: str) -> URL:
    """The SQLAlchemy URL of a Postgres URL as users write it (`postgres://`, `postgresql://`), always with psycopg 3.

    Raises UserError where it is none. The message never shows a password.
    """
    try:
        url = make_url(value.strip())
    except (ArgumentError, ValueError):
        raise UserError(
            "the database URL cannot be read", "write postgresql://user:password@host:5432/database"
        ) from None  # what it says may be a part of the password, and a traceback would show it
    if url.drivername.partition("+")[0] not in ("postgres", "postgresql"):
        raise UserError(
            f"{url.drivername}: newsfold needs Postgres", "write postgresql://user:password@host:5432/database"
        )
    if "@" in (url.host or ""):
        raise UserError("the database URL has more than one @", "write an @ in the password as %40")
    return url.set(drivername="postgresql+psycopg")


def libpq_url(url: URL) -> str:
    """The same address for psql and other clients, password included."""
    written = url.set(drivername="postgresql").render_as_string(hide_password=False).replace(" ", "%20")
    if not url.query:
        return written
    # SQLAlchemy writes a space as +, which libpq does not read: ~/Library/Application Support.
    address, _, options = written.rpartition("?")
    return f"{address}?{options.replace('+', '%20')}"


def connect(url: URL) -> Engine:
    """An engine on a Postgres that answers. Raises UserError where it does not, or is too old."""
    engine = create_engine(
        url,
        pool_pre_ping=True,
        hide_parameters=True,  # errors are stored and shown: no article texts in them
        json_deserializer=orjson.loads,
        connect_args={"connect_timeout": 10, "application_name": "newsfold"},
    )
    event.listen(engine, "connect", _speak_utc)
    event.listen(engine, "before_cursor_execute", _answer_in_binary)
    try:
        with engine.connect() as conn:
            version = int(conn.execute(text("show server_version_num")).scalar_one())
    except (OperationalError, ProgrammingError) as exc:  # the latter for an option that libpq does not know
        reason = " ".join(str(exc.orig).split())
        raise UserError(
            f"cannot reach the database {_shown(url)}: {reason}", "check NEWSFOLD_DATABASE_URL and the server"
        ) from exc
    if version < OLDEST_VERSION * 10_000:
        engine.dispose()
        raise UserError(f"Postgres {version // 10_000} is too old", f"use Postgres {OLDEST_VERSION} or newer")
    return engine


def copy_in(conn: Connection, statement: str, data: bytes) -> None:
    """Run a COPY FROM STDIN. SQLAlchemy knows none, so the driver's errors are raised as those of its other statements
    are: a DBAPIError, such as OperationalError where the connection is lost or the disk is full.
    """
    try:
        with conn.connection.cursor().copy(statement) as copy:
            copy.write(data)
    except psycopg.Error as exc:
        raise DBAPIError.instance(statement, None, exc, psycopg.Error, dialect=conn.dialect) from exc


def _answer_in_binary(
    _conn: Connection,
    cursor: psycopg.Cursor[Any],
    _statement: str,
    _parameters: object,
    context: ExecutionContext,
    _is_many: bool,
) -> None:
    """Statements with the execution option `binary` are answered as Postgres keeps its values: bytes and moments need
    not be written as text and read again.
    """
    if context.execution_options.get("binary"):
        cursor.format = Format.BINARY


def _shown(url: URL) -> str:
    """The address for messages: no password, whether it stands before the host or among the options."""
    options = {name: value for name, value in url.query.items() if "password" not in name}
    return url.set(drivername="postgresql", query=options).render_as_string(hide_password=True)


def _speak_utc(driver: psycopg.Connection[Any], _record: object) -> None:
    """Moments come back in UTC, whatever the server or the machine is set to."""
    driver.execute("set time zone 'UTC'")
    driver.commit()
