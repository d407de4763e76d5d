"""Where archives are: files, folders, patterns, listings; here, and on a real local web server."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path

import pytest
from site_server import LOCAL, Answer, Site, reset
from warcs import http, record, write

from pipeline.errors import RemoteFileError, UserError
from pipeline.fetch.files import archives
from pipeline.fetch.files.archives import Archives
from pipeline.fetch.request import Limits

RECORD = record("https://a.example/", http(b"<p>a</p>"))
LIMITS = Limits(allow_networks=(ip_network(LOCAL),), timeout_seconds=5)


@pytest.fixture
def found() -> Iterator[Archives]:
    """Addresses made into files, without waits between tries."""
    with Archives(LIMITS, waits=(0, 0)) as made:
        yield made


def _served(site: Site, path: str, body: bytes = RECORD) -> str:
    site.answers[path] = Answer(body, media_type="application/octet-stream", sends_parts=True)
    return site.url + path


def test_files_folders_and_patterns_are_found_in_the_order_of_their_times(found: Archives, tmp_path: Path) -> None:
    late = write(tmp_path, [RECORD], "a/CC-NEWS-20260102000000-00001.warc.gz")
    early = write(tmp_path, [RECORD], "b/CC-NEWS-20260101000000-00002.warc.gz")
    own = write(tmp_path, [RECORD], "my own #1.warc.gz")
    (tmp_path / "readme.md").write_text("no archive")

    assert found.find([str(tmp_path)]) == [str(early), str(late), str(own)]
    assert found.find([tmp_path.as_uri()]) == [str(early), str(late), str(own)]
    assert found.find([f"{tmp_path}/?/*.warc.gz"]) == [str(early), str(late)]
    assert found.find([own.as_uri(), str(own), "my own #1.warc.gz", f"{tmp_path}/a/../my own #1.warc.gz"]) == [str(own)]


def test_a_listing_names_files_below_its_root(found: Archives, site: Site, tmp_path: Path) -> None:
    names = ["crawl-data/CC-NEWS/1.warc.gz", "crawl-data/CC-NEWS/2.warc.gz", "../../../etc/passwd.warc.gz"]
    listing = gzip.compress("\n".join(names).encode())
    here = [str(write(tmp_path, [RECORD], name)) for name in names[:2]]
    (tmp_path / "crawl-data/CC-NEWS/warc.paths.gz").write_bytes(listing)
    (tmp_path / "list.txt").write_text("\n".join(names))
    address = _served(site, "/crawl-data/CC-NEWS/warc.paths.gz", listing)

    assert found.find([f"{tmp_path}/crawl-data/CC-NEWS/warc.paths.gz"]) == here
    assert found.find([f"{tmp_path}/list.txt"]) == here
    assert found.find([address]) == [f"{site.url}/{name}" for name in names[:2]]


@pytest.mark.parametrize(
    ("address", "problem", "remedy"),
    [
        ("nowhere.warc.gz", "no such file", "can be read"),
        ("nowhere", "no such file or folder", "name WARC files"),
        ("*.warc.gz", "no .warc or .warc.gz file there", "name WARC files"),
        ("empty", "no .warc or .warc.gz file there", "name WARC files"),
        ("page.warc", "no WARC file", "get the file again"),
        ("cut.paths.gz", "a broken gzip file", "again"),
        ("other.txt", "names no WARC file", "one .warc.gz file a line"),
        ("gone.txt", "no folder above it has x/1.warc.gz", "address"),
        ("ftp://a.example/1.warc", "ftp: is not read", "use a path"),
        ("simplecache::http://127.0.0.1/1.warc", "is not read", "use a path"),
        ("s3://bucket/1.warc.gz", "needs s3fs, which is not installed", "install newsfold[s3]"),
        ("http://127.0.0.1:9/folder/", "no WARC file and no listing", "warc.paths.gz"),
        ("http://127.0.0.1:9/1.warc.gz", "http://127.0.0.1:9/1.warc.gz: ", "can be read"),
        ("http://10.0.0.1/1.warc.gz", "is a private address", "can be read"),
        ("http://169.254.169.254/warc.paths.gz", "is a link-local address", "can be read"),
    ],
)
def test_a_wrong_address_is_one_clear_line(
    found: Archives, tmp_path: Path, address: str, problem: str, remedy: str
) -> None:
    if address.startswith("s3:") and find_spec("s3fs"):
        pytest.skip("s3fs is installed")
    (tmp_path / "empty").mkdir()
    (tmp_path / "page.warc").write_text("<p>Not found</p>")
    (tmp_path / "cut.paths.gz").write_bytes(gzip.compress(b"a.warc\n" * 99)[:-9])
    (tmp_path / "other.txt").write_text("https://a.example/1.warc.gz\n")
    (tmp_path / "gone.txt").write_text("x/1.warc.gz\n")

    with pytest.raises(UserError) as raised:
        found.find([address])

    assert problem in raised.value.problem
    assert remedy in raised.value.remedy
    assert "\n" not in str(raised.value)


def test_a_file_on_a_server_is_read_in_parts(found: Archives, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "BLOCK_BYTES", 100)
    body = bytes(range(256)) * 4
    address = _served(site, "/1.warc.gz", body)

    with found.open(address) as stream:
        stream.seek(700)
        rest = stream.read()

    assert rest == body[700:]
    ranges = [request["Range"] for request in site.requests if "Range" in request]
    assert max(int(last) - int(first) for first, last in (one[6:].split("-") for one in ranges)) < 100
    assert found.version(address) == "1024"


def test_a_redirect_leads_no_further_than_the_guard_lets_it(found: Archives, site: Site) -> None:
    _served(site, "/1.warc.gz")
    site.put("/moved.warc.gz", status=302, headers={"Location": "/1.warc.gz"})
    site.put("/inside.warc.gz", status=302, headers={"Location": "http://10.0.0.1/1.warc.gz"})

    assert found.find([f"{site.url}/moved.warc.gz"]) == [f"{site.url}/moved.warc.gz"]
    with pytest.raises(UserError, match="a private address"):
        found.find([f"{site.url}/inside.warc.gz"])


def test_a_server_that_fails_for_a_moment_is_asked_again(found: Archives, site: Site) -> None:
    address = _served(site, "/1.warc.gz")
    busy = [Answer(b"", 503), Answer(speak=reset)]
    good = site.answers["/1.warc.gz"]

    def speak(handler: BaseHTTPRequestHandler) -> None:
        answer = busy.pop() if busy else good
        if answer.speak:
            answer.speak(handler)
        else:
            handler._answer(answer, answer.status)  # type: ignore[attr-defined]

    site.answers["/1.warc.gz"] = Answer(speak=speak)

    with found.open(address) as stream:
        assert stream.read() == RECORD


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer(b"", 404), "http_404 Not Found"),
        (Answer(b"", 503), "http_503 Service Unavailable"),
        (Answer(RECORD), "sends no parts of files"),
        (Answer(RECORD, 206, headers={"Content-Range": "bytes 0-99/100"}), "longer than asked for"),
    ],
    ids=["missing", "busy", "whole", "too-much"],
)
def test_what_a_server_cannot_give_is_said(found: Archives, site: Site, answer: Answer, problem: str) -> None:
    site.answers["/1.warc.gz"] = answer

    with pytest.raises(RemoteFileError, match=problem), found.open(f"{site.url}/1.warc.gz"):
        pass
