"""Hosts: who may ask them now, among all processes and machines that use this database.

A slot is a row: taken until a moment by a connection. It is free when the moment has come, or when the connection is
gone; so nobody has to clear up after a process that was killed. Each statement is a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from pipeline.models.hosts import Busy, Rest
from pipeline.models.pages import FetchFailure

HELD_SECONDS = 0.05
"""How long to wait before looking again at a slot that another process holds."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The keys of a slot that is wanted, all or none, for so many seconds at most."""

    keys: tuple[str, ...]
    seconds: float


def take(conn: Connection, wanted: Sequence[Wanted]) -> list[Busy | None]:
    """Take slots for this connection; for each None where it was taken, else why not. No two may share a key."""
    rows = [(number, key, float(one.seconds)) for number, one in enumerate(wanted) for key in one.keys]
    numbers, keys, seconds = zip(*rows, strict=True)
    found = conn.execute(_TAKE, {"numbers": list(numbers), "keys": list(keys), "seconds": list(seconds)}).all()
    lost = [key for row in found if not row.is_taken for key in row.taken or ()]
    if lost:  # another process was faster with the other key
        free(conn, [Rest(dict.fromkeys(lost, 0.0))])
    return [None if row.is_taken else _busy(row.seconds, row.is_held, row.reason, row.detail) for row in found]


def _busy(seconds: float | None, is_held: bool | None, reason: str | None, detail: str | None) -> Busy:
    if seconds is None or is_held:
        return Busy(HELD_SECONDS)
    return Busy(seconds, FetchFailure(reason, detail or "") if reason else None)


# Rows are locked in the order of their keys. Whether a connection lives is asked only for a slot that is taken.
_IS_TAKEN = """h.free_at > clock_timestamp()
            and (h.holder is null or h.holder in (select pid from pg_stat_activity))"""
_TAKE = text(f"""
    with wanted as (
        select * from unnest(cast(:numbers as int[]), cast(:keys as text[]), cast(:seconds as float8[]))
            as w (number, key, seconds)
    ), busy as (
        select w.number, max(extract(epoch from h.free_at - clock_timestamp()))::float8 as seconds,
            bool_or(h.holder is not null) as is_held, max(h.reason) as reason, max(h.detail) as detail
        from wanted w join ingest.host h on h.key = w.key
        where {_IS_TAKEN}
        group by w.number
    ), taken as (
        insert into ingest.host as h (key, asked_at, free_at, holder)
        select key, clock_timestamp(), clock_timestamp() + make_interval(secs => seconds), pg_backend_pid()
        from wanted where number not in (select number from busy) order by key
        on conflict (key) do update set
            asked_at = excluded.asked_at, free_at = excluded.free_at, holder = excluded.holder,
            reason = null, detail = null
        where not ({_IS_TAKEN})
        returning key
    )
    select count(t.key) = count(*) as is_taken, array_agg(t.key) filter (where t.key is not null) as taken,
        max(b.seconds) as seconds, bool_or(b.is_held) as is_held, max(b.reason) as reason, max(b.detail) as detail
    from wanted w left join busy b on b.number = w.number left join taken t on t.key = w.key
    group by w.number order by w.number
""")


def free(conn: Connection, rests: Sequence[Rest]) -> None:
    """Give slots of this connection back, each with the rest that it wants. No two may share a key."""
    rows = [(key, float(interval), rest) for rest in rests for key, interval in rest.intervals.items()]
    conn.execute(
        _FREE,
        {
            "keys": [key for key, _, _ in rows],
            "intervals": [interval for _, interval, _ in rows],
            "rests": [float(rest.seconds) for _, _, rest in rows],
            "reasons": [rest.failure and rest.failure.reason for _, _, rest in rows],
            "details": [rest.failure and rest.failure.detail for _, _, rest in rows],
        },
    )


_FREE = text("""
    with freed as (
        select * from unnest(cast(:keys as text[]), cast(:intervals as float8[]), cast(:rests as float8[]),
                             cast(:reasons as text[]), cast(:details as text[]))
            as f (key, interval_seconds, rest_seconds, reason, detail)
    ), held as (
        select h.key from ingest.host h
        where h.key = any(cast(:keys as text[])) and h.holder = pg_backend_pid()
        order by h.key for no key update
    )
    update ingest.host h
    set holder = null, reason = f.reason, detail = f.detail,
        free_at = greatest(h.asked_at + make_interval(secs => f.interval_seconds),
                           clock_timestamp() + make_interval(secs => f.rest_seconds))
    from freed f where f.key = h.key and h.key in (select key from held)
""")


def forget(conn: Connection) -> None:
    """Forget hosts that nobody has asked for a day."""
    conn.execute(text("delete from ingest.host where free_at < now() - interval '1 day'"))
