"""Whether the tables, views and columns are there that the code works with: others may have dropped or renamed some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Final

from psycopg.errors import InvalidSchemaName, UndefinedColumn, UndefinedTable
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ProgrammingError

from db.tables import Base
from pipeline.errors import UserError

VIEWS: Final[Mapping[str, str]] = {
    "archives": """archive_id address state read_to records matched damaged problems error run_id is_being_read
        read_at""",
    "articles": """article_id story_id is_canonical copy_kind similarity source url title author site language
        published_at published_at_source first_seen_at text word_count relevance relevance_terms opt_out authors
        published_at_confidence dates language_confidence language_claim image tags section is_free boilerplate
        site_blocks lead_ins extraction_rules folding_rules""",
    "books": """run_id source discovered loaded folded unchanged skipped failed pending skipped_for failed_for
        difference""",
    "copies": "article_id copy_of kind similarity evidence judged_at",
    "coverage": "source day expected discovered loaded folded skipped failed pending state reason",
    "notices": """notice_id kind subject state since ended_at detail run_id first_seen sent_at end_sent_at webhooks
        untold attempts last_error""",
    "outcomes": "run_id page_id url source outcome reason decided_at",
    "pages": """page_id url source outcome reason detail attempts discovered_at last_fetched_at next_attempt_at
        article_id relevance relevance_terms opt_out extraction_rules""",
    "polls": "run_id source state reason entries new_pages oldest_entry_at seconds polled_at",
    "remade": "run_id page_id url source article_id outcome reason changed words_added words_removed similarity",
    "revisions": "article_id title text superseded_at words_added words_removed similarity",
    "runs": """run_id kind state started_at finished_at since until pages loaded folded unchanged skipped failed
        pending sources_failed error""",
    "sources": """source name kind address language is_followed health last_polled_at last_success_at last_new_at
        failures last_error next_poll_at entries newest_entry_at usual_gap_days moved_to moved_since known_from options
        pages articles""",
    "stories": """story_id title canonical_article_id languages article_count first_published_at last_published_at
        first_seen_at""",
    "story_changes": "article_id from_story to_story change run_id reason changed_at",
}
"""The views of schema `news` and their columns, as the migrations make them."""


def missing(conn: Connection) -> list[str]:
    """The tables and views that are not there (`ingest.bond`, `news.stories`), and the columns that those lack which
    are (`ingest.page.state`), in a schema that this code works on.
    """
    there: dict[str, list[str]] = {row.relation: row.columns for row in conn.execute(_THERE)}
    expected = {name: list(table.columns.keys()) for name, table in Base.metadata.tables.items()}
    expected |= {f"news.{name}": columns.split() for name, columns in VIEWS.items()}
    found = (
        [f"{name}.{column}" for column in columns if column not in there[name]] if name in there else [name]
        for name, columns in sorted(expected.items())
    )
    return list(chain.from_iterable(found))


_THERE = text("""
    select format('%s.%s', n.nspname, c.relname) as relation, array_agg(a.attname::text) as columns
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where n.nspname in ('ingest', 'news') and c.relkind in ('r', 'p', 'v')
    group by 1
""")


def check(conn: Connection) -> None:
    """Raises UserError naming what is missing."""
    if lacking := missing(conn):
        raise UserError(f"the database lacks {', '.join(lacking)}", "newsfold doctor says what to do")


@contextmanager
def missing_is_said(engine: Engine) -> Iterator[None]:
    """A statement of the block that does not find a table, view or column raises UserError where it is missing."""
    try:
        yield
    except ProgrammingError as exc:
        if isinstance(exc.orig, UndefinedTable | UndefinedColumn | InvalidSchemaName):
            with engine.connect() as conn:
                check(conn)
        raise
