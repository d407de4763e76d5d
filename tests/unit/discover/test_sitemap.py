"""What a sitemap says, and why a body is none."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.discover.lists.sitemap import read_sitemap, sitemaps_of_robots
from pipeline.errors import FeedError
from pipeline.models.pages import Capture, Entry, Link, Reading

BASE = "https://a.example/maps/sitemap.xml"
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
EIGHT = datetime(2026, 3, 1, 8, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)


def _read(body: str | bytes, max_bytes: int = 1_000_000) -> Reading:
    body = body.encode() if isinstance(body, str) else body
    return read_sitemap(Capture(BASE, body, "application/xml"), max_bytes=max_bytes)


def _urlset(*urls: str) -> str:
    inner = "".join(f"<url>{url}</url>" for url in urls)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {NAMESPACE}>{inner}</urlset>'


def _addresses(body: str | bytes) -> list[str]:
    return [entry.url for entry in _read(body).entries]


def _reason(body: str | bytes, max_bytes: int = 1_000_000) -> str:
    with pytest.raises(FeedError) as caught:
        _read(body, max_bytes)
    return caught.value.reason


def test_an_address_with_its_change_is_an_entry_with_a_version_and_a_bound_on_its_date() -> None:
    [entry] = _read(_urlset("<loc>https://a.example/bees</loc><lastmod>2026-03-01T09:00:00+01:00</lastmod>")).entries

    assert entry == Entry("https://a.example/bees", version="2026-03-01T09:00:00+01:00", updated_at=EIGHT)


def test_a_news_sitemap_gives_title_and_publication() -> None:
    body = _urlset(
        '<loc>https://a.example/bees</loc><news:news xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
        "<news:publication><news:name>The A</news:name><news:language>en</news:language></news:publication>"
        "<news:publication_date>2026-03-01T08:00:00Z</news:publication_date>"
        "<news:title>Bees &amp;\n wasps</news:title></news:news>"
    )

    assert _read(body).entries == (Entry("https://a.example/bees", title="Bees & wasps", published_at=EIGHT),)


def test_an_index_gives_further_sitemaps() -> None:
    body = (
        f"<sitemapindex {NAMESPACE}><sitemap><loc>https://a.example/1.xml</loc><lastmod>2026-03-01</lastmod></sitemap>"
        "<sitemap><loc>https://a.example/2.xml.gz</loc></sitemap></sitemapindex>"
    )

    assert _read(body) == Reading(
        more=(Link("https://a.example/1.xml", MIDNIGHT), Link("https://a.example/2.xml.gz", None))
    )


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-03-01", MIDNIGHT),
        ("2026-03-01T08:00Z", EIGHT),
        ("2026-03-01T08:00:00Z", EIGHT),
        ("2026-03-01T09:30:00+01:30", EIGHT),
        ("2026-03-01T08:00:00.000Z", EIGHT),
        ("2026-03-01T08:00:00.0000000Z", EIGHT),
        ("2026-03-01T08:00:00", EIGHT),
        ("2026-03-01 08:00:00", EIGHT),
        ("2026-03-01 08:00:00 +0000", EIGHT),
        ("2026-3-1T8:00:00z", EIGHT),
        ("2026/03/01", MIDNIGHT),
        ("2026-03-01T", MIDNIGHT),
        ("Sun, 01 Mar 2026 08:00:00 GMT", EIGHT),
        ("Sun Mar 01 08:00:00 UTC 2026", EIGHT),
        ("\n 2026-03-01 \n", MIDNIGHT),
        ("<![CDATA[2026-03-01]]>", MIDNIGHT),
        ("2026-03", None),  # names no day
        ("2026-02-30", None),
        ("0001-01-01T00:00:00", None),
        ("1970-01-01", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_change_is_read_as_it_is_written_in_practice(written: str, moment: datetime | None) -> None:
    [entry] = _read(_urlset(f"<loc>/bees</loc><lastmod>{written}</lastmod>")).entries

    assert (entry.updated_at, entry.version is None) == (moment, moment is None)


def test_a_version_can_be_stored() -> None:
    [entry] = _read(_urlset("<loc>/bees</loc><lastmod>2026-03-01\x0008:00:00</lastmod>")).entries

    assert entry.version == "2026-03-0108:00:00"


def test_changes_of_one_minute_are_when_the_sitemap_was_built() -> None:
    def updates(*lastmods: str) -> list[datetime | None]:
        urls = (f"<loc>/{index}</loc><lastmod>{lastmod}</lastmod>" for index, lastmod in enumerate(lastmods))
        entries = _read(_urlset(*urls)).entries
        assert [entry.version is None for entry in entries] == [entry.updated_at is None for entry in entries]
        return [entry.updated_at for entry in entries]

    assert updates("2026-03-01T08:00:00Z", "2026-03-01T08:00:59Z") == [None, None]
    assert updates(*["2026-03-01"] * 101) == [None] * 101
    assert None not in updates(*["2026-03-01"] * 100)  # articles of one day
    assert updates("2026-03-01T08:00:00Z") == [EIGHT]
    assert updates("2026-03-01T08:00:00Z", "2026-03-01") == [EIGHT, MIDNIGHT]


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("\n   https://a.example/bees\t\n", "https://a.example/bees"),
        ("https://a.example/\n      bees", "https://a.example/bees"),
        ("<![CDATA[ https://a.example/bees?a=1&b=2 ]]>", "https://a.example/bees?a=1&b=2"),
        ("\u00a0https://a.example/bees\u2003\ufeff", "https://a.example/bees"),
        ("https://a.example/bees?a=1&amp;b=2&#38;c=3&#x26;d=4", "https://a.example/bees?a=1&b=2&c=3&d=4"),
        ("https://a.example/bees?a=1&b=2&copy=3&x;", "https://a.example/bees?a=1&b=2&copy=3&x;"),
        ("https://a.example/b&eacute;es&apos;s", "https://a.example/bées's"),
        ("https://a.example/bees<!-- 7 -->", "https://a.example/bees"),
        ("http://a.example/bees", "http://a.example/bees"),
        ("/bees", "https://a.example/bees"),
        ("bees", "https://a.example/maps/bees"),
        ("//b.example/bees", "https://b.example/bees"),
        ("https://a.example/蜜蜂", "https://a.example/蜜蜂"),
    ],
)
def test_an_address_is_read_as_it_is_meant(written: str, address: str) -> None:
    assert _addresses(_urlset(f"<loc>{written}</loc>")) == [address]


@pytest.mark.parametrize("written", ["", "mailto:ada@a.example", "https://[", "&#0;&#xD800;", "https://a.example/\x01"])
def test_a_url_without_a_web_address_is_left_out_and_counted(written: str) -> None:
    reading = _read(_urlset(f"<loc>{written}</loc>", "<loc>/bees</loc>", "<lastmod>2026-03-01</lastmod>"))

    assert ([entry.url for entry in reading.entries], reading.left_out) == (["https://a.example/bees"], 2)


@pytest.mark.parametrize(
    "body",
    [
        '<ns:urlset xmlns:ns="x"><ns:url><ns:loc>/1</ns:loc></ns:url><ns:url><ns:loc>/2</ns:loc></ns:url></ns:urlset>',
        "<urlset><url><loc>/1</loc></url><url><loc>/2</loc></url></urlset>",
        '<urlset xmlns="https://www.google.com/schemas/sitemap/0.84"><url><loc>/1</loc></url><url><loc>/2</loc></url>',
        "<urlset><url><loc>/1</loc><url><loc>/2</loc>",
        "<urlset><url><loc>/1<url><loc>/2</loc></url></urlset>",
        "<urlset><url><loc>/1</loc></url><url><loc>/2</lo",
        "<urlset><url><loc>/1</loc></url><url><loc>/2</loc></url><url><loc>/3-is-not-wh",
        "<urlset><url><loc>/1</loc><loc>/2</loc></url></urlset>",
        "<URLSET><URL><LOC>/1</LOC></URL><URL><LOC>/2</LOC></URL></URLSET>",
        "<url><loc>/1</loc></url><url><loc>/2</loc></url>",
        "<urlset><url><loc><url>/1</url></loc></url><url><loc>/2</loc></url></urlset>",
        "<urlset><url>https://a.example/1</url><url>\nhttps://a.example/2\n</url></urlset>",
        "<!-- a > b --><?xml-stylesheet href='x'?><urlset><url><loc>/1</loc></url><url><loc>/2</loc></url></urlset>",
        "\n \ufeff<urlset><url><loc>/1</loc></url><url><loc>/2</loc></url></urlset>\0\0",
        "<urlset><url><loc>/1</loc></url><url><loc>/2</loc></url></urlset><urlset><url><loc>/3</loc></url></urlset>",
    ],
)
def test_broken_and_odd_markup_gives_what_it_says(body: str) -> None:
    assert _addresses(body) == ["https://a.example/1", "https://a.example/2"]


def test_utf_16_is_read() -> None:
    assert _addresses(_urlset("<loc>/蜜蜂</loc>").encode("utf-16")) == ["https://a.example/蜜蜂"]


@pytest.mark.parametrize(
    "extension",
    [
        "<image:image><image:loc>/x.jpg</image:loc><image:title>X</image:title></image:image>",
        '<image xmlns="http://www.google.com/schemas/sitemap-image/1.1"><loc>/x.jpg</loc></image>',
        (
            "<video:video><video:thumbnail_loc>/x.jpg</video:thumbnail_loc><video:player_loc>/x</video:player_loc>"
            "<video:publication_date>2020-01-01</video:publication_date><video:title>X</video:title></video:video>"
        ),
        '<xhtml:link rel="alternate" hreflang="de" href="https://a.example/bienen"/>',
        '<xhtml:link rel="alternate" hreflang="de" href="https://a.example/bienen"></xhtml:link>',
        "<changefreq>daily</changefreq><priority>0.5</priority><mobile:mobile/>",
    ],
)
def test_pictures_videos_and_translations_are_no_entries(extension: str) -> None:
    body = _urlset(f"{extension}<loc>/bees</loc><lastmod>2026-03-01</lastmod>{extension}")

    assert _read(body).entries == (Entry("https://a.example/bees", version="2026-03-01", updated_at=MIDNIGHT),)


def test_an_address_that_stands_twice_is_one_entry_with_its_earliest_date() -> None:
    body = _urlset(
        "<loc>/bees</loc><lastmod>2026-03-09</lastmod>",
        "<loc>/wasps</loc>",
        "<loc>/bees</loc><lastmod>2026-03-01</lastmod>",
        "<loc>/bees</loc>",
    )

    assert [(entry.url, entry.updated_at) for entry in _read(body).entries] == [
        ("https://a.example/bees", MIDNIGHT),
        ("https://a.example/wasps", None),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_list_of_addresses_is_a_sitemap(end: str) -> None:
    body = "\ufeff" + end.join(["https://a.example/1", " http://b.example/2?x=1&y=2 ", "", "not an address", ""])

    reading = _read(body)

    assert [entry.url for entry in reading.entries] == ["https://a.example/1", "http://b.example/2?x=1&y=2"]
    assert reading.left_out == 1


def test_a_feed_is_read_as_a_sitemap() -> None:
    feed = (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>A</title><item><link>/bees</link><title>Bees</title>'
        "<pubDate>Sun, 01 Mar 2026 08:00:00 GMT</pubDate></item><item><title>No link</title></item></channel></rss>"
    )

    assert _read(gzip.compress(feed.encode(), mtime=0)) == Reading(
        (Entry("https://a.example/bees", "Bees", published_at=EIGHT),), left_out=1
    )


@pytest.mark.parametrize("times", [1, 2])
def test_gzip_is_told_by_its_bytes_and_unpacked(times: int) -> None:
    body = _urlset("<loc>/bees</loc>").encode()
    for _ in range(times):
        body = gzip.compress(body, mtime=0)

    assert _addresses(body) == ["https://a.example/bees"]


def test_a_packed_sitemap_that_breaks_off_gives_what_came() -> None:
    packed = gzip.compress(_urlset(*(f"<loc>/{index:03}</loc>" for index in range(500))).encode(), 0)

    addresses = _addresses(packed[: len(packed) // 2])

    assert 100 < len(addresses) < 400
    assert addresses == [f"https://a.example/{index:03}" for index in range(len(addresses))]


def test_a_packed_list_that_breaks_off_gives_no_half_of_an_address() -> None:
    packed = gzip.compress("".join(f"https://a.example/{index:03}\n" for index in range(500)).encode(), 0)

    assert all(len(address) == len("https://a.example/000") for address in _addresses(packed[:-100]))


def test_a_packed_sitemap_that_is_broken_within_gives_what_came_before() -> None:
    packed = bytearray(gzip.compress(_urlset(*(f"<loc>/{index:04}</loc>" for index in range(5000))).encode()))
    packed[-8] ^= 0xFF  # its checksum

    assert len(_addresses(bytes(packed))) > 4000


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (gzip.compress(b"", mtime=0), "empty"),
        ("<!DOCTYPE html><html><body>Gone</body></html>", "html_not_feed"),
        ("<!-- x -->\n<HTML><head><title>404</title></head>", "html_not_feed"),
        ('<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x"><html/>', "html_not_feed"),
        ("<opml><body/></opml>", "not_a_sitemap"),
        ("Not found", "not_a_sitemap"),
        ("Read https://a.example/1\nnow\nhttps://a.example/2\nor\nlater", "not_a_sitemap"),
        ('{"error": 404}', "not_a_sitemap"),
        ("<", "not_a_sitemap"),
        ("<!DOCTYPE urlset [", "not_a_sitemap"),
        (b"%PDF-1.7\n\x80\x81", "not_a_sitemap"),
        (gzip.compress(b"x" * 100, mtime=0)[:5], "unreadable"),
        (b"\x1f\x8b\x08" + b"\xff" * 50, "unreadable"),
    ],
)
def test_another_body_has_a_reason(body: str | bytes, reason: str) -> None:
    assert _reason(body) == reason


@pytest.mark.parametrize("body", [_urlset(), f"<urlset {NAMESPACE}/>", "<sitemapindex></sitemapindex>"])
def test_an_empty_sitemap_is_a_sitemap(body: str) -> None:
    assert _read(body) == Reading()


def test_a_packed_sitemap_may_unpack_to_so_many_bytes() -> None:
    body = _urlset("<loc>/bees</loc>").encode()
    bomb = gzip.compress(gzip.compress(b"\0" * 5_000_000), mtime=0)

    assert len(read_sitemap(Capture(BASE, gzip.compress(body, mtime=0), ""), max_bytes=len(body)).entries) == 1
    assert _reason(gzip.compress(body, mtime=0), len(body) - 1) == "too_large"
    assert _reason(bomb) == "too_large"


def test_a_file_that_the_document_names_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("https://a.example/secret")
    body = (
        f'<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY test SYSTEM "{secret.as_uri()}">]>'
        "<urlset><url><loc>/bees</loc></url><url><loc>&test;</loc></url></urlset>"
    )

    reading = _read(body)

    assert ([entry.url for entry in reading.entries], reading.left_out) == (["https://a.example/bees"], 1)


def test_entities_made_of_entities_are_refused() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    body = f'<!DOCTYPE urlset [<!ENTITY e0 "bees">{entities}]><urlset><url><loc>/&e9;</loc></url></urlset>'

    assert _reason(body) == "too_complex"


def test_more_tags_than_a_sitemap_can_have_are_refused() -> None:
    assert _reason("<urlset>" + "<a>" * 2_000_001, 10_000_000) == "too_complex"


@pytest.mark.parametrize(
    "head",
    ["<urlset><url><loc>", "<!DOCTYPE urlset [", "<urlset>", ""],
)
@pytest.mark.parametrize(
    "run", ["<![CDATA[", "<!--", "<!DOCTYPE x [", "<a", "<", "&", "]", " ", "\n ", "<?x?>", "<!ENTITY x '", '="', "a"]
)
def test_runs_of_markup_are_read_or_refused_in_time_that_grows_with_their_length(head: str, run: str) -> None:
    # Where time grew with the square of the length, one of these would take hours.
    try:
        reading = _read(head + run * (600_000 // len(run)) + "x</loc>", 2_000_000)
    except FeedError:
        return
    assert len(reading.entries) <= 1


def test_robots_txt_names_sitemaps() -> None:
    body = (
        b"\xef\xbb\xbfSitemap: https://a.example/1.xml\nUser-agent: *\nDisallow: /x\n"
        b" sitemap :/2.xml # the second\r\nSITEMAP:https://a.example/1.xml\rSite-map: 3.xml\n"
        b"# Sitemap: /no.xml\nSitemap:\nSitemap: mailto:a@a.example\n\xff\n"
    )

    assert sitemaps_of_robots(body, "https://a.example/robots.txt") == [
        "https://a.example/1.xml",
        "https://a.example/2.xml",
        "https://a.example/3.xml",
    ]


# Where we read a published file otherwise than the readers that were asked about it, and why.
OURS = {
    # An Atom entry has two alternates. The standard wants at most one of a type; feedparser takes the last.
    "crawler-commons__atom.xml": ["http://example.org/2003/12/13/atom03.html"],
    # Addresses stand in <sitemap> itself, which is against the protocol; nothing else can be meant by them.
    "crawler-commons__sitemap.index.xml": [
        f"https://example.com/sitemap.jss?portalCode={code}&lang=en"
        for code in (
            10260,
            2,
            10080,
            10140,
            10340,
            10400,
            10430,
            10440,
            10450,
            10460,
            10470,
            10480,
            10490,
            10550,
            10570,
        )
    ],
    # The second address is an entity of the document's own, which is never looked up.
    "crawler-commons__SiteMapParserTest__testSitemapXXE.xml": ["http://www.example.com/visit-here"],
    # <loc><url>address</url></loc>: crawler-commons expects the one address, XML tools see none.
    "crawler-commons__SiteMapParserTest__testUrlLocUrl.xml": [
        "http://jobs.optistaffing.com/EXPERIENCED-DISPATCHER-NEEDED-NOW----Jobs-in-Vancouver-WA/2333221"
    ],
}


def test_published_sitemaps_give_the_addresses_that_others_find(eval_folder: Path) -> None:
    folder = eval_folder / "sitemaps"
    cases = [json.loads(line) for line in (folder / "index.jsonl").read_text("utf-8").splitlines()]

    for case in cases:
        body, observed = (folder / case["file"]).read_bytes(), case["observed"]
        reading = _read(body)
        found = [entry.url for entry in reading.entries] or [link.url for link in reading.more]
        assert found[:50] == OURS.get(case["file"], observed.get("locs") or observed["usp_urls"]), case["file"]
        assert len(found) == (case.get("expect_n") or len(found)), case["file"]
        assert sum(entry.published_at is not None for entry in reading.entries) >= observed.get("n_news", 0)

    assert len(cases) > 15
