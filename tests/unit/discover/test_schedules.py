"""Schedules of the sources file: when which sources are asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.discover.sources.file import parse_sources
from pipeline.discover.sources.schedules import DAILY, Schedule, check_members, members
from pipeline.errors import UserError

FILE = Path("newsfold.toml")
HOURLY = Schedule("hourly", "0 * * * *", "Europe/Berlin", ("bees", "wasps"))


def test_a_schedule_names_its_cron_its_time_zone_and_its_sources() -> None:
    written = """
        [schedules.hourly]
        cron = "0 * * * *"
        timezone = "Europe/Berlin"
        sources = ["bees", "wasps"]

        [schedules.weekly]
        cron = "0 6 * * 1"
        sources = ["ants"]
    """

    assert parse_sources(written, FILE).schedules == (HOURLY, Schedule("weekly", "0 6 * * 1", None, ("ants",)))


def test_the_daily_schedule_has_the_sources_that_no_other_names() -> None:
    known = ["ants", "bees", "wasps", "moths"]

    assert members([HOURLY], "hourly", known) == ("bees", "wasps")
    assert members([HOURLY], DAILY, known) == ("ants", "moths")
    assert members([HOURLY], "weekly", known) is None


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("schedules = 3", "newsfold.toml: key 'schedules' is no table"),
        ("[schedules]\nhourly = 3", "newsfold.toml: schedule hourly is no table"),
        ('[schedules.daily]\ncron = "0 6 * * *"', "'daily' is the schedule of the other sources"),
        ('[schedules.hourly]\nsources = ["a"]', "schedule hourly: key 'cron' is missing or no text"),
        ('[schedules.hourly]\ncron = "0 * * * *"', "schedule hourly: key 'sources' is no list of slugs"),
        ('[schedules.hourly]\ncron = "0 * * * *"\nsources = []', "key 'sources' is no list of slugs"),
        ('[schedules.hourly]\ncrom = "0 * * * *"', "schedule hourly: key 'crom' is not known"),
        (
            '[schedules.hourly]\ncron = "0 * * * *"\nsources = ["a"]\ntimezone = "Berlin"',
            "schedule hourly: key 'timezone': no time zone 'Berlin'",
        ),
        (
            '[schedules.hourly]\ncron = "61 * * * *"\nsources = ["a"]',
            r"schedule hourly: key 'cron': no cron '61 \* \* \* \*'",
        ),
    ],
)
def test_a_schedule_that_is_wrong_is_named_with_its_key(written: str, problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        parse_sources(written, FILE)


@pytest.mark.parametrize(
    ("schedules", "problem"),
    [
        ([HOURLY], "schedule hourly: no source 'wasps'"),
        (
            [Schedule("a", "", None, ("bees",)), Schedule("b", "", None, ("bees",))],
            "source 'bees' is in schedule a too",
        ),
    ],
)
def test_a_source_is_in_one_schedule_and_exists(schedules: list[Schedule], problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        check_members(schedules, {"bees"}, "newsfold.toml")
