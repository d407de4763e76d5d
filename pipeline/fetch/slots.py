"""Slots: the right to ask a host now, where other processes and machines may want to ask it too."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Protocol, Self

from pipeline.models.hosts import Busy, Rest


class Slots(AbstractAsyncContextManager["Slots"], Protocol):
    """Where the slots are held, for one round of requests."""

    async def take(self, keys: Sequence[str], seconds: float) -> Busy | None:
        """Take the slot of these keys for at most so long; None where it is ours now."""

    def free(self, rest: Rest) -> None:
        """Give a slot back. It is said when there is time, at the latest when the round ends."""


class NoOthers:
    """The slots of a process that is alone: all are free."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held."""

    async def take(self, keys: Sequence[str], seconds: float) -> Busy | None:  # noqa: ARG002
        """It is ours."""
        return None

    def free(self, rest: Rest) -> None:
        """Nobody waits for it."""
