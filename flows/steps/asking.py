"""Asking: the documents of sources, one after another, until they say no more that is wanted."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from db.resources import Renewal
from flows.slots import SharedSlots
from flows.steps.asked import Asked, Document
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.discover.readers import (
    backfill_addresses,
    first_address,
    guessed_page,
    is_enough,
    is_worth_reading,
    on_its_paths,
    other_address,
    reaches_beyond,
    read,
)
from pipeline.discover.sources.moves import next_move
from pipeline.discover.urls import host
from pipeline.errors import FeedError
from pipeline.fetch.folder import list_folder
from pipeline.fetch.local import read_local
from pipeline.fetch.many import fetch_all
from pipeline.fetch.outage import was_offline
from pipeline.fetch.request import Request
from pipeline.fetch.turns import turn_after_redirect
from pipeline.models.pages import (
    Fetched,
    FetchFailure,
    FetchResult,
    Link,
    NotModified,
    Reading,
    Reason,
    Validators,
)
from pipeline.models.sources import SourceKind, Turn
from pipeline.models.windows import contiguous
from pipeline.schedule import is_checked_in_full

MAX_DOCUMENTS = 500
"""Documents of one source that a daily poll reads, those first that were never read or not for the longest time."""

MAX_PAGES_BACK = 2_000
"""Pages of one list that a backfill goes back: a list without dates may go on for ever."""

_NEVER = datetime.min.replace(tzinfo=UTC)


class Keeper(Protocol):
    """What is done with the answers of sources."""

    def is_known(self, document: Document, fetched: Fetched) -> bool:
        """Whether the body is the one that was read last, so that there is nothing to read."""

    def keep(self, document: Document, reading: Reading, fetched: Fetched | None) -> None:
        """Keep what one document says; without a body it is a folder."""

    def finish(self, asked: Asked) -> None:
        """A source has said all that it was asked for."""


def ask(env: Environment, scope: Scope, asked: Sequence[Asked], keeper: Keeper) -> bool:
    """Ask sources for their documents, and for those that these lead to; whether nothing could be reached."""
    remote = []
    for one in asked:
        if one.stored.source.kind is SourceKind.FILES:
            _list_folder(one, keeper)
        elif one.address.startswith("/"):
            result = read_local(Path(one.address), max_bytes=env.limits.max_body_bytes)
            _take(env, scope, Document(one, one.address, is_first=True), result, keeper)
        else:
            remote.append(one)
            continue
        if _is_well(one):
            keeper.finish(one)
    return env.ask_web(_ask_all(env, scope, remote, keeper))


def _is_well(asked: Asked) -> bool:
    return asked.failure is None and not asked.failed_parts


async def _ask_all(env: Environment, scope: Scope, asked: Sequence[Asked], keeper: Keeper) -> bool:
    started = time.monotonic()
    wanted = [document for one in asked for document in _first_documents(one)]
    for document in wanted:
        document.asked.waiting += 1
    first_round: list[tuple[str, FetchResult]] = []
    while wanted:
        # Two sources may have one address: asked once, it answers for both.
        requests: defaultdict[Request, list[Document]] = defaultdict(list)
        for document in wanted:
            requests[_request(scope, document)].append(document)
        wanted = []
        async for request, result in fetch_all(requests, env.limits, env.manners, SharedSlots(env.engine)):
            for document in requests[request]:
                if document.is_first:
                    first_round.append((request.url, result if isinstance(result, FetchFailure) else NotModified()))
                document.asked.seconds = time.monotonic() - started
                # Reading and storing a body may take seconds, in which other answers must not be kept waiting.
                wanted += await asyncio.to_thread(_take_one, env, scope, document, result, keeper)
    return was_offline(first_round)


def _first_documents(asked: Asked) -> list[Document]:
    source, known = asked.stored.source, asked.stored.resources
    if not asked.days:
        return [Document(asked, first_address(source, asked.address, asked.period, known), is_first=True)]
    found = backfill_addresses(source, asked.address, contiguous(asked.days), known)
    return [Document(asked, url, is_first=True, days=days) for url, days in found]


def _request(scope: Scope, document: Document) -> Request:
    stored = document.asked.stored
    known = stored.resources.get(document.url)
    in_full = known is None or scope.is_backfill or is_checked_in_full(stored.source.slug, scope.run_id)
    return Request(
        document.url,
        known.validators if known and not in_full else Validators(),
        accept=None,
        # An address that the user named is read as a reader would; those found in it are followed as a crawler does.
        obeys_robots=not document.is_first,
        turn=_turn(document),
        forbidden_is_busy=stored.source.options.forbidden_is_busy,
    )


def _turn(document: Document) -> Turn:
    turn = document.asked.stored.source.options.turn or Turn()
    return turn if host(document.url) == host(document.asked.address) else turn_after_redirect(turn)


def _take_one(
    env: Environment, scope: Scope, document: Document, result: FetchResult, keeper: Keeper
) -> list[Document]:
    further = _take(env, scope, document, result, keeper)
    asked = document.asked
    asked.waiting += len(further) - 1
    if not asked.waiting and _is_well(asked):
        keeper.finish(asked)
    return further


def _take(env: Environment, scope: Scope, document: Document, result: FetchResult, keeper: Keeper) -> list[Document]:
    """Keep what one document says; the documents to go on with."""
    asked = document.asked
    asked.documents.add(document.url)
    match result:
        case FetchFailure():
            return _without(document, result)
        case NotModified(validators):
            _move_on(env, document, result.moved_to)
            asked.renewals.append(Renewal(asked.stored.id, document.url, validators))
            return []
        case Fetched(capture, validators):
            _move_on(env, document, result.moved_to)
            if keeper.is_known(document, result):
                asked.renewals.append(Renewal(asked.stored.id, document.url, validators))
                return []
            try:
                reading = read(asked.stored.source, capture, max_bytes=env.limits.max_body_bytes)
            except FeedError as exc:
                return _without(document, FetchFailure(exc.reason, exc.detail, for_good=True))
            if document.is_guess and _says_nothing_new(asked, reading):
                return []
            further = _further(scope, document, reading)
            keeper.keep(document, on_its_paths(asked.stored.source, reading), result)
            return further


def _move_on(env: Environment, document: Document, moved_to: str | None) -> None:
    asked = document.asked
    if document.is_first and document.url == asked.address:
        asked.move = next_move(asked.stored.source.address, asked.address, moved_to, asked.move, now=env.now())


def _without(document: Document, failure: FetchFailure) -> list[Document]:
    """A document that could not be had: another one in its place, or a failure of the source.

    Past the last page of a list there is none: that is its end.
    """
    asked = document.asked
    source = asked.stored.source
    is_past_the_last = failure.reason in ("http_400", "http_404") or (document.is_guess and failure.for_good)
    if document.is_first:
        other = other_address(source, document.url, asked.address, failure)
        if other and other not in asked.documents:
            return [replace(document, url=other, days=None)]
        asked.failure = failure
    elif source.kind is SourceKind.SITEMAP or not is_past_the_last:
        asked.failed_parts.append(failure)
        asked.unread.add(document.url)
    return []


def _says_nothing_new(asked: Asked, reading: Reading) -> bool:
    return {entry.url for entry in reading.entries} <= asked.pages


def _further(scope: Scope, document: Document, reading: Reading) -> list[Document]:
    asked = document.asked
    source = asked.stored.source
    if source.kind is SourceKind.FEED and not scope.is_backfill:
        return []
    asked.reaches_all = asked.reaches_all or document.days is not None
    if source.kind is not SourceKind.SITEMAP:
        if reaches_beyond(reading, asked.period):
            asked.reaches_all = True
            return []
        if _says_nothing_new(asked, reading):
            return []  # in a circle
        if len(asked.documents) >= MAX_PAGES_BACK:
            asked.failure = FetchFailure("too_many_pages", f"its list goes on after {MAX_PAGES_BACK:,} pages")
            return []
        asked.pages |= {entry.url for entry in reading.entries}
    new = [link for link in reading.more if link.url not in asked.documents]
    wanted = [link for link in new if _is_wanted(scope, asked, link)]
    asked.is_partial = asked.is_partial or len(wanted) < len(new)
    if not scope.is_backfill:
        wanted.sort(key=lambda link: _asked_at(asked, link))
        room = max(MAX_DOCUMENTS - len(asked.documents), 0)
        asked.left_unread += len(wanted[room:])
        asked.named |= {link.url for link in wanted[room:]}
        wanted = wanted[:room]
    asked.documents |= {link.url for link in wanted}
    return [Document(asked, link.url, days=document.days) for link in wanted] or _guessed(document, reading)


def _guessed(document: Document, reading: Reading) -> list[Document]:
    """Where a feed that names no older page, and does not reach back far enough, may have one."""
    asked = document.asked
    url = guessed_page(asked.stored.source, document.url)
    if url is None or reading.more or not (document.is_first or document.is_guess) or is_enough(reading, asked.period):
        return []
    return [Document(asked, url, is_guess=True)]


def _is_wanted(scope: Scope, asked: Asked, link: Link) -> bool:
    read_at = _read_at(asked, link)
    period = asked.period
    return is_worth_reading(asked.stored.source, link, read_at=read_at, period=period, is_backfill=scope.is_backfill)


def _read_at(asked: Asked, link: Link) -> datetime | None:
    known = asked.stored.resources.get(link.url)
    return known.read_at if known and known.body_hash else None


def _asked_at(asked: Asked, link: Link) -> datetime:
    """When a document was asked for last, in vain or not; those never asked for come first."""
    known = asked.stored.resources.get(link.url)
    return known.read_at if known else _NEVER


def _list_folder(asked: Asked, keeper: Keeper) -> None:
    try:
        entries = list_folder(asked.stored.source)
    except OSError as exc:
        asked.failure = FetchFailure(Reason.UNREADABLE, str(exc))
        return
    keeper.keep(Document(asked, asked.address, is_first=True), Reading(tuple(entries)), None)
