"""Which files, and whose pages."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pipeline.archives.names import crawled_from, in_order, is_crawled_within, listed_paths, may_hold
from pipeline.archives.owners import owner, owners_of
from pipeline.models.sources import Options, Source, SourceKind

JANUARY = (date(2026, 1, 1), date(2026, 1, 31))


def _cc(moment: str) -> str:
    return f"crawl-data/CC-NEWS/2026/01/CC-NEWS-{moment}-00042.warc.gz"


@pytest.mark.parametrize(
    ("name", "held"),
    [
        (_cc("20251229235959"), False),
        (_cc("20251230000000"), True),
        (_cc("20260115123456"), True),
        (_cc("20260207235959"), True),
        (_cc("20260208000000"), False),
        ("my-own-crawl.warc.gz", True),
        (_cc("20269999000000"), True),
        ("20240101000000/part.warc.gz", True),
    ],
    ids=["before", "begun-before", "within", "margin", "after", "no-time", "no-date", "folder"],
)
def test_files_are_chosen_by_the_time_in_their_names(name: str, held: bool) -> None:
    assert may_hold(name, *JANUARY) is held


def test_a_name_says_when_its_crawl_began() -> None:
    assert crawled_from(_cc("20260102030405")) == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert in_order(["b.warc", _cc("20260103000000"), "a.warc", _cc("20260102000000"), "b.warc"]) == [
        _cc("20260102000000"),
        _cc("20260103000000"),
        "a.warc",
        "b.warc",
    ]


def test_an_article_is_looked_for_until_a_week_after_its_days() -> None:
    moments = [datetime(2025, 12, 31, 23, 59, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)]
    moments += [datetime(2026, 2, 7, 23, 59, tzinfo=UTC), datetime(2026, 2, 8, tzinfo=UTC)]

    assert [is_crawled_within(moment, *JANUARY) for moment in moments] == [False, True, True, False]


@pytest.mark.parametrize(
    "line",
    [
        "../../etc/passwd.warc",
        "a/../../b.warc.gz",
        "a/..\\b.warc.gz",
        "%2e%2e/b.warc.gz",
        "a%2F..%2fb.warc",
        "/etc/x.warc",
        "//other.example/x.warc",
        "file:///etc/x.warc",
        "http://169.254.169.254/x.warc",
        "readme.txt",
    ],
)
def test_a_listing_names_nothing_above_itself_or_elsewhere(line: str) -> None:
    assert listed_paths(f"{line}\ncrawl-data/a.warc.gz\n\n# end\n") == (["crawl-data/a.warc.gz"], 1)


def _source(slug: str, address: str, *paths: str, kind: SourceKind = SourceKind.FEED) -> Source:
    return Source(slug, slug, kind, address, options=Options(paths))


OWNERS = owners_of(
    [
        _source("times", "https://www.times.example/feed"),
        _source("times-tech", "https://times.example/tech/feed", "/tech/", "/science/"),
        _source("blog", "https://blog.times.example/"),
        _source("port", "https://port.example:8443/feed", "/news/"),
        _source("folder", "/srv/times.example", kind=SourceKind.FILES),
    ]
)


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("https://times.example/a", "times"),
        ("http://WWW.Times.Example:80/a", "times"),
        ("https://m.times.example/a", "times"),
        ("https://times.example/tech/a", "times-tech"),
        ("https://www.times.example/science/a", "times-tech"),
        ("https://blog.times.example/tech/a", "blog"),
        ("https://x.blog.times.example/a", "blog"),
        ("https://port.example/news/a", "port"),
        ("https://port.example/sport/a", None),
        ("https://othertimes.example/a", None),
        ("https://times.example.evil.example/a", None),
        ("ftp://times.example/a", None),
        ("https://[::1/a", None),
        ("urn:times.example", None),
        ("", None),
    ],
)
def test_a_page_belongs_to_the_source_of_its_host_and_path(url: str, slug: str | None) -> None:
    assert owner(OWNERS, url) == slug
