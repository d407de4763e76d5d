"""Pages: who works on them, what is kept of them, and what cannot reach the database."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from conftest import NO_RUN, NOW
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DataError

from db import captures, pages, runs
from db import sources as db_sources
from db.captures import claim_imported
from db.due import claim
from db.locks import hold_run
from db.pages import Settled, remember_entries
from pipeline.models.pages import Capture, Entry, Fetched, Outcome, Validators
from pipeline.models.sources import Source, SourceKind

SOURCE = Source("bees", "Bees", SourceKind.FEED, "https://a.example/feed")


def _source(conn: Connection) -> int:
    db_sources.follow(conn, [SOURCE])
    return db_sources.stored_sources(conn, ["bees"])[0].id


def _remember(engine: Engine, *urls: str) -> int:
    with engine.begin() as conn:
        return remember_entries(conn, NO_RUN, _source(conn), map(Entry, urls), is_wanted=True, now=NOW)


def _run(conn: Connection) -> int:
    return runs.open_run(conn, "ingest")


def _claim(conn: Connection, run_id: int, limit: int = 50, expected: int = 1) -> list[int]:
    return claim(conn, run_id, ["bees"], limit=limit, expected=expected, now=NOW)


def _rows(engine: Engine, query: str) -> Sequence[tuple[object, ...]]:
    with engine.connect() as conn:
        return [tuple(row) for row in conn.execute(text(query))]


def test_two_addresses_of_one_page_are_one_page(engine: Engine) -> None:
    first = _remember(engine, "https://a.example/x", "http://a.example/x/?utm_source=rss", "https://a.example/X")
    again = _remember(engine, "https://a.example/x#top", "https://a.example/y")

    assert (first, again) == (2, 1)
    assert _rows(engine, "select count(*) from ingest.page") == [(3,)]


def test_two_runs_at_once_never_take_the_same_page(engine: Engine) -> None:
    _remember(engine, *(f"https://a.example/{number}" for number in range(10)))

    # Both transactions are open at once: the second must neither wait for the first nor take its pages.
    with engine.begin() as one, engine.begin() as other:
        other.execute(text("set local lock_timeout = '2s'"))
        first_run, second_run = _run(one), _run(other)
        first, second = _claim(one, first_run, limit=4), _claim(other, second_run)

    assert len(first) == 4
    assert len(second) == 6
    assert not set(first) & set(second)
    with engine.begin() as conn:
        assert _claim(conn, _run(conn)) == []
    held = "select claimed_by, count(*) from ingest.page group by 1 order by 1"
    assert _rows(engine, held) == [(first_run, 4), (second_run, 6)]


def test_a_page_taken_has_a_pending_outcome_until_it_is_settled(engine: Engine) -> None:
    _remember(engine, "https://a.example/x")
    with engine.begin() as conn:
        run_id = _run(conn)
        [page_id] = _claim(conn, run_id)
    pending = _rows(engine, "select outcome, decided_at is null from ingest.outcome")
    with engine.begin() as conn:
        pages.settle(conn, run_id, [Settled(page_id, Outcome.FAILED, "http_404", "Not Found")])

    assert pending == [("pending", True)]
    assert _rows(engine, "select outcome, reason, decided_at is null from ingest.outcome") == [
        ("failed", "http_404", False)
    ]
    assert _rows(engine, "select state, reason, detail, claimed_by from ingest.page") == [
        ("failed", "http_404", "Not Found", None)
    ]


def test_the_pages_of_a_dead_run_are_freed_and_those_of_a_live_one_are_not(engine: Engine) -> None:
    _remember(engine, "https://a.example/dead", "https://a.example/live")
    with engine.connect() as keeper, engine.connect() as dying:
        with keeper.begin(), dying.begin():
            live, dead = _run(keeper), _run(dying)
            hold_run(keeper, live)
            hold_run(dying, dead)
            [dead_page] = _claim(dying, dead, limit=1)
            [live_page] = _claim(keeper, live)
        with engine.begin() as conn:
            none_yet = runs.close_dead_runs(conn)
        # What a killed process leaves behind: its connection is gone, its run says "running".
        dying.invalidate()

        with engine.begin() as conn:
            found = runs.close_dead_runs(conn)
            again = runs.close_dead_runs(conn)
            freed = _claim(conn, _run(conn))

    assert (none_yet, found, again) == ([], [dead], [])
    assert freed == [dead_page]
    assert _rows(engine, f"select state, error, finished_at is null from ingest.run where id = {dead}") == [
        ("interrupted", "the process ended before the run did", False)
    ]
    assert _rows(engine, f"select state from ingest.run where id = {live}") == [("running",)]
    assert _rows(engine, f"select claimed_by from ingest.page where id = {live_page}") == [(live,)]


def test_a_run_is_held_across_its_own_commits(engine: Engine) -> None:
    with engine.connect() as keeper:
        with keeper.begin():
            run_id = _run(keeper)
            hold_run(keeper, run_id)
        with keeper.begin():
            keeper.execute(text("select 1"))
        with engine.begin() as conn:
            assert runs.close_dead_runs(conn) == []


def test_a_closed_run_keeps_its_end(engine: Engine) -> None:
    with engine.begin() as conn:
        run_id = _run(conn)
        runs.close_run(conn, run_id, "completed")
        runs.close_run(conn, run_id, "interrupted", "too late")

    assert _rows(engine, "select state, error from ingest.run") == [("completed", None)]


def test_a_batch_is_taken_from_all_sources_that_have_pages(engine: Engine) -> None:
    other = Source("wasps", "Wasps", SourceKind.FEED, "https://b.example/feed")
    with engine.begin() as conn:
        db_sources.follow(conn, [SOURCE, other])
        for one in db_sources.stored_sources(conn, ["bees", "wasps"]):
            entries = [Entry(f"https://{one.source.slug}.example/{number}") for number in range(1000)]
            remember_entries(conn, NO_RUN, one.id, entries, is_wanted=True, now=NOW)
        taken = claim(conn, _run(conn), ["bees", "wasps"], limit=50, expected=2, now=NOW)
        hosts = conn.execute(text("select split_part(url, '/', 3) from ingest.page where id = any(:i)"), {"i": taken})

        assert set(hosts.scalars()) == {"bees.example", "wasps.example"}


def test_a_page_that_is_given_back_waits_and_leaves_no_outcome(engine: Engine) -> None:
    _remember(engine, "https://a.example/x")
    with engine.begin() as conn:
        run_id = _run(conn)
        [page_id] = _claim(conn, run_id)
        pages.release(conn, run_id, {page_id: NOW + timedelta(hours=1)})
        at_once = _claim(conn, _run(conn))
        later = claim(conn, _run(conn), ["bees"], limit=50, expected=1, now=NOW + timedelta(hours=1))

    assert (at_once, later) == ([], [page_id])
    assert _rows(engine, f"select count(*) from ingest.outcome where run_id = {run_id}") == [(0,)]


def test_an_address_of_any_length_is_kept_whole(engine: Engine) -> None:
    # Random letters: a B-tree would compress a repeated one and hide that it holds no value over 2,700 bytes.
    long = "https://a.example/" + "".join(chr(97 + (number * number * 31 + number // 7) % 26) for number in range(5000))

    assert _remember(engine, long, f"{long}?id=1") == 2
    assert _remember(engine, f"{long}#top") == 0
    assert sorted(_rows(engine, "select url from ingest.page")) == sorted([(long,), (f"{long}?id=1",)])


def test_a_body_comes_back_byte_by_byte(engine: Engine) -> None:
    body = bytes(range(256)) * 100
    _remember(engine, "https://a.example/x")
    with engine.begin() as conn:
        run_id = _run(conn)
        [page_id] = _claim(conn, run_id)
        capture = Capture("https://a.example/x", body, "text/html", "utf-8")
        assert captures.keep_capture(conn, run_id, page_id, Fetched(capture, Validators('"one"')), now=NOW)
        [page] = captures.pages_to_load(conn, [page_id])

    assert (page.capture, page.fetched_at) == (capture, NOW)
    assert _rows(engine, "select size, octet_length(body) < size from ingest.capture") == [(len(body), True)]


def test_an_import_leaves_the_pages_alone_that_another_run_works_on(engine: Engine) -> None:
    _remember(engine, "https://a.example/x")
    urls = [f"https://a.example/{name}" for name in "xy"]
    with engine.begin() as conn:
        [taken] = _claim(conn, _run(conn))
        source_id, importing = _source(conn), _run(conn)
        brought = {url: Capture(url, url.encode(), "text/plain") for url in urls}
        imported = claim_imported(conn, importing, source_id, brought, now=NOW)

    assert (len(imported.page_ids), imported.left) == (1, 1)
    assert taken not in imported.page_ids


def test_two_polls_that_name_the_same_pages_in_two_orders_do_not_block_each_other(engine: Engine) -> None:
    urls = [f"https://a.example/{number}" for number in range(200)]
    with engine.begin() as conn:
        source_id = _source(conn)

    def poll(round_: int, ordered: list[str]) -> None:
        # Each round names an earlier date, so that every known row is written.
        date = NOW - timedelta(days=round_)
        with engine.begin() as conn:
            entries = [Entry(url, published_at=date) for url in ordered]
            remember_entries(conn, NO_RUN, source_id, entries, is_wanted=True, now=NOW)

    with ThreadPoolExecutor(2) as pool:
        polls = [pool.submit(poll, r, ordered) for r in range(8) for ordered in (urls, urls[::-1])]
        for one in polls:
            one.result()

    assert _rows(engine, "select count(*) from ingest.page") == [(200,)]


def test_a_body_that_waits_to_be_loaded_is_kept_when_its_source_names_a_new_version(engine: Engine) -> None:
    url = "https://a.example/x"
    with engine.begin() as conn:
        source_id, first = _source(conn), _run(conn)
        remember_entries(conn, NO_RUN, source_id, [Entry(url, version="1")], is_wanted=True, now=NOW)
        [page_id] = _claim(conn, first)
        captures.keep_capture(conn, first, page_id, Fetched(Capture(url, b"body", "text/html")), now=NOW)
        runs.close_run(conn, first, "interrupted")
        remember_entries(conn, NO_RUN, source_id, [Entry(url, version="2")], is_wanted=True, now=NOW)
        [again] = _claim(conn, _run(conn))

        assert [page.id for page in captures.pages_to_load(conn, [again])] == [page_id]
    assert _rows(engine, "select next_attempt_at is not null from ingest.page") == [(True,)]


@pytest.mark.parametrize("title", ["a\x00b", "a\ud800b"])
def test_text_that_postgres_refuses_never_comes_this_far(engine: Engine, title: str) -> None:
    # parse_feed and extract clean every text (pipeline.extract.clean), absolute() refuses such links. Were one of them
    # to slip, the statement fails as a whole; nothing is stored cut or changed.
    entry = Entry("https://a.example/x", title=title)

    with pytest.raises((DataError, UnicodeEncodeError)), engine.begin() as conn:
        remember_entries(conn, NO_RUN, _source(conn), [entry], is_wanted=True, now=NOW)

    assert _rows(engine, "select count(*) from ingest.page") == [(0,)]


def test_a_claim_reads_no_more_pages_than_it_takes_though_no_statistics_know_them(engine: Engine) -> None:
    _remember(engine, *(f"https://a.example/{number}" for number in range(3_000)))

    with engine.begin() as conn:
        run = _run(conn)
        _claim(conn, run, limit=200, expected=3_000)
        read_before = conn.execute(_PAGES_READ).scalar_one()
        taken = _claim(conn, run, limit=10, expected=2_800)
        read = conn.execute(_PAGES_READ).scalar_one() - read_before

    assert len(taken) == 10
    assert read < 500


def test_of_a_few_due_pages_among_very_many_of_others_only_those_are_read(engine: Engine) -> None:
    wasps = Source("wasps", "Wasps", SourceKind.FEED, "https://b.example/feed")
    with engine.begin() as conn:
        conn.execute(_MANY_PAGES, {"source": _source(conn)})
        db_sources.follow(conn, [wasps])
        [stored] = db_sources.stored_sources(conn, ["wasps"])
        remember_entries(conn, NO_RUN, stored.id, [Entry("https://b.example/1")], is_wanted=True, now=NOW)
        conn.execute(text("analyze ingest.page, ingest.source"))

    with engine.begin() as conn:
        read_before = conn.execute(_BLOCKS_READ).scalar_one()
        taken = claim(conn, _run(conn), ["wasps"], limit=50, expected=1, now=NOW)
        read = conn.execute(_BLOCKS_READ).scalar_one() - read_before

    assert len(taken) == 1
    assert read < 500


_MANY_PAGES = text("""
    insert into ingest.page (source_id, url, canonical_url)
    select :source, 'https://a.example/' || n, 'https://a.example/' || n from generate_series(1, 30000) n
""")
_PAGES_READ = text("""
    select pg_stat_get_xact_tuples_returned('ingest.page'::regclass)
        + pg_stat_get_xact_tuples_fetched('ingest.page'::regclass)
""")
_BLOCKS_READ = text("select pg_stat_get_xact_blocks_fetched('ingest.page'::regclass)")
