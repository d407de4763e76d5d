"""How alembic reaches the database: the connection it is given, else the one of the settings."""

from __future__ import annotations

import re

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text

from db.migrate import LOCK_TIMEOUT
from db.tables import Base


def _migrate(connection: Connection) -> None:
    # A migration that has to wait for a lock would make every reader behind it wait too.
    connection.execute(text(f"set local lock_timeout = '{LOCK_TIMEOUT}'"))
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        version_table="newsfold_version",
        version_table_schema="public",
        include_schemas=True,
        include_name=_is_described,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()
        _note_works_from(connection)


def _note_works_from(connection: Connection) -> None:
    """Say in the database which code works on it: of this revision, and of those before it that it only adds to."""
    at = context.get_context().get_current_revision()
    if at is None or at < "0016":
        return
    oldest = at
    for step in context.script.iterate_revisions(at, "base"):
        oldest = step.revision
        if not getattr(step.module, "is_additive", False):
            break
    connection.execute(text("update public.newsfold_version set works_from = :oldest"), {"oldest": oldest})


# db.partitions makes and drops these as time goes by.
_PARTITION = re.compile(r"capture_kept|capture_until_\d+|(outcome|poll)_from_\d+")


def _is_described(name: str | None, kind: str, _parents: object) -> bool:
    """Whether the tables in the code say what a schema or table is like."""
    if kind == "schema":
        return name == "ingest"
    return kind != "table" or not _PARTITION.fullmatch(name or "")


def _settings_url() -> str:
    from db.engine import database_url
    from pipeline.settings import Settings

    value = Settings().database_url
    if value is None:
        raise SystemExit("set NEWSFOLD_DATABASE_URL, or use `newsfold db upgrade` for the embedded Postgres")
    return database_url(value.get_secret_value()).render_as_string(hide_password=False)


given = context.config.attributes.get("connection")
if given is not None:
    _migrate(given)
else:
    with create_engine(_settings_url(), poolclass=pool.NullPool).begin() as own:
        _migrate(own)
