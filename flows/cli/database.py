"""`newsfold db`: upgrade, url, stop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Engine

from db import migrate, reader, schema
from db.engine import connect, database_url, libpq_url
from flows.cli.console import note
from flows.wiring import embedded, read_settings, running_database
from pipeline.errors import UserError


def upgrade() -> None:
    """Bring the schema to the newest revision, let the reader read it, and say where it is. Raises UserError where
    something is missing from it.
    """
    with running_database(read_settings()) as address, _engine(address) as engine:
        migrate.upgrade(engine)
        with engine.begin() as conn:
            schema.check(conn)
            reader.let_read(conn)
            note(f"the schema is at revision {migrate.current_revision(conn)}")


@contextmanager
def _engine(address: URL) -> Iterator[Engine]:
    engine = connect(address)
    try:
        yield engine
    finally:
        engine.dispose()


def url() -> None:
    """Print the address on standard output; leave the embedded server running for the client that will use it."""
    settings = read_settings()
    if settings.database_url is not None:
        print(libpq_url(database_url(settings.database_url.get_secret_value())))  # noqa: T201
        return
    server = embedded(settings)
    with server.running() as address:
        with _engine(address) as engine:
            migrate.upgrade(engine)
        server.keep()
        print(libpq_url(address))  # noqa: T201
    note("the embedded Postgres runs until `newsfold db stop`")


def stop() -> None:
    """Stop the embedded server, whoever uses it."""
    settings = read_settings()
    if settings.database_url is not None:
        raise UserError("NEWSFOLD_DATABASE_URL names your own server", "stop it with its own tools")
    note("stopped" if embedded(settings).stop() else "the embedded Postgres was not running")
