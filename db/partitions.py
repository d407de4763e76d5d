"""Partitions: bodies by the month in which their keeping ends, outcomes and polls by blocks of a hundred runs.

What is kept no longer is dropped as a whole. Nothing here waits long for a lock or makes a run wait: a new partition is
attached and an old one detached beside whoever reads and writes (no default partition, no foreign keys).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine, text

from db.locks import lock_partitions

_RUNS_A_BLOCK = 100
_PAGES_AT_ONCE = 5_000
_CAPTURE, _BLOCK = re.compile(r"capture_until_(\d{4})(\d\d)"), re.compile(r"(?:outcome|poll)_from_(\d+)")
_PATIENCE = "30s"


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition of a table, by its name, for values from `low` on and before `high`, as SQL writes them."""

    parent: str
    name: str
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Size:
    """What is in a partition: its rows, and the bytes it takes with its indexes."""

    rows: int
    size_bytes: int


def prepare(engine: Engine, now: datetime) -> None:
    """Make the partitions that a run that begins now may write to. Cheap where they are there."""
    with engine.begin() as conn:
        if not _missing(conn, now):
            return
        conn.execute(text("set local lock_timeout = '5s'"))
        lock_partitions(conn)
        for one in _missing(conn, now):
            like = f"(like ingest.{one.parent} including defaults including constraints)"
            conn.execute(text(f"create table ingest.{one.name} {like}"))
            bounds = f"for values from ({one.low}) to ({one.high})"
            conn.execute(text(f"alter table ingest.{one.parent} attach partition ingest.{one.name} {bounds}"))


def _missing(conn: Connection, now: datetime) -> list[Partition]:
    there = set(conn.execute(_NAMES).scalars())
    return [one for one in (*_wanted_captures(conn, now), *_wanted_blocks(conn)) if one.name not in there]


# Also one that was detached and not dropped.
_NAMES = text(r"""
    select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'ingest' and c.relkind = 'r' and c.relname ~ '^(capture_until|outcome_from|poll_from)_\d+$'
    order by c.relname
""")


def _wanted_captures(conn: Connection, now: datetime) -> Iterator[Partition]:
    days = conn.execute(text("select distinct cast(options ->> 'keep_captures_days' as int) from ingest.source"))
    kept = [number for number in days.scalars() if number is not None]
    begun = {_month(now + timedelta(days=number)) for number in kept}
    # A run may last into the next month.
    for month in sorted(begun | set(map(_month_after, begun))):
        name = f"capture_until_{month:%Y%m}"
        yield Partition("capture", name, f"'{month}'", f"'{_month_after(month)}'")


def _wanted_blocks(conn: Connection) -> Iterator[Partition]:
    latest = conn.execute(text("select coalesce(max(id), 0) from ingest.run")).scalar_one()
    first = latest // _RUNS_A_BLOCK * _RUNS_A_BLOCK
    for low in (first, first + _RUNS_A_BLOCK):
        for parent in ("outcome", "poll"):
            yield Partition(parent, f"{parent}_from_{low}", str(low), str(low + _RUNS_A_BLOCK))


def _month(moment: datetime) -> date:
    return moment.date().replace(day=1)


