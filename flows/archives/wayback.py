"""A Wayback Machine: its index is asked for pages of followed sources; those that have no body are fetched from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from db import archives
from db import sources as db_sources
from flows.ingest import Progress
from flows.slots import SharedSlots
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.archives.cdx import MARGIN, Answer, going_on, questions, read_answer
from pipeline.archives.owners import Owners, owner, owners_of
from pipeline.discover.urls import is_front_page
from pipeline.errors import FeedError
from pipeline.fetch.many import fetch_all
from pipeline.fetch.request import Request
from pipeline.models.archives import Listed
from pipeline.models.pages import Fetched, FetchFailure, FetchResult
from pipeline.models.sources import Turn

INDEX_LAG = timedelta(days=30)
"""How long after a capture the index may not have it yet."""


def ask_index(env: Environment, scope: Scope, since: date, until: date, progress: Progress) -> None:
    """Ask the index for what it has of the run's sources and some days; what it names becomes pages to be fetched."""
    chosen = [source for source in env.sources if source.slug in scope.slugs]
    asked = [
        (source.slug, question)
        for source in chosen
        for question in questions(env.settings.wayback, source, since, until)
    ]
    may_grow = env.now().date() <= until + MARGIN + INDEX_LAG
    version = f"as of {env.now():%Y-%m-%d}" if may_grow else "for good"
    owners = owners_of(chosen)
    for number, (slug, question) in enumerate(asked):
        progress("questions", number, len(asked))
        _ask(env, scope, owners, slug, question, version)
    progress("questions", len(asked), len(asked))


def _ask(env: Environment, scope: Scope, owners: Owners, slug: str, question: str, version: str) -> None:
    """One question with all its answers, each kept as it comes. One that fails is no end of the run."""
    with env.engine.begin() as conn:
        claim = archives.claim(conn, scope.run_id, question, version=version, wanted=slug)
        [stored] = db_sources.stored_sources(conn, [slug])
    if claim is None:
        return
    resume_key = claim.resume_key
    while True:
        answer = _answer(env, going_on(question, resume_key))
        if isinstance(answer, str):
            with env.engine.begin() as conn:
                archives.leave(conn, claim.archive_id, answer)
            return
        own = _own(answer.captures, owners, slug)
        resume_key = answer.resume_key
        with env.engine.begin() as conn:
            db_sources.lock(conn, [stored.id])
            archives.keep_listed(
                conn, scope.run_id, claim.archive_id, stored.id, own, resume_key=resume_key, now=env.now()
            )
            if resume_key is None:
                archives.finish(conn, claim.archive_id)
                return


def _answer(env: Environment, address: str) -> Answer | str:
    """What the index says, or why it says nothing."""
    result = env.ask_web(_get(env, address))
    match result:
        case Fetched(capture):
            try:
                return read_answer(capture.body, env.settings.wayback)
            except FeedError as exc:
                return str(exc)
        case FetchFailure(reason, detail):
            return f"{reason}: {detail}" if detail else reason
        case _:
            return "not modified, though nothing was known"


async def _get(env: Environment, address: str) -> FetchResult | None:
    turn = Turn(interval_seconds=env.settings.wayback_interval_seconds)
    async for _, result in fetch_all(
        [Request(address, accept=None, turn=turn)], env.limits, env.manners, SharedSlots(env.engine)
    ):
        return result
    return None


def _own(captures: Sequence[Listed], owners: Owners, slug: str) -> list[Listed]:
    """Those that may be articles of the source."""
    return [one for one in captures if owner(owners, one.url) == slug and not is_front_page(one.url)]
