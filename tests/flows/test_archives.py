"""Backfills out of WARC files and a Wayback Machine: everything of the sources and days, once, whatever happens."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from children import python
from conftest import NOW
from site_server import Answer, Site
from sqlalchemy import Engine, text
from warcs import FIRST, article, http, news, record, write

from db import books
from db.engine import libpq_url
from db.locks import hold_run
from flows.archives.backfill import backfill
from flows.archives.request import Request
from flows.cli.app import main
from flows.ingest import Request as DailyRequest
from flows.ingest import Step, ingest
from flows.making import Made, Material, make
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.models.pages import NotAnArticle
from pipeline.models.sources import Options, Source, SourceKind
from pipeline.settings import Settings

SINCE, UNTIL = date(2026, 1, 1), date(2026, 1, 31)
HARBOUR = Source("harbour", "Harbour", SourceKind.FEED, "https://harbour.example/feed", "en")
VALLEY = Source("valley", "Valley", SourceKind.SITEMAP, "https://www.valley.example/sitemap.xml", "en")
_BOTH = (HARBOUR, VALLEY)
HOSTS = ("harbour.example", "shop.example", "m.valley.example", "forum.example")
ARTICLES = "select source, url, title, text, published_at from news.articles order by url"
STORIES = "select array_agg(url order by url) from news.articles group by story_id order by 1"


def _rows(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with engine.connect() as conn:
        return [tuple(row) for row in conn.execute(text(query))]


def _request(*warc: object, **more: object) -> Request:
    return Request(SINCE, UNTIL, warc=tuple(map(str, warc)), **more)  # type: ignore[arg-type]


class Maker:
    """Makes articles here, and remembers of which pages."""

    def __init__(self) -> None:
        self.urls: list[str] = []

    def __call__(self, materials: Sequence[Material]) -> Iterator[Made | NotAnArticle]:
        for material in materials:
            self.urls.append(material.entry.url)
            yield make(material)


def test_pages_of_followed_hosts_and_of_the_days_are_loaded_and_no_others(
    environment: Callable[..., Environment], engine: Engine, tmp_path: Path
) -> None:
    late = FIRST + timedelta(days=33)
    own = "https://harbour.example"
    more = [
        record(f"{own}/old", http(article(90, FIRST - timedelta(days=9))), at=FIRST + timedelta(days=2)),
        record(f"{own}/next", http(article(91, late - timedelta(days=1))), at=late),
        record(f"{own}/crawled-late", http(article(92, FIRST)), at=FIRST + timedelta(days=60)),
        record(f"{own}/gone", http(article(93, FIRST), status="404 Not Found")),
        record(f"{own}/logo.png", http(b"\x89PNG", "Content-Type: image/png")),
        record("https://HARBOUR.example:443/2026/story-0?utm_source=x", http(article(94, FIRST))),
    ]
    path = write(tmp_path, [*news(HOSTS * 3), *more])

    run = backfill(environment(HARBOUR, VALLEY), _request(path))

    titles = {(source, title) for source, _, title, *_ in _rows(engine, ARTICLES)}
    assert titles == {(("harbour", "valley")[n % 4 > 0], f"No. {n}") for n in range(12) if n % 4 in (0, 2)}
    assert _rows(
        engine, f"select url, reason from news.outcomes where run_id = {run} and outcome = 'skipped' order by url"
    ) == [
        (f"{own}/next", "outside_range"),
        (f"{own}/old", "outside_range"),
    ]
    assert _rows(engine, "select state, records, matched, damaged from news.archives") == [("done", 18, 9, 0)]
    assert _rows(engine, "select count(*) from ingest.page where url like '%crawled-late'") == [(0,)]
    with engine.connect() as conn:
        assert books.broken_promises(conn) == []


class Meeting:
    """Runs two batches of pages at once or none."""

    lanes = 2

    def __init__(self) -> None:
        self._both = threading.Barrier(2, timeout=60)

    def __call__(self, step: Step, env: Environment, scope: Scope, batch: Sequence[Any]) -> None:
        self._both.wait()
        step(env, scope, batch)


def test_the_pages_of_a_part_need_not_wait_until_all_of_the_part_before_are_loaded(
    environment: Callable[..., Environment], engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.archives.warc.PAGES_A_PART", 1)
    path = write(tmp_path, news(HOSTS[:1] * 2))

    backfill(environment(HARBOUR), _request(path), runner=Meeting())

    assert len(_rows(engine, ARTICLES)) == 2


def test_an_article_is_dated_by_the_crawl_at_the_latest(
    environment: Callable[..., Environment], engine: Engine, tmp_path: Path
) -> None:
    page = article(1, FIRST).replace(b"2026-01-01T08:00:00+00:00", b"2026-02-20T08:00:00+00:00")
    path = write(tmp_path, [record("https://harbour.example/2026/01/02/a", http(page), at=FIRST + timedelta(days=2))])

    backfill(environment(HARBOUR), _request(path))

    found = _rows(engine, "select published_at::date, dates from news.articles")
    assert found[0][0] == date(2026, 1, 2)
    dates = {one["source"]: one for one in found[0][1]}  # type: ignore[attr-defined]
    assert dates["archive"]["value"] == "2026-01-03T08:00:00+00:00"
    assert dates["meta"]["fault"] == "future"


def test_a_path_a_file_address_and_a_server_give_the_same(
    environment: Callable[..., Environment], engine: Engine, tmp_path: Path, site: Site
) -> None:
    path = write(tmp_path, news(HOSTS * 3))
    site.answers[f"/{path.name}"] = Answer(path.read_bytes(), sends_parts=True)
    found = []
    for address in (path, path.as_uri(), f"{site.url}/{path.name}"):
        backfill(environment(HARBOUR, VALLEY), _request(address))
        found.append(_rows(engine, ARTICLES))
        _forget(engine)

    assert len(found[0]) == 6
    assert found[0] == found[1] == found[2]


_TABLES = "source, page, story, archive, run, posting, common_key"


def _forget(engine: Engine) -> None:
    tables = ", ".join(f"ingest.{name}" for name in _TABLES.split(", "))
    with engine.begin() as conn:
        conn.execute(text(f"truncate {tables} cascade"))


def test_a_file_that_was_read_to_its_end_is_read_again_for_something_else_only(
    environment: Callable[..., Environment], engine: Engine, tmp_path: Path
) -> None:
    path = write(tmp_path, news(HOSTS * 2))
    first, second, third, fourth = Maker(), Maker(), Maker(), Maker()
    backfill(replace(environment(HARBOUR), make=first), _request(path))
    backfill(replace(environment(HARBOUR), make=second), _request(path))
    backfill(replace(environment(HARBOUR, VALLEY), make=third), _request(path))
    path.write_bytes(path.read_bytes() + b"".join(news(HOSTS * 3)[8:]))
    backfill(replace(environment(HARBOUR, VALLEY), make=fourth), _request(path))

    numbers = [[url.rpartition("-")[2] for url in one.urls] for one in (first, second, third, fourth)]
    assert [sorted(one, key=int) for one in numbers] == [["0", "4"], [], ["2", "6"], ["8", "10"]]
    assert len(_rows(engine, ARTICLES)) == 6


def test_other_days_bring_back_what_lay_outside_the_first(
    environment: Callable[..., Environment], engine: Engine, tmp_path: Path
) -> None:
    path = write(tmp_path, news(["harbour.example"] * 20), "own.warc.gz")
    env = environment(HARBOUR)
    backfill(env, Request(date(2026, 1, 10), date(2026, 1, 12), warc=(str(path),)))
    before = _rows(engine, "select count(*), min(published_at)::date, max(published_at)::date from news.articles")
    backfill(env, Request(date(2026, 1, 13), date(2026, 1, 14), warc=(str(path),)))

    assert before == [(3, date(2026, 1, 10), date(2026, 1, 12))]
    assert _rows(engine, "select count(*) from news.articles") == [(5,)]


def test_damage_is_counted_and_named_and_the_rest_is_loaded(
    environment: Callable[..., Environment], engine: Engine, tmp_path: Path
) -> None:
    records = news(["harbour.example"] * 8)
    url = "https://www.harbour.example/2026/lie"
    bomb = http(b"\x1f\x8b\x08" + bytes(30), "Content-Type: text/html\r\nContent-Encoding: gzip")
    records.insert(2, record(url, http(article(70, FIRST)), length=99))
    records.insert(5, record("https://www.harbour.example/2026/bomb", bomb))
    whole = b"".join(records)
    path = write(tmp_path, [whole[:-100]])

    backfill(environment(HARBOUR), _request(path))

    assert _rows(engine, "select count(*) from news.articles") == [(7,)]
    [(damaged, problems, state)] = _rows(engine, "select damaged, problems, state from news.archives")
    assert (damaged, state) == (3, "done")
    said = [one.partition(": ")[2] for one in problems]  # type: ignore[attr-defined]
    assert said[0] == f"{url}: its Content-Length is wrong"
    assert said[1].startswith("https://www.harbour.example/2026/bomb: not gzip as it says")
    assert said[2].startswith("https://www.harbour.example/2026/story-7: breaks off")


def test_a_file_that_cannot_be_read_on_is_said_and_read_on_by_the_next_run(
    environment: Callable[..., Environment], engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.archives.warc.PAGES_A_PART", 1)
    names = [f"CC-NEWS-2026010{n}120000-00001.warc.gz" for n in (1, 2)]
    second = write(tmp_path, news(["valley.example"] * 3), names[1])
    write(tmp_path, news(["harbour.example"] * 3), names[0])
    (tmp_path / "all.txt").write_text("\n".join(names))
    hidden = second.rename(tmp_path / "hidden")

    backfill(environment(HARBOUR, VALLEY), _request(tmp_path / "all.txt"))
    before = _rows(engine, "select state, error from news.archives order by archive_id")
    hidden.rename(second)
    backfill(environment(HARBOUR, VALLEY), _request(tmp_path / "all.txt"))

    assert before == [("done", None), ("reading", f"{second}: no such file or directory")]
    assert _rows(engine, "select state, error from news.archives") == [("done", None)] * 2
    assert _rows(engine, "select count(*) from news.articles") == [(6,)]


def test_two_runs_never_read_one_file_at_once(
    environment: Callable[..., Environment], engine: Engine, tmp_path: Path
) -> None:
    path = write(tmp_path, news(["harbour.example"] * 2))
    with engine.connect() as other, other.begin():
        other.execute(text("insert into ingest.run (kind) overriding system value values ('backfill')"))
        [run_id] = other.execute(text("select id from ingest.run")).scalars()
        hold_run(other, run_id)
        claimed = "insert into ingest.archive (address, version, wanted, claimed_by) values (:address, '', '', :run)"
        other.execute(text(claimed), {"address": str(path), "run": run_id})
        other.commit()
        backfill(environment(HARBOUR), _request(path))
        while_read = _rows(engine, "select records, is_being_read from news.archives")
    engine.dispose()  # and with it the other run's hold
    backfill(environment(HARBOUR), _request(path))

    assert while_read == [(0, True)]
    assert _rows(engine, "select records, is_being_read from news.archives") == [(2, False)]


_KILLED = """
import os, signal, sys
from dataclasses import replace
from flows.archives import backfill, request, warc
from flows.wiring import load_sources, read_settings, Environment
from db.engine import connect, database_url
from flows.making import make
from datetime import date

