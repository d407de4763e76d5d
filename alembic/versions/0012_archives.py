"""Archives of the web: how far each was read, where a page's body is to be had, and when an archive took it."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"

TABLES = """
create table ingest.archive (
    id bigint generated always as identity,
    address text not null,
    version text not null,
    wanted text not null,
    state text default 'reading' not null,
    read_to bigint default 0 not null,
    resume_key text,
    records bigint default 0 not null,
    matched bigint default 0 not null,
    damaged bigint default 0 not null,
    problems text[] default '{}' not null,
    error text,
    claimed_by bigint,
    run_id bigint,
    read_at timestamptz default now() not null,
    constraint archive_pkey primary key (id),
    constraint archive_claimed_by_fkey foreign key(claimed_by) references ingest.run (id) on delete set null,
    constraint archive_run_id_fkey foreign key(run_id) references ingest.run (id) on delete set null,
    constraint archive_state_check check (state in ('reading', 'done'))
);
create unique index archive_address_key on ingest.archive (md5(address));
create index archive_claimed_by_ix on ingest.archive (claimed_by) where claimed_by is not null;
create index archive_run_id_ix on ingest.archive (run_id);

alter table ingest.page add column archive_url text;
alter table ingest.capture add column archived_at timestamptz;
"""

VIEWS = """
create view news.archives as
select a.id as archive_id, a.address, a.state, a.read_to, a.records, a.matched, a.damaged, a.problems, a.error, a.run_id,
    a.claimed_by is not null as is_being_read, a.read_at
from ingest.archive a;
comment on view news.archives is 'WARC files, and questions to the index of a web archive, that backfills read.';
comment on column news.archives.archive_id is 'Key.';
comment on column news.archives.address is 'Path or address of the file, or the question.';
comment on column news.archives.state is 'reading: there is more to read, now or in a later run; done: read to its end.';
comment on column news.archives.read_to is 'Byte of the file where reading goes on; 0 for a question.';
comment on column news.archives.records is 'Records, or rows of answers, that were read.';
comment on column news.archives.matched is 'Those that are pages of followed sources, crawled in the days asked for or soon after.';
comment on column news.archives.damaged is 'Records that could not be read.';
comment on column news.archives.problems is 'What was wrong with the first of those, each with its place.';
comment on column news.archives.error is 'Why it could not be read on.';
comment on column news.archives.run_id is 'The run that asked for it last.';
comment on column news.archives.is_being_read is 'Whether a run reads it now.';
comment on column news.archives.read_at is 'When it was read last.';
"""

DOWN = """
drop view news.archives;
alter table ingest.capture drop column archived_at;
alter table ingest.page drop column archive_url;
drop table ingest.archive;
"""


def upgrade() -> None:
    """Add the table, its view and two columns."""
    op.execute(TABLES)
    op.execute(VIEWS)


def downgrade() -> None:
    """Take them away again. Lost: how far archives were read, and when they took a body."""
    op.execute(DOWN)
