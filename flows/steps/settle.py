"""Settle: what a round of polls came to, and what it says of the health of its sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from db import resources, windows
from db import sources as db_sources
from db.sources import Poll, Success, Told
from flows.steps.asked import Asked
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.fetch.outage import is_nobodys_fault
from pipeline.models.pages import FetchFailure, Reason
from pipeline.models.sources import SourceKind
from pipeline.models.windows import WindowState
from pipeline.schedule import next_attempt_at

MAX_EXCUSED = 3
"""Polls in a row that came to nothing without a fault of the source, before they count as failures all the same."""


def settle(env: Environment, scope: Scope, asked: Sequence[Asked], *, outage: bool) -> None:
    """The polls of a round and the state of its sources. An outage is nobody's fault, for a while."""
    now = env.now()
    for one in asked:
        one.failure = one.failure or _failure_of_parts(one)
        if outage and one.failure and is_nobodys_fault(one.failure, outage=outage):
            is_said = one.failure.reason == Reason.OFFLINE
            detail = one.failure.detail if is_said else _said(one.failure)
            one.failure = FetchFailure(Reason.OFFLINE, detail, was_asked=False)
    with env.engine.begin() as conn:
        db_sources.add_polls(conn, scope.run_id, [_poll(one) for one in asked])
        if scope.is_backfill:
            _settle_windows(conn, scope, asked, now)
            return
        db_sources.lock(conn, [one.stored.id for one in asked])
        resources.renew(conn, [renewal for one in asked for renewal in one.renewals], now)
        for one in asked:
            resources.mark_unread(conn, one.stored.id, one.unread, one.named, now)
            if one.has_read and one.failure is None:
                db_sources.mark_told(conn, one.stored.id, _told(one), now)
        db_sources.mark_answered(conn, [_success(one) for one in asked if one.failure is None], now)
        for one in asked:
            if one.failure is not None:
                _mark_without(conn, one, one.failure, now)


def _settle_windows(conn: Connection, scope: Scope, asked: Sequence[Asked], now: datetime) -> None:
    """What is open still could not be read."""
    db_sources.lock(conn, [one.stored.id for one in asked])
    for one in asked:
        failed = dict.fromkeys(one.open_days, WindowState.FAILED)
        if failed:
            windows.settle(conn, scope.run_id, one.stored.id, failed, one.listed, now, _reason(one) or "not read")


def _failure_of_parts(asked: Asked) -> FetchFailure | None:
    """Where all that an index leads to is lost, so is the source; and a list that breaks off must be asked again."""
    is_list = asked.stored.source.kind is not SourceKind.SITEMAP
    is_lost = is_list or not (asked.has_read_part or asked.renewals or asked.entries)
    return asked.failed_parts[0] if asked.failed_parts and is_lost else None


def _mark_without(conn: Connection, asked: Asked, failure: FetchFailure, now: datetime) -> None:
    stored = asked.stored
    if not failure.was_asked and stored.excused < MAX_EXCUSED:
        db_sources.mark_excused(conn, stored.id, _said(failure), now)
        return
    move = stored.move if asked.address == stored.source.address else None
    next_poll = next_attempt_at(stored.failures + 1, now=now, retry_after=failure.retry_after, key=stored.source.slug)
    db_sources.mark_failed(conn, stored.id, _said(failure), move=move, next_poll_at=next_poll, now=now)


def _poll(asked: Asked) -> Poll:
    state = "failed" if asked.failure else "new" if asked.new_pages else "unchanged"
    return Poll(asked.stored.id, state, asked.seconds, asked.entries, asked.new_pages, asked.oldest, _reason(asked))


def _reason(asked: Asked) -> str | None:
    """What went wrong, in whole or in part."""
    said = [_said(asked.failure)] if asked.failure else []
    if asked.failed_parts:
        count = f"{len(asked.failed_parts)} of {len(asked.documents)} documents"
        said.append(f"{count} could not be read: {_said(asked.failed_parts[0])}")
    if asked.left_unread:
        said.append(f"{asked.left_unread} documents left for the next polls")
    return "; ".join(said) or None


def _said(failure: FetchFailure) -> str:
    return f"{failure.reason}: {failure.detail}" if failure.detail else failure.reason


def _told(asked: Asked) -> Told:
    """A source that was read in whole says how much it has."""
    is_partial = asked.renewals or asked.is_partial or asked.failed_parts or asked.left_unread
    says_all = not is_partial and asked.stored.source.kind is not SourceKind.WORDPRESS
    return Told(asked.entries if says_all else None, asked.newest, asked.new_pages > 0)


def _success(asked: Asked) -> Success:
    return Success(asked.stored.id, _reason(asked), asked.move)
