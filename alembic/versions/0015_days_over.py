"""A day is complete only where its source's list was read after the day was over."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"

COVERAGE = """
create or replace view news.coverage as
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
    select w.source_id, w.day, {state} as state, w.expected, w.reason,
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
"""
OVER = "case when w.state = 'listed' and w.listed_at < (w.day + 1)::timestamp at time zone 'UTC' then null else w.state end"
COMMENT = """
comment on column news.coverage.state is 'complete; pending: pages wait; hole: fewer pages than expected; failed: a list or a page could not be read; beyond: the source does not list so far back; planned: its list is still to be read; gap: a feed moved on further than it reaches between two polls, so articles may be missing; followed: pages of daily runs, no backfill has read the list{when}.'
"""


def upgrade() -> None:
    """What a list said of a day before its end is not all of it."""
    op.execute(COVERAGE.format(state=OVER))
    op.execute(COMMENT.format(when=" after the day was over"))


def downgrade() -> None:
    """Take it for all again."""
    op.execute(COVERAGE.format(state="w.state"))
    op.execute(COMMENT.format(when=""))
