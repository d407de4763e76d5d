"""From a document to an article: identity, one date out of several, words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from pipeline.articles import build_article, count_words, is_within
from pipeline.extract.dates.choose import moment_claim
from pipeline.models.articles import Article, Document
from pipeline.models.dates import DateSource
from pipeline.models.pages import Capture, Entry

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FOUND = "https://a.example/bees"
FEED_DATE, PAGE_DATE = NOW - timedelta(days=2), NOW - timedelta(days=1)


ENTRY, DOCUMENT = Entry(FOUND), Document("Bees.")


def _build(entry: Entry = ENTRY, document: Document = DOCUMENT, found: str = FOUND) -> Article:
    return build_article(entry, Capture(found, b"", "text/html"), document, now=NOW)


@pytest.mark.parametrize(
    ("feed_says", "page_says", "said_by", "wins"),
    [
        (FEED_DATE, PAGE_DATE, DateSource.META, (FEED_DATE, "feed")),
        (FEED_DATE, None, None, (FEED_DATE, "feed")),
        (None, PAGE_DATE, DateSource.META, (PAGE_DATE, "meta")),
        (None, None, None, (None, None)),
        (FEED_DATE, PAGE_DATE, DateSource.RECORD, (PAGE_DATE, "record")),
        (NOW + timedelta(hours=11), None, None, (NOW, "feed")),
        (NOW + timedelta(hours=25), PAGE_DATE, DateSource.META, (PAGE_DATE, "meta")),
        (NOW + timedelta(days=365), None, None, (None, None)),
    ],
)
def test_one_date_wins_and_says_where_it_comes_from(
    feed_says: datetime | None,
    page_says: datetime | None,
    said_by: DateSource | None,
    wins: tuple[datetime | None, str | None],
) -> None:
    dates = (moment_claim(said_by, page_says),) if said_by and page_says else ()

    article = _build(Entry(FOUND, published_at=feed_says), Document("Bees.", dates=dates))

    assert (article.published_at, article.published_at_source) == wins


def test_all_dates_are_kept_the_chosen_one_first() -> None:
    document = Document("Bees.", dates=(moment_claim(DateSource.META, PAGE_DATE),))

    article = _build(Entry(FOUND, updated_at=NOW - timedelta(hours=1)), document)

    assert [one.source for one in article.dates] == ["meta", "first_seen", "sitemap"]
    assert article.published_at_confidence == 0.85


def test_a_byline_of_the_feed_is_names_one_by_one() -> None:
    assert _build(Entry(FOUND, author="By Ada Lovelace and Max Born")).authors == ("Ada Lovelace", "Max Born")


@pytest.mark.parametrize(
    ("claimed", "found", "url"),
    [
        (None, FOUND, FOUND),
        ("https://a.example/real", FOUND, "https://a.example/real"),
        ("https://A.EXAMPLE/real", FOUND, "https://A.EXAMPLE/real"),
        ("https://a.example/?p=7", FOUND, "https://a.example/?p=7"),
        ("http://a.example:8080/real", "http://a.example:8080/amp/real", "http://a.example:8080/real"),
        ("https://b.example/original", FOUND, FOUND),
        ("https://a.example/", FOUND, FOUND),
        ("https://a.example", FOUND, FOUND),
        ("https://a.example/#top", FOUND, FOUND),
    ],
)
def test_a_page_s_own_address_counts_where_it_can_be_believed(claimed: str | None, found: str, url: str) -> None:
    assert _build(document=Document("Bees.", canonical_url=claimed), found=found).url == url


def test_the_canonical_url_is_made_of_the_address_that_counts() -> None:
    document = Document("Bees.", canonical_url="http://a.example/real/?utm_source=rss#top")

    assert _build(document=document).canonical_url == "https://a.example/real"


def test_what_the_page_says_of_itself_goes_before_what_the_source_says() -> None:
    entry = Entry(FOUND, title=" From the\nfeed ", author="Feed")

    with_own, without = (_build(entry, document) for document in (Document("Bees.", "Own", "Ada"), Document("Bees.")))

    assert (with_own.title, with_own.author) == ("Own", "Ada")
    assert (without.title, without.author) == ("From the feed", "Feed")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        (" \n\n ", 0),
        ("Bees dance.", 2),
        ("Well-known bees – and wasps …", 4),
        ("1,818.68 points", 2),
        ("أعلنت الشركة، أمس، عن «نموذج» جديد", 6),
        ("قَالَ الرَّئِيسُ", 2),
        ("कंपनी ने मंगलवार को कहा।", 5),
        ("人工智能公司", 6),
        ("OpenAI发布了GPT-5。", 5),
        ("東京タワー", 5),
        ("인공지능 기업이 발표했다", 3),
        ("ดีมาก", 5),
        ("မြန်မာ", 6),
        ("🐝 🐝", 0),
    ],
)
def test_words_are_counted_and_characters_where_words_are_not_spaced(text: str, words: int) -> None:
    assert count_words(text) == words


@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        (None, False),
        (datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 2, 1, tzinfo=UTC), True),
        (datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 1, tzinfo=UTC), False),
        (datetime(2026, 2, 1, 1, tzinfo=timezone(timedelta(hours=2))), False),
        (datetime(2026, 2, 28, 23, tzinfo=timezone(timedelta(hours=-5))), False),
    ],
)
def test_a_range_of_days_holds_both_its_ends_in_utc(moment: datetime | None, inside: bool) -> None:
    assert is_within(moment, date(2026, 2, 1), date(2026, 2, 28)) is inside
