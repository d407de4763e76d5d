"""Bodies, outcomes and polls in partitions, so that what is kept no longer is dropped and not deleted."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"

# The bodies that are there are kept for ever: their table becomes the partition of those. No row is written. Partitions
# have no foreign keys: making and dropping one would lock the tables that runs write to.
CAPTURES = """
alter table ingest.capture rename to capture_kept;
alter table ingest.capture_kept drop constraint capture_pkey, drop constraint capture_page_id_fkey;
drop index ingest.capture_page_id_body_hash_key;
alter table ingest.capture_kept drop column id, add column keep_until date default 'infinity' not null;
alter table ingest.capture_kept alter column fetched_at set default clock_timestamp();
alter table ingest.capture_kept add constraint capture_kept_pkey primary key (page_id, body_hash, keep_until);
create table ingest.capture (like ingest.capture_kept including defaults) partition by range (keep_until);
alter table ingest.capture add constraint capture_pkey primary key (page_id, body_hash, keep_until);
alter table ingest.capture attach partition ingest.capture_kept for values from ('infinity') to (maxvalue);
"""

# Blocks of 100 runs, those there are and one ahead: db/partitions.py makes the next ones.
RUNS = """
alter table ingest.outcome rename to outcome_old;
alter table ingest.outcome_old rename constraint outcome_pkey to outcome_old_pkey;
alter index ingest.outcome_page_id_ix rename to outcome_old_page_id_ix;
create table ingest.outcome (like ingest.outcome_old including defaults including constraints)
    partition by range (run_id);
alter table ingest.outcome add constraint outcome_pkey primary key (run_id, page_id);
create index outcome_page_id_ix on ingest.outcome (page_id);

alter table ingest.poll rename to poll_old;
alter table ingest.poll_old rename constraint poll_pkey to poll_old_pkey;
create table ingest.poll (like ingest.poll_old including defaults including constraints) partition by range (run_id);
alter table ingest.poll add constraint poll_pkey primary key (run_id, source_id);

do $$
declare
    block bigint;
begin
    for block in select generate_series(0, (select coalesce(max(id), 0) / 100 + 1 from ingest.run)) loop
        execute format('create table ingest.outcome_from_%s partition of ingest.outcome for values from (%s) to (%s)',
                       block * 100, block * 100, block * 100 + 100);
        execute format('create table ingest.poll_from_%s partition of ingest.poll for values from (%s) to (%s)',
                       block * 100, block * 100, block * 100 + 100);
    end loop;
end $$;
insert into ingest.outcome select * from ingest.outcome_old;
insert into ingest.poll select * from ingest.poll_old;
alter table ingest.run add column totals jsonb;
-- Of a page's newest body, that it be known when the body is gone. Null: its bodies are all there.
alter table ingest.page add column body_hash text;
"""

UNPARTED_RUNS = """
alter table ingest.outcome rename to outcome_old;
alter table ingest.outcome_old rename constraint outcome_pkey to outcome_old_pkey;
alter index ingest.outcome_page_id_ix rename to outcome_old_page_id_ix;
create table ingest.outcome (like ingest.outcome_old including defaults including constraints);
insert into ingest.outcome
select o.* from ingest.outcome_old o join ingest.run r on r.id = o.run_id join ingest.page p on p.id = o.page_id;
alter table ingest.outcome add constraint outcome_pkey primary key (run_id, page_id);
create index outcome_page_id_ix on ingest.outcome (page_id);
alter table ingest.outcome add constraint outcome_run_id_fkey
    foreign key(run_id) references ingest.run (id) on delete cascade;
alter table ingest.outcome add constraint outcome_page_id_fkey
    foreign key(page_id) references ingest.page (id) on delete cascade;

alter table ingest.poll rename to poll_old;
alter table ingest.poll_old rename constraint poll_pkey to poll_old_pkey;
create table ingest.poll (like ingest.poll_old including defaults including constraints);
insert into ingest.poll select q.* from ingest.poll_old q join ingest.run r on r.id = q.run_id;
alter table ingest.poll add constraint poll_pkey primary key (run_id, source_id);
alter table ingest.poll add constraint poll_run_id_fkey
    foreign key(run_id) references ingest.run (id) on delete cascade;
