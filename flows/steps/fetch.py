"""Fetch: bring the bodies of pages."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sqlalchemy import Connection

from db import captures, pages
from db.pages import PageToFetch
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.fetch.folder import read_file
from pipeline.fetch.web import Request, fetch_all
from pipeline.models import Fetched, FetchFailure, FetchResult, NotModified, Outcome, SourceKind
from pipeline.schedule import MAX_PAGE_ATTEMPTS, next_attempt_at


def fetch(env: Environment, scope: Scope, page_ids: Sequence[int]) -> None:
    """Fetch the bodies of pages, each kept as it comes."""
    with env.engine.begin() as conn:
        wanted = pages.pages_to_fetch(conn, page_ids)
    for page in wanted:
        if page.source.kind is SourceKind.FILES:
            _keep_result(env, scope, page, read_file(page.source, page.url, max_bytes=env.limits.max_body_bytes))
    asyncio.run(_fetch_pages(env, scope, [page for page in wanted if page.source.kind is SourceKind.FEED]))


async def _fetch_pages(env: Environment, scope: Scope, wanted: Sequence[PageToFetch]) -> None:
    requests = {Request(page.url, page.validators, obeys_robots=True): page for page in wanted}
    async for request, result in fetch_all(requests, env.limits, env.manners):
        _keep_result(env, scope, requests[request], result)


def _keep_result(env: Environment, scope: Scope, page: PageToFetch, result: FetchResult) -> None:
    with env.engine.begin() as conn:
        match result:
            case Fetched(capture, validators):
                captures.keep_capture(conn, scope.run_id, page.id, capture, validators, now=env.now())
            case NotModified(validators):
                captures.mark_fetched(conn, scope.run_id, page.id, validators, now=env.now())
            case FetchFailure():
                _keep_failure(conn, env, scope, page, result)


def _keep_failure(conn: Connection, env: Environment, scope: Scope, page: PageToFetch, failure: FetchFailure) -> None:
    failures = page.failures + 1
    again = not failure.for_good and failures < MAX_PAGE_ATTEMPTS
    next_attempt = next_attempt_at(failures, now=env.now(), retry_after=failure.retry_after) if again else None
    pages.count_failure(conn, page.id, env.now())
    pages.settle(conn, scope.run_id, page.id, Outcome.FAILED, failure.reason, failure.detail, next_attempt)
