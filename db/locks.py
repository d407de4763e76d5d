"""Advisory locks: what only one may do at a time, in this database, whichever process or machine it is."""

from __future__ import annotations

from sqlalchemy import Connection, text

# Two-part keys (class, id): the class keeps ours apart from each other and, in a shared database, from others'.
_FOLD = (1_853_191_283, 1)
_MIGRATE = (1_853_191_283, 2)
_RUN_CLASS = 1_853_191_284


def lock_folding(conn: Connection) -> None:
    """Wait for the right to judge and load, held until the transaction ends: two runs never both call a story new."""
    conn.execute(text("select pg_advisory_xact_lock(:a, :b)"), {"a": _FOLD[0], "b": _FOLD[1]})


def lock_migrating(conn: Connection) -> None:
    """Wait for the right to migrate, held until the transaction ends."""
    conn.execute(text("select pg_advisory_xact_lock(:a, :b)"), {"a": _MIGRATE[0], "b": _MIGRATE[1]})


def hold_run(conn: Connection, run_id: int) -> None:
    """Show that a run is alive, for as long as this connection is open."""
    conn.execute(text("select pg_advisory_lock(:a, :b)"), {"a": _RUN_CLASS, "b": run_id % 2**31})


def is_run_alive(conn: Connection, run_id: int) -> bool:
    """Whether any connection holds the run."""
    held = text("select pg_try_advisory_xact_lock(:a, :b)")
    return not conn.execute(held, {"a": _RUN_CLASS, "b": run_id % 2**31}).scalar_one()
