"""Source descriptions: what they say, and what is said where they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.discover.sources.file import SourceFile, merge_sources, parse_sources, with_sources
from pipeline.errors import UserError
from pipeline.models.sources import Options, Selectors, Source, SourceKind, Turn, TurnScope

ORIGIN = Path("/etc/newsfold.toml")
FEED = 'slug = "bees"\nkind = "feed"\nurl = "https://a.example/feed"\n'
FILES = 'slug = "seeds"\nkind = "files"\npath = "texts"\n'


def _parse(*tables: str, head: str = "") -> SourceFile:
    return parse_sources(head + "".join(f"[[sources]]\n{table}" for table in tables), ORIGIN)


def _feed(slug: str, name: str = "A") -> Source:
    return Source(slug, name, SourceKind.FEED, f"https://{slug}.example/feed")


def test_a_feed_has_the_address_that_was_written_and_its_slug_for_a_name() -> None:
    assert _parse(FEED).sources == (Source("bees", "bees", SourceKind.FEED, "https://a.example/feed"),)


def test_a_name_and_a_language_are_kept() -> None:
    [source] = _parse(FEED + 'name = " نحل "\nlanguage = "ar"\n').sources

    assert (source.name, source.language) == ("نحل", "ar")


@pytest.mark.parametrize(
    ("written", "meant"),
    [("texts", "/etc/texts"), ("./a/../texts", "/etc/texts"), ("/data/texts", "/data/texts")],
)
def test_a_folder_is_found_from_the_sources_file(written: str, meant: str) -> None:
    [source] = _parse(FILES.replace("texts", written)).sources

    assert source.address == str(Path(meant).resolve())


def test_a_folder_may_begin_with_the_home_folder(tmp_path: Path) -> None:
    [source] = _parse(FILES.replace("texts", "~/texts")).sources

    assert source.address == str(tmp_path.resolve() / "texts")


@pytest.mark.parametrize("text", ["", "sources = []", "# nothing yet\n"])
def test_a_file_may_name_no_source(text: str) -> None:
    assert parse_sources(text, ORIGIN) == SourceFile((), extends_defaults=False)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[[sources]\n", ["not TOML", "line 1"]),
        ('slug = "a"\nslug = "b"\n', ["not TOML"]),
        ('extend = "defaults"', ["key 'extend'", "did you mean 'extends'"]),
        ("zzz = 1", ["key 'zzz'", "known keys: extends, schedules, sources"]),
        ('extends = "other"', ["key 'extends'", "'other'"]),
        ("extends = true", ["key 'extends'", "True"]),
        ("sources = 7", ["key 'sources'", "[[sources]]"]),
        ('sources = ["a"]', ["key 'sources'", "[[sources]]"]),
        ("[sources]\nslug = 'a'", ["key 'sources'", "[[sources]]"]),
        ('[[sources]]\nkind = "feed"', ["source no. 1", "key 'slug'", "is missing"]),
        (f"[[sources]]\n{FEED}[[sources]]\nkind = 'feed'", ["source no. 2", "key 'slug'"]),
        ("[[sources]]\nslug = 7", ["source 7", "key 'slug'", "7, not a text"]),
        ('[[sources]]\nslug = "Bees"', ["source Bees", "key 'slug'", "'Bees' is no slug"]),
        ('[[sources]]\nslug = "a b"', ["source a b", "key 'slug'"]),
        ('[[sources]]\nslug = "-a"', ["source -a", "key 'slug'"]),
        (f'[[sources]]\nslug = "{"a" * 64}"', ["key 'slug'"]),
        ('[[sources]]\nslug = "import"', ["source import", "key 'slug'", "imported articles"]),
        ('[[sources]]\nslug = "bees"', ["source bees", "key 'kind'", "is missing"]),
        ('[[sources]]\nslug = "bees"\nkind = "rss"', ["source bees", "key 'kind'", "'rss'", "feed, files"]),
        ('[[sources]]\nslug = "bees"\nkind = "import"', ["source bees", "key 'kind'", "'import'"]),
        ('[[sources]]\nslug = "bees"\nkind = ["feed"]', ["source bees", "key 'kind'", "not a text"]),
        ('[[sources]]\nslug = "bees"\nkind = "feed"', ["source bees", "key 'url'", "is missing"]),
        ('[[sources]]\nslug = "bees"\nkind = "files"', ["source bees", "key 'path'", "is missing"]),
        ('[[sources]]\nslug = "bees"\nkind = "feed"\nurl = ""', ["source bees", "key 'url'"]),
        ('[[sources]]\nslug = "bees"\nkind = "feed"\nurl = "a.example/feed"', ["source bees", "key 'url'", "https://"]),
        (
            '[[sources]]\nslug = "bees"\nkind = "feed"\nurl = "ftp://a.example"',
            ["source bees", "key 'url'", "https://"],
        ),
        ('[[sources]]\nslug = "bees"\nkind = "feed"\nurl = "https://"', ["source bees", "key 'url'", "https://"]),
        ('[[sources]]\nslug = "bees"\nkind = "feed"\nurl = "https://[::1"', ["source bees", "key 'url'", "https://"]),
        (
            '[[sources]]\nslug = "bees"\nkind = "feed"\nurl = "https://a.example:x/"',
            ["source bees", "key 'url'", "https://"],
        ),
        (f'[[sources]]\n{FEED}path = "x"', ["source bees", "key 'path'", "use 'url'"]),
        (f'[[sources]]\n{FILES}url = "https://a.example"', ["source seeds", "key 'url'", "use 'path'"]),
        (f"[[sources]]\n{FILES.replace('texts', 'a' + chr(92) + 'u0000b')}", ["source seeds", "key 'path'"]),
        (f"[[sources]]\n{FEED}langauge = 'en'", ["source bees", "key 'langauge'", "did you mean 'language'"]),
        (f"[[sources]]\n{FEED}language = 7", ["source bees", "key 'language'", "7, not a text"]),
        (
            f"[[sources]]\n{FEED}language = 'klingonish!'",
            ["source bees", "key 'language'", "'klingonish!' is no BCP 47"],
        ),
        (f"[[sources]]\n{FEED}language = 'english'", ["source bees", "key 'language'", "'english' is no BCP 47 tag"]),
        (f"[[sources]]\n{FEED}language = 'en-'", ["source bees", "key 'language'"]),
        (f"[[sources]]\n{FEED}name = ''", ["source bees", "key 'name'"]),
        (f"[[sources]]\n{FEED}[[sources]]\n{FEED}", ["source bees", "key 'slug'", "used twice"]),
    ],
)
def test_a_mistake_is_named_with_file_source_and_key(text: str, names: list[str]) -> None:
    with pytest.raises(UserError) as caught:
        parse_sources(text, ORIGIN)

    message = str(caught.value)
    assert message.startswith(f"{ORIGIN}: ")
    assert [name for name in names if name not in message] == []
    assert caught.value.remedy
    assert "\n" not in message


def test_own_sources_replace_the_defaults() -> None:
    assert merge_sources([_feed("a"), _feed("b")], SourceFile((_feed("c"),), extends_defaults=False)) == (_feed("c"),)


def test_own_sources_that_extend_the_defaults_win_by_slug() -> None:
    own = _parse(FEED.replace("bees", "b"), head='extends = "defaults"\n')

    merged = merge_sources([_feed("a"), _feed("b", "default")], own)

    assert own.extends_defaults
    assert [(source.slug, source.name) for source in merged] == [("a", "A"), ("b", "b")]


@pytest.mark.parametrize(
    "name",
    [
        "Bees",
        'The "Bee" Times',
        "C:\\news\\bees",
        "\\u0041 stays a backslash",
        "one\ntwo\ttabs\x7f\x1b[31m",
        "نحل العسل 'و' \"رحيق\"",
        "\u202eright to left\u202c",
        "emoji 🐝 and \U0001d504",
        "private \U000f0000 use",
        "]]\n[[sources]]",
        "# no comment",
        "'''",
        '"""',
    ],
)
def test_a_described_source_reads_back_as_itself(name: str) -> None:
    feed = Source("bees", name, SourceKind.FEED, "https://a.example/feed?q=%22", "ar")
    files = Source("seeds", name, SourceKind.FILES, '/data/quoted "texts"', None)

    read = parse_sources(with_sources("", [feed, files]), ORIGIN)

    assert read.sources == (feed, files)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sources = []\n",
        '# mine\nextends = "defaults"\n',
        '# mine\nsources = [{slug = "bees", kind = "feed", url = "https://a.example/feed"}]\n',
        f"[[sources]]\n{FEED}# the last of them",
    ],
)
def test_a_source_can_be_added_to_a_file_however_it_is_written(text: str) -> None:
    before = parse_sources(text, ORIGIN).sources

    written = with_sources(text, [_feed("new"), _feed("newer")])

    assert parse_sources(written, ORIGIN).sources == (*before, _feed("new"), _feed("newer"))
    assert written.count("#") == text.count("#")


