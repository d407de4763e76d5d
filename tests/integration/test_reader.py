"""Queries of users: as news_reader, read-only, one at a time, not for ever."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice

import pytest
from hostile_queries import HOSTILE, let_through
from sqlalchemy import Engine, text

from db.reader import Table, answering, can_read_as_role, describe_views
from pipeline.errors import UserError


def _ask(engine: Engine, query: str, timeout_seconds: int = 60) -> Table:
    with answering(engine, query, timeout_seconds=timeout_seconds) as answer:
        return Table(answer.columns, list(answer.rows))


def _refusal(engine: Engine, query: str, timeout_seconds: int = 60) -> str:
    with pytest.raises(UserError) as caught:
        _ask(engine, query, timeout_seconds)
    assert "\n" not in str(caught.value)
    return caught.value.problem


def test_every_view_can_be_read(engine: Engine) -> None:
    with engine.connect() as conn:
        views = {row[0] for row in describe_views(conn).rows}

    assert {"articles", "copies", "pages", "runs", "sources", "stories"} <= views
    for view in views:
        assert _ask(engine, f"select * from news.{view}").rows == []


def test_an_answer_has_its_column_names_and_values(engine: Engine) -> None:
    table = _ask(
        engine, "select 1 as one, 'نحل' as bees, null as nothing, array['a'] as list, '{\"k\": 1}'::jsonb as json"
    )

    assert table == Table(("one", "bees", "nothing", "list", "json"), [(1, "نحل", None, ["a"], {"k": 1})])


def test_views_need_no_schema_name(engine: Engine) -> None:
    assert _ask(engine, "select count(*) from stories").rows == [(0,)]


@pytest.mark.parametrize(
    "query",
    [
        "select '100%' as a, '%s', '%(x)s'",
        "select ':name', '12:30'::time",
        "select 7 % 2",
        "select 'a' like '%a%'",
        "select '?' || $$ it's $$",
        "select 1 -- a remark",
        "select 1;",
    ],
)
def test_signs_that_mean_something_elsewhere_mean_themselves(engine: Engine, query: str) -> None:
    assert len(list(_ask(engine, query).rows)) == 1


def test_a_reader_neither_writes_nor_looks_behind_the_views(engine: Engine) -> None:
    assert len(HOSTILE) > 50
    assert let_through(engine) == {}


def test_the_rights_of_a_superuser_are_one_word_away_outside_the_functions(engine: Engine) -> None:
    """What the functions are for: a role that was only set is as easily left."""
    with engine.connect() as conn:
        conn.execute(text("set local role news_reader"))
        left = "select set_config('role', 'none', true), query_to_xml('select 1 from ingest.page', true, true, '')"
        assert conn.execute(text(left)).one()[0] == "none"


_ADVISORY_LOCKS = """
    select count(*) from pg_locks l join pg_database d on d.oid = l.database
    where l.locktype = 'advisory' and d.datname = current_database()
