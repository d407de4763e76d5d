"""What the command line shows, read from the views of schema `news`: values in, plain values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, TextClause, text

from pipeline.discover.urls import canonicalize

Row = Mapping[str, Any]


def _rows(conn: Connection, query: TextClause, parameters: Row | None = None) -> list[Row]:
    return [dict(row) for row in conn.execute(query, parameters or {}).mappings()]


def run_totals(conn: Connection, run_id: int) -> Row:
    """One run: its state, times and the number of pages for each outcome."""
    return _rows(conn, text("select * from news.runs where run_id = :run"), {"run": run_id})[0]


def run_archives(conn: Connection, run_id: int) -> Sequence[Row]:
    """The archives of the web that a run asked for last."""
    return _rows(conn, text("select * from news.archives where run_id = :run order by archive_id"), {"run": run_id})


def run_sources(conn: Connection, run_id: int) -> Sequence[Row]:
    """For each source of a run: what it said, and what became of its pages."""
    return _rows(conn, _RUN_SOURCES, {"run": run_id})


_RUN_SOURCES = text("""
    with pages as (
        select source, count(*) as pages,
            count(*) filter (where outcome = 'loaded') as loaded,
            count(*) filter (where outcome = 'folded') as folded,
            count(*) filter (where outcome = 'unchanged') as unchanged,
            count(*) filter (where outcome = 'skipped') as skipped,
            count(*) filter (where outcome = 'failed') as failed,
            count(*) filter (where outcome = 'pending') as pending
        from news.outcomes where run_id = :run group by source
    ), polls as (
        select source, state, reason, entries, new_pages, oldest_entry_at, seconds from news.polls where run_id = :run
    )
    select source, q.state, q.reason, coalesce(q.entries, 0) as entries, coalesce(q.new_pages, 0) as new_pages,
        q.oldest_entry_at, q.seconds, coalesce(p.pages, 0) as pages, coalesce(p.loaded, 0) as loaded,
        coalesce(p.folded, 0) as folded, coalesce(p.unchanged, 0) as unchanged, coalesce(p.skipped, 0) as skipped,
        coalesce(p.failed, 0) as failed, coalesce(p.pending, 0) as pending
    from polls q full join pages p using (source)
    order by source
""")


def run_problems(conn: Connection, run_id: int) -> Sequence[Row]:
    """The pages of a run that brought no article though they were wanted, each with the reason."""
    return _rows(conn, _RUN_PROBLEMS, {"run": run_id})


_RUN_PROBLEMS = text("""
    select o.source, o.url, o.outcome, o.reason, p.detail, p.next_attempt_at
    from news.outcomes o join news.pages p using (page_id)
    where o.run_id = :run and o.outcome in ('skipped', 'failed')
        and o.reason not in ('old', 'off_topic', 'outside_range')
    order by o.source, o.url
""")


def run_unwanted(conn: Connection, run_id: int) -> Sequence[Row]:
    """How many pages of a run were left alone as too old, off topic or outside its days."""
    return _rows(conn, _RUN_UNWANTED, {"run": run_id})


_RUN_UNWANTED = text("""
    select reason, count(*) as pages from ingest.outcome
    where run_id = :run and outcome = 'skipped' and reason in ('old', 'off_topic', 'outside_range')
    group by reason order by reason
""")


def run_articles(conn: Connection, run_id: int, limit: int) -> Sequence[Row]:
    """All versions of the stories that a run brought something new to, the stories with most versions first."""
    return _rows(conn, _RUN_ARTICLES, {"run": run_id, "limit": limit})


# Lateral: the view groups by story, and only a single story's key reaches below that.
_RUN_ARTICLES = text("""
    with touched as (
        select distinct a.story_id
        from ingest.outcome o join ingest.article a on a.page_id = o.page_id
        where o.run_id = :run and o.outcome in ('loaded', 'folded')
    ), stories as (
        select s.story_id, s.article_count
        from touched t join lateral (select * from news.stories s where s.story_id = t.story_id) s on true
        order by s.article_count desc, s.story_id
        limit :limit
    )
    select s.story_id, a.article_id, a.is_canonical, a.copy_kind, a.similarity, a.language, a.source, a.url,
        coalesce(a.title, substring(a.text from '^[^\\n]{1,80}(?=\\s|$)')) as title
    from stories s join news.articles a using (story_id)
    order by s.article_count desc, s.story_id, a.is_canonical desc, a.article_id
