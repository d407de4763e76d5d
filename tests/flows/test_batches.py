"""Batches of pages: how many a lane is given, and when more pages are waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Engine

from db import sources as db_sources
from db.pages import remember_entries
from flows.ingest import Step, running, say_nothing, take_pages
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.models.pages import Entry
from pipeline.models.sources import Source, SourceKind

WASPS = Source("wasps", "Wasps", SourceKind.FEED, "https://b.example/feed")


@dataclass
class Pages:
    """The pages of a run, and a runner that only counts them; `meanwhile` comes while the first batch is worked on."""

    env: Environment
    lanes: int = 1
    meanwhile: int = 0
    told: list[object] = field(default_factory=list)
    known: int = 0

    def __call__(self, step: Step, env: Environment, scope: Scope, batch: Sequence[Any]) -> None:  # noqa: ARG002
        self.told.append(len(batch))
        self.find(scope, self.meanwhile)
        self.meanwhile = 0

    def find(self, scope: Scope, number: int) -> None:
        """Some more pages become known."""
        entries = [Entry(f"https://b.example/{self.known + n}") for n in range(number)]
        self.known += number
        with self.env.engine.begin() as conn:
            [stored] = db_sources.stored_sources(conn, [WASPS.slug])
            remember_entries(conn, scope.run_id, stored.id, entries, is_wanted=True, now=self.env.now())

    def arrive(self, scope: Scope, numbers: Sequence[int]) -> Iterator[None]:
        """So many, one after another."""
        for number in numbers:
            self.find(scope, number)
            self.told.append("arrival")
            yield


@pytest.fixture
def env(environment: Callable[..., Environment], engine: Engine) -> Environment:
    """A followed source."""
    with engine.begin() as conn:
        db_sources.follow(conn, [WASPS])
    return environment(WASPS)


@pytest.mark.parametrize(
    ("lanes", "known", "batches"),
    [
        (3, 0, []),
        (3, 12, [10, 2]),
        (3, 60, [20, 20, 20]),
        (2, 250, [100, 100, 50]),
        (50, 60, [10] * 6),
    ],
)
def test_lanes_share_what_is_due(env: Environment, lanes: int, known: int, batches: list[int]) -> None:
    pages = Pages(env, lanes)
    with running(env, "ingest") as run_id:
        scope = Scope(run_id, (WASPS.slug,))
        pages.find(scope, known)
        take_pages(env, scope, pages, say_nothing)

    assert sorted(pages.told, key=str) == sorted(batches, key=str)


def test_what_comes_meanwhile_is_taken_after_the_next_arrival(env: Environment) -> None:
    pages = Pages(env, meanwhile=3)
    with running(env, "backfill") as run_id:
        scope = Scope(run_id, (WASPS.slug,))
        take_pages(env, scope, pages, say_nothing, pages.arrive(scope, [2, 4]))

    assert pages.told == ["arrival", 2, "arrival", 7]