"""


@pytest.mark.parametrize(
    "query", ["pg_advisory_lock(1853191283, 1)", "set_config('work_mem', '65kB', false)", "lo_create(7)"]
)
def test_nothing_that_a_query_takes_or_sets_outlives_it(engine: Engine, query: str) -> None:
    with suppress(UserError):  # newer versions refuse the last one in a read-only transaction
        _ask(engine, f"select {query}::text")

    with engine.connect() as conn:
        assert conn.execute(text(_ADVISORY_LOCKS)).scalar_one() == 0
        assert conn.execute(text("show work_mem")).scalar_one() != "65kB"
        assert conn.execute(text("select count(*) from pg_largeobject_metadata")).scalar_one() == 0


def test_a_query_cannot_lift_its_time_limit_for_the_rows_to_come(engine: Engine) -> None:
    query = """
        select set_config('statement_timeout', '0', false), case when n > 1000 then pg_sleep(30)::text end
        from generate_series(1, 2000) n
    """
    with answering(engine, query, timeout_seconds=1) as answer, pytest.raises(UserError, match="statement timeout"):
        list(answer.rows)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("null", None),
        ("''", ""),
        ("'a \"b\", (c) \\ d'", 'a "b", (c) \\ d'),
        ("e'a\\nb'", "a\nb"),
        ("row(1, 'a')", ("1", "a")),
        ("array[array['a', null]]", [["a", None]]),
        ("12.50::numeric", Decimal("12.50")),
        ("'k'::information_schema.sql_identifier", "k"),
        ("'\\x00ff'::bytea", "\\x00ff"),
        ("true", True),
        ("pg_sleep(0)", ""),
        ("timestamptz '2026-03-01 12:00+02'", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("date '2026-03-01'", date(2026, 3, 1)),
        ("time '12:30'", time(12, 30)),
        ("interval '36 hours'", timedelta(hours=36)),
        ("timestamptz 'infinity'", "infinity"),
        ("timestamptz '0044-03-15 12:00 BC'", "0044-03-15 12:00:00+00 BC"),
        ("timestamp '-infinity'", "-infinity"),
        ("timestamp '12026-03-01'", "12026-03-01 00:00:00"),
        ("date 'infinity'", "infinity"),
        ("date '0044-03-15 BC'", "0044-03-15 BC"),
        ("array['infinity', '2026-03-01']::date[]", ["infinity", date(2026, 3, 1)]),
        ("time '24:00'", "24:00:00"),
        ("timetz '24:00+02'", "24:00:00+02"),
        ("interval '9000000 years'", "9000000 years"),
    ],
)
def test_a_value_of_any_type_comes_as_it_is(engine: Engine, expression: str, value: object) -> None:
    assert list(_ask(engine, f"select {expression}").rows) == [(value,)]
    assert list(_ask(engine, f"select {expression}, 1, null").rows) == [(value, 1, None)]


def test_the_plan_of_a_query_can_be_asked_for(engine: Engine) -> None:
    assert _ask(engine, "explain select * from stories").columns == ("QUERY PLAN",)


def test_a_role_that_may_make_no_function_says_what_it_needs(engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(text(f"revoke temporary on database {engine.url.database} from public"))

    with pytest.raises(UserError, match=f"grant temporary on database {engine.url.database} to news_reader"):
        _ask(engine, "select 1")


@pytest.mark.parametrize("query", ["select 1; select 2", "reset role; select * from ingest.page", "commit; select 1"])
def test_only_one_statement_is_taken(engine: Engine, query: str) -> None:
    assert "cannot insert multiple commands" in _refusal(engine, query)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("selec 1", 'syntax error at or near "selec"'),
        ("select * from news.nothing", 'relation "news.nothing" does not exist'),
        ("select tittle from news.articles", 'column "tittle" does not exist'),
        ("select 1 / 0", "division by zero"),
        ("select '\x00'", "the query failed"),
        ("select $1", "the query failed"),
        ("select '\ud800'", "the query failed"),
        ("", "it answers with no rows"),
        ("-- only a remark", "it answers with no rows"),
        ("begin", "it answers with no rows"),
        ("select", "it answers with no rows"),
    ],
)
def test_a_query_that_is_wrong_is_the_user_s_to_mend(engine: Engine, query: str, says: str) -> None:
    assert says in _refusal(engine, query)


def test_a_query_that_takes_too_long_is_stopped(engine: Engine) -> None:
    assert "statement timeout" in _refusal(engine, "select pg_sleep(30)", timeout_seconds=1)


def test_the_connection_is_as_it_was_after_a_query_good_or_bad(engine: Engine) -> None:
    for query in ("select 1", "selec 1", "reset role", "select set_config('role', 'none', false)"):
        with suppress(UserError):
            _ask(engine, query)

    with engine.begin() as conn:
        assert conn.execute(text("select current_user = session_user")).scalar_one()
        assert conn.execute(text("show statement_timeout")).scalar_one() == "0"
        conn.execute(text("delete from ingest.story"))
    assert "permission denied" in _refusal(engine, "select * from ingest.page")


def test_a_database_without_the_role_says_how_to_get_it(engine: Engine) -> None:
    with engine.begin() as conn:
        assert can_read_as_role(conn)
        conn.execute(text("revoke usage on schema news from news_reader"))
        assert not can_read_as_role(conn)

    assert "no role news_reader" in _refusal(engine, "select 1")


def test_every_column_is_described_with_type_and_meaning(engine: Engine) -> None:
    with engine.connect() as conn:
        table = describe_views(conn)

    assert table.columns == ("view", "column", "type", "meaning")
    assert ("articles", "language", "text", "Language of the text, BCP 47.") in table.rows
    assert all(all(row) for row in table.rows)


def test_rows_are_read_as_they_are_taken(engine: Engine) -> None:
    with answering(
        engine, "select b from generate_series(1, 100000) a, generate_series(1, 100000) b", timeout_seconds=30
    ) as answer:
        assert [row[0] for row in islice(answer.rows, 3)] == [1, 2, 3]
