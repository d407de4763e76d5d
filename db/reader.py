"""Queries as `news_reader`: read-only, with a time limit, and nothing but schema `news` in sight."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader, Transformer
from psycopg.pq import Format
from psycopg.types.datetime import (
    DateLoader,
    IntervalLoader,
    TimeLoader,
    TimestampLoader,
    TimestamptzLoader,
    TimetzLoader,
)
from psycopg.types.string import TextLoader
from sqlalchemy import Connection, Engine, text

from db.locks import lock_migrating
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

    The query runs inside functions that belong to the role and have its rights only, where Postgres lets nobody take
    another role (ADR 21); in a read-only transaction that is rolled back, on a connection that ends with it. Raises
    UserError with Postgres's own words where the query is wrong, refused or too slow.
    """
    with engine.connect() as conn:
        driver: psycopg.Connection[Any] = conn.connection.driver_connection  # type: ignore[assignment]
        conn.detach()  # what belongs to a session and to no transaction, such as an advisory lock, ends with it
        if not can_read_as_role(conn):
            raise UserError(
                f"the database has no role {ROLE} that this user may take",
                f"as a superuser: create role {ROLE}; grant {ROLE} to current_user; then newsfold db upgrade",
            )
        _confine(driver)
        with _said_to_the_user():
            columns, types = _described(driver, query)
            answer = _Answer(driver, types, timeout_seconds)
            answer.open(query)
            first = answer.more()
        yield Table(columns, chain(first, answer.rest()))


def _confine(driver: psycopg.Connection[Any]) -> None:
    """Take the role, make the functions, and write nothing from here on."""
    driver.execute(f"set local role {ROLE}".encode())
    driver.execute("set local search_path = news, pg_catalog")
    driver.execute("set local cursor_tuple_fraction = 1")
    try:
        driver.execute(_OPEN)
        driver.execute(_MORE)
    except psycopg.errors.InsufficientPrivilege as exc:
        database = driver.info.dbname
        raise UserError(
            f"the role {ROLE} may make no temporary function", f"grant temporary on database {database} to {ROLE}"
        ) from exc
    driver.execute("set transaction read only")


# Inside a function with `security definer` no role can be set (CVE-2007-6600): not by `reset role`, not by set_config.
_OPEN = """
    create function pg_temp.newsfold_open(query text) returns void language plpgsql security definer as $$
    declare
        answer refcursor := 'newsfold_answer';
    begin
        open answer no scroll for execute query;
    end $$
"""
# Each row comes as the text of a record: then any query will do, whatever the types of its columns.
_MORE = """
    create function pg_temp.newsfold_more() returns setof text language plpgsql security definer as $$
    declare
        answer refcursor := 'newsfold_answer';
        line record;
    begin
        for place in 1..1000 loop
            fetch answer into line;
            exit when not found;
            return next line::text;
        end loop;
    end $$
"""


def _described(driver: psycopg.Connection[Any], query: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The names of the columns of an answer, and the numbers of their types. Nothing of the query is run.

    Raises UserError for what does not answer with rows.
    """
    pgconn = driver.pgconn
    for result in (pgconn.prepare(b"", query.encode()), pgconn.describe_prepared(b"")):
        if result.status != psycopg.pq.ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(result, driver.info.encoding)
    if not result.nfields:
        raise UserError("the query failed: it answers with no rows", _REMEDY)
    places = range(result.nfields)
    return tuple((result.fname(place) or b"").decode() for place in places), tuple(map(result.ftype, places))


_REMEDY = "write one select; `newsfold sql` alone lists the views"


class _Answer:
    """The answer on its way: some rows at a time, the time limit holding for each."""

    def __init__(self, driver: psycopg.Connection[Any], types: Sequence[int], timeout_seconds: int) -> None:
        self._cursor = driver.cursor()
        # Set each time, and by no function: what a query has set, it has set for the next one too.
        self._limit = f"set local statement_timeout = '{timeout_seconds:d}s'".encode()
        for name, loader in _LOADERS.items():
            driver.adapters.register_loader(name, loader)
        self._values = Transformer(driver)
        self._values.set_loader_types(types, Format.TEXT)
        self._fields = Transformer(driver).get_loader(_RECORD, Format.TEXT)

    def open(self, query: str) -> None:
        """Begin with the query."""
        self._cursor.execute(self._limit)
        self._cursor.execute("select pg_temp.newsfold_open(%s)", [query])

    def more(self) -> Sequence[Sequence[Any]]:
        """The next rows; none where there are no more."""
        self._cursor.execute(self._limit)
        lines = self._cursor.execute("select pg_temp.newsfold_more()").fetchall()
        return [self._row(line) for (line,) in lines]

    def rest(self) -> Iterator[Sequence[Any]]:
        """All further rows, one by one."""
        while True:
            with _said_to_the_user():
                rows = self.more()
            if not rows:
                return
            yield from rows

    def _row(self, line: str) -> Sequence[Any]:
        # An only value that is null is written as a record of no value.
        fields = self._fields.load(line.encode()) or (None,)
        return self._values.load_sequence([None if field is None else field.encode() for field in fields])


def _or_text(loader: type[Loader]) -> type[Loader]:
    """A loader that gives Postgres's text where Python has no such value: 'infinity', a year before Christ."""

    def load(self: Loader, data: Buffer) -> Any:
        try:
            return loader.load(self, data)
        except psycopg.DataError:
            return bytes(data).decode()

    return type(loader.__name__, (loader,), {"load": load})


_LOADERS: Mapping[str, type[Loader]] = {
    "bytea": TextLoader,  # \x00ff
    "date": _or_text(DateLoader),
    "time": _or_text(TimeLoader),
    "timetz": _or_text(TimetzLoader),
    "timestamp": _or_text(TimestampLoader),
    "timestamptz": _or_text(TimestamptzLoader),
    "interval": _or_text(IntervalLoader),
}
_RECORD = psycopg.adapters.types["record"].oid


@contextmanager
def _said_to_the_user() -> Iterator[None]:
    try:
        yield
    except (psycopg.Error, UnicodeEncodeError) as exc:  # the latter: an argument that was no UTF-8
        said = (exc.diag.message_primary if isinstance(exc, psycopg.Error) else None) or str(exc).splitlines()[0]
        raise UserError(f"the query failed: {said}", _REMEDY) from exc


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


def let_read(conn: Connection) -> None:
    """Give the role its rights, and make it where it is not there: a role belongs to the server, and a database that
    was restored on another one has none. What this user may not do is left; `can_read_as_role` tells.
    """
    lock_migrating(conn)  # two that grant at once: "tuple concurrently updated"
    for statement in _LET_READ:
        conn.execute(text(statement))


# As in the first migration.
_LET_READ = (
    f"""
    do $$
    begin
        if not exists (select from pg_roles where rolname = '{ROLE}') then
            create role {ROLE} nologin;
        end if;
    exception
        when duplicate_object or unique_violation or insufficient_privilege then null;
    end $$
    """,
    f"""
    do $$
    begin
        if exists (select from pg_roles where rolname = '{ROLE}') then
            grant usage on schema news to {ROLE};
            grant select on all tables in schema news to {ROLE};
            alter default privileges in schema news grant select on tables to {ROLE};
        end if;
    exception
        when insufficient_privilege then null;
    end $$
    """,
    f"""
    do $$
    begin
        if exists (select from pg_roles where rolname = '{ROLE}') then
            execute format('grant {ROLE} to %I', current_user);
        end if;
    exception
        when insufficient_privilege then null;
    end $$
    """,
)


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