what, count, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]

def until_killed(items, kind):
    global count
    for item in items:
        count -= kind == what
        if count <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        yield item

read = warc.read_records
warc.read_records = lambda *given, **named: until_killed(read(*given, **named), "record")
warc.PAGES_A_PART = 10
settings = read_settings()
env = Environment(settings, connect(database_url(settings.database_url.get_secret_value())), load_sources(settings))
env = replace(env, make=lambda materials: map(make, until_killed(materials, "article")))
asked = request.Request(date(2026, 1, 1), date(2026, 1, 31), ("harbour", "valley"), (path,))
backfill.backfill(env, asked)
"""


@pytest.mark.parametrize(("what", "seed"), [("record", 1), ("article", 2)])
def test_a_killed_backfill_goes_on_where_it_was_and_ends_as_an_undisturbed_one(
    what: str, seed: int, environment: Callable[..., Environment], engine: Engine, tmp_path: Path
) -> None:
    path = write(tmp_path, news((*HOSTS, *["forum.example"] * 4) * 30))
    moment = random.Random(seed).randint(15, 200 if what == "record" else 50)
    config = tmp_path / "newsfold.toml"
    config.write_text("".join(f'[[sources]]\nslug="{s.slug}"\nkind="{s.kind}"\nurl="{s.address}"\n' for s in _BOTH))
    settings = {"NEWSFOLD_DATABASE_URL": libpq_url(engine.url), "NEWSFOLD_CONFIG": str(config)}
    with python("-c", _KILLED, what, str(moment), str(path), env={**os.environ, **settings}) as child:
        assert child.process.wait() == -signal.SIGKILL
    loaded = {url for (url,) in _rows(engine, "select url from news.articles")}
    [(records,)] = _rows(engine, "select records from ingest.archive")

    maker = Maker()
    backfill(replace(environment(*_BOTH), make=maker), _request(path))

    assert 0 < len(loaded) + int(str(records)) < 240 + 60
    assert not loaded & set(maker.urls)
    assert len(loaded) + len(maker.urls) == 60
    assert _rows(engine, "select records, matched, state from news.archives") == [(240, 60, "done")]
    resumed = [_rows(engine, ARTICLES), _rows(engine, STORIES)]
    _forget(engine)
    backfill(environment(*_BOTH), _request(path))
    assert resumed == [_rows(engine, ARTICLES), _rows(engine, STORIES)]


class Wayback:
    """A Wayback Machine: an index of captures, answered a few rows at a time, and their bodies."""

    def __init__(self, site: Site, rows_an_answer: int = 2) -> None:
        self.site = site
        self.url = f"{site.url}/archive"
        self._rows = rows_an_answer
        self._captures: list[tuple[str, str, str]] = []
        self.breaks_at: int | None = None
        self.asked: list[dict[str, str]] = []
        site.put_below("/archive/cdx/search/cdx", "")
        site.answers_below["/archive/cdx/search/cdx"].speak = self._speak

    def capture(self, url: str, at: datetime, body: bytes | None) -> None:
        moment = f"{at:%Y%m%d%H%M%S}"
        self._captures.append((moment, url, urlsplit(url).hostname or ""))
        if body is not None:
            self.site.put(f"/archive/web/{moment}id_/{url}", body)

    def _speak(self, handler: BaseHTTPRequestHandler) -> None:
        asked = dict(parse_qsl(urlsplit(handler.path).query))
        self.asked.append(asked)
        host = asked["url"].partition("/")[0]
        rows = [[at, url] for at, url, name in self._captures if name.endswith(host) and asked["from"] <= at]
        first = int(asked.get("resumeKey", 0))
        answer: list[list[str]] = [["timestamp", "original"], *rows[first : first + self._rows]]
        if first + self._rows < len(rows):
            answer += [[], [str(first + self._rows)]]
        broken = self.breaks_at is not None and len(self.asked) > self.breaks_at
        body = b"<html>Too busy</html>" if broken else json.dumps(answer).encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


@pytest.fixture
def wayback(site: Site) -> Wayback:
    """Five articles of a site that is gone, a front page, and one whose body the archive has lost."""
    made = Wayback(site)
    for number in range(5):
        day = FIRST + timedelta(days=number)
        url = f"http://www.harbour.example/2026/story-{number}"
        made.capture(url, day + timedelta(days=1), article(number, day))
    made.capture("http://www.harbour.example/", FIRST, b"<p>front</p>")
    made.capture("http://www.harbour.example/2026/lost", FIRST, None)
    return made


@pytest.fixture
def with_wayback(environment: Callable[..., Environment], wayback: Wayback) -> Callable[..., Environment]:
    """Environments that ask the test's own Wayback Machine, without a pause."""

    def make_one(*sources: Source) -> Environment:
        env = environment(*sources)
        settings = Settings(home=env.settings.home, timeout_seconds=5, wayback=wayback.url, wayback_interval_seconds=0)
        return replace(env, settings=settings)

    return make_one


