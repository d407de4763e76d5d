"""How far back the daily job follows a source."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.discover.sources.horizon import Horizon, horizon_of
from pipeline.models.pages import Entry
from pipeline.models.sources import Options, Source, SourceKind

NOW = datetime(2026, 3, 1, tzinfo=UTC)
URL = "https://a.example/1"


def _source(kind: SourceKind, days: int | None = None) -> Source:
    return Source("a", "a", kind, "https://a.example/", options=Options(max_age_days=days))


@pytest.mark.parametrize("kind", [SourceKind.FEED, SourceKind.FILES, SourceKind.JSONL])
def test_what_lists_its_newest_articles_has_no_horizon(kind: SourceKind) -> None:
    assert horizon_of(_source(kind), last_success_at=None, now=NOW) is None


@pytest.mark.parametrize("kind", [SourceKind.SITEMAP, SourceKind.WORDPRESS, SourceKind.LISTING])
def test_what_lists_everything_is_followed_for_a_month(kind: SourceKind) -> None:
    horizon = horizon_of(_source(kind), last_success_at=NOW, now=NOW)

    assert horizon is not None
    assert horizon.since == NOW - timedelta(days=30)


def test_a_source_may_have_a_horizon_of_its_own() -> None:
    horizon = horizon_of(_source(SourceKind.FEED, days=3), last_success_at=None, now=NOW)

    assert horizon == Horizon(NOW - timedelta(days=3), admits_undated=True)


def test_undated_entries_of_a_sitemap_are_wanted_from_its_second_reading_on() -> None:
    first = horizon_of(_source(SourceKind.SITEMAP), last_success_at=None, now=NOW)
    second = horizon_of(_source(SourceKind.SITEMAP), last_success_at=NOW - timedelta(days=1), now=NOW)

    assert first is not None
    assert second is not None
    assert (first.admits(Entry(URL)), second.admits(Entry(URL))) == (False, True)


@pytest.mark.parametrize(
    ("entry", "is_wanted"),
    [
        (Entry(URL, published_at=NOW), True),
        (Entry(URL, published_at=NOW - timedelta(days=31)), False),
        (Entry(URL, updated_at=NOW), True),
        (Entry(URL, updated_at=NOW - timedelta(days=31)), False),
        # Published long ago and changed today: no news.
        (Entry(URL, published_at=NOW - timedelta(days=31), updated_at=NOW), False),
    ],
)
def test_the_date_of_publication_goes_before_that_of_the_last_change(entry: Entry, is_wanted: bool) -> None:
    assert Horizon(NOW - timedelta(days=30), admits_undated=True).admits(entry) is is_wanted
