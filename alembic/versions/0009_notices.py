"""Notices: what was wrong and since when, and what of it was said to which webhook."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"

TABLES = """
create table ingest.notice (
    id bigint generated always as identity,
    kind text not null,
    subject text not null,
    since timestamptz not null,
    detail text not null,
    run_id bigint,
    first_seen timestamptz not null,
    ended_at timestamptz,
    constraint notice_pkey primary key (id),
    constraint notice_run_id_fkey foreign key(run_id) references ingest.run (id) on delete set null,
    constraint notice_kind_check check (kind in ('source_silent', 'source_failing', 'run_failed', 'day_hole'))
);
create unique index notice_open_key on ingest.notice (kind, subject) where ended_at is null;
create index notice_kind_subject_ix on ingest.notice (kind, subject);

create table ingest.delivery (
    notice_id bigint not null,
    webhook text not null,
    sent_at timestamptz,
    end_sent_at timestamptz,
    attempts integer default 0 not null,
    last_error text,
    constraint delivery_pkey primary key (notice_id, webhook),
    constraint delivery_notice_id_fkey foreign key(notice_id) references ingest.notice (id) on delete cascade
);
create index delivery_due_ix on ingest.delivery (webhook) where sent_at is null or end_sent_at is null;
"""

VIEWS = """
create view news.notices as
select
    n.id as notice_id,
    n.kind,
    n.subject,
    case when n.ended_at is null then 'open' else 'ended' end as state,
    n.since,
    n.ended_at,
    n.detail,
    n.run_id,
    n.first_seen,
    d.sent_at,
    d.end_sent_at,
    coalesce(d.webhooks, 0) as webhooks,
    coalesce(d.untold, 0) as untold,
    coalesce(d.attempts, 0) as attempts,
    d.last_error
from ingest.notice n
left join lateral (
    select
        min(coalesce(x.sent_at, x.end_sent_at)) as sent_at,
        min(x.end_sent_at) as end_sent_at,
        count(*) as webhooks,
        count(*) filter (where case when n.ended_at is null then x.sent_at else x.end_sent_at end is null) as untold,
        sum(x.attempts) as attempts,
        max(x.last_error) as last_error
    from ingest.delivery x
    where x.notice_id = n.id
) d on true;

comment on view news.notices is 'What was or is wrong with sources, runs and days, and whether it was said to the webhooks of NEWSFOLD_NOTICES.';
comment on column news.notices.notice_id is 'Key.';
comment on column news.notices.kind is 'source_silent, source_failing, run_failed or day_hole.';
comment on column news.notices.subject is 'What it is about: the slug of a source, the kind of a run with its days, the first day of a hole, after a slug where it is a source''s.';
comment on column news.notices.state is 'open or ended.';
comment on column news.notices.since is 'Since when it is wrong: the newest entry of a silent source, the last answer of a failing one, the end of a failed run, the last run before a hole.';
comment on column news.notices.ended_at is 'When it was found to be well again.';
comment on column news.notices.detail is 'What was found.';
comment on column news.notices.run_id is 'The run that failed, for run_failed.';
comment on column news.notices.first_seen is 'When it was noticed.';
comment on column news.notices.sent_at is 'When it was first said; null where nobody was told yet.';
comment on column news.notices.end_sent_at is 'When it was first said that it is over.';
comment on column news.notices.webhooks is 'How many webhooks it is for.';
comment on column news.notices.untold is 'How many of them have not been told its present state.';
comment on column news.notices.attempts is 'Messages that were tried for it, over all webhooks.';
comment on column news.notices.last_error is 'Why the last one did not arrive; null where it did.';

do $$
begin
    if exists (select from pg_roles where rolname = 'news_reader') then
        grant select on news.notices to news_reader;
    end if;
end $$;
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(VIEWS)


def downgrade() -> None:
    """Drop them. Lost: the notices, and what was said to whom."""
    op.execute("drop view news.notices; drop table ingest.delivery; drop table ingest.notice;")
