"""Outages: whether it is our network that failed, and no host."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import httpx

from pipeline.models.pages import FetchFailure, FetchResult, Reason

FEWEST_HOSTS = 4
MANY_HOSTS = 20
SHARE = 0.75
EARLY_HOSTS = 12
"""After so many hosts without one that was reached, nobody else is asked."""

_LOST = {Reason.CONNECTION, Reason.TIMEOUT, Reason.OFFLINE}


def is_outage(reached: Mapping[str, bool]) -> bool:
    """Whether our own network failed, told by which hosts of one round were reached: none of four or more, or at most
    one in four of many.
    """
    lost = sum(not was_reached for was_reached in reached.values())
    fewest = FEWEST_HOSTS if lost == len(reached) else MANY_HOSTS
    return len(reached) >= fewest and lost >= SHARE * len(reached)


def was_offline(results: Iterable[tuple[str, FetchResult]]) -> bool:
    """Whether the answers to one round of addresses look like an outage of ours.

    Then no host is to blame for its `connection`, `timeout` or `offline`. A host counts as reached when one of its
    addresses brought an answer; one that was not asked, or must not be, counts for neither side.
    """
    reached: dict[str, bool] = {}
    for url, result in results:
        if isinstance(result, FetchFailure) and result.reason == Reason.OFFLINE:
            return True
        if _says_something(result):
            host = _host(url)
            is_lost = isinstance(result, FetchFailure) and result.reason in _LOST
            reached[host] = reached.get(host, False) or not is_lost
    return is_outage(reached)


def _says_something(result: FetchResult) -> bool:
    if not isinstance(result, FetchFailure):
        return True
    return result.was_asked and result.reason not in (Reason.BLOCKED_ADDRESS, Reason.BAD_URL)


def _host(url: str) -> str:
    try:
        return httpx.URL(url).host
    except httpx.InvalidURL:
        return url


class Outage:
    """Watches one round while it goes on. When the first hosts are all lost, it holds back the next ones until those
    under way have ended, and then either lets all go on, because one was reached, or none.
    """

    def __init__(self) -> None:
        self._lost: set[str] = set()
        self._is_reached = False
        self._under_way = 0
        self._change = asyncio.Event()

    async def admits(self) -> bool:
        """Whether to ask one host more."""
        while self._is_suspected() and self._under_way:
            self._change.clear()
            await self._change.wait()
        return not self._is_suspected()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Count a request under way."""
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1
            self._change.set()

    def reached(self) -> None:
        """A host has answered."""
        self._is_reached = True

    def lost(self, host: str) -> None:
        """A host could not be reached."""
        self._lost.add(host)

    def _is_suspected(self) -> bool:
        return not self._is_reached and len(self._lost) >= EARLY_HOSTS


def is_nobodys_fault(failure: FetchFailure, *, outage: bool) -> bool:
    """Whether a failure says nothing of its address: it was not asked, or our network was down in that round."""
    return not failure.was_asked or (outage and failure.reason in _LOST)
