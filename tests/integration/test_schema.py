"""What is missing from the schema, by name."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from db import migrate, schema
from pipeline.errors import UserError


def test_the_views_are_those_of_the_migrated_schema(engine: Engine) -> None:
    columns = text("""
        select c.relname, array_agg(a.attname::text order by a.attnum) as columns
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
        where c.relnamespace = 'news'::regnamespace group by 1
    """)
    with engine.connect() as conn:
        made = {row.relname: row.columns for row in conn.execute(columns)}

    assert {name: names.split() for name, names in schema.VIEWS.items()} == made


@pytest.mark.parametrize(
    ("statement", "missing"),
    [
        ("select 1", []),
        ("alter table ingest.page add column mood text", []),
        ("drop table ingest.bond cascade", ["ingest.bond"]),
        ("alter table ingest.outcome rename to results", ["ingest.outcome"]),
        ("alter table ingest.page rename column state to phase", ["ingest.page.state"]),
        ("drop view news.stories", ["news.stories"]),
        ("alter view news.copies rename column evidence to proof", ["news.copies.evidence"]),
        ("alter table ingest.notice drop column kind cascade", ["ingest.notice.kind", "news.notices"]),
        ("drop schema news cascade", [f"news.{name}" for name in schema.VIEWS]),
    ],
)
def test_what_was_dropped_or_renamed_is_named(engine: Engine, statement: str, missing: list[str]) -> None:
    with engine.begin() as conn:
        conn.execute(text(statement))

        assert schema.missing(conn) == missing


def test_a_wrong_statement_on_a_whole_schema_stays_the_error_that_it_is(engine: Engine) -> None:
    with pytest.raises(ProgrammingError), schema.missing_is_said(engine), engine.connect() as conn:
        conn.execute(text("select mood from ingest.page"))


@pytest.mark.parametrize(
    "statement",
    ["drop table ingest.book cascade", "drop schema news cascade", "drop table public.newsfold_version"],
)
def test_a_migration_that_meets_a_changed_schema_says_so(engine: Engine, statement: str) -> None:
    with engine.begin() as conn:
        conn.execute(text(statement))

    with pytest.raises(UserError) as raised:
        if "version" in statement:
            migrate.upgrade(engine)
        else:
            migrate.downgrade(engine, "0016")

    assert "the schema cannot be made" in raised.value.problem
    assert "restore the dump" in (raised.value.remedy or "")
