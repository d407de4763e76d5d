"""The connection that holds the slots of hosts is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from flows.slots import SharedSlots
from pipeline.models.hosts import Rest

_CUT = text("""
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
""")
_WAITING = text("""
    select count(*) from pg_locks l join pg_database d on d.oid = l.database
    where not granted and datname = current_database()
""")


def test_a_connection_that_is_lost_while_nobody_waits_is_said_as_lost_to_who_comes_next(engine: Engine) -> None:
    async def lose_it() -> None:
        async with SharedSlots(engine) as slots:
            await slots.take(("a.example",), 1.0)
            with engine.begin() as conn:
                conn.execute(_CUT)
            slots.free(Rest({"a.example": 0.0}))
            await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})
            await slots.take(("b.example",), 1.0)

    with pytest.raises(OperationalError):
        asyncio.run(lose_it())


def test_a_connection_that_is_lost_while_it_asks_is_said_to_who_has_come_meanwhile(engine: Engine) -> None:
    async def lose_it() -> Sequence[object]:
        async with SharedSlots(engine) as slots:
            with engine.begin() as conn:
                conn.execute(text("lock table ingest.host"))
                asked = asyncio.create_task(slots.take(("a.example",), 1.0))
                while not conn.execute(_WAITING).scalar_one():
                    await asyncio.sleep(0)
                meanwhile = asyncio.create_task(slots.take(("b.example",), 1.0))
                await asyncio.sleep(0)
                conn.execute(_CUT)
            async with asyncio.timeout(20):
                return await asyncio.gather(asked, meanwhile, return_exceptions=True)

    assert [type(one) for one in asyncio.run(lose_it())] == [OperationalError] * 2
