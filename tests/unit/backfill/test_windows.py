"""Which days a backfill asks for, and what a source's answers say of them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pipeline.discover.windows import admits_entry, asked_days, dated_urls, final_days, gap_between, states_of
from pipeline.errors import UserError
from pipeline.models.pages import Entry, Link, Reading
from pipeline.models.sources import Source, SourceKind
from pipeline.models.windows import (
    Coverage,
    Days,
    KnownWindow,
    WindowState,
    contiguous,
    missing_days,
    wanted_days,
)

WEEK = Days(date(2026, 1, 1), date(2026, 1, 7))
FEED = Source("feed", "Feed", SourceKind.FEED, "https://a.example/feed")
BLOG = Source("blog", "Blog", SourceKind.WORDPRESS, "https://a.example")
MAP = Source("map", "Map", SourceKind.SITEMAP, "https://a.example/sitemap.xml")


def _day(number: int) -> date:
    return date(2026, 1, number)


def _at(number: int) -> datetime:
    return datetime(2026, 1, number, 23, 30, tzinfo=UTC)


def _entry(number: int | None, updated: int | None = None) -> Entry:
    return Entry(
        f"https://a.example/{number}",
        published_at=_at(number) if number else None,
        updated_at=_at(updated) if updated else None,
    )


def test_days_on_end_are_one_stretch() -> None:
    days = [_day(number) for number in (3, 1, 2, 7, 5, 2)]

    assert contiguous(days) == [Days(_day(1), _day(3)), Days(_day(5), _day(5)), Days(_day(7), _day(7))]
    assert contiguous([]) == []


def test_a_backfill_wants_all_days_but_those_that_an_interrupted_run_listed() -> None:
    known = {
        _day(1): KnownWindow(Coverage.COMPLETE, is_beyond=True, is_left=True),
        _day(2): KnownWindow(Coverage.COMPLETE, is_beyond=True, is_left=False),
        _day(3): KnownWindow(Coverage.BEYOND, is_beyond=True, is_left=True),
    }

    assert wanted_days(known, WEEK) == [_day(2), *(_day(number) for number in range(4, 8))]


@pytest.mark.parametrize(
    ("state", "is_beyond", "is_missing"),
    [
        (Coverage.COMPLETE, True, False),
        (Coverage.BEYOND, True, False),
        (Coverage.FOLLOWED, True, False),
        (Coverage.FOLLOWED, False, True),
        (Coverage.HOLE, True, True),
        (Coverage.PENDING, True, True),
        (Coverage.FAILED, True, True),
        (Coverage.PLANNED, True, True),
        (Coverage.GAP, False, True),
    ],
    ids=str,
)
def test_missing_are_the_days_that_are_not_complete_and_may_be_had(
    state: Coverage, is_beyond: bool, is_missing: bool
) -> None:
    known = {day: KnownWindow(state, is_beyond, is_left=False) for day in WEEK}

    assert bool(missing_days(known, WEEK)) is is_missing
    assert missing_days({}, WEEK) == list(WEEK)


def test_an_entry_is_wanted_by_its_date_or_where_it_may_be_of_the_days() -> None:
    days = [_day(3), _day(5)]

    assert [admits_entry(_entry(number), days) for number in (2, 3, 4, 5)] == [False, True, False, True]
    assert [admits_entry(_entry(None, updated), days) for updated in (None, 2, 3, 6)] == [True, False, True, True]


def test_only_stated_dates_are_expected() -> None:
    assert dated_urls([_entry(3), _entry(None, 4)]) == {"https://a.example/3"}


def test_what_is_newer_than_a_page_of_a_list_is_final() -> None:
    reading = Reading((_entry(4), _entry(2), _entry(1)), (Link("https://a.example/2"),))

    assert final_days(FEED, set(WEEK), reading, None) == {_day(5), _day(6), _day(7)}
    assert final_days(MAP, set(WEEK), reading, None) == set()
    assert final_days(FEED, set(WEEK), Reading((_entry(None),)), None) == set()


def test_an_answer_for_some_days_alone_says_nothing_of_the_others() -> None:
    first, last = Reading((_entry(4),), (Link("https://a.example/2"),)), Reading((_entry(3),))
    answered = Days(_day(2), _day(5))

    assert final_days(BLOG, set(WEEK), first, answered) == {_day(5)}
    assert final_days(BLOG, set(WEEK) - {_day(5)}, last, answered) == {_day(2), _day(3), _day(4)}


def test_days_before_the_reach_of_a_list_are_beyond() -> None:
    listed, beyond = WindowState.LISTED, WindowState.BEYOND

    assert states_of([_day(1), _day(2)], _day(2)) == {_day(1): beyond, _day(2): listed}
    assert states_of([_day(1)], None) == {_day(1): listed}
    assert states_of([_day(1)], date.max) == {_day(1): beyond}


@pytest.mark.parametrize(
    ("source", "before", "oldest", "gap"),
    [
        (FEED, 2, 5, Days(_day(2), _day(5))),
        (FEED, 5, 5, None),
        (FEED, 5, 2, None),
        (FEED, None, 5, None),
        (FEED, 2, None, None),
        (MAP, 2, 5, None),
    ],
    ids=["moved on", "just met", "overlaps", "first poll", "no dates", "lists all"],
)
def test_a_gap_is_where_two_polls_do_not_meet(
    source: Source, before: int | None, oldest: int | None, gap: Days | None
) -> None:
    moments = [_at(day) if day else None for day in (before, oldest)]

    assert gap_between(source, *moments) == gap


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [
        ("2026-01-02", "2026-01-01", "the first day 2026-01-02 is after the last day 2026-01-01; swap them"),
        ("2026-02-02", "2026-02-02", "2026-02-02 has not come yet; name days from 1800-01-01 to 2026-02-01"),
        ("2026-02-02", "2026-02-01", "2026-02-02 has not come yet"),
        ("2026-01-01", "2027-02-03", "the last day 2027-02-03 is more than a year ahead"),
        ("1799-12-31", "2026-01-01", "1799-12-31 is too long ago"),
        ("2026-01-01", "0001-01-01", "0001-01-01 is too long ago"),
    ],
)
def test_days_that_nobody_can_mean_are_refused(since: str, until: str, says: str) -> None:
    with pytest.raises(UserError) as refused:
        asked_days(date.fromisoformat(since), date.fromisoformat(until), today=date(2026, 2, 1))

    assert str(refused.value).startswith(says)


def test_days_may_end_up_to_a_year_ahead() -> None:
    days = Days(date(1800, 1, 1), date(2027, 2, 2))

    assert asked_days(days.since, days.until, today=date(2026, 2, 1)) == days


def test_the_last_day_of_all_is_a_day() -> None:
    assert list(Days(date(9999, 12, 30), date.max)) == [date(9999, 12, 30), date.max]
