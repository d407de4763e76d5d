"""The slots of hosts, held in the database: what many requests of a round want is asked for together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine

from db import hosts
from db.hosts import Wanted
from pipeline.models.hosts import Busy, Rest


class SharedSlots:
    """A connection that holds the slots of one round of requests. While it asks, further wishes gather for the next
    time.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._wanted: list[tuple[Wanted, asyncio.Future[Busy | None]]] = []
        self._freed: list[Rest] = []
        self._asking: asyncio.Task[None] | None = None
        self._failure: Exception | None = None

    async def __aenter__(self) -> Self:
        self._conn = await asyncio.to_thread(self._connect)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._asking:
                await self._asking
        finally:
            await asyncio.to_thread(self._conn.close)

    async def take(self, keys: Sequence[str], seconds: float) -> Busy | None:
        """Take the slot of these keys; None where it is ours now."""
        if not keys:
            return None
        answer = asyncio.get_running_loop().create_future()
        self._wanted.append((Wanted(tuple(keys), seconds), answer))
        self._ask()
        busy: Busy | None = await answer
        return busy

    def free(self, rest: Rest) -> None:
        """Give a slot back."""
        if not rest.intervals:
            return
        self._freed.append(rest)
        self._ask()

    def _ask(self) -> None:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_all())

    async def _ask_all(self) -> None:
        while self._wanted or self._freed:
            wanted, self._wanted = self._wanted, []
            freed, self._freed = self._freed, []
            try:
                answers = await asyncio.to_thread(self._exchange, freed, [one for one, _ in wanted])
            except Exception as exc:  # noqa: BLE001  those who wait raise it
                # A connection that was lost while nobody waited says no more than that it is not to be used.
                self._failure = self._failure or exc
                for _, answer in wanted:
                    if not answer.done():
                        answer.set_exception(self._failure)
                continue
            for (one, answer), busy in zip(wanted, answers, strict=True):
                if not answer.done():
                    answer.set_result(busy)
                elif busy is None:  # who wanted it was cancelled
                    self._freed.append(Rest(dict.fromkeys(one.keys, 0.0)))

    def _exchange(self, freed: Sequence[Rest], wanted: Sequence[Wanted]) -> list[Busy | None]:
        if freed:
            hosts.free(self._conn, freed)
        return hosts.take(self._conn, wanted) if wanted else []

    def _connect(self) -> Connection:
        return self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
