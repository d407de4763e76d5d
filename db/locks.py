"""Advisory locks: what only one may do at a time, in this database, whichever process or machine it is."""

from __future__ import annotations

from sqlalchemy import Connection, text

# Two-part keys (class, id): the class keeps ours apart from each other and, in a shared database, from others'.
_FOLD = (1_853_191_283, 1)
_MIGRATE = (1_853_191_283, 2)
_NOTICES = (1_853_191_283, 3)
_TELLING = (1_853_191_283, 4)
_PARTITIONS = (1_853_191_283, 5)
_RUN_CLASS = 1_853_191_284


def lock_folding(conn: Connection) -> None:
    """Wait for the right to judge and load, held until the transaction ends: two runs never both call a story new."""
    conn.execute(text("select pg_advisory_xact_lock(:a, :b)"), {"a": _FOLD[0], "b": _FOLD[1]})


def lock_migrating(conn: Connection) -> None:
    """Wait for the right to migrate, held until the transaction ends."""
    conn.execute(text("select pg_advisory_xact_lock(:a, :b)"), {"a": _MIGRATE[0], "b": _MIGRATE[1]})


def lock_notices(conn: Connection) -> None:
    """Wait for the right to write notices, held until the transaction ends: nothing is noticed twice."""
    conn.execute(text("select pg_advisory_xact_lock(:a, :b)"), {"a": _NOTICES[0], "b": _NOTICES[1]})


def try_lock_telling(conn: Connection) -> bool:
    """Take the right to send notices until the transaction ends, or False where another has it."""
    got = text("select pg_try_advisory_xact_lock(:a, :b)")
    return bool(conn.execute(got, {"a": _TELLING[0], "b": _TELLING[1]}).scalar_one())


def lock_partitions(conn: Connection) -> None:
    """Wait for the right to make partitions, held until the transaction ends."""
    conn.execute(text("select pg_advisory_xact_lock(:a, :b)"), {"a": _PARTITIONS[0], "b": _PARTITIONS[1]})


def hold_run(conn: Connection, run_id: int) -> None:
    """Show that a run is alive, for as long as this connection is open."""
    conn.execute(text("select pg_advisory_lock(:a, :b)"), {"a": _RUN_CLASS, "b": run_id % 2**31})


def is_run_alive(conn: Connection, run_id: int) -> bool:
    """Whether any connection holds the run."""
    held = text("select pg_try_advisory_xact_lock(:a, :b)")
    return not conn.execute(held, {"a": _RUN_CLASS, "b": run_id % 2**31}).scalar_one()
