"""Dates of other calendars."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pipeline.dates.calendars import solar_hijri_day
from pipeline.dates.read import find_date, read_date


@pytest.mark.parametrize(
    ("year", "month", "day", "expected"),
    [
        (1357, 11, 22, date(1979, 2, 11)),
        (1399, 12, 30, date(2021, 3, 20)),
        (1400, 1, 1, date(2021, 3, 21)),
        (1403, 1, 1, date(2024, 3, 20)),
        (1403, 12, 30, date(2025, 3, 20)),
        (1404, 7, 21, date(2025, 10, 13)),
        (1404, 12, 30, None),
        (1404, 7, 31, None),
        (1404, 13, 1, None),
        (1404, 1, 0, None),
    ],
)
def test_a_solar_hijri_day_is_a_gregorian_one(year: int, month: int, day: int, expected: date | None) -> None:
    assert solar_hijri_day(year, month, day) == expected


def test_solar_hijri_years_follow_each_other_without_a_gap() -> None:
    days = [
        found
        for year in range(1300, 1430)
        for month in range(1, 13)
        for day in range(1, 32)
        if (found := solar_hijri_day(year, month, day))
    ]
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]


@pytest.mark.parametrize(
    ("written", "language", "day"),
    [
        ("۱۴۰۴/۰۷/۲۱", None, date(2025, 10, 13)),
        ("1404/07/21", "fa-IR", date(2025, 10, 13)),
        ("21-07-1404", "fa", date(2025, 10, 13)),
        ("۲۱ مهر ۱۴۰۴", "fa", date(2025, 10, 13)),
        ("21 مهر 1404", None, date(2025, 10, 13)),
        ("دوشنبه ۲۱ مهرماه ۱۴۰۴ - ۱۴:۲۵", "fa", date(2025, 10, 13)),
        ("21 ميزان 1404", "fa-AF", date(2025, 10, 13)),
        ("۲۱ تله ۱۴۰۴", "ps", date(2025, 10, 13)),
        ("٢١ی ڕەزبەر ١٤٠٤", "ckb", None),
        ("1404-07-21T10:00:00+03:30", "fa-IR", date(2025, 10, 13)),
        ("۱۳ اکتوبر ۲۰۲۵", "ur", date(2025, 10, 13)),
        ("13 ต.ค. 2568", "th", date(2025, 10, 13)),
        ("13 ต.ค. 68 14:05 น.", "th", date(2025, 10, 13)),
        ("13 ตุลาคม พ.ศ. 2568", None, date(2025, 10, 13)),
        ("13/10/2568", "th", date(2025, 10, 13)),
        ("2568-10-13T10:00:00+07:00", "th", date(2025, 10, 13)),
        ("13 ต.ค. 2025", "th", date(2025, 10, 13)),
        ("中華民國 114 年 10 月 13 日", None, date(2025, 10, 13)),
        ("114年10月13日", "zh-TW", date(2025, 10, 13)),
        ("114/10/13", "zh-Hant-TW", date(2025, 10, 13)),
        ("114/10/13", "zh-CN", None),
        ("令和７年10月13日", "ja", date(2025, 10, 13)),
        ("令和元年5月1日", "ja", date(2019, 5, 1)),
    ],
)
def test_a_date_of_another_calendar_is_read(written: str, language: str | None, day: date | None) -> None:
    found = read_date(written, language=language)

    assert (found and found.moment.date()) == day


@pytest.mark.parametrize(
    "line",
    [
        "الاثنين 21 ربيع الآخر 1447 هـ الموافق 13 أكتوبر 2025 م",
        "21/04/1447هـ - 13/10/2025م",
        "1447/04/21 - 2025/10/13",
        "۲۱ مهر ۱۴۰۴ | 13 October 2025",
        "民國114年10月13日",
    ],
)
def test_of_two_calendars_the_day_is_one(line: str) -> None:
    found = find_date(line)

    assert found and found.moment.date() == date(2025, 10, 13)


@pytest.mark.parametrize("line", ["21 ربيع الآخر 1447 هـ", "21/4/1447", "1447/04/21", "in 1404 they built the wall"])
def test_a_lunar_day_is_not_guessed(line: str) -> None:
    assert (find_date(line, language="ar"), read_date(line, language="ar")) == (None, None)
