"""Refold: articles are judged anew by the rules of now, from stored texts. Nothing is fetched or extracted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from db import runs, stories
from db.locks import lock_folding
from db.stories import Cause
from flows.folding import Rules, find, mark_missing, regroup
from flows.ingest import Progress, running, say_nothing
from flows.wiring import Environment

ARTICLES_A_BATCH = 100


@dataclass(frozen=True, slots=True)
class Refolded:
    """What a refold did: its run, and how many articles it judged. What moved is in `news.story_changes`."""

    run_id: int
    judged: int


def refold(env: Environment, since: date, rule: Rules, *, progress: Progress = say_nothing) -> Refolded:
    """Judge the articles dated since a day again, and make their stories anew.

    Each batch is a transaction. A refold that was killed goes on where it was when it is asked for again; a second one
    moves nothing.
    """
    begin = datetime.combine(since, time.min, UTC)
    with env.engine.begin() as conn:
        runs.close_dead_runs(conn)
    mark_missing(env.engine)
    with running(env, "refold", since) as run_id:
        with env.engine.begin() as conn:
            began = runs.refold_began(conn, since)
        judged = _judge_all(env, begin, rule, began, progress)
        _regroup_all(env, begin, rule, run_id)
    return Refolded(run_id, judged)


def _judge_all(env: Environment, begin: datetime, rule: Rules, began: datetime, progress: Progress) -> int:
    """Judge what this refold has not judged yet; how many articles."""
    with env.engine.begin() as conn:
        total = stories.count_to_judge(conn, begin, began)
    done = last = 0
    while True:
        progress("articles", done, total)
        with env.engine.begin() as conn:
            lock_folding(conn)
            batch = stories.next_to_judge(conn, begin, began, last, limit=ARTICLES_A_BATCH)
            if not batch:
                return done
            find(conn, rule, batch)
        done, last = done + len(batch), batch[-1]


def _regroup_all(env: Environment, begin: datetime, rule: Rules, run_id: int) -> None:
    cause = Cause("refold", run_id)
    last = 0
    while True:
        with env.engine.begin() as conn:
            lock_folding(conn)
            batch = stories.grouped_after(conn, begin, last, limit=ARTICLES_A_BATCH)
            if not batch:
                return
            regroup(conn, rule, batch, (), cause)
            last = batch[-1]
