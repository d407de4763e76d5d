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
        meanings = _meanings(connection)
        context.run_migrations()
        _say_again(connection, meanings)
        _note_works_from(connection)


def _meanings(connection: Connection) -> dict[str, str]:
    """What the views and their columns mean, as the statement that says so of each; an empty one where nothing does."""
    return {row.what: row.statement for row in connection.execute(_MEANINGS)}


_MEANINGS = text("""
    select what, case when said is null then '' else format('comment on %s is %L', what, said) end as statement
    from (
        select format('view news.%I', c.relname) as what, obj_description(c.oid, 'pg_class') as said
        from pg_class c where c.relnamespace = to_regnamespace('news') and c.relkind = 'v'
        union all
        select format('column news.%I.%I', c.relname, a.attname), col_description(c.oid, a.attnum)
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
        where c.relnamespace = to_regnamespace('news') and c.relkind = 'v'
    ) views
""")


def _say_again(connection: Connection, before: dict[str, str]) -> None:
    """Views that a migration dropped and made anew mean what they meant."""
    for what, said in _meanings(connection).items():
        if not said and before.get(what):
            connection.exec_driver_sql(before[what].replace("%", "%%"))


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
