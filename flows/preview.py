"""What a backfill would do: the lists are read, and nothing is stored."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from db import runs, windows
from db import sources as db_sources
from db.sources import StoredSource
from flows.backfill import Request, checked, plan
from flows.ingest import Progress, say_nothing
from flows.steps.asked import Asked, Document
from flows.steps.asking import ask
from flows.steps.discover import asked_for_days, tell
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.discover.urls import canonicalize, host
from pipeline.discover.windows import states_of
from pipeline.models.pages import Fetched, Reading
from pipeline.models.sources import Source
from pipeline.models.windows import WindowState

_NO_RUN = 0
USUAL_SECONDS_A_PAGE = 0.5
"""What a page is taken to need where no earlier run says it."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a backfill would do with one source: the windows it would ask for, and of those how many lie beyond its
    list; entries in them, how many of those are known, and how many requests for articles would be made.
    """

    source: str
    kind: str
    windows: int
    beyond: int
    entries: int
    known: int
    requests: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long the requests would take, and what that is reckoned from: seconds a page of earlier runs (None: none has
    come to its end yet), and the seconds that the most asked host is to be kept waiting.
    """

    seconds: float
    seconds_a_page: float | None
    slowest_host: str | None
    host_seconds: float


def preview(env: Environment, request: Request, *, progress: Progress = say_nothing) -> tuple[list[Forecast], Estimate]:
    """Read the lists that a backfill would read, and count. Raises UserError as `flows.backfill.backfill` does."""
    slugs = checked(env, request)
    with env.engine.connect() as conn:
        wanted = plan(conn, request, slugs)
        stored = _stored(conn, [source for source in env.sources if wanted.get(source.slug)])
    asked = [asked_for_days(env, one, frozenset(wanted[one.source.slug])) for one in stored]
    counting = _Counting(env, progress, len(asked))
    ask(env, Scope(_NO_RUN, slugs, request.since, request.until), asked, counting)
    with env.engine.connect() as conn:
        done = {one.stored.source.slug: windows.need_no_request(conn, counting.urls[_slug(one)]) for one in asked}
        seconds_a_page = runs.seconds_a_page(conn)
    to_fetch = _to_fetch(asked, counting, done)
    forecasts = [_forecast(one, counting, len(done[_slug(one)]), len(to_fetch[one.stored.source])) for one in asked]
    return forecasts, estimate(to_fetch, seconds_a_page, env.settings.host_interval_seconds)


def _slug(asked: Asked) -> str:
    return asked.stored.source.slug


def _stored(conn: Connection, sources: Sequence[Source]) -> list[StoredSource]:
    """The sources as the file has them, with what is remembered of them, if anything is."""
    known = {one.source.slug: one for one in db_sources.stored_sources(conn, [source.slug for source in sources])}
    new = (StoredSource(0, source, 0, 0, None, None, None, {}) for source in sources)
    return [replace(known.get(one.source.slug, one), source=one.source) for one in new]


@dataclass(slots=True)
class _Counting:
    """Counts what documents say: canonical URLs by the asked source, and those whose body its list holds."""

    env: Environment
    progress: Progress
    sources: int
    read: int = 0
    urls: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    delivered: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def is_known(self, document: Document, fetched: Fetched) -> bool:  # noqa: ARG002
        return False

    def keep(self, document: Document, reading: Reading, fetched: Fetched | None) -> None:  # noqa: ARG002
        asked = document.asked
        admitted = tell(asked, reading.entries, now=self.env.now())
        self.urls[_slug(asked)] |= {canonicalize(entry.url) for entry in admitted}
        self.delivered[_slug(asked)] |= {canonicalize(body.url) for body in reading.bodies}

    def finish(self, asked: Asked) -> None:  # noqa: ARG002
        self.read += 1
        self.progress("lists", self.read, self.sources)


def _to_fetch(asked: Sequence[Asked], counting: _Counting, done: Mapping[str, set[str]]) -> dict[Source, set[str]]:
    """The pages that are to be fetched, each for the first source that names it."""
    found: dict[Source, set[str]] = {}
    for one in asked:
        wanted = counting.urls[_slug(one)] - done[_slug(one)] - counting.delivered[_slug(one)]
        found[one.stored.source] = wanted.difference(*found.values())
    return found


def _forecast(asked: Asked, counting: _Counting, known: int, requests: int) -> Forecast:
    source = asked.stored.source
    failure = asked.failure or next(iter(asked.failed_parts), None)
    states = Counter(states_of(asked.days, asked.reach).values())
    return Forecast(
        source.slug,
        source.kind.value,
        len(asked.days),
        0 if failure else states[WindowState.BEYOND],
        len(counting.urls[_slug(asked)]),
        known,
        requests,
        f"{failure.reason}: {failure.detail}" if failure else None,
    )


def estimate(
    to_fetch: Mapping[Source, Iterable[str]], seconds_a_page: float | None, host_interval_seconds: float
) -> Estimate:
    """How long it takes to fetch and load pages: as long as all of them at the pace of earlier runs, and no less than
    the host with most of them is to be kept waiting.
    """
    waiting: defaultdict[str, float] = defaultdict(float)
    total = 0
    for source, urls in to_fetch.items():
        turn = source.options.turn
        interval = max(host_interval_seconds, turn.interval_seconds if turn else 0.0)
        for url in urls:
            total += 1
            waiting[host(url) or source.slug] += interval
    slowest = max(waiting, key=lambda name: waiting[name], default=None)
    host_seconds = waiting[slowest] if slowest else 0.0
    pace = USUAL_SECONDS_A_PAGE if seconds_a_page is None else seconds_a_page
    return Estimate(max(total * pace, host_seconds), seconds_a_page, slowest, host_seconds)
