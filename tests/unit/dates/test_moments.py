"""Moments: as machines write them, and never in the future."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from pipeline.dates.moments import parse_moment, settle

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
CAIRO = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-02-03", datetime.fromisoformat("2026-02-03T00:00:00")),
        ("2026-02-03T10:20:30", datetime.fromisoformat("2026-02-03T10:20:30")),
        ("2026-02-03T10:20:30Z", datetime(2026, 2, 3, 10, 20, 30, tzinfo=UTC)),
        ("2026-02-03T10:20:30.123+02:00", datetime(2026, 2, 3, 10, 20, 30, 123_000, tzinfo=CAIRO)),
        ("2026-02-03T10:20:30+0200", datetime(2026, 2, 3, 10, 20, 30, tzinfo=CAIRO)),
        (" 2026-02-03 10:20:30 +0200 ", datetime(2026, 2, 3, 10, 20, 30, tzinfo=CAIRO)),
        ("2026-02-03 10:20:30 UTC", datetime(2026, 2, 3, 10, 20, 30, tzinfo=UTC)),
        ("Tue, 03 Feb 2026 10:20:30 +0200", datetime(2026, 2, 3, 10, 20, 30, tzinfo=CAIRO)),
        ("Tue, 03 Feb 2026 10:20:30 GMT", datetime(2026, 2, 3, 10, 20, 30, tzinfo=UTC)),
        ("3 Feb 2026 10:20:30 -0000", datetime.fromisoformat("2026-02-03T10:20:30")),
    ],
)
def test_iso_8601_and_rfc_2822_are_read(written: str, moment: datetime) -> None:
    read = parse_moment(written)
    assert read == moment
    assert read is not None
    assert read.utcoffset() == moment.utcoffset()


@pytest.mark.parametrize(
    "written",
    [
        "",
        "yesterday",
        "12",
        "1 2 3 4",
        "03/02/2026",
        "2026-13-45",
        "99999-01-01",
        "Mon, 99 Feb 2026 10:20:30 GMT",
        "May",
        "\x00",
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "Mon, 01 Jan 2024 02:02:33 PM",
    ],
)
def test_anything_else_is_no_moment(written: str) -> None:
    assert parse_moment(written) is None


@pytest.mark.parametrize(
    ("moment", "settled"),
    [
        (datetime.fromisoformat("2026-02-03T10:00:00"), datetime(2026, 2, 3, 10, tzinfo=UTC)),
        (datetime(2026, 2, 3, 10, tzinfo=CAIRO), datetime(2026, 2, 3, 8, tzinfo=UTC)),
        (NOW, NOW),
        (NOW + timedelta(hours=14), NOW),
        (NOW + timedelta(hours=25), None),
        (datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12))), None),
        (datetime.fromisoformat("1970-01-01T00:00:00"), None),
        (datetime.fromisoformat("1969-12-31T19:00:00"), None),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), None),
        (datetime.fromisoformat("1987-06-05T00:00:00"), datetime(1987, 6, 5, tzinfo=UTC)),
    ],
)
def test_a_publication_date_has_a_zone_and_is_not_in_the_future(moment: datetime, settled: datetime | None) -> None:
    assert settle(moment, now=NOW) == settled


def test_the_zone_is_kept() -> None:
    settled = settle(datetime(2026, 2, 3, 10, tzinfo=CAIRO), now=NOW)
    assert settled is not None
    assert settled.utcoffset() == timedelta(hours=2)
