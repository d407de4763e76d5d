"""What a feed says, whatever it is written in, and why a body is no feed."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.discover.feeds.parse import feed_links, parse_feed
from pipeline.errors import FeedError
from pipeline.models.pages import Capture, Entry

BASE = "https://a.example/news/feed.xml"
FIRST_OF_MARCH = datetime(2026, 3, 1, 8, tzinfo=UTC)


def _capture(body: str | bytes, media_type: str = "application/rss+xml", charset: str | None = None) -> Capture:
    return Capture(BASE, body.encode() if isinstance(body, str) else body, media_type, charset)


def _rss(item: str, prolog: str = '<?xml version="1.0"?>') -> str:
    return f'{prolog}<rss version="2.0"><channel><title>A</title><item>{item}</item></channel></rss>'


def _only_entry(body: str | bytes, media_type: str = "application/rss+xml", charset: str | None = None) -> Entry:
    [entry] = parse_feed(_capture(body, media_type, charset)).entries
    return entry


def test_rss_2_gives_link_title_author_and_date() -> None:
    body = _rss(
        "<title>Bees</title><link>https://a.example/bees</link><author>ada@a.example (Ada)</author>"
        "<pubDate>Sun, 01 Mar 2026 09:00:00 +0100</pubDate>"
    )

    assert _only_entry(body) == Entry("https://a.example/bees", "Bees", "Ada", datetime(2026, 3, 1, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("authors", "name"),
    [
        ("<author>ada@a.org</author>", "ada@a.org"),
        ("<dc:creator>Ada Quill</dc:creator><dc:creator>Bo Lund</dc:creator>", "Ada Quill; Bo Lund"),
        ("<dc:creator>Ada Quill (Paris)</dc:creator>", "Ada Quill (Paris)"),
    ],
)
def test_all_authors_of_an_item_are_named(authors: str, name: str) -> None:
    body = _rss(f"<link>https://a.example/bees</link>{authors.replace('<dc:creator>', _CREATOR)}")

    assert _only_entry(body).author == name


_CREATOR = "<dc:creator xmlns:dc='http://purl.org/dc/elements/1.1/'>"


@pytest.mark.parametrize(
    ("written", "language", "published_at"),
    [
        ("2026/11/20 15:05", "en", datetime(2026, 11, 20, 15, 5, tzinfo=UTC)),
        ("2026.11.20 15:05", "ko", datetime(2026, 11, 20, 15, 5, tzinfo=UTC)),
        ("20.11.2026 15:05", "de", datetime(2026, 11, 20, 15, 5, tzinfo=UTC)),
        ("20 Kasım 2026", "tr", datetime(2026, 11, 20, tzinfo=UTC)),
        ("۲۹ آبان ۱۴۰۵", "fa", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026년 11월 20일 오후 3:05", "ko", datetime(2026, 11, 20, 6, 5, tzinfo=UTC)),
        ("2026年11月20日 15:05", "zh", datetime(2026, 11, 20, 15, 5, tzinfo=UTC)),
        ("02/03/2026", "es", datetime(2026, 3, 2, tzinfo=UTC)),
        ("02/03/2026", "en", None),
        ("November 2026", "en", None),
        ("Fri, 20 Nov 2026 15:05:00 EST", "en", datetime(2026, 11, 20, 20, 5, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 24:00:00 GMT", "en", None),
    ],
)
def test_a_date_for_readers_is_read_in_the_language_of_the_feed(
    written: str, language: str, published_at: datetime | None
) -> None:
    item = f"<item><link>https://a.example/bees</link><pubDate>{written}</pubDate></item>"
    body = f"<rss version='2.0'><channel><language>{language}</language>{item}</channel></rss>"

    assert _only_entry(body).published_at == published_at


def test_rss_1_gives_the_same() -> None:
    body = """
        <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
                 xmlns:dc="http://purl.org/dc/elements/1.1/">
          <channel rdf:about="https://a.example/"><title>A</title></channel>
          <item rdf:about="https://a.example/bees">
            <title>Bees</title><link>https://a.example/bees</link>
            <dc:creator>Ada</dc:creator><dc:date>2026-03-01T08:00:00Z</dc:date>
          </item>
        </rdf:RDF>"""

    entry = _only_entry(body.strip())

    assert (entry.url, entry.title, entry.author) == ("https://a.example/bees", "Bees", "Ada")
    assert entry.published_at == FIRST_OF_MARCH


def test_atom_gives_the_alternate_link_and_calls_another_update_another_version() -> None:
    def atom(updated: str) -> str:
        return f"""
            <feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry>
              <title>Bees</title><id>tag:1</id><author><name>Ada</name></author>
              <link rel="enclosure" href="https://a.example/bees.mp3"/>
              <link rel="self" href="https://a.example/bees.atom"/>
              <link rel="alternate" href="https://a.example/bees"/>
              <published>2026-03-01T08:00:00Z</published><updated>{updated}</updated>
            </entry></feed>""".strip()

    first, second = (_only_entry(atom(f"2026-03-0{day}T09:00:00Z"), "application/atom+xml") for day in (1, 2))

    assert (first.url, first.title, first.author) == ("https://a.example/bees", "Bees", "Ada")
    assert first.published_at == second.published_at == FIRST_OF_MARCH
    assert first.version != second.version


def test_an_update_is_the_date_where_there_is_no_other() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><title>Bees</title><id>1</id>'
        '<link href="https://a.example/bees"/><updated>2026-03-01T08:00:00Z</updated></entry></feed>'
    )

    assert _only_entry(body).published_at == FIRST_OF_MARCH


def test_an_rss_items_only_date_is_its_publication_and_no_version() -> None:
    date = '<dc:date xmlns:dc="http://purl.org/dc/elements/1.1/">2026-03-01T08:00:00Z</dc:date>'

    entry = _only_entry(_rss(f"<link>/bees</link>{date}"))

    assert (entry.published_at, entry.version) == (FIRST_OF_MARCH, None)


def test_updates_of_one_minute_are_when_the_feed_was_written_and_no_versions() -> None:
    def versions(*updates: str) -> list[str | None]:
        entries = "".join(
            f'<entry><title>T</title><id>1</id><link href="/x"/><published>2026-02-01T00:00:00Z</published>'
            f"<updated>{updated}</updated></entry>"
            for updated in updates
        )
        body = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title>{entries}</feed>'
        return [entry.version for entry in parse_feed(_capture(body)).entries]

    assert versions("2026-03-01T08:00:00Z", "2026-03-01T08:00:59Z") == [None, None]
    assert all(versions("2026-03-01T08:00:00Z", "2026-03-01T08:01:00Z"))
    assert all(versions("2026-03-01T08:00:00Z"))


def test_entries_keep_the_order_of_the_feed() -> None:
    body = _rss("<link>/z</link></item><item><link>/a</link></item><item><link>/m</link>")

    assert [entry.url for entry in parse_feed(_capture(body)).entries] == [
        f"https://a.example/{name}" for name in "zam"
    ]


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("/bees", "https://a.example/bees"),
        ("bees", "https://a.example/news/bees"),
        ("?p=7", "https://a.example/news/feed.xml?p=7"),
        ("//b.example/bees", "https://b.example/bees"),
        (" https://a.example/bees ", "https://a.example/bees"),
        ("https://a.example/\n   bees", "https://a.example/   bees"),
        ("https://a.example/?a=1&amp;b=2", "https://a.example/?a=1&b=2"),
        ("https://a.example/?a=1&b=2", "https://a.example/?a=1&b=2"),
        ("https://a.example/خبر", "https://a.example/خبر"),
    ],
)
def test_a_link_is_made_absolute(link: str, address: str) -> None:
    assert _only_entry(_rss(f"<link>{link}</link>")).url == address


def test_a_link_is_relative_to_the_xml_base_around_it() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://b.example/x/"><title>A</title>'
        '<entry xml:base="y/"><title>Bees</title><id>1</id><link href="bees"/></entry></feed>'
    )

    assert _only_entry(body).url == "https://b.example/x/y/bees"


@pytest.mark.parametrize(
    ("base", "address"),
    [
        ("//b.example/x/", "https://b.example/x/bees"),
        ("/x/", "https://a.example/x/bees"),
        ("x/", "https://a.example/news/x/bees"),
        ("javascript:alert(1)", "https://a.example/news/bees"),
    ],
)
def test_an_xml_base_is_itself_relative_to_the_feed(base: str, address: str) -> None:
    body = (
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="{base}"><title>A</title>'
        '<entry><title>Bees</title><id>1</id><link href="bees"/></entry></feed>'
    )

    assert _only_entry(body).url == address


def test_a_link_counts_before_a_guid_wherever_it_stands() -> None:
    body = _rss("<guid>bees</guid><link>bees</link></item><item><guid>wasps</guid><link>/wasps?p=1</link>")

    assert [entry.url for entry in parse_feed(_capture(body)).entries] == [
        "https://a.example/news/bees",
        "https://a.example/wasps?p=1",
    ]


def test_a_permanent_guid_stands_in_for_a_missing_link() -> None:
    assert _only_entry(_rss("<guid>https://a.example/bees</guid>")).url == "https://a.example/bees"


@pytest.mark.parametrize(
    "item",
    [
        "<title>Bees</title>",
        "<link></link>",
        "<link>javascript:alert(1)</link>",
        "<link>mailto:ada@a.example</link>",
        "<link>https://a.example:port/</link>",
        '<guid isPermaLink="false">https://a.example/bees</guid>',
        "<guid>bees</guid>",
    ],
)
def test_an_entry_without_a_web_address_is_left_out(item: str) -> None:
    assert parse_feed(_capture(_rss(item))).entries == []
    assert parse_feed(_capture(_rss(item))).left_out == 1


@pytest.mark.parametrize(
    "date",
    [
        "",
        "<pubDate></pubDate>",
        "<pubDate>yesterday</pubDate>",
        "<pubDate>-1</pubDate>",
        "<pubDate>0000-00-00T00:00:00Z</pubDate>",
        "<pubDate>Sun, 32 Mar 2026 08:00:00 GMT</pubDate>",
        "<pubDate>Sun, 01 Mar 2026 25:61:61 GMT</pubDate>",
        "<pubDate>Fri, 01 Jan 10000 00:00:00 GMT</pubDate>",
        "<pubDate>9999-12-31T23:59:59-12:00</pubDate>",
    ],
)
def test_an_entry_with_no_date_or_an_impossible_one_has_none(date: str) -> None:
    entry = _only_entry(_rss(f"<link>/bees</link>{date}"))

    assert (entry.url, entry.published_at) == ("https://a.example/bees", None)


@pytest.mark.parametrize(
    ("title", "as_read"),
    [
        ("caf&eacute;&nbsp;&mdash; noir", "café — noir"),
        ("one &bogus; two", "one &bogus; two"),
        ("a\x00b\x0bc\x1fd", "ab cd"),
        ("a&#0;b&#8;c", "abc"),
        ("a&#xD800;b", "ab"),
        ("Good &#55357;&#56832; news", "Good news"),
        ("a&#x110000;b&#99999999999999999999;c", "abc"),
        ("a&#x00000041;b", "aAb"),
        ("one\n  two", "one two"),
        ("<![CDATA[<b>Bees</b> &amp; wasps]]>", "Bees & wasps"),
        ("&lt;i&gt;Bees&lt;/i&gt; &amp;amp; wasps", "Bees & wasps"),
        ("1 &lt; 2 bees", "1 < 2 bees"),
        ("AI &amp; bees", "AI & bees"),
        ("  ", None),
    ],
)
def test_a_title_is_clean_whatever_was_written(title: str, as_read: str | None) -> None:
    assert _only_entry(_rss(f"<title>{title}</title><link>/bees</link>")).title == as_read


def test_a_script_in_a_title_is_no_part_of_it() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><entry><id>1</id><link href="/bees"/>'
        '<title type="html">&lt;script&gt;alert(1)&lt;/script&gt;Bees</title></entry></feed>'
    )

    assert _only_entry(body).title == "Bees"


def test_a_lone_surrogate_in_utf_8_spoils_only_its_title() -> None:
    body = _rss("<title>a\ud800b</title><link>/bees</link>").encode(errors="surrogatepass")

    title = _only_entry(body).title

    assert title
    assert title.isprintable()


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (_rss("<title>قصة</title><link>/bees</link>").encode(), None),
        (_rss("<title>قصة</title><link>/bees</link>").encode(), "utf-8"),
        (_rss("<title>قصة</title><link>/bees</link>").encode(), "no-such-charset"),
        (_rss("<title>قصة</title><link>/bees</link>").encode("cp1256"), "windows-1256"),
        (
            _rss("<title>قصة</title><link>/bees</link>", '<?xml version="1.0" encoding="windows-1256"?>').encode(
                "cp1256"
            ),
            None,
        ),
        (
            _rss("<title>قصة</title><link>/bees</link>", '<?xml version="1.0" encoding="utf-16"?>').encode("utf-16"),
            None,
        ),
        (_rss("<title>قصة</title><link>/bees</link>").encode("utf-8-sig"), None),
    ],
)
def test_the_charset_is_found_in_header_mark_or_prolog(body: bytes, charset: str | None) -> None:
    assert _only_entry(body, charset=charset).title == "قصة"


@pytest.mark.parametrize(
    "media_type", ["text/xml", "application/xml", "application/octet-stream", "text/html", "text/plain", ""]
)
def test_a_feed_is_read_whatever_its_media_type(media_type: str) -> None:
    assert _only_entry(_rss("<title>قصة</title><link>/bees</link>"), media_type).title == "قصة"


def test_a_feed_that_breaks_off_gives_the_entries_before_the_break() -> None:
    whole = _rss("<link>/bees</link></item><item><link>/wasps</link><title>Wa")

    assert [entry.url for entry in parse_feed(_capture(whole[: whole.index("<link>/wasps")])).entries] == [
        "https://a.example/bees"
    ]


def test_a_feed_without_entries_is_a_feed() -> None:
    assert parse_feed(_capture('<rss version="2.0"><channel><title>A</title></channel></rss>')).items == ()


def test_an_external_entity_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    prolog = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'

    assert _only_entry(_rss("<title>a&x;b</title><link>/bees</link>", prolog)).title == "ab"


def test_entities_that_multiply_are_not_expanded() -> None:
    doubled = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    prolog = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "laugh">{doubled}]>'

    title = _only_entry(_rss("<title>&l9;</title><link>/bees</link>", prolog)).title

    assert len(title or "") < 1000


TITLE = "Новый мост, جسر جديد"


@pytest.mark.parametrize(
    ("title", "encoded_as", "charset", "prolog"),
    [
        (TITLE, "utf-8-sig", "iso-8859-1", ""),  # the mark goes before the header
        (TITLE, "utf-16", "utf-8", ""),
        (TITLE, "utf-16", None, '<?xml version="1.0" encoding="utf-8"?>'),
        (TITLE, "utf-16-le", "utf-16le", ""),
        (TITLE, "utf-16-be", "utf-16be", ""),
        (TITLE, "utf-16-be", None, '<?xml version="1.0" encoding="utf-16"?>'),
        (TITLE, "utf-8", None, '<?xml version="1.0" encoding="utf-16"?>'),
        (TITLE, "utf-8", "punycode", ""),
        (TITLE, "utf-8", "iso-8859-1", '<?xml version="1.0" encoding="utf-8"?>'),
        ("Новый мост", "koi8-r", "koi8-r", '<?xml version="1.0" encoding="windows-1251"?>'),  # then the header
        ("Новый мост", "koi8-r", None, '<?xml version="1.0" encoding="koi8-r"?>'),  # then the declaration
        ("Новый мост", "koi8-r", "no-such-charset", '<?xml version="1.0" encoding="koi8-r"?>'),
        ("جسر جديد", "cp1256", "windows-1256", ""),
        ("新しい橋", "cp932", "x-sjis", ""),
        ("新的桥", "gb18030", None, '<?xml version="1.0" encoding="gb2312"?>'),
        ("Pont “neuf”", "cp1252", None, '<?xml version="1.0" encoding="x-user-defined"?>'),
        (TITLE, "utf-8", None, ""),
    ],
)
@pytest.mark.parametrize("media_type", ["application/rss+xml", "text/xml", "text/html", "application/octet-stream"])
def test_the_charset_of_a_feed_is_told_by_mark_header_and_declaration(
    title: str, encoded_as: str, charset: str | None, prolog: str, media_type: str
) -> None:
    body = _rss(f"<title>{title}</title><link>/bees</link>", prolog).encode(encoded_as)

    assert _only_entry(body, media_type, charset).title == title


def test_characters_that_no_xml_may_hold_do_no_harm_to_what_comes_after() -> None:
    items = "".join(f"<item><title>Bees\x0b{n}\x02</title><link>/{n}</link></item>" for n in range(3))
    body = f'\x02\x00<?xml version="1.0"?><rss version="2.0"><channel>\x1f{items}</channel></rss>'

    assert [entry.title for entry in parse_feed(_capture(body)).entries] == ["Bees 0", "Bees 1", "Bees 2"]


@pytest.mark.parametrize(
    "lead", [b" \r\n\t", b"\xef\xbb\xbf\n", b"\x00\x01\x1f", b"<!-- cached -->\n", b"\n\n\n\xef\xbb\xbf"]
)
def test_what_stands_before_the_prolog_does_no_harm(lead: bytes) -> None:
    assert _only_entry(lead + _rss("<title>قصة</title><link>/bees</link>").encode()).title == "قصة"


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ("<a>" * 200_000, "inside each other"),
        ("<a>" * 200_000 + "</a>" * 200_000, "inside each other"),
        ('<a xml:base="y/">' * 40_000, "inside each other"),
        ("<category/>" * 250_000, "tags"),
        ("<link " + " ".join(f'a{number}="1"' for number in range(40_000)) + ">", "attributes"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_markup_that_would_keep_the_parser_busy_is_refused_at_once(item: str, says: str, encoding: str) -> None:
    started = time.monotonic()

    with pytest.raises(FeedError) as caught:
        parse_feed(_capture(_rss(item).encode(encoding)))

    assert caught.value.reason == "too_complex"
    assert says in caught.value.detail
    assert time.monotonic() - started < 2


def test_markup_inside_contents_does_not_count() -> None:
    content = f"<description><![CDATA[{'<br>' * 300_000}]]></description><!-- {'<p>' * 300_000} -->"

    assert _only_entry(_rss(f"<link>/bees</link>{content}")).url == "https://a.example/bees"


def test_unclosed_html_in_a_description_is_borne() -> None:
    assert _only_entry(_rss(f"<link>/bees</link><description>{'a<br>' * 500}</description>")).url


def test_a_body_that_is_the_name_of_a_file_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "feed").write_text(_rss("<link>/bees</link>"))

    with pytest.raises(FeedError):
        parse_feed(_capture(str(tmp_path / "feed")))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "empty"),
        (" \r\n\t", "empty"),
        (b"\xef\xbb\xbf\n", "empty"),
        ("<!DOCTYPE html><html><body>Hello</body></html>", "html_not_feed"),
        ("<html><body>Hello", "html_not_feed"),
        ("\n<!-- served by a bot wall -->\n<HTML>", "html_not_feed"),
        (b"\xef\xbb\xbf<!doctype html><html>", "html_not_feed"),
        ('<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "y"><html xmlns="x"><body/></html>', "html_not_feed"),
        ('{"error": "no"}', "not_a_feed"),
        ("Hello", "not_a_feed"),
        ("<a><b/></a>", "not_a_feed"),
        (
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://a.example/1</loc></url></urlset>',
            "not_a_feed",
        ),
        ('<rss version="2.0"><channel><title>A</title>', "unreadable"),
        ("%PDF-1.4\n%\x00\x01\x02", "not_a_feed"),
        (bytes(range(256)), "not_a_feed"),
    ],
)
def test_a_body_that_is_no_feed_says_why(body: str | bytes, reason: str) -> None:
    with pytest.raises(FeedError) as caught:
        parse_feed(_capture(body))

    assert caught.value.reason == reason
    assert caught.value.detail.isprintable()


def test_a_feed_that_the_parser_gives_up_on_is_unreadable() -> None:
    place = '<gml:pos xmlns:gml="http://www.opengis.net/gml">1</gml:pos>'

    with pytest.raises(FeedError) as caught:
        parse_feed(_capture(_rss(f"<link>/bees</link>{place}")))

    assert caught.value.reason == "unreadable"
    assert caught.value.detail.isprintable()


def test_no_feed_of_the_collection_raises_anything_but_a_feed_error(eval_folder: Path) -> None:
    folder = eval_folder / "feeds"
    cases = [json.loads(line) for line in (folder / "index.jsonl").read_text("utf-8").splitlines()]
    read = 0

    for case in cases:
        try:
            entries = parse_feed(_capture((folder / case["file"]).read_bytes(), "application/xml")).entries
        except FeedError:
            continue
        read += 1
        assert all(entry.url.startswith(("http://", "https://", "HTTP")) for entry in entries), case["file"]

    assert len(cases) > 2400
    assert read > 0.9 * len(cases)


def test_the_feeds_a_page_names_are_absolute_and_in_its_order() -> None:
    page = """<!doctype html><html><head>
        <link rel="stylesheet" href="/style.css"><link rel="alternate" hreflang="ar" href="/ar">
        <link rel="alternate" type="application/rss+xml" href="/rss">
        <link rel="Alternate" type="Application/Atom+XML" href="atom">
        <link rel="alternate" type="application/rss+xml"><link rel="alternate" type="application/rss+xml" href="http://[x">
        </head></html>"""

    assert feed_links(_capture(page)) == ["https://a.example/rss", "https://a.example/news/atom"]


@pytest.mark.parametrize("page", ["", "<!doctype html>", "<!-- nothing -->", "<html>", "\x00"])
def test_a_page_without_elements_names_no_feed(page: str) -> None:
    assert feed_links(_capture(page)) == []
