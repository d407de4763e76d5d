"""Discover: ask sources what articles they have."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from db import captures, pages
from db import sources as db_sources
from db.sources import Poll, Renewal, StoredSource, Success
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.discover.horizon import Horizon, horizon_of
from pipeline.discover.items import settle_date
from pipeline.discover.moves import Move, current_address, next_move
from pipeline.discover.readers import (
    OVERLAP,
    Period,
    first_address,
    is_worth_reading,
    other_address,
    reaches_beyond,
    read,
)
from pipeline.errors import FeedError
from pipeline.fetch.folder import list_folder
from pipeline.fetch.local import read_local
from pipeline.fetch.outage import is_nobodys_fault, was_offline
from pipeline.fetch.web import Request, fetch_all
from pipeline.models import (
    Capture,
    Entry,
    Fetched,
    FetchFailure,
    FetchResult,
    NotModified,
    Reading,
    Reason,
    SourceKind,
    Turn,
    Validators,
)
from pipeline.schedule import is_checked_in_full, next_attempt_at

MAX_DOCUMENTS = 500
"""Documents of one source that one poll reads: an index names thousands at some archives."""


@dataclass(slots=True)
class _Asked:
    """A source that is being asked, and what came of it so far."""

    stored: StoredSource
    address: str
    period: Period
    horizon: Horizon | None
    move: Move | None
    seconds: float = 0.0
    documents: set[str] = field(default_factory=set)
    renewals: list[Renewal] = field(default_factory=list)
    failure: FetchFailure | None = None
    failed_documents: int = 0
    entries: int = 0
    new_pages: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
    is_partial: bool = False
    left_unread: int = 0


@dataclass(frozen=True, slots=True)
class _Document:
    """One document of a source that is wanted; `is_first` for the one that the poll begins with."""

    asked: _Asked
    url: str
    is_first: bool


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
    outage = asyncio.run(_ask_all(env, scope, remote))
    _settle(env, scope, asked, outage=outage)


def _begin(env: Environment, scope: Scope, stored: StoredSource) -> _Asked:
    now = env.now()
    address = current_address(stored.source.address, stored.move, now=now)
    if scope.since and scope.until:
        period = Period(_midnight(scope.since), _midnight(scope.until) + timedelta(days=1))
        return _Asked(stored, address, period, None, stored.move)
    horizon = horizon_of(stored.source, last_success_at=stored.last_success_at, now=now)
    bounds = [horizon.since] if horizon else []
    if stored.last_success_at:
        bounds.append(stored.last_success_at - OVERLAP)
    period = Period(max(bounds, default=None))
    return _Asked(stored, address, period, horizon, stored.move)


async def _ask_all(env: Environment, scope: Scope, asked: Iterable[_Asked]) -> bool:
    """Ask the sources for their documents, and again for those that these lead to; whether nothing could be reached."""
    started = time.monotonic()
    wanted = [_Document(one, first_address(one.stored.source, one.address, one.period), is_first=True) for one in asked]
    first_round: list[tuple[str, FetchResult]] = []
    while wanted:
        # Two sources may have one address: asked once, it answers for both.
        requests: defaultdict[Request, list[_Document]] = defaultdict(list)
        for document in wanted:
            requests[_request(scope, document)].append(document)
        wanted = []
        async for request, result in fetch_all(requests, env.limits, env.manners):
            for document in requests[request]:
                if document.is_first:
                    first_round.append((request.url, result))
                document.asked.seconds = time.monotonic() - started
                wanted += _take(env, scope, document, result)
    return was_offline(first_round)


def _request(scope: Scope, document: _Document) -> Request:
    stored = document.asked.stored
    known = stored.resources.get(document.url)
    in_full = known is None or scope.is_backfill or is_checked_in_full(stored.source.slug, scope.run_id)
    return Request(
        document.url,
        known.validators if known and not in_full else Validators(),
        accept=None,
        turn=stored.source.options.turn or Turn(),
        forbidden_is_busy=stored.source.options.forbidden_is_busy,
    )


def _take(env: Environment, scope: Scope, document: _Document, result: FetchResult) -> list[_Document]:
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
                return _without(document, FetchFailure(exc.reason, exc.detail))
            _keep(env, scope, document, reading, validators, capture)
            return _further(scope, document, reading)


def _move_on(env: Environment, document: _Document, moved_to: str | None) -> None:
    asked = document.asked
    if document.is_first and document.url == asked.address:
        asked.move = next_move(asked.stored.source.address, asked.address, moved_to, asked.move, now=env.now())


def _without(document: _Document, failure: FetchFailure) -> list[_Document]:
    """A document that could not be had: another one in its place, or a failure of the source.

    Past the last page of a list there is none: that is its end.
    """
    asked = document.asked
    source = asked.stored.source
    if document.is_first:
        other = other_address(source, document.url, asked.address) if _is_closed(failure) else None
        if other and other not in asked.documents:
            return [replace(document, url=other)]
    elif source.kind is not SourceKind.SITEMAP and failure.reason in ("http_400", "http_404"):
        return []
    asked.failed_documents += 1
    asked.failure = asked.failure or failure
    return []


def _is_closed(failure: FetchFailure) -> bool:
    is_network = failure.reason in (Reason.TIMEOUT, Reason.CONNECTION, Reason.OFFLINE, Reason.BLOCKED_ADDRESS)
    return not is_network and failure.reason != "http_429" and not failure.reason.startswith("http_5")


def _further(scope: Scope, document: _Document, reading: Reading) -> list[_Document]:
    asked = document.asked
    if asked.stored.source.kind is not SourceKind.SITEMAP and reaches_beyond(reading, asked.period):
        return []
    wanted = []
    for link in reading.more:
        known = asked.stored.resources.get(link.url)
        read_at = known.read_at if known else None
        if link.url in asked.documents or not is_worth_reading(
            asked.stored.source, link, read_at=read_at, period=asked.period, is_backfill=scope.is_backfill
        ):
            asked.is_partial = True
            continue
        if len(asked.documents) >= MAX_DOCUMENTS:
            asked.left_unread += 1
            continue
        asked.documents.add(link.url)
        wanted.append(_Document(asked, link.url, is_first=False))
    return wanted


def _list_folder(env: Environment, scope: Scope, asked: _Asked) -> None:
    try:
        entries = list_folder(asked.stored.source)
    except OSError as exc:
        asked.failure = FetchFailure(Reason.UNREADABLE, str(exc))
        return
    with env.engine.begin() as conn:
        _remember(conn, env, scope, asked, entries)


def _read_file(env: Environment, scope: Scope, asked: _Asked) -> None:
    result = read_local(Path(asked.address), max_bytes=env.limits.max_body_bytes)
    _take(env, scope, _Document(asked, asked.address, is_first=True), result)


def _keep(
    env: Environment, scope: Scope, document: _Document, reading: Reading, validators: Validators, capture: Capture
) -> None:
    """What a document says and that it was read, in one transaction: a kill loses both or neither.

    One that leads to others is read each time: those may change while it does not.
    """
    with env.engine.begin() as conn:
        _remember(conn, env, scope, document.asked, reading.entries)
        captures.deliver(conn, reading.bodies, env.now())
        if not reading.more and not scope.is_backfill:
            stored = document.asked.stored
            db_sources.mark_read(conn, stored.id, document.url, validators, _hash(capture), env.now())


def _remember(conn: Connection, env: Environment, scope: Scope, asked: _Asked, entries: Sequence[Entry]) -> None:
    now = env.now()
    told = [settle_date(entry, now=now) for entry in entries]
    admitted = [entry for entry in told if scope.admits_entry(entry)]
    asked.new_pages += pages.remember_entries(
        conn,
        scope.run_id,
        asked.stored.id,
        admitted,
        is_wanted=not scope.is_backfill,
        now=now,
        horizon=asked.horizon,
    )
    dates = [date for entry in told if (date := entry.published_at or entry.updated_at)]
    asked.entries += len(told)
    asked.oldest = min(filter(None, (asked.oldest, min(dates, default=None))), default=None)
    asked.newest = max(filter(None, (asked.newest, max(dates, default=None))), default=None)


def _settle(env: Environment, scope: Scope, asked: Sequence[_Asked], *, outage: bool) -> None:
    """The polls of a round and the state of its sources. An outage is nobody's fault."""
    now = env.now()
    for one in asked:
        if outage and one.failure and is_nobodys_fault(one.failure, outage=outage):
            one.failure = FetchFailure(Reason.OFFLINE, _said(one.failure), was_asked=False)
    with env.engine.begin() as conn:
        db_sources.add_polls(conn, scope.run_id, [_poll(one) for one in asked])
        if scope.is_backfill:
            return
        db_sources.renew(conn, [renewal for one in asked for renewal in one.renewals], now)
        db_sources.mark_answered(conn, [_success(one) for one in asked if one.failure is None], now)
        for one in asked:
            if one.failure is not None and one.failure.was_asked:
                _mark_failed(conn, one, one.failure, now)


