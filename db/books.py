"""The books: what runs took up against what became of it, and what else no constraint can promise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

Row = Mapping[str, Any]
BALANCE = "the books of each run balance"


def counting(rows: str) -> str:
    """SQL that enters pages in the books of run `:run`: `rows` names a relation with a `source_id` and how many `pages`
    for each. Whoever writes an outcome row or takes one away says so here, in the same transaction.

    Books are locked in the order of their sources; who has one waits for no page.
    """
    return f"""
        insert into ingest.book as b (run_id, source_id, discovered)
        select :run, source_id, sum(pages) from {rows} r where source_id is not null
        group by source_id order by source_id
        on conflict (run_id, source_id) do update set discovered = b.discovered + excluded.discovered
    """


def taking(rows: str) -> str:
    """SQL of two parts of a `with`: the pages of `rows` (`id`, `source_id`) are taken up by run `:run`, each with a
    pending outcome, and counted. A page that the run had before keeps what became of it.
    """
    return f"""taken as (
        insert into ingest.outcome (run_id, page_id, source_id)
        select :run, id, source_id from {rows} order by id
        on conflict do nothing
        returning source_id, 1 as pages
    ), counted as ({counting("taken")})"""


def balances(conn: Connection, run_id: int) -> bool:
    """Whether the books of a run add up, for each of its sources."""
    return not conn.execute(_IS_OFF, {"run": run_id}).scalar_one()


_IS_OFF = text("select exists (select from news.books where run_id = :run and difference <> 0)")


def unbalanced(conn: Connection) -> Sequence[Row]:
    """The rows of `news.books` that do not add up, those of the newest run first: of its sources, else the one for
    the whole run.
    """
    return [dict(row) for row in conn.execute(_UNBALANCED).mappings()]


_UNBALANCED = text("""
    with off as (select * from news.books where difference <> 0)
    select * from off
    where source is not null or not exists (select from off o where o.run_id = off.run_id and o.source is not null)
    order by run_id desc, source
""")


def broken_promises(conn: Connection) -> Sequence[Row]:
    """What should never be and no constraint can forbid: each promise with how many rows break it."""
    return [dict(row) for row in conn.execute(_BROKEN, {"balance": BALANCE}).mappings()]


# What was settled before this may be of a run whose outcomes are kept no longer; a day is for clocks that differ.
_FORGOTTEN = """(
    select coalesce(max(finished_at) + interval '1 day', '-infinity') from ingest.run
    where totals is not null or not is_counted)"""
_BROKEN = text(f"""
    select promise, broken from (
        select cast(:balance as text) as promise, count(distinct run_id) as broken
        from news.books where difference <> 0
        union all
        select 'an article has a run that loaded it', count(*)
        from ingest.article a
        where a.first_seen_at > {_FORGOTTEN} and not exists (
            select from ingest.outcome o where o.page_id = a.page_id and o.outcome in ('loaded', 'folded'))
        union all
        select 'a page that was skipped or failed has a run that says so', count(*)
        from ingest.page p
        where p.state in ('skipped', 'failed') and p.discovered_at > {_FORGOTTEN} and not exists (
            select from ingest.outcome o where o.page_id = p.id and (o.outcome, o.reason) = (p.state, p.reason))
        union all
        select 'a completed run leaves no page pending', count(*)
        from ingest.outcome o join ingest.run r on r.id = o.run_id where r.state = 'completed' and o.outcome = 'pending'
        union all
        select 'a loaded page has an article', count(*)
        from ingest.page p where p.state = 'loaded' and not exists (select from ingest.article a where a.page_id = p.id)
        union all
        select 'a story has one canonical article', count(*)
        from (select a.story_id from ingest.article a left join ingest.copy c on c.article_id = a.id
              group by a.story_id having count(*) filter (where c.article_id is null) <> 1) s
        union all
        select 'a copy is in the story of its original', count(*)
        from ingest.copy c join ingest.article a on a.id = c.article_id join ingest.article b on b.id = c.copy_of
        where a.story_id <> b.story_id
        union all
        select 'only a running run holds pages', count(*)
        from ingest.page p join ingest.run r on r.id = p.claimed_by where r.state <> 'running'
        union all
        select 'a body belongs to a page', count(*)
        from ingest.capture c where not exists (select from ingest.page p where p.id = c.page_id)
        union all
        select 'a page that waits to be loaded has a body', count(*)
        from ingest.page p where p.state = 'fetched' and not exists (
            select from ingest.capture c where c.page_id = p.id)
        union all
        select 'only a running run holds sources', count(*)
        from ingest.source s join ingest.run r on r.id = s.claimed_by where r.state <> 'running'
    ) promises
    where broken > 0
""")
