"""Migrations: from whatever is there to the newest schema, and back."""

from __future__ import annotations

import logging
from pathlib import Path

from psycopg.errors import (
    DeadlockDetected,
    DuplicateSchema,
    InsufficientPrivilege,
    InvalidSchemaName,
    LockNotAvailable,
    UndefinedColumn,
    UndefinedTable,
)
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from db.locks import lock_migrating
from pipeline.errors import UserError

_log = logging.getLogger("newsfold")
LOCK_TIMEOUT = "10s"
"""How long a migration waits for a table: everybody who comes after it waits too."""


def migrations_folder() -> Path:
    """The folder with the migrations: inside the package where installed, at the top of a checkout."""
    packaged = Path(__file__).parent / "migrations"
    return packaged if packaged.is_dir() else Path(__file__).parents[1] / "alembic"


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to a revision. Cheap where it is there already; safe where several processes do it at once.

    Where a newer newsfold has been at the database and only added to it, it is left as it is. Raises UserError where it
    did more, or where others hold a table for too long.
    """
    with engine.begin() as conn:
        current = current_revision(conn)
        if is_ahead(conn):
            if not works_here(conn):
                raise UserError(
                    f"the database is at revision {current}, which this newsfold does not know",
                    "upgrade newsfold, or use another database",
                )
            _log.warning("the database is of a newer newsfold (revision %s); this one works on it too", current)
            return
        if revision == "head" and current == _head():
            return
        lock_migrating(conn)
        _run("upgrade", conn, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to a revision; 'base' is an empty database."""
    with engine.begin() as conn:
        lock_migrating(conn)
        _run("downgrade", conn, revision)


def current_revision(conn: Connection) -> str | None:
    """The revision the schema is at, None for a database that was never migrated."""
    if conn.execute(text("select to_regclass('public.newsfold_version')")).scalar_one() is None:
        return None
    return conn.execute(text("select version_num from public.newsfold_version")).scalar_one_or_none()


def is_ahead(conn: Connection) -> bool:
    """Whether a newer newsfold has been at the database."""
    current = current_revision(conn)
    return current is not None and current not in _revisions()


def works_here(conn: Connection) -> bool:
    """Whether this code works on the schema: it is its own, or a newer one that only adds to it (ADR 22)."""
    if not is_ahead(conn):
        return is_current(conn)
    oldest: str | None = conn.execute(text("select works_from from public.newsfold_version")).scalar_one()
    return oldest is not None and oldest <= _head()


def is_current(conn: Connection) -> bool:
    """Whether the schema is the one that this code was written for."""
    return current_revision(conn) == _head()


def _head() -> str:
    """The newest revision."""
    return max(_revisions())


def _revisions() -> set[str]:
    """All revisions, read from the file names: asking alembic costs half a second at each start."""
    return {path.name.partition("_")[0] for path in (migrations_folder() / "versions").glob("[0-9]*_*.py")}


def _run(direction: str, conn: Connection, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = conn
    try:
        getattr(command, direction)(config, revision)
    except ProgrammingError as exc:
        said = str(exc.orig).splitlines()[0]
        match exc.orig:
            case InsufficientPrivilege():
                remedy = "make this user the owner of the database"
            case UndefinedTable() | UndefinedColumn() | InvalidSchemaName() | DuplicateSchema():
                remedy = "it is not as newsfold left it: restore the dump (docs/operations.md)"
            case _:
                raise
        raise UserError(f"the schema cannot be made: {said}", remedy) from exc
    except OperationalError as exc:
        if not isinstance(exc.orig, LockNotAvailable | DeadlockDetected):
            raise
        raise UserError(
            "the schema cannot be changed now: somebody works with its tables, and nothing was changed",
            "when runs and long queries are through (pg_stat_activity shows them): newsfold db upgrade",
        ) from exc
