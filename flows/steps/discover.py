"""Discover: ask sources what articles they have."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from db import captures, pages, resources
from db import sources as db_sources
from db.resources import Renewal
from db.sources import StoredSource, Told
from flows.steps.asked import Asked, Document
from flows.steps.scope import Scope
from flows.steps.settle import settle
from flows.wiring import Environment
from pipeline.discover.feeds.items import settle_date
from pipeline.discover.readers import (
    Period,
    can_be_renewed,
    daily_period,
    first_address,
    is_worth_reading,
    on_its_paths,
    other_address,
    reaches_beyond,
    read,
)
from pipeline.discover.sources.horizon import Horizon, horizon_of
from pipeline.discover.sources.moves import current_address, next_move
from pipeline.discover.urls import host
from pipeline.errors import FeedError
from pipeline.fetch.folder import list_folder
from pipeline.fetch.local import read_local
from pipeline.fetch.outage import was_offline
from pipeline.fetch.turns import turn_after_redirect
from pipeline.fetch.web import Request, fetch_all
from pipeline.models.pages import (
    Capture,
    Entry,
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
from pipeline.schedule import is_checked_in_full

MAX_DOCUMENTS = 500
"""Documents of one source that a daily poll reads, those first that were never read or not for the longest time."""


_NEVER = datetime.min.replace(tzinfo=UTC)


def discover(env: Environment, scope: Scope, slugs: Sequence[str]) -> None:
    """Ask sources what articles they have, and make pages of those that are new."""
    with env.engine.begin() as conn:
        stored = db_sources.stored_sources(conn, slugs)
    asked = [_begin(env, scope, one) for one in stored]
    remote = []
    for one in asked:
        if one.stored.source.kind is SourceKind.FILES:
            _list_folder(env, scope, one)
        elif one.address.startswith("/"):
            _read_file(env, scope, one)
        else:
            remote.append(one)
    outage = env.ask_web(_ask_all(env, scope, remote))
    settle(env, scope, asked, outage=outage)


def _begin(env: Environment, scope: Scope, stored: StoredSource) -> Asked:
    now = env.now()
    address = current_address(stored.source.address, stored.move, now=now)
    if scope.since and scope.until:
        period = Period(_midnight(scope.since), _midnight(scope.until) + timedelta(days=1))
        return Asked(stored, address, period, None, stored.move)
    horizon = horizon_of(stored.source, last_success_at=stored.last_success_at, now=now)
    period = daily_period(stored.source, horizon.since if horizon else None, stored.last_success_at)
    return Asked(stored, address, period, horizon, stored.move)


async def _ask_all(env: Environment, scope: Scope, asked: Iterable[Asked]) -> bool:
    """Ask the sources for their documents, and again for those that these lead to; whether nothing could be reached."""
    started = time.monotonic()
    wanted = [Document(one, _first_address(one), is_first=True) for one in asked]
    first_round: list[tuple[str, FetchResult]] = []
    while wanted:
        # Two sources may have one address: asked once, it answers for both.
        requests: defaultdict[Request, list[Document]] = defaultdict(list)
        for document in wanted:
            requests[_request(scope, document)].append(document)
        wanted = []
        async for request, result in fetch_all(requests, env.limits, env.manners):
            for document in requests[request]:
                if document.is_first:
                    first_round.append((request.url, result if isinstance(result, FetchFailure) else NotModified()))
                document.asked.seconds = time.monotonic() - started
                wanted += await _taken(env, scope, document, result)
    return was_offline(first_round)


async def _taken(env: Environment, scope: Scope, document: Document, result: FetchResult) -> list[Document]:
    """Reading and storing a body may take seconds, in which other answers must not be kept waiting."""
    if isinstance(result, Fetched):
        return await asyncio.to_thread(_take, env, scope, document, result)
    return _take(env, scope, document, result)


def _first_address(asked: Asked) -> str:
    return first_address(asked.stored.source, asked.address, asked.period, asked.stored.resources)


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


def _take(env: Environment, scope: Scope, document: Document, result: FetchResult) -> list[Document]:
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
            known = asked.stored.resources.get(document.url)
            if known and not scope.is_backfill and known.body_hash == _hash(capture):
                asked.renewals.append(Renewal(asked.stored.id, document.url, validators))
                return []
            try:
                reading = read(asked.stored.source, capture, max_bytes=env.limits.max_body_bytes)
            except FeedError as exc:
                return _without(document, FetchFailure(exc.reason, exc.detail, for_good=True))
            further = _further(scope, document, reading)
            _keep(env, scope, document, on_its_paths(asked.stored.source, reading), validators, capture)
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
    if document.is_first:
        other = other_address(source, document.url, asked.address, failure)
        if other and other not in asked.documents:
            return [replace(document, url=other)]
        asked.failure = failure
    elif source.kind is SourceKind.SITEMAP or failure.reason not in ("http_400", "http_404"):
        asked.failed_parts.append(failure)
        asked.unread.add(document.url)
    return []


def _further(scope: Scope, document: Document, reading: Reading) -> list[Document]:
    asked = document.asked
    source = asked.stored.source
    if source.kind is not SourceKind.SITEMAP:
        named = {entry.url for entry in reading.entries}
        if reaches_beyond(reading, asked.period) or named <= asked.pages:
            return []  # past the period, or in a circle
        asked.pages |= named
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
    return [Document(asked, link.url, is_first=False) for link in wanted]


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


def _list_folder(env: Environment, scope: Scope, asked: Asked) -> None:
    try:
        entries = list_folder(asked.stored.source)
    except OSError as exc:
        asked.failure = FetchFailure(Reason.UNREADABLE, str(exc))
        return
    with env.engine.begin() as conn:
        _remember(conn, env, scope, Document(asked, asked.address, is_first=True), entries)


def _read_file(env: Environment, scope: Scope, asked: Asked) -> None:
    result = read_local(Path(asked.address), max_bytes=env.limits.max_body_bytes)
    _take(env, scope, Document(asked, asked.address, is_first=True), result)


def _keep(
    env: Environment, scope: Scope, document: Document, reading: Reading, validators: Validators, capture: Capture
) -> None:
    """What a document says and that it was read, in one transaction: a kill loses both or neither."""
    asked, now = document.asked, env.now()
    with env.engine.begin() as conn:
        db_sources.lock(conn, [asked.stored.id])
        _remember(conn, env, scope, document, reading.entries)
        is_delivered = captures.deliver(conn, asked.stored.id, reading.bodies, now)
        if scope.is_backfill:
            return
        asked.has_read = True
        asked.has_read_part = asked.has_read_part or not document.is_first
        if is_delivered and can_be_renewed(asked.stored.source, document.url, reading):
            resources.mark_read(conn, asked.stored.id, document.url, validators, _hash(capture), now)
        elif not document.is_first:
            asked.unread.add(document.url)  # an index below an index
        db_sources.mark_told(conn, asked.stored.id, Told(None, asked.newest, asked.new_pages > 0), now)


def _remember(conn: Connection, env: Environment, scope: Scope, document: Document, entries: Sequence[Entry]) -> None:
    asked, now = document.asked, env.now()
    told = [settle_date(entry, now=now) for entry in entries]
    admitted = [entry for entry in told if scope.admits_entry(entry)]
    asked.new_pages += pages.remember_entries(
        conn,
        scope.run_id,
        asked.stored.id,
        admitted,
        is_wanted=not scope.is_backfill,
        now=now,
        horizon=_horizon(document),
    )
    dates = [date for entry in told if (date := entry.published_at or entry.updated_at)]
    asked.entries += len(told)
    asked.oldest = min(filter(None, (asked.oldest, min(dates, default=None))), default=None)
    asked.newest = max(filter(None, (asked.newest, max(dates, default=None))), default=None)


def _horizon(document: Document) -> Horizon | None:
    """Of a document that was named before and never read, nobody can say what of it is new."""
    asked = document.asked
    known = asked.stored.resources.get(document.url)
    was_left = known is not None and known.body_hash is None
    return replace(asked.horizon, admits_undated=False) if asked.horizon and was_left else asked.horizon


def _hash(capture: Capture) -> str:
    return hashlib.sha256(capture.body).hexdigest()


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
