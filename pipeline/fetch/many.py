"""Many addresses at once (edge module)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable

from pipeline.fetch.manners import Manners
from pipeline.fetch.request import Limits, Request
from pipeline.fetch.slots import Slots
from pipeline.fetch.web import Web
from pipeline.models.pages import FetchResult


async def fetch_all(
    requests: Iterable[Request], limits: Limits, manners: Manners | None = None, shared: Slots | None = None
) -> AsyncIterator[tuple[Request, FetchResult]]:
    """Fetch many addresses, each answer as it comes; leaving the loop early cancels the rest. What was learned of hosts
    is kept in `manners`; `shared` are the slots that other processes wait for too.

    While `limits.concurrency` answers wait to be taken, nothing more is asked for: no more bodies than that are held.
    """
    done: asyncio.Queue[asyncio.Task[tuple[Request, FetchResult]]] = asyncio.Queue()

    async def one(web: Web, request: Request) -> tuple[Request, FetchResult]:
        result = await web.get(request)
        web.unread.begin()
        return request, result

    async with Web(limits, manners, shared) as web:
        tasks = {asyncio.create_task(one(web, request)) for request in requests}
        for task in tasks:
            task.add_done_callback(done.put_nowait)
        try:
            while tasks:
                task = await done.get()
                tasks.discard(task)
                yield task.result()
                del task  # and with it the body
                web.unread.end()
        finally:
            for task in tasks:
                task.cancel()
