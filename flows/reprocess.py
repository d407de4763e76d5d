"""Reprocess: articles are made again from the bodies that were kept, and judged again, by the rules of now.

Nothing is fetched. What the rules of now make of a body as those before did stays as it is, to the row.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from db import reprocess as again
from db import runs
from db.reprocess import Place, Span
from flows.folding import mark_missing
from flows.ingest import Progress, Runner, run_directly, running, say_nothing
from flows.runners.lanes import in_lanes
from flows.steps.judge import judge_again
from flows.steps.remake import remake
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.discover.sources.slugs import check_known
from pipeline.errors import UserError

PAGES_A_BATCH = 100
ARTICLES_A_BATCH = 100
_IDS_AT_ONCE = 10_000


class Part(StrEnum):
    """What is done again: bodies are extracted and cleaned, texts are fingerprinted and judged."""

    EXTRACT = "extract"
    FOLD = "fold"


@dataclass(frozen=True, slots=True)
class Again:
    """What is asked for: the days of articles, both included, sources by slug (none: all), and one part or both."""

    since: date
    until: date
    sources: tuple[str, ...] = ()
    only: Part | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts, in their order."""
        return tuple(Part) if self.only is None else (self.only,)


@dataclass(frozen=True, slots=True)
class Reprocessed:
    """What a reprocess did, with the runs before that it went on from: `first_run_id` is the first of them.

    `pages` were read again, `articles` judged again because other rules had judged them; `without_body` articles have
    none that could be read. What changed is in `news.remade`.
    """

    run_id: int
    first_run_id: int
    pages: int
    articles: int
    without_body: int


def reprocess(
    env: Environment, request: Again, *, runner: Runner = run_directly, progress: Progress = say_nothing
) -> Reprocessed:
    """Make the articles of some days again and judge again those that older rules judged.

    Each batch is a transaction. One that was stopped goes on where it was when the same is asked for again. Raises
    UserError where the days or the sources are none.
    """
    span = Span(request.since, request.until, request.sources)
    _check(env, span)
    with env.engine.begin() as conn:
        runs.close_dead_runs(conn)
    mark_missing(env.engine)
    with running(env, "reprocess", span.since, span.until) as run_id:
        with env.engine.begin() as conn:
            place = again.begin(conn, run_id, span, request.parts)
        scope = Scope(run_id, span.sources)
        if Part.EXTRACT in request.parts:
            place = _extract(env, scope, span, place, runner, progress)
        if Part.FOLD in request.parts:
            place = _fold(env, scope, span, place, runner, progress)
    with env.engine.begin() as conn:
        without_body = again.count_without_body(conn, span)
    return Reprocessed(run_id, place.first_run_id, place.pages, place.articles, without_body)


def _check(env: Environment, span: Span) -> None:
    if span.since > span.until:
        raise UserError(f"the first day {span.since} is after the last day {span.until}", "swap them")
    with env.engine.begin() as conn:
        check_known(span.sources, again.all_slugs(conn), where="the database")


def _extract(env: Environment, scope: Scope, span: Span, place: Place, runner: Runner, progress: Progress) -> Place:
    def next_ids(after: int) -> list[int]:
        with env.engine.begin() as conn:
            return again.pages_with_body(conn, span, after, limit=_IDS_AT_ONCE)

    with env.engine.begin() as conn:
        total = place.pages + again.count_pages(conn, span, place.last_page)
    batches = _batches(next_ids, place.last_page, PAGES_A_BATCH)
    course = _Course(
        env, scope.run_id, place, batches, again.after_pages, lambda at: progress("pages", at.pages, total)
    )
    in_lanes(runner.lanes, course.next, lambda batch: runner(remake, env, scope, batch), course.end, env.stop)
    return course.place


def _fold(env: Environment, scope: Scope, span: Span, place: Place, runner: Runner, progress: Progress) -> Place:
    def next_ids(after: int) -> list[int]:
        with env.engine.begin() as conn:
            return again.articles_to_judge(conn, span, after, limit=_IDS_AT_ONCE)

    with env.engine.begin() as conn:
        total = place.articles + again.count_to_judge(conn, span, place.last_article)
    batches = _batches(next_ids, place.last_article, ARTICLES_A_BATCH)
    course = _Course(
        env, scope.run_id, place, batches, again.after_articles, lambda at: progress("articles", at.articles, total)
    )
    in_lanes(runner.lanes, course.next, lambda batch: runner(judge_again, env, scope, batch), course.end, env.stop)
    return course.place


def _batches(next_ids: Callable[[int], list[int]], after: int, size: int) -> Iterator[Sequence[int]]:
    while ids := next_ids(after):
        yield from (ids[start : start + size] for start in range(0, len(ids), size))
        after = ids[-1]


class _Course:
    """Hands out batches and notes how far the work is: up to the first batch that is not done."""

    def __init__(
        self,
        env: Environment,
        run_id: int,
        place: Place,
        batches: Iterator[Sequence[int]],
        after: Callable[[Place, Sequence[int]], Place],
        report: Callable[[Place], None],
    ) -> None:
        self.place = place
        self._env, self._run_id, self._batches, self._after, self._report = env, run_id, batches, after, report
        self._under_way: deque[Sequence[int]] = deque()
        self._done: list[Sequence[int]] = []
        report(place)

    def next(self) -> Sequence[int]:
        """The next batch; an empty one at the end."""
        batch = next(self._batches, ())
        self._under_way.append(batch)
        return batch

    def end(self, batch: Sequence[int]) -> None:
        """A batch is done."""
        self._done.append(batch)
        while self._under_way and self._under_way[0] in self._done:
            self._done.remove(self._under_way[0])
            self.place = self._after(self.place, self._under_way.popleft())
        with self._env.engine.begin() as conn:
            again.keep_place(conn, self._run_id, self.place)
        self._report(self.place)