alter table ingest.poll add constraint poll_source_id_fkey foreign key(source_id) references ingest.source (id);
"""

UNPARTED_CAPTURES = """
alter table ingest.capture detach partition ingest.capture_kept;
insert into ingest.capture_kept select * from ingest.capture;
drop table ingest.capture;
alter table ingest.capture_kept rename to capture;
alter table ingest.capture drop constraint capture_kept_pkey, drop column keep_until;
alter table ingest.capture alter column fetched_at set default now();
alter table ingest.capture add column id bigint generated always as identity;
alter table ingest.capture add constraint capture_pkey primary key (id);
create unique index capture_page_id_body_hash_key on ingest.capture (page_id, body_hash);
delete from ingest.capture c where not exists (select from ingest.page p where p.id = c.page_id);
alter table ingest.capture add constraint capture_page_id_fkey
    foreign key(page_id) references ingest.page (id) on delete cascade;
"""

VIEWS = """
create or replace view news.outcomes as
select o.run_id, o.page_id, p.url, s.slug as source, o.outcome, o.reason, o.decided_at
from ingest.outcome o
join ingest.page p on p.id = o.page_id
join ingest.source s on s.id = p.source_id;

create or replace view news.polls as
select q.run_id, s.slug as source, q.state, q.reason, q.entries, q.new_pages, q.oldest_entry_at, q.seconds, q.polled_at
from ingest.poll q
join ingest.source s on s.id = q.source_id;

create or replace view news.remade as
select m.run_id, m.page_id, p.url, s.slug as source, a.id as article_id, o.outcome, o.reason, m.changed,
    m.words_added, m.words_removed, m.similarity
from ingest.remade m
join ingest.page p on p.id = m.page_id
join ingest.source s on s.id = p.source_id
left join ingest.article a on a.page_id = p.id
left join ingest.outcome o on o.run_id = m.run_id and o.page_id = m.page_id;
"""


def _runs_view(counts: dict[str, str]) -> str:
    columns = ",\n    ".join(f"{count} as {name}" for name, count in counts.items())
    return f"""
create or replace view news.runs as
select r.id as run_id, r.kind, r.state, r.started_at, r.finished_at, r.since, r.until,
    {columns},
    r.error
from ingest.run r
left join ingest.outcome o on o.run_id = r.id
group by r.id;
"""


_OUTCOMES = ("loaded", "folded", "unchanged", "skipped", "failed", "pending")
_COUNTS = {
    "pages": "count(o.page_id)",
    **{name: f"count(*) filter (where o.outcome = '{name}')" for name in _OUTCOMES},
    "sources_failed": "(select count(*) from ingest.poll q where q.run_id = r.id and q.state = 'failed')",
}
_KEPT_COUNTS = {name: f"coalesce((r.totals ->> '{name}')::bigint, {count})" for name, count in _COUNTS.items()}


def upgrade() -> None:
    """Make the tables anew in partitions, with all rows, and have the views read them."""
    op.execute(CAPTURES)
    op.execute(RUNS)
    op.execute(VIEWS + _runs_view(_KEPT_COUNTS))
    op.execute("drop table ingest.outcome_old; drop table ingest.poll_old;")
    op.execute("""
        comment on column news.runs.pages is
            'Pages it took up; this and the next are kept when its rows in news.outcomes are no longer.'
    """)


def downgrade() -> None:
    """Put all rows into one table again. Lost: the totals of runs whose outcomes were dropped before."""
    op.execute(UNPARTED_RUNS)
    op.execute(VIEWS + _runs_view(_COUNTS))
    op.execute("drop table ingest.outcome_old; drop table ingest.poll_old; alter table ingest.run drop column totals;")
    op.execute("alter table ingest.page drop column body_hash")
    op.execute("comment on column news.runs.pages is 'Pages it took up.'")
    op.execute(UNPARTED_CAPTURES)
