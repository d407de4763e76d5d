"""Cron expressions and time zones: what is one, and what is none."""

from __future__ import annotations

import pytest
from prefect.schedules import Cron

from pipeline.discover.sources.times import check_cron, check_time_zone

CRONS = [
    "0 6 * * *",
    "*/5 * * * *",
    " 0\t6 * * 1-5 ",
    "0 6 * * mon-FRI",
    "0 22-2 1,15,L jan-mar/2 7",
    "1/5 0 ? * 5#2,L5",
    "@daily",
    "@HOURLY",
]
NO_CRONS = [
    "",
    "xyz",
    "0 6 * *",
    "60 * * * *",
    "0 24 * * *",
    "0 0 0 * *",
    "0 0 * 13 *",
    "0 0 * * 8",
    "0 0 * mon *",
    "*/0 * * * *",
    "1,, * * * *",
    "-1 * * * *",
    "? * * * *",
    "0 0 1,? * *",
    "H * * * *",
    "0 6 * * 5#6",
    "@reboot",
    "@daily *",
    "٣ * * * *",
    "0 0 0 * * *",
    "9" * 5000 + " * * * *",
]
OF_PREFECT_ALONE = {"٣ * * * *", "0 0 0 * * *"}
"""Digits of other scripts, and fields besides the five."""


@pytest.mark.parametrize("written", CRONS)
def test_a_cron_is_one_that_prefect_takes(written: str) -> None:
    assert check_cron(written) == Cron(written, timezone="UTC").cron


@pytest.mark.parametrize("written", NO_CRONS)
def test_what_is_no_cron_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r": 0 6 \* \* \* is one, each day at six$"):
        check_cron(written)
    if written not in OF_PREFECT_ALONE:
        with pytest.raises(ValueError, match="cron"):
            Cron(written, timezone="UTC")


@pytest.mark.parametrize("written", ["", "Mars", "Europe", "../UTC", "/etc/passwd", "UTC\0", "posix/UTC", "a" * 5000])
def test_what_is_no_time_zone_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r": Europe/Berlin is one$"):
        check_time_zone(written)
