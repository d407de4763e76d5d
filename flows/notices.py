"""Notices: what is wrong at the end of a run is written down, and said to the webhooks of the settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from importlib.metadata import version

from sqlalchemy import Connection

from db import notices
from db.locks import lock_notices, try_lock_telling
from flows.wiring import Environment
from pipeline.fetch.webhook import Posted, post_all
from pipeline.notices.decide import decide
from pipeline.notices.message import harmless, payload, trial
from pipeline.notices.problems import of_days, of_runs, of_source, well_keys
from pipeline.settings import Settings

RUNS_OF = timedelta(days=30)
"""How far back runs are looked at."""


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
    return post_all(addresses, [trial(version("newsfold"))] * len(addresses), settings.proxy)


def _look(conn: Connection, env: Environment, run_id: int) -> list[int]:
    now = env.now()
    sources = notices.source_states(conn, run_id)
    runs = notices.ended_runs(conn, now - RUNS_OF)
    ingests = [run.finished_at for run in runs if run.kind == "ingest" and run.state == "completed"]
    missing = of_days(ingests, now.date())
    problems = [found for state in sources if (found := of_source(state, now))]
    problems += [*of_runs(runs), *([missing] if missing else [])]
    well = frozenset(key for state in sources for key in well_keys(state)) - {problem.key for problem in problems}
    return notices.keep(conn, decide(problems, well, notices.known(conn), now), now)


def _deliver(env: Environment, webhooks: dict[str, str]) -> None:
    """Tell each webhook in one message what it does not know. Of two runs that end at once one tells for both."""
    with env.engine.begin() as conn:
        if not try_lock_telling(conn):
            return
        due = {key: items for key in webhooks if (items := notices.due(conn, key))}
        bodies = [payload(items, version("newsfold")) for items in due.values()]
        posted = post_all([webhooks[key] for key in due], bodies, env.settings.proxy)
        for (key, items), answer in zip(due.items(), posted, strict=True):
            error = harmless(answer.error) if answer.error else None
            notices.mark_posted(conn, key, items, error, env.now())


def _addresses(settings: Settings) -> Sequence[str]:
    return [address.get_secret_value() for address in settings.notices]


def _key(address: str) -> str:
    """What a webhook is called in the database, which is not to know its address."""
    return sha256(address.encode()).hexdigest()[:16]
