"""The books of a run: what it took up, counted when it did, against what became of it."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
is_additive = True

# A run of a newsfold that does not count yet says so by leaving is_counted as it is.
# Locked in the order in which runs lock them.
TABLES = """
lock table ingest.outcome in access exclusive mode;
lock table ingest.source in share row exclusive mode;
lock table ingest.run in access exclusive mode;
create table ingest.book (
    run_id bigint not null,
    source_id bigint not null,
    discovered bigint not null,
    constraint book_pkey primary key (run_id, source_id),
    constraint book_run_id_fkey foreign key (run_id) references ingest.run (id) on delete cascade,
    constraint book_source_id_fkey foreign key (source_id) references ingest.source (id)
);
alter table ingest.run add column is_counted boolean default false not null;
alter table ingest.outcome add column source_id bigint;
"""

# Every row is counted twice, for its source and for the whole run: with grouping sets a condition on run_id would not reach
# the rows.
VIEWS = """
create view news.books as
select c.run_id, s.slug as source, c.discovered, c.loaded, c.folded, c.unchanged, c.skipped, c.failed, c.pending,
    c.skipped_for, c.failed_for,
    c.discovered - (c.loaded + c.folded + c.unchanged + c.skipped + c.failed + c.pending) as difference
from (
    select r.id as run_id, b.source_id,
        case when r.is_counted then coalesce(b.discovered, 0) end as discovered,
        coalesce(b.loaded, 0) as loaded, coalesce(b.folded, 0) as folded, coalesce(b.unchanged, 0) as unchanged,
        coalesce(b.skipped, 0) as skipped, coalesce(b.failed, 0) as failed, coalesce(b.pending, 0) as pending,
        coalesce(b.skipped_for, '{}') as skipped_for, coalesce(b.failed_for, '{}') as failed_for
    from ingest.run r
    left join (
        select e.run_id, e.source_id,
            sum(e.pages) filter (where e.outcome = 'discovered')::bigint as discovered,
            sum(e.pages) filter (where e.outcome = 'loaded')::bigint as loaded,
            sum(e.pages) filter (where e.outcome = 'folded')::bigint as folded,
            sum(e.pages) filter (where e.outcome = 'unchanged')::bigint as unchanged,
            sum(e.pages) filter (where e.outcome = 'skipped')::bigint as skipped,
            sum(e.pages) filter (where e.outcome = 'failed')::bigint as failed,
            sum(e.pages) filter (where e.outcome = 'pending')::bigint as pending,
            jsonb_object_agg(e.reason, e.pages) filter (where e.outcome = 'skipped') as skipped_for,
            jsonb_object_agg(e.reason, e.pages) filter (where e.outcome = 'failed') as failed_for
        from (
            select t.run_id, case when not w.is_whole then t.source_id end as source_id, t.outcome, t.reason,
                sum(t.pages) as pages
            from (
                select k.run_id, k.source_id, 'discovered' as outcome, null as reason, k.discovered as pages
                from ingest.book k
                union all
                select o.run_id, coalesce(o.source_id, p.source_id), o.outcome, coalesce(o.reason, 'unsaid'), 1
                from ingest.outcome o
                join ingest.page p on p.id = o.page_id
            ) t
            cross join (values (false), (true)) w (is_whole)
            group by 1, 2, 3, 4
        ) e
        group by e.run_id, e.source_id
    ) b on b.run_id = r.id
    where r.totals is null
    union all
    select r.id, null, (r.totals ->> 'discovered')::bigint, (r.totals ->> 'loaded')::bigint,
        (r.totals ->> 'folded')::bigint, (r.totals ->> 'unchanged')::bigint, (r.totals ->> 'skipped')::bigint,
        (r.totals ->> 'failed')::bigint, (r.totals ->> 'pending')::bigint, null, null
    from ingest.run r
    where r.totals is not null
) c
left join ingest.source s on s.id = c.source_id;

comment on view news.books is 'For each run, by source and in all: discovered = loaded + folded + unchanged + skipped + failed + pending.';
comment on column news.books.run_id is 'The run.';
comment on column news.books.source is 'The source that had the page when it was taken up; null in the row for the whole run.';
comment on column news.books.discovered is 'Pages that it took up, or put aside when they were named, as counted in that moment; those that it gave back are not among them. Null where an older newsfold did not count.';
comment on column news.books.loaded is 'New articles that begin a story, and new texts of articles; this and the next are counted now, of the rows of news.outcomes.';
comment on column news.books.folded is 'New articles that joined a story.';
comment on column news.books.unchanged is 'Pages whose body was known.';
comment on column news.books.skipped is 'Pages that hold no article, or one that is not wanted.';
comment on column news.books.failed is 'Pages that could not be had.';
comment on column news.books.pending is 'Pages that it works on, or left to a later run.';
comment on column news.books.skipped_for is 'How many were skipped for which reason; null where the rows of the run are kept no longer.';
comment on column news.books.failed_for is 'The same of those that failed.';
comment on column news.books.difference is 'discovered less the sum of the others: 0 where the books balance, null where nobody counted. newsfold doctor looks at it.';

do $$
begin
    if exists (select from pg_roles where rolname = 'news_reader') then
        grant select on news.books to news_reader;
    end if;
end $$;
"""


def upgrade() -> None:
    """Add the counts and the view. Runs of before are not judged."""
    op.execute(TABLES)
    op.execute(VIEWS)


def downgrade() -> None:
    """Drop them. Lost: what was counted, so that the runs until now are not judged again."""
    op.execute("""
        lock table ingest.outcome in access exclusive mode;
        lock table ingest.run in access exclusive mode;
        drop view news.books;
        drop table ingest.book;
        alter table ingest.run drop column is_counted;
        alter table ingest.outcome drop column source_id;
    """)
