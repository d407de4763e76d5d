"""Queries of users: as news_reader, read-only, one at a time, not for ever."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice

import pytest
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


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("select * from ingest.article", "permission denied for schema ingest"),
        ("select * from public.newsfold_version", "permission denied"),
        ("select * from pg_authid", "permission denied"),
        ("delete from news.articles", "permission denied|cannot|syntax error|must not"),
        ("insert into news.copies default values", "permission denied|cannot|syntax error|must not"),
        ("create table t (n int)", "syntax error"),
        ("create temporary table t (n int)", "syntax error"),
        ("select nextval('ingest.page_id_seq')", "permission denied"),
        (
            "with d as (delete from news.pages returning 1) select * from d",
            "permission denied|cannot|syntax error|must not",
        ),
        ("select pg_read_file('/etc/passwd')", "permission denied"),
        ("copy (select 1) to '/tmp/x'", "syntax error"),
    ],
)
def test_a_reader_neither_writes_nor_looks_behind_the_views(engine: Engine, query: str, says: str) -> None:
    assert any(part in _refusal(engine, query) for part in says.split("|"))


@pytest.mark.parametrize("query", ["select 1; select 2", "reset role; select * from ingest.page", "commit; select 1"])
def test_only_one_statement_is_taken(engine: Engine, query: str) -> None:
    said = _refusal(engine, query)
    assert "cannot insert multiple commands" in said or "syntax error" in said


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
        ("", "syntax error"),
        ("-- only a remark", "syntax error"),
        ("begin", "syntax error"),
        ("reset role", "syntax error"),
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
