"""Discover: ask sources what articles they have."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from db import pages
from db import sources as db_sources
from db.sources import Poll, StoredSource
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.discover.feeds import parse_feed
from pipeline.discover.items import settle_date
from pipeline.errors import FeedError
from pipeline.fetch.folder import list_folder
from pipeline.fetch.web import Request, fetch_all
from pipeline.models import (
    Entry,
    Fetched,
    FetchFailure,
    FetchResult,
    NotModified,
    Reason,
    SourceKind,
    Validators,
)
from pipeline.schedule import next_attempt_at


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a source said: entries, None for "not modified", or why it failed."""

    entries: list[Entry] | None = None
    validators: Validators = Validators()
    error: str | None = None
    retry_after: timedelta | None = None


def discover(env: Environment, scope: Scope, slugs: Sequence[str]) -> None:
    """Ask sources what articles they have, and make pages of those that are new."""
    with env.engine.begin() as conn:
        stored = db_sources.stored_sources(conn, slugs)
    for one in stored:
        if one.source.kind is SourceKind.FILES:
            _keep_answer(env, scope, one, _list_folder(one), seconds=0.0)
    asyncio.run(_poll_feeds(env, scope, [one for one in stored if one.source.kind is SourceKind.FEED]))


async def _poll_feeds(env: Environment, scope: Scope, stored: Sequence[StoredSource]) -> None:
    # Two sources may have one address: asked once, it answers for both.
    requests: defaultdict[Request, list[StoredSource]] = defaultdict(list)
    for one in stored:
        known = Validators() if scope.is_backfill else one.validators
        requests[Request(one.source.address, known, accept=None)].append(one)
    started = time.monotonic()
    async for request, result in fetch_all(requests, env.limits, env.manners):
        for one in requests[request]:
            _keep_answer(env, scope, one, _read_feed(result), seconds=time.monotonic() - started)


def _read_feed(result: FetchResult) -> _Answer:
    match result:
        case NotModified(validators):
            return _Answer(None, validators)
        case FetchFailure(reason, detail, retry_after=retry_after):
            return _Answer(error=f"{reason}: {detail}" if detail else reason, retry_after=retry_after)
        case Fetched(capture, validators):
            try:
                return _Answer(parse_feed(capture).entries, validators)
            except FeedError as exc:
                return _Answer(error=str(exc))


def _list_folder(stored: StoredSource) -> _Answer:
    try:
        return _Answer(list_folder(stored.source))
    except OSError as exc:
        return _Answer(error=f"{Reason.UNREADABLE}: {exc}")


def _keep_answer(env: Environment, scope: Scope, stored: StoredSource, answer: _Answer, *, seconds: float) -> None:
    """Pages, poll and the source's own state in one transaction: a kill loses either all of them or none."""
    now = env.now()
    told = [settle_date(entry, now=now) for entry in answer.entries or []]
    entries = [entry for entry in told if entry.published_at is None or scope.admits(entry.published_at)]
    with env.engine.begin() as conn:
        new_pages = pages.remember_entries(conn, stored.id, entries, is_wanted=not scope.is_backfill, now=now)
        state = "failed" if answer.error else "new" if new_pages else "unchanged"
        dates = [entry.published_at for entry in told if entry.published_at]
        poll = Poll(state, seconds, len(told), new_pages, min(dates, default=None), answer.error)
        db_sources.add_poll(conn, scope.run_id, stored.id, poll)
        if scope.is_backfill:
            return
        if answer.error:
            next_poll = next_attempt_at(stored.failures + 1, now=now, retry_after=answer.retry_after)
            db_sources.mark_failed(conn, stored.id, answer.error, next_poll_at=next_poll, now=now)
        else:
            db_sources.mark_answered(conn, stored.id, answer.validators, new_pages=new_pages, now=now)
