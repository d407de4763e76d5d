"""The schema: up, down, up again, and the same as the tables in the code."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Engine, create_engine, text

from db import migrate
from db.engine import connect
from pipeline.errors import UserError


@pytest.fixture
def empty(database: URL) -> Iterator[Engine]:
    """An engine on a database that was never migrated."""
    server = create_engine(database.set(database="postgres"), isolation_level="AUTOCOMMIT")
    name = f"{database.database}_empty"
    with server.connect() as conn:
        conn.execute(text(f"create database {name}"))
    made = connect(database.set(database=name))
    yield made
    made.dispose()
    with server.connect() as conn:
        conn.execute(text(f"drop database {name} with (force)"))
    server.dispose()


def _schemas(engine: Engine) -> set[str]:
    query = text("select nspname from pg_namespace where nspname in ('ingest', 'news')")
    with engine.connect() as conn:
        return set(conn.execute(query).scalars())


def _revision(engine: Engine) -> str | None:
    with engine.connect() as conn:
        return migrate.current_revision(conn)


def test_migrations_go_up_from_nothing_down_to_nothing_and_up_again(empty: Engine) -> None:
    assert _revision(empty) is None

    for _ in range(2):
        migrate.upgrade(empty)
        assert _schemas(empty) == {"ingest", "news"}
        with empty.connect() as conn:
            assert migrate.is_current(conn)
            assert conn.execute(text("select count(*) from news.stories")).scalar_one() == 0

        migrate.downgrade(empty, "base")
        assert _schemas(empty) == set()
        assert _revision(empty) is None


def test_sites_are_known_for_articles_that_were_there_before_and_a_step_back_loses_nothing_that_was_cut(
    engine: Engine,
) -> None:
    migrate.downgrade(engine, "0003")
    with engine.begin() as conn:
        for statement in _ARTICLES:
            conn.execute(text(statement))

    migrate.upgrade(engine)

    with engine.begin() as conn:
        kept = conn.execute(text("select host, blocks, cut from ingest.site_text order by article_id")).all()
        conn.execute(text('update ingest.article set cut = \'[{"at": 1, "text": "Share"}]\''))
        before = conn.execute(text("select boilerplate from news.articles order by article_id")).scalars().all()
    migrate.downgrade(engine, "0003")
    with engine.begin() as conn:
        after = conn.execute(text("select boilerplate from news.articles order by article_id")).scalars().all()
    assert [tuple(row) for row in kept] == [("one.example", None, [])]
    assert before == after == [["tail", "Share"], ["tail", "Share"]]


def test_pages_that_were_there_before_get_the_day_of_their_article(engine: Engine) -> None:
    migrate.downgrade(engine, "0007")
    with engine.begin() as conn:
        for statement in _ARTICLES:
            conn.execute(text(statement))
        conn.execute(text("update ingest.article set published_at = '2020-05-05 23:30+00' where url like 'https%'"))

    migrate.upgrade(engine)

    with engine.connect() as conn:
        found = "select day::text, (discovered_at at time zone 'UTC')::date::text from ingest.page order by id"
        days = conn.execute(text(found)).all()
    assert [day for day, _ in days] == ["2020-05-05", days[1][1]]


_ARTICLES = (
    "insert into ingest.source (slug, name, kind, address) values ('s', 'S', 'feed', 'https://one.example/feed')",
    *(
        f"""
        with page as (
            insert into ingest.page (source_id, url, canonical_url, state)
            select id, '{url}', '{url}', 'loaded' from ingest.source returning id, source_id
        ), story as (insert into ingest.story default values returning id)
        insert into ingest.article
            (page_id, source_id, story_id, url, canonical_url, text, word_count, body_hash, boilerplate)
        select page.id, page.source_id, story.id, '{url}', '{url}', 'x', 1, 'h', array['tail'] from page, story
        """
        for url in ("https://one.example:8443/a", "/articles/two.txt")
    ),
)


def test_a_run_that_works_while_the_schema_is_changed_goes_on_and_the_change_comes_after_it(engine: Engine) -> None:
    migrate.downgrade(engine, "0016")

    with ThreadPoolExecutor(1) as pool:
        with engine.begin() as run:
            run.execute(text("lock table ingest.outcome in row exclusive mode"))  # as a claim does
            upgrading = pool.submit(migrate.upgrade, engine, "0017")
            while not upgrading.done() and not run.execute(_IS_WAITED_FOR).scalar_one():
                pass
            run.execute(text("lock table ingest.source, ingest.run in row exclusive mode"))
        upgrading.result()

    assert _revision(engine) == "0017"


_IS_WAITED_FOR = text("select exists (select from pg_locks where pg_backend_pid() = any(pg_blocking_pids(pid)))")


def test_an_upgrade_of_a_current_database_changes_nothing(engine: Engine) -> None:
    before = _revision(engine)

    migrate.upgrade(engine)

    assert _revision(engine) == before


def test_the_migrated_schema_is_the_one_the_tables_describe(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.migrations_folder()))
    with engine.connect() as conn:
        config.attributes["connection"] = conn

        command.check(config)  # raises where autogenerate would find something to do


def test_a_difference_between_schema_and_tables_would_be_noticed(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.migrations_folder()))
    with engine.begin() as conn:
        conn.execute(text("alter table ingest.page add column mood text"))
        config.attributes["connection"] = conn

        with pytest.raises(Exception, match="New upgrade operations detected"):
            command.check(config)


def test_the_newest_revision_by_name_is_alembic_s_only_head(engine: Engine) -> None:
    heads = ScriptDirectory(str(migrate.migrations_folder())).get_heads()

    assert heads == [migrate._head()]
    assert _revision(engine) == heads[0]


def test_every_migration_says_whether_the_code_before_it_works_on_what_it_makes() -> None:
    steps = list(ScriptDirectory(str(migrate.migrations_folder())).walk_revisions())
    unsaid = [step.revision for step in steps if not isinstance(getattr(step.module, "is_additive", None), bool)]

    assert [revision for revision in unsaid if revision > "0015"] == []


def test_the_database_says_which_code_works_on_it(empty: Engine) -> None:
    def works_from() -> str | None:
        with empty.connect() as conn:
            found: str | None = conn.execute(text("select works_from from public.newsfold_version")).scalar_one()
        return found

    migrate.upgrade(empty)
    with empty.connect() as conn:
        assert migrate.works_here(conn)
        assert not migrate.is_ahead(conn)
    at_head = works_from()
    migrate.downgrade(empty, "0016")

    assert works_from() == "0015"
    assert at_head is not None
    assert "0015" <= at_head <= migrate._head()


def test_a_newer_database_that_only_has_more_in_it_is_worked_on_and_said_on_one_line(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    newer = {"version_num": "9999", "works_from": migrate._head()}
    with engine.begin() as conn:
        conn.execute(
            text("update public.newsfold_version set version_num = :version_num, works_from = :works_from"), newer
        )

    migrate.upgrade(engine)

    assert caplog.messages == ["the database is of a newer newsfold (revision 9999); this one works on it too"]
    assert _revision(engine) == "9999"
    with engine.connect() as conn:
        assert migrate.works_here(conn)
        assert not migrate.is_current(conn)


def test_a_database_of_a_newer_newsfold_is_the_user_s_to_mend(engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(text("update public.newsfold_version set version_num = '9999', works_from = '9998'"))

    with pytest.raises(UserError, match=r"revision 9999, which this newsfold does not know; upgrade newsfold"):
        migrate.upgrade(engine)

    assert _schemas(engine) == {"ingest", "news"}
    with engine.connect() as conn:
        assert not migrate.works_here(conn)


def test_every_view_and_every_column_of_it_says_what_it_means(engine: Engine) -> None:
    silent = text("""
        select c.relname || '.' || a.attname
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
        where n.nspname = 'news' and (col_description(c.oid, a.attnum) is null or obj_description(c.oid) is null)
    """)
    with engine.connect() as conn:
        assert conn.execute(text("select count(*) from pg_views where schemaname = 'news'")).scalar_one() >= 6
        assert conn.execute(silent).scalars().all() == []


@pytest.mark.parametrize(
    ("view", "columns"),
    [
        (
            "articles",
            """article_id story_id is_canonical copy_kind similarity source url title author language published_at
            published_at_source first_seen_at text word_count""",
        ),
        (
            "stories",
            "story_id title canonical_article_id languages article_count first_published_at last_published_at",
        ),
        ("copies", "article_id copy_of kind similarity evidence"),
        ("pages", "url source outcome reason attempts last_fetched_at"),
        ("sources", "source"),
        ("runs", "run_id"),
    ],
)
def test_the_views_have_the_columns_that_users_rely_on(engine: Engine, view: str, columns: str) -> None:
    with engine.connect() as conn:
        found = conn.execute(text(f"select * from news.{view}")).keys()

    assert set(columns.split()) <= set(found)


def test_a_migration_that_has_to_wait_for_a_table_gives_up_and_says_what_to_do(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate.downgrade(engine, "0007")
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "200ms")

    with engine.begin() as reader:
        reader.execute(text("select count(*) from ingest.page"))
        with pytest.raises(UserError) as caught:
            migrate.upgrade(engine)

    assert "somebody works with its tables" in caught.value.problem
    assert "\n" not in str(caught.value)
    assert _revision(engine) == "0007"
