"""The books: what a run took up is what became of it, in every kind of run, and a damaged row is noticed."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from site_server import Site, article_html, item, rss
from sqlalchemy import URL, Engine, text

from db import books
from db.engine import libpq_url
from flows.backfill import Request as BackfillRequest
from flows.backfill import backfill
from flows.cli.doctor import SHOWN_BOOKS, doctor
from flows.cli.reading import status
from flows.folding import rules
from flows.import_file import import_file
from flows.ingest import Request, ingest
from flows.refold import refold
from flows.wiring import Environment
from pipeline.models.sources import Options, Source, SourceKind

Environments = Callable[..., Environment]
BEES = article_html("Bees", who="Ada Quill", what="bee colonies", where="Kilmory", number=41)
WITH_HORIZON = Options(max_age_days=100)
TIDES = article_html("Tides", who="Bo Lindqvist", what="spring tides", where="Skagen", number=17)


@pytest.fixture
def feed(site: Site) -> Source:
    """A feed that has one of each: an article, its copy, one that is too old, one that is none, one that is gone."""
    links = [
        item(site.put("/bees", BEES), "Bees", "Sun, 01 Feb 2026 08:00:00 GMT"),
        item(site.put("/copy", BEES), "Bees", "Mon, 02 Feb 2026 08:00:00 GMT"),
        item(site.put("/old", TIDES), "Tides", "Mon, 02 Feb 2009 08:00:00 GMT"),
        item(site.put("/none", "<html><body><p>Too short.</p></body></html>"), "None"),
        item(f"{site.url}/gone", "Gone"),
    ]
    return Source(
        "test-site", "Test site", SourceKind.FEED, site.put("/feed.xml", rss(*links)), "en", options=WITH_HORIZON
    )


def _books(engine: Engine, run_id: int) -> dict[str | None, dict[str, Any]]:
    """The books of a run by source, without the columns that are nought."""
    with engine.connect() as conn:
        assert books.broken_promises(conn) == []
        found = conn.execute(text("select * from news.books where run_id = :run"), {"run": run_id}).mappings().all()
    return {
        row["source"]: {name: row[name] for name in row if row[name] and name not in ("run_id", "source")}
        for row in found
    }


def test_each_source_and_the_run_have_a_row_that_adds_up(
    site: Site, feed: Source, environment: Environments, engine: Engine
) -> None:
    other = Source("other", "Other", SourceKind.FEED, site.put("/o.xml", rss(item(site.put("/tides", TIDES), "Tides"))))

    found = _books(engine, ingest(environment(feed, other), Request()))

    of_feed = {"discovered": 5, "loaded": 1, "folded": 1, "skipped": 2, "failed": 1}
    reasons = {"skipped_for": {"old": 1, "too_short": 1}, "failed_for": {"http_404": 1}}
    assert found == {
        "test-site": of_feed | reasons,
        "other": {"discovered": 1, "loaded": 1},
        None: of_feed | reasons | {"discovered": 6, "loaded": 2},
    }


def test_a_page_that_is_given_back_is_in_no_book(site: Site, environment: Environments, engine: Engine) -> None:
    """Of a host that wants a long rest one page is asked for, the others are left."""
    busy = [site.put(f"/{name}", status=429, headers={"Retry-After": "7200"}) for name in "abc"]
    address = site.put("/feed.xml", rss(*(item(url, "Busy") for url in busy)))
    source = Source("busy", "Busy", SourceKind.FEED, address)

    found = _books(engine, ingest(environment(source), Request()))

    assert found[None] == {"discovered": 1, "failed": 1, "failed_for": {"http_429": 1}}


def test_a_page_of_another_source_by_now_stays_in_the_book_of_the_one_that_had_it(
    feed: Source, environment: Environments, engine: Engine
) -> None:
    run_id = ingest(environment(feed), Request())
    before = _books(engine, run_id)
    with engine.begin() as conn:
        conn.execute(text("insert into ingest.source (slug, name, kind, address) values ('heir', 'H', 'feed', 'x')"))
        conn.execute(text("update ingest.page set source_id = (select id from ingest.source where slug = 'heir')"))

    assert _books(engine, run_id) == before


def test_a_line_that_comes_twice_in_a_file_is_one_page_that_was_loaded(
    environment: Environments, engine: Engine, tmp_path: Path
) -> None:
    """The second time in another batch, so that its page is taken up again in the same run."""
    lines = [json.dumps({"url": f"https://a.example/{n % 60}", "html": BEES if n % 60 else TIDES}) for n in range(61)]
    path = tmp_path / "records.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")

    found = _books(engine, import_file(environment(), path).run_id)

    assert found[None] == {"discovered": 60, "loaded": 2, "folded": 58}


def test_what_an_interrupted_run_left_is_pending_there_and_in_the_book_of_the_next(
    feed: Source, environment: Environments, engine: Engine
) -> None:
    env = environment(feed)

    def break_off(*_: object) -> None:
        raise InterruptedError

    broken = Environment(env.settings, env.engine, env.sources, now=env.now, make=break_off)  # type: ignore[arg-type]
    with pytest.raises(InterruptedError):
        ingest(broken, Request())
    first, second = (_books(engine, run_id)[None] for run_id in (1, ingest(env, Request())))

    assert first == {"discovered": 5, "pending": 3, "skipped": 1, "failed": 1} | {
        "skipped_for": {"old": 1},
        "failed_for": {"http_404": 1},
    }
    assert second == {"discovered": 3, "loaded": 1, "folded": 1, "skipped": 1, "skipped_for": {"too_short": 1}}


def test_the_books_of_a_backfill_and_a_refold_balance_beside_those_of_the_daily_job(
    feed: Source, environment: Environments, engine: Engine
) -> None:
    env = environment(feed)
    ingest(env, Request())

    past = backfill(env, BackfillRequest(date(2009, 2, 1), date(2009, 2, 28)))
    folded = refold(env, date(2009, 1, 1), rules(env.settings)).run_id

    assert _books(engine, past)[None] == {"discovered": 1, "loaded": 1}
    assert _books(engine, folded) == {None: {}}


def test_a_run_of_a_newsfold_that_did_not_count_is_not_judged(
    feed: Source, environment: Environments, engine: Engine
) -> None:
    run_id = ingest(environment(feed), Request())
    with engine.begin() as conn:
        conn.execute(text("update ingest.run set is_counted = false"))
        conn.execute(text("update ingest.outcome set source_id = null"))
        conn.execute(text("delete from ingest.book"))

    found = _books(engine, run_id)

    assert "discovered" not in found["test-site"]
    assert found["test-site"]["folded"] == 1


DAMAGE = {
    "delete from ingest.outcome where outcome = 'skipped' and reason = 'old'": books.BALANCE,
    "delete from ingest.page where state = 'failed'": books.BALANCE,
    "insert into ingest.outcome (run_id, page_id, outcome) select 2, id, 'unchanged' from ingest.page": books.BALANCE,
    "update ingest.book set discovered = discovered + 1": books.BALANCE,
    "delete from ingest.book": books.BALANCE,
    "update ingest.outcome set source_id = 0 where outcome = 'loaded'": books.BALANCE,
    "update ingest.outcome set outcome = 'unchanged' where outcome = 'folded'": "an article has a run that loaded it",
    "update ingest.outcome set reason = 'off_topic' where reason = 'too_short'": (
        "a page that was skipped or failed has a run that says so"
    ),
    "update ingest.page set state = 'failed' where reason = 'too_short'": (
        "a page that was skipped or failed has a run that says so"
    ),
    "update ingest.page set state = 'skipped', reason = 'old' where state = 'loaded'": (
        "a page that was skipped or failed has a run that says so"
    ),
    "delete from ingest.copy": "a story has one canonical article",
    "delete from ingest.article a using ingest.copy c where c.article_id = a.id": "a loaded page has an article",
    "update ingest.outcome set outcome = 'pending' where reason = 'too_short'": (
        "a completed run leaves no page pending"
    ),
}


def test_a_damaged_row_is_noticed(feed: Source, environment: Environments, engine: Engine) -> None:
    ingest(environment(feed), Request())
    ingest(environment(feed), Request())

    missed = []
    for statement, promise in DAMAGE.items():
        with engine.connect() as conn:
            conn.execute(text(statement))
            broken = {row["promise"] for row in books.broken_promises(conn)}
            conn.rollback()
        if promise not in broken:
            missed.append((statement, broken))

    assert missed == []
    with engine.connect() as conn:
        assert books.broken_promises(conn) == []


def test_doctor_says_which_run_and_source_what_differs_and_what_to_do(
    feed: Source,
    environment: Environments,
    engine: Engine,
    database: URL,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run_id = ingest(environment(feed), Request())
    monkeypatch.setenv("NEWSFOLD_DATABASE_URL", libpq_url(database))

    def found() -> dict[str, dict[str, str]]:
        doctor(None, json=True)
        findings = json.loads(capsys.readouterr().out)
        return {one["what"]: one for one in findings if one["what"].startswith("books")}

    well = found()
    with engine.begin() as conn:
        conn.execute(text("delete from ingest.outcome where outcome = 'folded'"))
    ill = found()
    status(json=True)
    shown = json.loads(capsys.readouterr().out)["unbalanced"]
    with engine.begin() as conn:
        conn.execute(_RUNS)
        conn.execute(
            text("insert into ingest.book select r.id, s.id, 7 from ingest.run r, ingest.source s where r.id > :run"),
            {"run": run_id},
        )
    many = found()
    doctor(None, json=True)
    said = [one["found"] for one in json.loads(capsys.readouterr().out)]

    assert well == {
        "books": {
            "verdict": "ok",
            "what": "books",
            "found": "they balance: what each run took up is what became of it",
            "remedy": "",
        }
    }
    assert ill[f"books of run {run_id}"]["found"] == (
        "source test-site: took up 5 pages, of which became 1 loaded, 2 skipped, 1 failed: 1 lost"
    )
    assert f"where run_id = {run_id}" in ill[f"books of run {run_id}"]["remedy"]
    assert shown == [run_id]
    assert len([what for what in many if what.startswith("books of run")]) == SHOWN_BOOKS
    assert f"{31 - SHOWN_BOOKS} more that do not balance" in said


_RUNS = text("""
    insert into ingest.run (kind, state, finished_at, is_counted)
    select 'ingest', 'completed', now(), true from generate_series(1, 30)
""")