def test_a_site_that_is_gone_is_loaded_from_the_wayback_machine(
    with_wayback: Callable[..., Environment], engine: Engine, wayback: Wayback
) -> None:
    run = backfill(with_wayback(HARBOUR), _request(wayback=True))

    found = _rows(engine, "select url, title, published_at from news.articles order by url")
    assert found == [
        (f"http://www.harbour.example/2026/story-{n}", f"No. {n}", FIRST + timedelta(days=n)) for n in range(5)
    ]
    assert _rows(engine, f"select url, reason from news.outcomes where run_id = {run} and outcome = 'failed'") == [
        ("http://www.harbour.example/2026/lost", "http_404")
    ]
    captured = _rows(engine, "select min(archived_at), max(archived_at) from ingest.capture")
    assert captured == [(FIRST + timedelta(days=1), FIRST + timedelta(days=5))]
    assert [one.get("resumeKey") for one in wayback.asked] == [None, "2", "4", "6"]
    assert not any(path.endswith("robots.txt") for path, _ in wayback.site.log)


def test_an_index_and_pages_that_were_had_are_not_asked_for_again(
    with_wayback: Callable[..., Environment], engine: Engine, wayback: Wayback
) -> None:
    env = with_wayback(HARBOUR)
    backfill(env, _request(wayback=True))
    before = _rows(engine, ARTICLES)
    wayback.site.log.clear()

    backfill(env, _request(wayback=True))
    backfill(replace(env, now=lambda: NOW + timedelta(days=1)), _request(wayback=True))

    assert {path.partition("?")[0] for path, _ in wayback.site.log} == {"/archive/cdx/search/cdx"}
    assert len(wayback.site.log) == 4  # on the other day only
    assert _rows(engine, ARTICLES) == before


