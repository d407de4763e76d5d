"""The commands of `newsfold db`."""

from __future__ import annotations

import typer

db_app = typer.Typer(help="The database.", no_args_is_help=True, rich_markup_mode=None)


@db_app.command()
def upgrade() -> None:
    """Bring the schema up to date (every command that writes does so too)."""
    from flows.cli import database

    database.upgrade()


@db_app.command()
def url() -> None:
    """The address of the database, for psql and other clients. The embedded Postgres then runs until `db stop`."""
    from flows.cli import database

    database.url()


@db_app.command()
def stop() -> None:
    """Stop the embedded Postgres."""
    from flows.cli import database

    database.stop()
