"""One date of publication out of several."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from pipeline.dates.written import Detail, WrittenDate
from pipeline.extract.dates.choose import choose_date, day_claim, describe_claim, moment_claim, written_claim
from pipeline.models.dates import DateClaim, DateFault, DateSource

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CAIRO = timezone(timedelta(hours=2))
FEED, JSON_LD, META, VISIBLE, URL, SITEMAP = (
    DateSource.FEED,
    DateSource.JSON_LD,
    DateSource.META,
    DateSource.VISIBLE,
    DateSource.URL,
    DateSource.SITEMAP,
)


def at(source: DateSource, month: int, day: int, hour: int = 9) -> DateClaim:
    return moment_claim(source, datetime(2026, month, day, hour, tzinfo=UTC))


def on(source: DateSource, month: int, day: int) -> DateClaim:
    return day_claim(source, date(2026, month, day))


@pytest.mark.parametrize(
    ("what", "claims", "source", "moment"),
    [
        ("nobody says", [], None, None),
        ("one says", [at(META, 2, 3)], META, datetime(2026, 2, 3, 9, tzinfo=UTC)),
        ("feed before page", [at(JSON_LD, 2, 5), at(FEED, 2, 3)], FEED, datetime(2026, 2, 3, 9, tzinfo=UTC)),
        (
            "a feed built anew against markup and text of the page",
            [at(FEED, 2, 20), at(JSON_LD, 2, 3), on(VISIBLE, 2, 3)],
            JSON_LD,
            datetime(2026, 2, 3, 9, tzinfo=UTC),
        ),
        (
            "json-ld and meta are one voice",
            [at(FEED, 2, 3), at(JSON_LD, 2, 20), at(META, 2, 20)],
            FEED,
            datetime(2026, 2, 3, 9, tzinfo=UTC),
        ),
        ("a day gains its time", [on(URL, 2, 3), at(META, 2, 3)], META, datetime(2026, 2, 3, 9, tzinfo=UTC)),
        ("a day alone is its midnight", [on(URL, 2, 3)], URL, datetime(2026, 2, 3, tzinfo=UTC)),
        ("the future gives way", [at(JSON_LD, 3, 5), at(META, 2, 3)], META, datetime(2026, 2, 3, 9, tzinfo=UTC)),
        ("the future alone is none", [at(FEED, 3, 5)], None, None),
        ("some hours ahead is now", [at(FEED, 3, 1, 22)], FEED, NOW),
        ("a placeholder", [moment_claim(META, datetime(1970, 1, 1, 1, tzinfo=CAIRO))], None, None),
        ("0001-01-01", [moment_claim(META, datetime(1, 1, 1))], None, None),  # noqa: DTZ001  as .NET prints it
        (
            "the moment of the fetch against another day",
            [moment_claim(JSON_LD, NOW - timedelta(seconds=3)), on(VISIBLE, 2, 3)],
            VISIBLE,
            datetime(2026, 2, 3, tzinfo=UTC),
        ),
        ("the moment of the fetch alone", [moment_claim(META, NOW - timedelta(minutes=2))], None, None),
        (
            "the moment of the fetch in every place of the page",
            [moment_claim(JSON_LD, NOW), moment_claim(META, NOW), moment_claim(VISIBLE, NOW)],
            None,
            None,
        ),
        (
            "news of this minute that the feed has too",
            [moment_claim(FEED, NOW - timedelta(minutes=2)), moment_claim(JSON_LD, NOW - timedelta(minutes=2))],
            FEED,
            NOW - timedelta(minutes=2),
        ),
        ("day and month exchanged", [on(URL, 1, 2), on(META, 2, 1)], URL, datetime(2026, 1, 2, tzinfo=UTC)),
        ("exchanged against a feed", [at(FEED, 1, 2), on(VISIBLE, 2, 1)], FEED, datetime(2026, 1, 2, 9, tzinfo=UTC)),
        (
            "01/02 read by evidence",
            [at(FEED, 2, 1), day_claim(VISIBLE, date(2026, 1, 2), other_day=date(2026, 2, 1))],
            FEED,
            datetime(2026, 2, 1, 9, tzinfo=UTC),
        ),
        (
            "10/02 read so that it is possible",
            [day_claim(VISIBLE, date(2026, 10, 2), other_day=date(2026, 2, 10))],
            VISIBLE,
            datetime(2026, 2, 10, tzinfo=UTC),
        ),
        (
            "published, not updated",
            [moment_claim(JSON_LD, NOW - timedelta(days=1), is_update=True), at(META, 2, 3)],
            META,
            datetime(2026, 2, 3, 9, tzinfo=UTC),
        ),
        (
            "updated where nothing else is said",
            [moment_claim(SITEMAP, datetime(2026, 2, 3, 9, tzinfo=UTC), is_update=True)],
            SITEMAP,
            datetime(2026, 2, 3, 9, tzinfo=UTC),
        ),
        ("a capture of an archive is no publication", [at(DateSource.ARCHIVE, 2, 3)], None, None),
        (
            "nothing was published after an archive had it",
            [at(JSON_LD, 2, 20), at(DateSource.ARCHIVE, 2, 3), on(VISIBLE, 2, 1)],
            VISIBLE,
            datetime(2026, 2, 1, tzinfo=UTC),
        ),
        (
            "some hours after an archive had it is then",
            [at(META, 2, 3, 20), at(DateSource.ARCHIVE, 2, 3)],
            META,
            datetime(2026, 2, 3, 9, tzinfo=UTC),
        ),
        (
            "the moment of the archive's own fetch",
            [at(JSON_LD, 2, 3), at(DateSource.ARCHIVE, 2, 3), on(VISIBLE, 2, 1)],
            VISIBLE,
            datetime(2026, 2, 1, tzinfo=UTC),
        ),
        (
            "of several archives the first to have it",
            [at(DateSource.ARCHIVE, 2, 20), at(DateSource.ARCHIVE, 2, 3), at(META, 2, 10)],
            None,
            None,
        ),
        (
            "01/02 at a time read by evidence keeps its time",
            [
                on(URL, 2, 1),
                written_claim(VISIBLE, WrittenDate(datetime(2026, 1, 2, 8, 4), Detail.MINUTE, date(2026, 2, 1))),  # noqa: DTZ001
            ],
            VISIBLE,
            datetime(2026, 2, 1, 8, 4, tzinfo=UTC),
        ),
        ("first seen is no publication", [moment_claim(DateSource.FIRST_SEEN, NOW)], None, None),
    ],
)
def test_the_date_that_is_chosen(
    what: str, claims: list[DateClaim | None], source: DateSource | None, moment: datetime | None
) -> None:
    choice = choose_date(filter(None, claims), NOW)

    assert (choice.source, choice.at) == (source, moment), what
    assert (choice.confidence is None) is (moment is None), what


def test_independent_sources_that_agree_make_a_date_surer() -> None:
    alone = choose_date([at(JSON_LD, 2, 3)], NOW)
    agreeing = choose_date([at(JSON_LD, 2, 3), on(URL, 2, 3)], NOW)
    contradicted = choose_date([at(JSON_LD, 2, 3), on(URL, 2, 20)], NOW)

    assert (alone.confidence, agreeing.confidence, contradicted.confidence) == (0.9, 0.98, 0.54)
    assert contradicted.why == "url say otherwise"


def test_a_zone_is_kept_as_it_was_written() -> None:
    choice = choose_date([moment_claim(META, datetime(2026, 2, 3, 23, 30, tzinfo=CAIRO))], NOW)

    assert choice.at and choice.at.utcoffset() == timedelta(hours=2)
    assert describe_claim(choice.claims[0])["value"] == "2026-02-03T23:30:00+02:00"


@pytest.mark.parametrize(
    ("zone", "stated"), [(None, "2026-02-03"), (UTC, "2026-02-03"), (CAIRO, "2026-02-03T00:00:00+02:00")]
)
def test_midnight_in_utc_is_a_day_and_any_other_one_a_moment(zone: timezone | None, stated: str) -> None:
    claim = moment_claim(FEED, datetime(2026, 2, 3, tzinfo=zone))

    assert describe_claim(claim)["value"] == stated


def test_a_date_that_is_not_believed_is_kept_with_its_fault() -> None:
    choice = choose_date([at(JSON_LD, 3, 9), on(META, 2, 1), on(URL, 1, 2)], NOW)

    assert [(one.source, one.fault) for one in choice.claims] == [
        (URL, None),
        (JSON_LD, DateFault.FUTURE),
        (META, DateFault.SWAPPED),
    ]