def _mark_failed(conn: Connection, asked: _Asked, failure: FetchFailure, now: datetime) -> None:
    stored = asked.stored
    move = stored.move if asked.address == stored.source.address else None
    next_poll = next_attempt_at(stored.failures + 1, now=now, retry_after=failure.retry_after, key=stored.source.slug)
    db_sources.mark_failed(conn, stored.id, _say(asked, failure), move=move, next_poll_at=next_poll, now=now)


def _poll(asked: _Asked) -> Poll:
    state = "failed" if asked.failure else "new" if asked.new_pages else "unchanged"
    reason = _say(asked, asked.failure) if asked.failure else None
    if asked.left_unread:
        reason = f"{asked.left_unread} more documents were left for the next poll"
    return Poll(asked.stored.id, state, asked.seconds, asked.entries, asked.new_pages, asked.oldest, reason)


def _say(asked: _Asked, failure: FetchFailure) -> str:
    documents = len(asked.documents)
    return _said(failure) + (f" ({asked.failed_documents} of {documents} documents)" if documents > 1 else "")


def _said(failure: FetchFailure) -> str:
    return f"{failure.reason}: {failure.detail}" if failure.detail else failure.reason


def _success(asked: _Asked) -> Success:
    """A source that was read anew and in whole says how much it has."""
    says_all = not (asked.renewals or asked.is_partial) and asked.stored.source.kind is not SourceKind.WORDPRESS
    return Success(
        asked.stored.id,
        has_news=asked.new_pages > 0,
        entries=asked.entries if says_all else None,
        newest_entry_at=asked.newest,
        move=asked.move,
    )


def _hash(capture: Capture) -> str:
    return hashlib.sha256(capture.body).hexdigest()


def _midnight(day: object) -> datetime:
    return datetime.fromisoformat(f"{day}").replace(tzinfo=UTC)