""")


def archive_totals(conn: Connection) -> Row:
    """How many articles there are, in how many stories, each of which has one article that is no copy."""
    return _rows(conn, _ARCHIVE)[0]


_ARCHIVE = text(
    "select articles, articles - copies as stories from (select count(*) as articles from ingest.article) a,"
    " (select count(*) as copies from ingest.copy) c"
)


def latest_stories(conn: Connection, limit: int) -> Sequence[Row]:
    """The stories with the newest articles, newest first."""
    return _rows(conn, _LATEST, {"limit": limit})


# The newest articles are found first, through article_dated_at_ix; their stories are then the only ones that are
# grouped.
_LATEST = text("""
    with newest as (
        select story_id, max(dated_at) as newest_at
        from (select story_id, dated_at from ingest.article order by dated_at desc limit 50 * :limit) a
        group by story_id order by newest_at desc, story_id desc limit :limit
    )
    select s.*, n.newest_at
    from newest n join lateral (select * from news.stories s where s.story_id = n.story_id) s on true
    order by n.newest_at desc, n.story_id desc
""")


def find_story(conn: Connection, story_or_url: str) -> int | None:
    """The id of a story by its number, or by the URL of one of its articles or pages."""
    if story_or_url.isdecimal() and len(story_or_url) < 19:
        found = text("select coalesce(successor, id) from ingest.story where id = :it")
        return conn.execute(found, {"it": int(story_or_url)}).scalar_one_or_none()
    return conn.execute(_FIND_BY_URL, {"canonical": canonicalize(story_or_url)}).scalars().first()


def story_move(conn: Connection, story_or_url: str) -> Row | None:
    """Where the story of a number went when it was merged away: when and why; None for any other."""
    if not (story_or_url.isdecimal() and len(story_or_url) < 19):
        return None
    return next(iter(_rows(conn, _STORY_MOVE, {"it": int(story_or_url)})), None)


_STORY_MOVE = text("""
    select s.id as from_story, s.successor as to_story, c.changed_at, c.reason, c.run_id
    from ingest.story s
    left join lateral (
        select changed_at, reason, run_id from news.story_changes
        where from_story = s.id order by changed_at desc limit 1
    ) c on true
    where s.id = :it and s.successor is not null
""")
_FIND_BY_URL = text("""
    select story_id from ingest.article where md5(canonical_url) = md5(:canonical)
    union all
    select a.story_id from ingest.page p join ingest.article a on a.page_id = p.id
    where md5(p.canonical_url) = md5(:canonical)
""")


def articles(conn: Connection, article_ids: Sequence[int]) -> dict[int, Row]:
    """Articles by their ids, without their texts."""
    found = text("""
        select article_id, story_id, source, language, published_at, title, url
        from news.articles where article_id = any(:ids)
    """)
    return {row["article_id"]: row for row in _rows(conn, found, {"ids": list(article_ids)})}


def titles(conn: Connection, article_ids: Sequence[int]) -> dict[int, str | None]:
    """What articles are called by their ids: the title, else the opening words."""
    rows = conn.execute(_TITLES, {"ids": list(article_ids)}).all()
    return {row.article_id: row.title for row in rows}


_TITLES = text("""
    select article_id, coalesce(title, substring(text from '^[^\\n]{1,80}(?=\\s|$)')) as title
    from news.articles where article_id = any(:ids)
""")


def find_page(conn: Connection, url: str) -> Row | None:
    """What became of the page of an address."""
    found = text(
        "select p.* from ingest.page q join news.pages p on p.page_id = q.id where md5(q.canonical_url) = md5(:c)"
    )
    return next(iter(_rows(conn, found, {"c": canonicalize(url)})), None)


def story(conn: Connection, story_id: int) -> Row:
    """One story."""
    return _rows(conn, text("select * from news.stories where story_id = :s"), {"s": story_id})[0]


def story_versions(conn: Connection, story_id: int) -> Sequence[Row]:
    """The articles of a story, the canonical one first, each copy with its verdict."""
    return _rows(conn, _VERSIONS, {"s": story_id})


_VERSIONS = text("""
    select a.*, c.copy_of, c.evidence
    from news.articles a left join news.copies c using (article_id)
    where a.story_id = :s order by a.is_canonical desc, a.article_id
""")


def sources(conn: Connection) -> Sequence[Row]:
    """All sources with their health."""
    return _rows(conn, text("select * from news.sources order by is_followed desc, source"))


def latest_runs(conn: Connection, limit: int) -> Sequence[Row]:
    """The newest runs, newest first."""
    latest = text("select * from news.runs order by run_id desc limit :limit")
    return _rows(conn, latest, {"limit": limit})


def page_counts(conn: Connection) -> Sequence[Row]:
    """How many pages ended how, over all time."""
    counts = text("select outcome, reason, count(*) as pages from news.pages group by 1, 2 order by 1, 3 desc, 2")
    return _rows(conn, counts)
