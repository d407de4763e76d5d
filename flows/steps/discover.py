"""Discover: ask sources what articles they have, and make pages of those that are new."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from db import captures, pages, resources, windows
from db import sources as db_sources
from db.resources import Resource
from db.sources import StoredSource, Told
from flows.steps.asked import Asked, Document
from flows.steps.asking import ask
from flows.steps.scope import Scope
from flows.steps.settle import settle
from flows.wiring import Environment
from pipeline.discover.feeds.items import settle_date
from pipeline.discover.readers import can_be_renewed, daily_period, period_of
from pipeline.discover.sources.horizon import Horizon, horizon_of
from pipeline.discover.sources.moves import current_address
from pipeline.discover.windows import admits_entry, dated_urls, final_days, gap_between, states_of
from pipeline.models.pages import Capture, Entry, Fetched, Reading
from pipeline.models.windows import Days, WindowState


def discover(env: Environment, scope: Scope, slugs: Sequence[str]) -> None:
    """Ask sources what articles they have, and make pages of those that are new. A backfill asks for the windows that
    are planned, and settles them. What reads articles is made ready meanwhile.
    """
    with env.engine.begin() as conn:
        stored = db_sources.stored_sources(conn, slugs)
        planned = windows.planned_days(conn, [one.id for one in stored], scope.days) if scope.days else {}
    if scope.is_backfill:
        asked = [asked_for_days(env, one, planned[one.id]) for one in stored if one.id in planned]
    else:
        asked = [_asked_daily(env, one) for one in stored]
    if asked:
        env.prepare()
    outage = ask(env, scope, asked, _Storing(env, scope))
    settle(env, scope, asked, outage=outage)


def _asked_daily(env: Environment, stored: StoredSource) -> Asked:
    now = env.now()
    horizon = horizon_of(stored.source, last_success_at=stored.last_success_at, now=now)
    period = daily_period(stored.source, horizon.since if horizon else None, stored.last_success_at)
    settled = replace(stored, resources=_settled(stored))
    return Asked(settled, _address(env, stored), period, horizon, stored.move)


def _settled(stored: StoredSource) -> Mapping[str, Resource]:
    """The documents but for those that were read by a poll that did not come to its end. They are read again: what they
    say together, as how many entries the source has, was never stored.
    """
    ended = stored.last_polled_at
    return {
        url: one
        for url, one in stored.resources.items()
        if one.body_hash is None or (ended is not None and one.read_at <= ended)
    }


def asked_for_days(env: Environment, stored: StoredSource, days: frozenset[date]) -> Asked:
    """A source that is asked for its entries of some days."""
    period = period_of(Days(min(days), max(days)))
    return Asked(stored, _address(env, stored), period, None, stored.move, days=days, open_days=set(days))


def _address(env: Environment, stored: StoredSource) -> str:
    return current_address(stored.source.address, stored.move, now=env.now())


@dataclass(frozen=True, slots=True)
class _Storing:
    """Keeps what documents say, each in one transaction with the state that it leads to: a kill loses both or
    neither.
    """

    env: Environment
    scope: Scope

    def is_known(self, document: Document, fetched: Fetched) -> bool:
        known = document.asked.stored.resources.get(document.url)
        return known is not None and not self.scope.is_backfill and known.body_hash == _hash(fetched.capture)

    def keep(self, document: Document, reading: Reading, fetched: Fetched | None) -> None:
        asked, now = document.asked, self.env.now()
        with self.env.engine.begin() as conn:
            db_sources.lock(conn, [asked.stored.id])
            _remember(conn, self.env, self.scope, document, reading.entries)
            is_delivered = captures.deliver(conn, asked.stored.id, reading.bodies, now)
            if self.scope.is_backfill:
                days = final_days(asked.stored.source, asked.open_days, reading, document.days)
                self._settle_windows(conn, asked, dict.fromkeys(days, WindowState.LISTED))
            elif fetched is not None:
                _mark_read(conn, self.env, document, reading, fetched, is_delivered=is_delivered)

    def finish(self, asked: Asked) -> None:
        if asked.open_days:
            with self.env.engine.begin() as conn:
                db_sources.lock(conn, [asked.stored.id])
                self._settle_windows(conn, asked, states_of(asked.open_days, asked.reach))

    def _settle_windows(self, conn: Connection, asked: Asked, states: dict[date, WindowState]) -> None:
        if states:
            said = asked.reach_said
            windows.settle(conn, self.scope.run_id, asked.stored.id, states, asked.listed, self.env.now(), said)
            asked.open_days -= states.keys()


def _mark_read(
    conn: Connection, env: Environment, document: Document, reading: Reading, fetched: Fetched, *, is_delivered: bool
) -> None:
    asked, now = document.asked, env.now()
    asked.has_read = True
    asked.has_read_part = asked.has_read_part or not document.is_first
    if is_delivered and can_be_renewed(asked.stored.source, document.url, reading):
        resources.mark_read(conn, asked.stored.id, document.url, fetched.validators, _hash(fetched.capture), now)
    elif not document.is_first:
        asked.unread.add(document.url)  # an index below an index
    gap = gap_between(asked.stored.source, asked.stored.newest_entry_at, asked.oldest)
    if gap:
        windows.mark_gap(conn, asked.stored.id, gap)
    db_sources.mark_told(conn, asked.stored.id, Told(None, asked.newest, asked.new_pages > 0), now)


def _remember(conn: Connection, env: Environment, scope: Scope, document: Document, entries: Sequence[Entry]) -> None:
    asked, now = document.asked, env.now()
    admitted = tell(asked, entries, now=now)
    asked.new_pages += pages.remember_entries(
        conn,
        scope.run_id,
        asked.stored.id,
        admitted,
        is_wanted=not scope.is_backfill,
        now=now,
        horizon=_horizon(document),
    )


def tell(asked: Asked, entries: Sequence[Entry], *, now: datetime) -> list[Entry]:
    """Note what a source names, and return those of its entries that it was asked for."""
    told = [settle_date(entry, now=now) for entry in entries]
    dates = [date for entry in told if (date := entry.published_at or entry.updated_at)]
    asked.entries += len(told)
    asked.oldest = min(filter(None, (asked.oldest, min(dates, default=None))), default=None)
    asked.newest = max(filter(None, (asked.newest, max(dates, default=None))), default=None)
    admitted = [entry for entry in told if admits_entry(entry, asked.days)] if asked.days else told
    asked.listed |= dated_urls(admitted) if asked.days else set()
    return admitted


def _horizon(document: Document) -> Horizon | None:
    """Of a document that was named before and never read, nobody can say what of it is new."""
    asked = document.asked
    known = asked.stored.resources.get(document.url)
    was_left = known is not None and known.body_hash is None
    return replace(asked.horizon, admits_undated=False) if asked.horizon and was_left else asked.horizon


def _hash(capture: Capture) -> str:
    return hashlib.sha256(capture.body).hexdigest()
