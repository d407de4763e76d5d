"""How many answers wait to be taken."""

from __future__ import annotations

import asyncio


class Backlog:
    """Answers that nobody has taken yet, and room for more."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._taken = asyncio.Event()

    def begin(self) -> None:
        """One more waits."""
        self._count += 1

    def end(self) -> None:
        """One was taken and is done with."""
        self._count -= 1
        self._taken.set()

    async def room(self) -> None:
        """Wait until fewer wait than may."""
        while self._count >= self._most:
            self._taken.clear()
            await self._taken.wait()