def test_an_index_that_fails_is_asked_on_from_there_by_the_next_run(
    with_wayback: Callable[..., Environment], engine: Engine, wayback: Wayback
) -> None:
    wayback.breaks_at = 1
    env = with_wayback(HARBOUR)
    backfill(env, _request(wayback=True))
    before = _rows(engine, "select state, matched, error like '%CDX index%' from news.archives")
    wayback.breaks_at = None
    wayback.asked.clear()

    backfill(env, _request(wayback=True))

    assert before == [("reading", 2, True)]
    assert [one.get("resumeKey") for one in wayback.asked] == ["2", "4", "6"]
    assert _rows(engine, "select count(*), count(distinct url) from news.articles") == [(5, 5)]


def test_the_wayback_machine_brings_what_the_live_site_could_not(
    with_wayback: Callable[..., Environment], engine: Engine, wayback: Wayback, site: Site
) -> None:
    live = Source("live", "Live", SourceKind.FEED, f"{site.url}/feed", "en", options=Options(("/2026/",)))
    page = f"{site.url}/2026/story-1"
    site.put("/feed", f"<rss><channel><item><link>{page}</link></item></channel></rss>", media_type="application/xml")
    env = with_wayback(live)
    ingest(env, DailyRequest())
    before = _rows(engine, "select url, reason from news.pages")
    wayback.capture(page, FIRST + timedelta(days=2), article(1, FIRST))

    backfill(env, _request(wayback=True))

    assert before == [(page, "http_404")]
    assert _rows(engine, "select url, published_at from news.articles") == [(page, FIRST)]


