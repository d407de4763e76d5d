"""Notices: what is wrong at the end of a run is written down, and said to the webhooks of the settings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from hashlib import sha256
from importlib.metadata import version

from sqlalchemy import Connection

from db import notices
from db.locks import lock_notices, try_lock_telling
from flows.wiring import Environment
from pipeline.fetch.webhook import Posted, post_all
from pipeline.notices.decide import decide
from pipeline.notices.message import harmless, payload, trial
from pipeline.notices.problems import Problem, day_of_source, of_coverage, of_days, of_runs, of_source, well_keys
from pipeline.settings import Settings

WATCHED = timedelta(days=30)
"""How far back runs and days are looked at; and days as far as a notice of one is open."""


def tell(env: Environment, run_id: int) -> None:
    """Write down what is wrong and what is well again after a run, and tell the webhooks what they do not know.

    A webhook that does not answer costs seconds, and is told at the end of the next run.
    """
    webhooks = {_key(address): address for address in _addresses(env.settings)}
    with env.engine.begin() as conn:
        lock_notices(conn)
        new = _look(conn, env, run_id)
        notices.address_to(conn, webhooks, new)
    if webhooks:
        _deliver(env, webhooks)


def try_out(settings: Settings) -> list[Posted]:
    """Send each webhook a trial message; what it answered."""
    addresses = _addresses(settings)
    return post_all(addresses, [trial(version("newsfold"))] * len(addresses), settings.proxy_address)


def _look(conn: Connection, env: Environment, run_id: int) -> list[int]:
    now = env.now()
    sources = notices.source_states(conn, run_id)
    runs = notices.ended_runs(conn, now - WATCHED)
    ingests = [run.finished_at for run in runs if run.kind == "ingest" and run.state == "completed"]
    missing = of_days(ingests, now.date())
    problems = [found for state in sources if (found := of_source(state, now))]
    problems += [*of_runs(runs), *([missing] if missing else [])]
    well = {key for state in sources for key in well_keys(state)}
    known = notices.known(conn)
    open_days = {key: day for key, last in known.items() if last.is_open and (day := day_of_source(key))}
    problems += _holes(conn, now.date(), open_days.values())
    well = (well | open_days.keys()) - {problem.key for problem in problems}
    return notices.keep(conn, decide(problems, well, known, now), now)


def _holes(conn: Connection, today: date, open_days: Iterable[date]) -> list[Problem]:
    since = min(today - WATCHED, *open_days, today)
    return of_coverage(notices.holes(conn, since, today - timedelta(days=1)))


def _deliver(env: Environment, webhooks: dict[str, str]) -> None:
    """Tell each webhook in one message what it does not know. Of two runs that end at once one tells for both."""
    with env.engine.begin() as conn:
        if not try_lock_telling(conn):
            return
        due = {key: items for key in webhooks if (items := notices.due(conn, key))}
        bodies = [payload(items, version("newsfold")) for items in due.values()]
        posted = post_all([webhooks[key] for key in due], bodies, env.settings.proxy_address)
        for (key, items), answer in zip(due.items(), posted, strict=True):
            error = harmless(answer.error) if answer.error else None
            notices.mark_posted(conn, key, items, error, env.now())


def _addresses(settings: Settings) -> Sequence[str]:
    return [address.get_secret_value() for address in settings.notices]


def _key(address: str) -> str:
    """What a webhook is called in the database, which is not to know its address."""
    return sha256(address.encode()).hexdigest()[:16]