def test_all_that_a_source_wants_of_its_own_reads_back_as_it_was() -> None:
    turn = Turn(TurnScope.GROUP, "substack", 2.5)
    selectors = Selectors("main li", link="a", date="time")
    options = Options(("/news/",), 7, "ai", 0.4, selectors, turn, forbidden_is_busy=True)
    source = Source("l", "L", SourceKind.LISTING, "https://a.example/", "ar", "its own page", options)

    assert parse_sources(with_sources("", [source]), ORIGIN).sources == (source,)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('paths = ["news/"]', "key 'paths' does not begin with /"),
        ('paths = "/news/"', "key 'paths': Input should be a valid tuple"),
        ("max_age_days = 0", "key 'max_age_days' is not from 1 to 36500"),
        ("max_age_days = 99999999999", "key 'max_age_days' is not from 1 to 36500"),
        ("max_age_days = inf", "key 'max_age_days': Input should be a finite number"),
        ("keep_captures_days = 36501", "key 'keep_captures_days' is not from 1 to 36500"),
        ('max_age_days = "x"', "key 'max_age_days': Input should be a valid integer"),
        ("threshold = 1.5", "key 'threshold' is not from 0 to 1"),
        ("threshold = nan", "key 'threshold' is not from 0 to 1"),
        ('turn = { scope = "planet" }', "key 'turn.scope': Input should be 'url', 'host', 'domain' or 'group'"),
        ('turn = { scope = "group" }', "key 'turn.group' goes with scope = \"group\", and only there"),
        ("turn = { seconds = 3 }", "key 'turn': key 'seconds' is not known"),
        ("turn = { interval_seconds = -1 }", "key 'turn.interval_seconds' is not from 0 to 3600"),
        ("turn = { interval_seconds = inf }", "key 'turn.interval_seconds' is not from 0 to 3600"),
        ('selectors = { entry = "li" }', "key 'selectors' does not go with kind \"feed\""),
    ],
)
def test_a_wrong_option_is_named_with_what_is_wrong(line: str, says: str) -> None:
    with pytest.raises(UserError) as raised:
        _parse(f"{FEED}{line}\n")

    assert str(raised.value).startswith(f"{ORIGIN}: source bees: {says}")


def test_a_selector_that_is_no_css_is_named() -> None:
    table = FEED.replace('"feed"', '"listing"') + 'selectors = { entry = "li[" }\n'

    with pytest.raises(UserError, match=r"source bees: key 'selectors': .*li\["):
        _parse(table)