def test_the_command_reports_what_was_read(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    records = news(HOSTS)
    path = write(tmp_path, [*records[:2], b"\x1f\x8b\x08garbage", *records[2:]])
    config = tmp_path / "newsfold.toml"
    config.write_text(f'[[sources]]\nslug="harbour"\nkind="feed"\nurl="{HARBOUR.address}"\n')
    monkeypatch.setenv("NEWSFOLD_DATABASE_URL", libpq_url(engine.url))
    days = ["--since", "2026-01-01", "--until", "2026-01-31", "--source", "harbour"]
    monkeypatch.setattr(sys, "argv", ["newsfold", "backfill", *days, "--config", str(config), "--warc", str(path)])

    with pytest.raises(SystemExit) as ended:
        main()

    said = capsys.readouterr()
    assert ended.value.code == 0
    assert "1 archive: 5 records, 1 of the sources and days asked for; 1 damaged" in said.out
    assert f"{path}: byte " in said.err.replace("\n", "")


def test_a_backfill_whose_archives_all_failed_ends_with_1_and_its_json_says_why(
    engine: Engine, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "newsfold.toml"
    config.write_text(f'[[sources]]\nslug="harbour"\nkind="feed"\nurl="{HARBOUR.address}"\n')
    monkeypatch.setenv("NEWSFOLD_DATABASE_URL", libpq_url(engine.url))
    monkeypatch.setenv("NEWSFOLD_WAYBACK", site.url)
    days = ["--since", "2026-01-01", "--until", "2026-01-31"]
    monkeypatch.setattr(sys, "argv", ["newsfold", "backfill", *days, "--config", str(config), "--wayback", "--json"])

    with pytest.raises(SystemExit) as ended:
        main()

    told = json.loads(capsys.readouterr().out)
    assert ended.value.code == 1
    assert [(one["state"], one["error"][:8]) for one in told["archives"]] == [("reading", "http_404")]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--warc", "nowhere.warc"], "nowhere.warc: no such file"),
        (["--warc", "CC-NEWS-20200101000000-00001.warc"], "none of 1 WARC files was crawled from 2026-01-01"),
        (["--wayback", "--missing-only"], "--missing-only looks at sources' lists, not into archives"),
    ],
    ids=["missing", "other-days", "missing-only"],
)
def test_a_users_mistake_is_one_line(
    options: list[str],
    problem: str,
    engine: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(tmp_path, news(["harbour.example"]), "CC-NEWS-20200101000000-00001.warc")
    monkeypatch.setenv("NEWSFOLD_DATABASE_URL", libpq_url(engine.url))
    days = ["--since", "2026-01-01", "--until", "2026-01-31"]
    monkeypatch.setattr(sys, "argv", ["newsfold", "backfill", *days, *options])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert problem in capsys.readouterr().err.replace("\n", "")
    assert _rows(engine, "select count(*) from news.runs") == [(0,)]
