"""Windows of backfills, the day of a page, and what each source brought on each day."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"

TABLES = """
create table ingest.window (
    source_id bigint not null,
    day date not null,
    state text not null,
    expected integer,
    reason text,
    run_id bigint,
    listed_at timestamptz,
    constraint window_pkey primary key (source_id, day),
    constraint window_source_id_fkey foreign key(source_id) references ingest.source (id) on delete cascade,
    constraint window_run_id_fkey foreign key(run_id) references ingest.run (id) on delete set null,
    constraint window_state_check check (state in ('planned', 'listed', 'beyond', 'failed', 'gap')),
    constraint window_reason_check check (state <> 'failed' or reason is not null)
);

alter table ingest.page add column article_published_at timestamptz;
update ingest.page p set article_published_at = a.published_at
from ingest.article a where a.page_id = p.id and p.entry_published_at is null and a.published_at is not null;
alter table ingest.page add column day date not null generated always as (
    (coalesce(entry_published_at, article_published_at, entry_updated_at, discovered_at) at time zone 'UTC')::date
) stored;
create index page_day_source_id_ix on ingest.page (day, source_id);

-- With the id in it, coverage need not read the articles themselves.
alter table ingest.article drop constraint article_page_id_key;
create unique index article_page_id_key on ingest.article (page_id) include (id);
"""

VIEWS = """
create view news.coverage as
select s.slug as source, t.day, max(t.expected) as expected,
    sum(t.discovered)::bigint as discovered, sum(t.loaded)::bigint as loaded, sum(t.folded)::bigint as folded,
    sum(t.skipped)::bigint as skipped, sum(t.failed)::bigint as failed,
    sum(t.discovered - t.loaded - t.folded - t.skipped - t.failed)::bigint as pending,
    case
        when max(t.state) is null then 'followed'
        when max(t.state) in ('planned', 'gap') then max(t.state)
        when sum(t.discovered) > sum(t.loaded + t.folded + t.skipped + t.failed) then 'pending'
        when max(t.state) = 'failed' or sum(t.failed) > 0 then 'failed'
        when max(t.state) = 'beyond' then case when sum(t.discovered) > 0 then 'followed' else 'beyond' end
        when sum(t.loaded + t.folded + t.skipped - t.put_aside) < greatest(max(t.expected), sum(t.discovered))
            then 'hole'
        else 'complete'
    end as state,
    max(t.reason) as reason
from (
    select w.source_id, w.day, w.state, w.expected, w.reason,
        0 as discovered, 0 as loaded, 0 as folded, 0 as skipped, 0 as put_aside, 0 as failed
    from ingest.window w
    union all
    select p.source_id, p.day, null, null, case when p.state = 'failed' then p.reason end, 1,
        (p.state = 'loaded' and a.id is not null and c.article_id is null)::int,
        (p.state = 'loaded' and c.article_id is not null)::int,
        (p.state = 'skipped')::int,
        (p.state = 'skipped' and p.reason in ('old', 'outside_range'))::int,
        (p.state = 'failed')::int
    from ingest.page p
    left join ingest.article a on a.page_id = p.id
    left join ingest.copy c on c.article_id = a.id
) t
join ingest.source s on s.id = t.source_id
group by s.slug, t.day;

comment on view news.coverage is 'What each source brought on each day: a row for every day that has pages or that a backfill was asked for.';
comment on column news.coverage.source is 'Slug of the source.';
comment on column news.coverage.day is 'Day in UTC: of a page the date that its source states, else that of its article, else that of its last change, else that of its discovery.';
comment on column news.coverage.expected is 'How many pages of this day the source is known to have: it listed them in a backfill, or they were found to be of this day. Null where no backfill has read its list.';
comment on column news.coverage.discovered is 'Pages of this day that are known: discovered = loaded + folded + skipped + failed + pending.';
comment on column news.coverage.loaded is 'Pages with an article that is canonical in its story.';
comment on column news.coverage.folded is 'Pages with an article that is a copy of another.';
comment on column news.coverage.skipped is 'Pages that hold no article, or one that is not wanted; news.pages says why.';
comment on column news.coverage.failed is 'Pages that could not be had; news.pages says why.';
comment on column news.coverage.pending is 'Pages that wait to be fetched or loaded, or whose article is gone.';
comment on column news.coverage.state is 'complete; pending: pages wait; hole: fewer pages than expected; failed: a list or a page could not be read; beyond: the source does not list so far back; planned: its list is still to be read; gap: a feed moved on further than it reaches between two polls, so articles may be missing; followed: pages of daily runs, no backfill has read the list.';
comment on column news.coverage.reason is 'Why the list or a page could not be had, or how far back the list reaches.';
"""

DOWN = """
drop view news.coverage;
drop index ingest.article_page_id_key;
alter table ingest.article add constraint article_page_id_key unique (page_id);
drop index ingest.page_day_source_id_ix;
alter table ingest.page drop column day, drop column article_published_at;
drop table ingest.window;
"""


def upgrade() -> None:
    """Add the windows, the day of each page, and the view."""
    op.execute(TABLES)
    op.execute(VIEWS)


def downgrade() -> None:
    """Drop them; the pages stay as they are. Lost: which days a backfill was asked for, and how far it came."""
    op.execute(DOWN)