def _month_after(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def outdated(conn: Connection, now: datetime, *, keep_runs_days: int) -> list[str]:
    """The partitions of which nothing is kept any more: months that are over, blocks of runs that ended long ago."""
    names = list(conn.execute(_NAMES).scalars())
    before = now - timedelta(days=keep_runs_days)
    return [one for one in names if _is_over(one, now) or _is_forgotten(conn, one, before)]


def _is_over(name: str, now: datetime) -> bool:
    found = _CAPTURE.fullmatch(name)
    return found is not None and _month_after(date(int(found[1]), int(found[2]), 1)) <= now.date()


def _is_forgotten(conn: Connection, name: str, before: datetime) -> bool:
    found = _BLOCK.fullmatch(name)
    if found is None:
        return False
    low = int(found[1])
    parameters = {"low": low, "high": low + _RUNS_A_BLOCK, "before": before}
    return bool(conn.execute(_FORGOTTEN, parameters).scalar_one())


_FORGOTTEN = text("""
    select exists (select from ingest.run where id >= :high)
        and not exists (select from ingest.run where id >= :low and id < :high
                        and coalesce(finished_at, 'infinity') >= :before)
""")


def size_of(conn: Connection, name: str) -> Size:
    """How much is in a partition."""
    size = f"select (select count(*) from ingest.{name}), pg_total_relation_size('ingest.{name}')"
    return Size(*conn.execute(text(size)).one())


def drop(engine: Engine, name: str) -> bool:
    """Drop a partition. False where a run works on a page whose body is in it: then it is left to the next time.

    What users see of it elsewhere is kept first: pages and their outcomes stay, runs keep their totals. A page that
    waits to be loaded and has no other body is to be fetched again, and no page whose body is gone is asked for "if
    changed".
    """
    if _CAPTURE.fullmatch(name):
        if not _let_go_of_bodies(engine, name):
            return False
    else:
        _keep_totals(engine, name)
    _drop(engine, name)
    return True


def _drop(engine: Engine, name: str) -> None:
    """Detaching waits for those who read the table and makes nobody wait; where it was broken off it is finished."""
    alter = f"alter table ingest.{name.partition('_')[0]} detach partition ingest.{name}"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text(f"set lock_timeout = '{_PATIENCE}'"))
        try:
            is_pending = conn.execute(_IS_PENDING, {"name": name}).scalar_one_or_none()
            if is_pending is not None:
                conn.execute(text(f"{alter} {'finalize' if is_pending else 'concurrently'}"))
            conn.execute(text(f"drop table ingest.{name}"))
        finally:
            conn.execute(text("reset lock_timeout"))


_IS_PENDING = text("""
    select i.inhdetachpending from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'ingest' and c.relname = :name
""")


def _let_go_of_bodies(engine: Engine, name: str) -> bool:
    while True:
        with engine.begin() as conn:
            if not conn.execute(text(_LET_GO.format(name=name)), {"limit": _PAGES_AT_ONCE}).rowcount:
                return not conn.execute(text(_IN_USE.format(name=name))).scalar_one()


_NO_OTHER_BODY = """not exists (
    select from ingest.capture o where o.page_id = p.id and o.tableoid <> 'ingest.{name}'::regclass)"""
_LET_GO = f"""
    with gone as (
        select p.id from ingest.page p
        where exists (select from ingest.{{name}} c where c.page_id = p.id) and {_NO_OTHER_BODY}
            and p.claimed_by is null and (p.etag is not null or p.last_modified is not null or p.state = 'fetched')
        limit :limit
    ), locked as (
        select id from ingest.page where id in (select id from gone) and claimed_by is null
        order by canonical_url for no key update
    )
    update ingest.page p
    set etag = null, last_modified = null, state = case when p.state = 'fetched' then 'discovered' else p.state end
    from locked where p.id = locked.id
"""
_IN_USE = f"""
    select exists (
        select from ingest.page p join ingest.{{name}} c on c.page_id = p.id
        where p.claimed_by is not null and {_NO_OTHER_BODY})
"""


def _keep_totals(engine: Engine, name: str) -> None:
    found = _BLOCK.fullmatch(name)
    low = int(found[1]) if found else 0
    with engine.begin() as conn:
        conn.execute(_KEEP_TOTALS, {"low": low, "high": low + _RUNS_A_BLOCK})
        for forget in (_FORGET_REMADE, _FORGET_BOOKS):
            conn.execute(forget, {"low": low, "high": low + _RUNS_A_BLOCK})


_KEEP_TOTALS = text("""
    update ingest.run r
    set totals = jsonb_build_object(
        'pages', v.pages, 'loaded', v.loaded, 'folded', v.folded, 'unchanged', v.unchanged, 'skipped', v.skipped,
        'failed', v.failed, 'pending', v.pending, 'sources_failed', v.sources_failed, 'discovered', b.discovered)
    from news.runs v, news.books b
    where v.run_id = r.id and b.run_id = r.id and b.source is null
        and r.id >= :low and r.id < :high and r.totals is null
""")
_FORGET_REMADE = text("delete from ingest.remade where run_id >= :low and run_id < :high")
_FORGET_BOOKS = text("delete from ingest.book where run_id >= :low and run_id < :high")
