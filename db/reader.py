"""Queries as `news_reader`: read-only, with a time limit, and nothing but schema `news` in sight."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, text

from pipeline.errors import UserError

ROLE = "news_reader"


@dataclass(frozen=True, slots=True)
class Table:
    """The answer to a query: column names, and rows of values."""

    columns: tuple[str, ...]
    rows: Iterable[Sequence[Any]]


@contextmanager
def answering(engine: Engine, query: str, *, timeout_seconds: int) -> Iterator[Table]:
    """The answer to a user's query, its rows read from the server as they are taken: it may be larger than memory.

    Raises UserError with Postgres's own words where the query is wrong, refused or too slow. Where the engine's user is
    another than the role, it takes the role for the query. That keeps mistakes out, and not someone who means it: what
    a session has taken, a query can give back.
    """
    with engine.connect() as conn, conn.begin():
        conn.execute(text("set transaction read only"))
        conn.execute(text("select set_config('statement_timeout', :t, true)"), {"t": f"{timeout_seconds}s"})
        if not can_read_as_role(conn):
            raise UserError(
                f"the database has no role {ROLE} that this user may take",
                f"as a superuser: create role {ROLE}; grant {ROLE} to current_user; then newsfold db upgrade",
            )
        conn.execute(text(f"set local role {ROLE}"))
        conn.execute(text("set local search_path = news, pg_catalog"))
        conn.execute(text("set local cursor_tuple_fraction = 1"))
        driver: psycopg.Connection[Any] = conn.connection.driver_connection  # type: ignore[assignment]
        try:
            with driver.cursor() as cursor:
                # As a prepared statement it can only be one, and as a cursor only a query; `%` and `:` mean themselves.
                cursor.execute(b"declare answer no scroll cursor for " + query.encode(), prepare=True)
                yield _answer(cursor)
        except (psycopg.Error, UnicodeEncodeError) as exc:  # the latter: an argument that was no UTF-8
            said = (exc.diag.message_primary if isinstance(exc, psycopg.Error) else None) or str(exc).splitlines()[0]
            raise UserError(
                f"the query failed: {said}", "write one select; `newsfold sql` alone lists the views"
            ) from exc


def _answer(cursor: psycopg.Cursor[Any]) -> Table:
    first = cursor.execute(_FETCH).fetchall()
    columns = cursor.description or []
    return Table(tuple(column.name for column in columns), chain(first, _rest(cursor)))


def _rest(cursor: psycopg.Cursor[Any]) -> Iterator[Sequence[Any]]:
    while rows := cursor.execute(_FETCH).fetchall():
        yield from rows


_FETCH = "fetch 1000 from answer"


def let_log_in(engine: Engine) -> None:
    """Make the role a login, on a server of our own: a query then has no other role to go back to."""
    with engine.begin() as conn:
        conn.execute(_LET_LOG_IN)


_LET_LOG_IN = text("""
    do $$ begin
        if exists (select from pg_roles where rolname = 'news_reader' and not rolcanlogin) then
            alter role news_reader login;
        end if;
    end $$
""")


def can_read_as_role(conn: Connection) -> bool:
    """Whether this user may act as the role, and the role may read the views."""
    return bool(conn.execute(_CAN_READ, {"role": ROLE}).scalar_one())


_CAN_READ = text("""
    select exists (
        select from pg_roles
        where rolname = :role and has_schema_privilege(oid, 'news', 'usage')
          -- Postgres 16 tells "may take the role" from "is a member"; before, there is no such word.
          and pg_has_role(current_user, oid,
                          case when current_setting('server_version_num') >= '160000' then 'set' else 'member' end)
    )
""")


def describe_views(conn: Connection) -> Table:
    """Every column of every view of schema `news`, with its type and what it means."""
    rows = conn.execute(_DESCRIBE).all()
    return Table(("view", "column", "type", "meaning"), [tuple(row) for row in rows])


_DESCRIBE = text("""
    select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum)
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where n.nspname = 'news' and c.relkind = 'v'
    order by c.relname, a.attnum
""")


def as_text(value: object) -> str:
    """A list or JSON value of an answer as one text, for formats that have no such values."""
    return json.dumps(value, ensure_ascii=False, default=str)
