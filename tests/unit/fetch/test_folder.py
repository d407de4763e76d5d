"""A folder of files as a source: what it lists, what it reads, and what it refuses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.fetch.folder import list_folder, read_file
from pipeline.models.pages import Capture, Fetched, FetchFailure, Reason
from pipeline.models.sources import Source, SourceKind

LIMIT = 1000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "texts"
    made.mkdir()
    return made


@pytest.fixture
def source(folder: Path) -> Source:
    return Source("texts", "Texts", SourceKind.FILES, str(folder))


def _names(source: Source) -> list[str]:
    return [entry.url.removeprefix("files://texts/") for entry in list_folder(source)]


def test_files_of_known_kinds_are_listed_by_name_at_any_depth(folder: Path, source: Source) -> None:
    (folder / "deep" / "er").mkdir(parents=True)
    for name in ("b.txt", "a.HTML", "c.md", "deep/er/d.htm", "e.pdf", "f.json", "README", "g.txt~", ".txt"):
        (folder / name).write_text("x")
    (folder / "folder.txt").mkdir()

    assert _names(source) == ["a.HTML", "b.txt", "c.md", "deep/er/d.htm"]


@pytest.mark.parametrize(
    "name",
    [
        "a b.txt",
        "50%25.txt",
        "a?b#c.txt",
        "خبر.txt",
        "समाचार.md",
        "'\".html",
        "a;b&c=d.txt",
        "..txt",
        "..\\..\\a.txt",
        "a\nb\r.txt",
        "\x1b[31m.txt",
        "\u202etxt.exe.txt",
        "%2e%2e%2fa.txt",
    ],
)
def test_a_file_of_any_name_is_listed_and_read_back(folder: Path, source: Source, name: str) -> None:
    (folder / name).write_bytes(b"Bees")

    [entry] = list_folder(source)
    result = read_file(source, entry.url, max_bytes=LIMIT)

    assert isinstance(result, Fetched)
    assert (result.capture.url, result.capture.body) == (entry.url, b"Bees")


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("a.txt", "text/plain"), ("a.html", "text/html"), ("a.HTM", "text/html"), ("a.md", "text/markdown")],
)
def test_the_suffix_says_what_a_file_is(folder: Path, source: Source, name: str, media_type: str) -> None:
    (folder / name).write_bytes(b"\xff\x00")

    result = read_file(source, f"files://texts/{name}", max_bytes=LIMIT)

    assert result == Fetched(Capture(f"files://texts/{name}", b"\xff\x00", media_type))


def test_a_file_keeps_its_address_when_the_folder_moves(folder: Path, source: Source, tmp_path: Path) -> None:
    (folder / "a.txt").write_text("x")
    before = list_folder(source)
    moved = Source("texts", "Texts", SourceKind.FILES, str(folder.rename(tmp_path / "elsewhere")))

    assert list_folder(moved) == before


def test_a_changed_file_is_another_version_of_the_same_entry(folder: Path, source: Source) -> None:
    (folder / "a.txt").write_text("x")
    [before], [same] = list_folder(source), list_folder(source)
    os.utime(folder / "a.txt", ns=(1, 1))
    [touched] = list_folder(source)

    assert before == same
    assert touched.url == before.url
    assert touched.version != before.version


@pytest.mark.parametrize("path", ["../secret.txt", "a/../../secret.txt", "%2e%2e/secret.txt", "..%2Fsecret.txt"])
def test_a_path_that_climbs_out_is_refused(folder: Path, source: Source, path: str) -> None:
    (folder.parent / "secret.txt").write_text("hunter2")

    result = read_file(source, f"files://texts/{path}", max_bytes=LIMIT)

    assert isinstance(result, FetchFailure)
    assert (result.reason, result.for_good) == (Reason.BAD_URL, True)


def test_an_absolute_path_stays_below_the_folder(folder: Path, source: Source) -> None:
    (folder.parent / "secret.txt").write_text("hunter2")

    result = read_file(source, f"files://texts/{folder.parent}/secret.txt", max_bytes=LIMIT)

    assert isinstance(result, FetchFailure)
    assert result.reason == Reason.MISSING


def test_a_link_that_leads_out_is_neither_listed_nor_read(folder: Path, source: Source) -> None:
    (folder.parent / "outside").mkdir()
    (folder.parent / "outside" / "secret.txt").write_text("hunter2")
    (folder / "file.txt").symlink_to(folder.parent / "outside" / "secret.txt")
    (folder / "deep").symlink_to(folder.parent / "outside")

    results = [read_file(source, f"files://texts/{path}", max_bytes=LIMIT) for path in ("file.txt", "deep/secret.txt")]

    assert list_folder(source) == []
    assert [result.reason for result in results if isinstance(result, FetchFailure)] == [Reason.BAD_URL] * 2


def test_a_link_within_the_folder_is_a_file_like_others(folder: Path, source: Source) -> None:
    (folder / "a.txt").write_text("x")
    (folder / "b.txt").symlink_to(folder / "a.txt")

    assert _names(source) == ["a.txt", "b.txt"]


def test_the_name_that_is_listed_says_what_a_linked_file_is(folder: Path, source: Source) -> None:
    (folder / "data.bin").write_bytes(b"Bees")
    (folder / "a.txt").symlink_to(folder / "data.bin")

    results = [read_file(source, f"files://texts/{name}", max_bytes=LIMIT) for name in ("a.txt", "data.bin")]

    assert results == [
        Fetched(Capture("files://texts/a.txt", b"Bees", "text/plain")),
        FetchFailure(Reason.UNSUPPORTED_TYPE, "no text, HTML or Markdown file", for_good=True),
    ]


def test_links_that_lead_nowhere_or_in_a_circle_are_left_out(folder: Path, source: Source) -> None:
    (folder / "nowhere.txt").symlink_to(folder / "gone")
    (folder / "circle.txt").symlink_to(folder / "circle.txt")
    (folder / "around").symlink_to(folder)
    (folder / "a.txt").write_text("x")

    assert _names(source) == ["a.txt"]
    assert isinstance(read_file(source, "files://texts/circle.txt", max_bytes=LIMIT), FetchFailure)


def test_a_file_that_went_away_is_missing_for_good(source: Source) -> None:
    result = read_file(source, "files://texts/gone.txt", max_bytes=LIMIT)

    assert isinstance(result, FetchFailure)
    assert (result.reason, result.for_good) == (Reason.MISSING, True)


def test_a_folder_in_a_file_s_place_is_unreadable(folder: Path, source: Source) -> None:
    (folder / "a.txt").mkdir()

    result = read_file(source, "files://texts/a.txt", max_bytes=LIMIT)

    assert isinstance(result, FetchFailure)
    assert (result.reason, result.for_good) == (Reason.UNREADABLE, False)


@pytest.mark.parametrize("path", ["a%00.txt", f"{'a' * 300}.txt", "a.txt/b.txt"])
def test_a_path_that_no_file_can_have_is_a_failure(folder: Path, source: Source, path: str) -> None:
    (folder / "a.txt").write_text("x")

    assert isinstance(read_file(source, f"files://texts/{path}", max_bytes=LIMIT), FetchFailure)


@pytest.mark.parametrize(("size", "is_read"), [(LIMIT, True), (LIMIT + 1, False)])
def test_a_file_beyond_the_limit_is_too_large(folder: Path, source: Source, size: int, is_read: bool) -> None:
    (folder / "a.txt").write_bytes(b"x" * size)

    result = read_file(source, "files://texts/a.txt", max_bytes=LIMIT)

    if is_read:
        assert isinstance(result, Fetched)
    else:
        assert result == FetchFailure(Reason.TOO_LARGE, "more than 1,000 bytes", for_good=True)


def test_a_pipe_in_a_file_s_place_blocks_nobody(folder: Path, source: Source) -> None:
    os.mkfifo(folder / "a.txt")

    assert list_folder(source) == []
    assert isinstance(read_file(source, "files://texts/a.txt", max_bytes=LIMIT), FetchFailure)


@pytest.mark.parametrize("address", ["gone", "file"])
def test_a_source_whose_folder_is_gone_raises_an_os_error(tmp_path: Path, address: str) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(OSError, match="no folder"):
        list_folder(Source("texts", "Texts", SourceKind.FILES, str(tmp_path / address)))


def test_a_file_whose_name_is_not_utf_8_is_listed_and_read_back(folder: Path, source: Source) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt")).write_bytes(b"Bees")

    [entry] = list_folder(source)
    result = read_file(source, entry.url, max_bytes=LIMIT)

    assert entry.url.isascii()
    assert isinstance(result, Fetched)
