"""OPML: lists of feeds as readers write them, in and out."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from lxml import etree

from pipeline.discover.sources.opml import MAX_BYTES, Opml, parse_opml, write_opml
from pipeline.errors import UserError
from pipeline.models.sources import Options, Source, SourceKind

ORIGIN = Path("feeds.opml")


def _parse(outlines: str, *, head: str = '<?xml version="1.0"?>') -> Opml:
    return parse_opml(f'{head}<opml version="2.0"><head/><body>{outlines}</body></opml>'.encode(), ORIGIN)


def _feed(slug: str, name: str, address: str, language: str | None = None, known_from: str | None = None) -> Source:
    return Source(slug, name, SourceKind.FEED, address, language, known_from)


@pytest.mark.parametrize(
    "outline",
    [
        '<outline type="rss" text="Bees" xmlUrl="https://a.example/feed"/>',
        '<outline type="atom" title="Bees" text="other" xmlUrl="https://a.example/feed"/>',
        '<outline text="Bees" xmlurl="https://a.example/feed" htmlUrl="https://a.example/"/>',
        '<outline TYPE="RSS" TEXT=" Bees " XMLURL=" https://a.example/feed "/>',
        '<outline text="A"><outline text="B"><outline text="Bees" xmlUrl="https://a.example/feed"/></outline></outline>',
        '<o:outline xmlns:o="urn:x" text="Bees" xmlUrl="https://a.example/feed"/>',
    ],
)
def test_an_outline_with_a_feed_is_a_source(outline: str) -> None:
    assert _parse(outline) == Opml((_feed("bees", "Bees", "https://a.example/feed"),), ())


def test_feeds_keep_their_order() -> None:
    opml = _parse("".join(f'<outline text="{name}" xmlUrl="https://{name}.example/"/>' for name in "cab"))

    assert [source.slug for source in opml.sources] == ["c", "a", "b"]


def test_a_feed_without_a_title_is_named_by_its_host() -> None:
    [source] = _parse('<outline xmlUrl="https://www.bees.example/feed"/>').sources

    assert (source.slug, source.name) == ("bees-example", "www.bees.example")


def test_a_title_in_another_script_is_kept_and_makes_a_slug() -> None:
    [source] = _parse('<outline text="新智元" xmlUrl="https://a.example/feed"/>').sources

    assert (source.slug, source.name) == ("xinzhiyuan", "新智元")


def test_feeds_of_one_title_have_different_slugs() -> None:
    opml = _parse("".join(f'<outline text="News" xmlUrl="https://{name}.example/"/>' for name in "abc"))

    assert [source.slug for source in opml.sources] == ["news", "news-2", "news-3"]


@pytest.mark.parametrize("again", ["https://a.example/feed", "http://A.example/feed/", "https://a.example/feed#top"])
def test_an_address_that_comes_again_is_one_source(again: str) -> None:
    opml = _parse(f'<outline text="Bees" xmlUrl="https://a.example/feed"/><outline text="B" xmlUrl="{again}"/>')

    assert [source.name for source in opml.sources] == ["Bees"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("de", "de"), ("en-US", "en-US"), ("zh-Hant-TW", "zh-Hant-TW"), ("unknown", None), ("", None), ("e n", None)],
)
def test_a_language_is_kept_where_it_is_one(written: str, meant: str | None) -> None:
    [source] = _parse(f'<outline text="Bees" language="{written}" xmlUrl="https://a.example/feed"/>').sources

    assert source.language == meant


@pytest.mark.parametrize(
    "outline", ['<outline text="a folder"/>', '<outline type="link" text="a" url="https://b.example/"/>']
)
def test_what_names_no_feed_is_passed_over(outline: str) -> None:
    assert _parse(outline) == Opml((), ())


@pytest.mark.parametrize(
    ("outline", "says"),
    [
        ('<outline type="rss" text="Bees"/>', "Bees: names no feed"),
        ('<outline type="rss" text="Bees" xmlUrl=" "/>', "Bees: names no feed"),
        ('<outline text="Bees" xmlUrl="ftp://a.example/feed"/>', "Bees: 'ftp://a.example/feed' is no web address"),
        ('<outline text="Bees" xmlUrl="/feed"/>', "'/feed' is no web address"),
        ('<outline text="Bees" xmlUrl="https://a.example:port/"/>', "is no web address"),
        ('<outline type="HTML+XPath" text="Bees" xmlUrl="https://a.example/"/>', "type 'html+xpath' is no feed"),
    ],
)
def test_what_is_no_feed_is_named_and_the_others_are_read(outline: str, says: str) -> None:
    opml = _parse(f'{outline}\n<outline text="Ants" xmlUrl="https://ants.example/feed"/>')

    assert [source.name for source in opml.sources] == ["Ants"]
    [problem] = opml.problems
    assert problem.startswith("line 1: ")
    assert says in problem


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://a.example/?a=1&amp;b=2", "https://a.example/?a=1&b=2"),
        ("https://a.example/?a=1&b=2", "https://a.example/?a=1&b=2"),
        ("https://a.example/?a=1&b;=2", "https://a.example/?a=1&b;=2"),
        ("https://a.example/&#x62;", "https://a.example/b"),
        ("https://a.example/&eacute;", "https://a.example/é"),
    ],
)
def test_an_address_loses_nothing_to_a_careless_ampersand(written: str, meant: str) -> None:
    [source] = _parse(f'<outline text="R &amp; D & more" xmlUrl="{written}"/>').sources

    assert (source.name, source.address) == ("R & D & more", meant)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_a_declared_encoding_is_read(encoding: str) -> None:
    text = (
        f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?><opml version="1.0"><body>'
        '<outline text="Müller &amp; Söhne & Co" xmlUrl="https://a.example/?a&b"/></body></opml>'
    )

    [source] = parse_opml(text.encode(encoding), ORIGIN).sources

    assert (source.name, source.address) == ("Müller & Söhne & Co", "https://a.example/?a&b")


@pytest.mark.parametrize("start", ["\n \n", "\ufeff", "\0", "<!-- by hand -->"])
def test_dirt_before_the_prolog_is_borne(start: str) -> None:
    assert _parse('<outline text="Bees" xmlUrl="https://a.example/feed"/>', head=start).sources


def test_a_list_that_breaks_off_is_read_as_far_as_it_goes_and_says_so() -> None:
    text = b'<opml><body><outline text="Bees" xmlUrl="https://a.example/feed"/><outline text="An'

    opml = parse_opml(text, ORIGIN)

    assert [source.name for source in opml.sources] == ["Bees"]
    assert "broken XML" in opml.problems[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "no XML"),
        (b"bees", "no XML"),
        (b"\x89PNG\r\n\x1a\n\0\0", "no XML"),
        (b"<rss version='2.0'><channel/></rss>", "its outermost element is <rss>"),
        (b"<!DOCTYPE html><html><body><outline xmlUrl='https://a.example/'/></body></html>", "<html>"),
        (b" " * (MAX_BYTES + 1), "larger than 20,000,000 bytes"),
    ],
)
def test_what_is_no_opml_is_refused_by_name(text: bytes, says: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_opml(text, ORIGIN)

    assert caught.value.problem.startswith("feeds.opml: ")
    assert says in caught.value.problem
    assert caught.value.remedy


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp037"])
def test_a_list_with_entities_of_its_own_is_refused_at_once(encoding: str) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 50}">' for n in range(1, 12))
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE opml [<!ENTITY e0 "ha">{entities}]>'
        '<opml version="2.0"><body><outline text="&e11;" xmlUrl="https://a.example/&e11;"/></body></opml>'
    )
    started = time.process_time()

    with pytest.raises(UserError):
        parse_opml(text.encode(encoding), ORIGIN)

    assert time.process_time() - started < 1


def test_an_entity_reads_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    text = f'<!DOCTYPE opml SYSTEM "{secret.as_uri()}"><opml><body><outline text="&e;" xmlUrl="https://a.example/"/></body></opml>'

    assert "hidden" not in repr(parse_opml(text.encode(), ORIGIN))


def test_feeds_come_back_as_they_were_written() -> None:
    sources = (
        _feed("bees", "Bees & <Ants>", "https://a.example/feed?a=1&b=2", language="en", known_from="its web page"),
        _feed("qbitai", "量子位", "https://b.example/feed", language="zh"),
        _feed("own_slug", "Qubits", "https://c.example/"),
        Source("tech", "Tech", SourceKind.FEED, "https://d.example/", options=Options(topic="ai")),
    )

    assert parse_opml(write_opml(sources, "News"), ORIGIN) == Opml(sources, ())


def test_what_is_written_is_opml_2_0_with_own_attributes_in_a_namespace() -> None:
    root = etree.fromstring(write_opml([_feed("bees", "Bees", "https://a.example/feed")], "My \x01feeds"))

    assert (root.tag, root.get("version"), root.findtext("head/title")) == ("opml", "2.0", "My feeds")
    [outline] = root.findall("body/outline")
    assert {key for key in outline.attrib if not str(key).startswith("{")} == {"type", "text", "title", "xmlUrl"}


def test_kinds_that_are_no_feeds_are_left_out() -> None:
    sources = [Source("map", "Map", kind, "https://a.example/") for kind in SourceKind if kind is not SourceKind.FEED]

    assert parse_opml(write_opml(sources, "News"), ORIGIN).sources == ()


def test_a_written_slug_wins_over_a_made_one() -> None:
    written = write_opml([_feed("bees", "Ants", "https://a.example/")], "").decode()
    text = written.replace("<outline", '<outline text="Bees" xmlUrl="https://b.example/"/><outline', 1)

    assert [(source.slug, source.name) for source in parse_opml(text.encode(), ORIGIN).sources] == [
        ("bees-2", "Bees"),
        ("bees", "Ants"),
    ]


@pytest.mark.parametrize("slug", ["Bees!", "import", "a" * 64, ""])
def test_a_written_slug_that_is_none_is_made_anew(slug: str) -> None:
    written = write_opml([_feed("bees", "Ants", "https://a.example/")], "").decode()

    [source] = parse_opml(written.replace('"bees"', f'"{slug}"').encode(), ORIGIN).sources

    assert source.slug == "ants"
