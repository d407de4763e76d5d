"""Fetch: bring the bodies of pages."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from db import captures, due, pages
from db.due import PageToFetch
from db.pages import Settled
from flows.slots import SharedSlots
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.archives.cdx import replayed
from pipeline.fetch.folder import read_file
from pipeline.fetch.many import fetch_all
from pipeline.fetch.outage import is_nobodys_fault, was_offline
from pipeline.fetch.request import Request
from pipeline.models.pages import Fetched, FetchFailure, FetchResult, NotModified, Outcome, Validators
from pipeline.models.sources import SourceKind, Turn
from pipeline.schedule import MAX_PAGE_ATTEMPTS, is_checked_in_full, next_attempt_at


def fetch(env: Environment, scope: Scope, page_ids: Sequence[int]) -> None:
    """Fetch the bodies of pages, each kept as it comes."""
    with env.engine.begin() as conn:
        wanted = due.to_fetch(conn, page_ids)
    on_the_web = []
    for page in wanted:
        if page.source.kind is SourceKind.FILES:
            _keep_result(env, scope, page, read_file(page.source, page.url, max_bytes=env.limits.max_body_bytes))
        else:
            on_the_web.append(page)
    env.ask_web(_fetch_pages(env, scope, on_the_web))


async def _fetch_pages(env: Environment, scope: Scope, wanted: Sequence[PageToFetch]) -> None:
    """Failures wait for the end of the round: only then is it known whether they were our network's. A page that was
    not asked for, or that an outage kept from us, is given back.
    """
    requests = {_request(env, scope, page): page for page in wanted}
    results: list[tuple[Request, FetchResult]] = []
    async for request, result in fetch_all(requests, env.limits, env.manners, SharedSlots(env.engine)):
        results.append((request, result if isinstance(result, FetchFailure) else NotModified()))
        if not isinstance(result, FetchFailure):
            await asyncio.to_thread(_keep_result, env, scope, requests[request], result)
    outage = was_offline((request.url, result) for request, result in results)
    failed = [requests[request].id for request, result in results if isinstance(result, FetchFailure)]
    with env.engine.begin() as conn:
        captures.lock_pages(conn, failed)
        given_back = {}
        for request, result in results:
            page = requests[request]
            if not isinstance(result, FetchFailure):
                continue
            if is_nobodys_fault(result, outage=outage):
                given_back[page.id] = next_attempt_at(1, now=env.now(), retry_after=result.retry_after, key=page.url)
            else:
                _keep_failure(conn, env, scope, page, result)
        pages.release(conn, scope.run_id, given_back)


def _request(env: Environment, scope: Scope, page: PageToFetch) -> Request:
    if page.archive_url is not None:
        return Request(page.archive_url, turn=Turn(interval_seconds=env.settings.wayback_interval_seconds))
    options = page.source.options
    return Request(
        page.url,
        Validators() if is_checked_in_full(f"page {page.id}", scope.run_id) else page.validators,
        obeys_robots=True,
        turn=options.turn or Turn(),
        forbidden_is_busy=options.forbidden_is_busy,
    )


def _keep_result(env: Environment, scope: Scope, page: PageToFetch, result: FetchResult) -> None:
    with env.engine.begin() as conn:
        match result:
            case Fetched():
                captures.keep_capture(conn, scope.run_id, page.id, _as_archived(page, result), now=env.now())
            case NotModified(validators):
                captures.mark_fetched(conn, scope.run_id, page.id, validators, now=env.now())
            case FetchFailure():
                _keep_failure(conn, env, scope, page, result)


def _as_archived(page: PageToFetch, result: Fetched) -> Fetched:
    """What came from an archive of the web is the page's, as it was then."""
    if page.archive_url is None:
        return result
    url, archived_at = replayed(result.capture.url)
    return Fetched(replace(result.capture, url=url, archived_at=archived_at), opt_out=result.opt_out)


def _keep_failure(conn: Connection, env: Environment, scope: Scope, page: PageToFetch, failure: FetchFailure) -> None:
    now, failures = env.now(), page.failures + 1
    again = not failure.for_good and failures < MAX_PAGE_ATTEMPTS
    next_attempt = next_attempt_at(failures, now=now, retry_after=failure.retry_after, key=page.url) if again else None
    pages.count_failure(conn, page.id, now)
    settled = Settled(page.id, Outcome.FAILED, failure.reason, failure.detail, next_attempt)
    pages.settle(conn, scope.run_id, [settled])
