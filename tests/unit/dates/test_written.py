"""Dates as people and machines write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from pipeline.dates.read import find_date, read_date
from pipeline.dates.written import Detail

EAST = timezone(timedelta(hours=5, minutes=30))
REFERENCE = datetime(2026, 3, 4, 10, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-02-03T08:04:05+05:30", "2026-02-03T08:04:05+05:30"),
        ("2026-02-03 08:04", "2026-02-03T08:04:00"),
        ("2026/2/3", "2026-02-03T00:00:00"),
        ("20260203", "2026-02-03T00:00:00"),
        ("20260203T080405Z", "2026-02-03T08:04:05+00:00"),
        ("1770105845", "2026-02-03T08:04:05+00:00"),
        ("1770105845000", "2026-02-03T08:04:05+00:00"),
        ("Tue, 03 Feb 2026 08:04:05 GMT", "2026-02-03T08:04:05+00:00"),
        ("Tue, 3 Feb 2026 08:04 PST", "2026-02-03T08:04:00-08:00"),
        ("Tue Feb 03 2026 08:04:05 GMT+0100 (Central European Standard Time)", "2026-02-03T08:04:05+01:00"),
        ("Tue Feb  3 08:04:05 +0000 2026", "2026-02-03T08:04:05+00:00"),
        ("February 3rd, 2026 at 8:04 p.m.", "2026-02-03T20:04:00"),
        ("3 Feb 2026, 12:04 a.m.", "2026-02-03T00:04:00"),
        ("3. Februar 2026 um 8.04 Uhr", "2026-02-03T08:04:00"),
        ("le 3 février 2026 à 14h40", "2026-02-03T14:40:00"),
        ("3 de febrero de 2026", "2026-02-03T00:00:00"),
        ("3 февраля 2026 г., вторник", "2026-02-03T00:00:00"),
        ("3 Φεβρουαρίου 2026", "2026-02-03T00:00:00"),
        ("٣ فبراير ٢٠٢٦", "2026-02-03T00:00:00"),
        ("३ फ़रवरी २०२६", "2026-02-03T00:00:00"),
        ("3 শে ফেব্রুয়ারি 2026", "2026-02-03T00:00:00"),
        ("2026年2月3日 8時4分", "2026-02-03T08:04:00"),
        ("令和8年2月3日", "2026-02-03T00:00:00"),
        ("2026年2月3日晚8:04", "2026-02-03T20:04:00"),
        ("2026년 2월 3일 오후 8:04", "2026-02-03T20:04:00+09:00"),
        ("3 กุมภาพันธ์ 2569", "2026-02-03T00:00:00"),
        ("ngày 3 tháng 2 năm 2026", "2026-02-03T00:00:00"),
        ("3. helmikuuta 2026 klo 8.04", "2026-02-03T08:04:00"),
        ("03.02.2026", "2026-02-03T00:00:00"),
        ("13/2/26", "2026-02-13T00:00:00"),
    ],
)
def test_a_date_is_read_with_the_zone_it_names(written: str, moment: str) -> None:
    found = read_date(written)

    assert found is not None
    assert found.moment == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    "written",
    [
        *("", "soon", "2026-02-30", "2026-02-03T25:00:00Z", "2026-02-03T08:04:00Zextra", "99 Jun 2026"),
        *("3 zzz 2026", "3 Feb 2026 1:2:3:4", "12 apples and 3 pears in 2026", "10:04", "Thursday", "3 March"),
    ],
)
def test_what_is_no_whole_date_is_none(written: str) -> None:
    assert read_date(written) is None


@pytest.mark.parametrize(
    ("written", "language", "day", "other"),
    [
        ("01/02/2026", None, date(2026, 1, 2), date(2026, 2, 1)),
        ("01/02/2026", "en", date(2026, 1, 2), date(2026, 2, 1)),
        ("01/02/2026", "en-GB", date(2026, 2, 1), None),
        ("01/02/2026", "en-US", date(2026, 1, 2), None),
        ("01/02/2026", "fr", date(2026, 2, 1), None),
        ("13/02/2026", None, date(2026, 2, 13), None),
    ],
)
def test_day_and_month_are_told_apart_by_the_language_or_both_are_given(
    written: str, language: str | None, day: date, other: date | None
) -> None:
    found = read_date(written, language=language)

    assert found is not None
    assert (found.moment.date(), found.other_day) == (day, other)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("3 March", datetime(2026, 3, 3)),  # noqa: DTZ001  as it names no zone
        ("5 March", datetime(2025, 3, 5)),  # noqa: DTZ001
        ("Thu 15:12", datetime(2026, 2, 26, 15, 12)),  # noqa: DTZ001
        ("mercredi", datetime(2026, 3, 4)),  # noqa: DTZ001
        ("09:30", datetime(2026, 3, 4, 9, 30, tzinfo=UTC)),
        ("23:30", datetime(2026, 3, 3, 23, 30, tzinfo=UTC)),
    ],
)
def test_a_date_without_a_year_is_the_latest_that_the_reference_allows(written: str, moment: datetime) -> None:
    found = read_date(written, reference=REFERENCE)

    assert found is not None
    assert found.moment == moment


@pytest.mark.parametrize(
    ("line", "day", "detail"),
    [
        ("By Ada Lovelace | 3 min read · Sunday, March 1st, 2026 at 14:05", date(2026, 3, 1), Detail.MINUTE),
        ("Опубликовано 1 марта 2026", date(2026, 3, 1), Detail.DAY),
        ("来源：新华社 2026-03-01 08:00", date(2026, 3, 1), Detail.MINUTE),
        ("Berlin, 1. März 2026 – dpa", date(2026, 3, 1), Detail.DAY),
    ],
)
def test_a_date_is_found_in_a_line(line: str, day: date, detail: Detail) -> None:
    found = find_date(line)

    assert found is not None
    assert (found.moment.date(), found.detail) == (day, detail)


@pytest.mark.parametrize("line", ["March 2026", "3 min read", "version 3.11.2", "Call 555 1234 567"])
def test_a_line_without_a_day_has_none(line: str) -> None:
    assert find_date(line) is None
