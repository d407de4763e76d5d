"""One run at a time for a source, one request at a time for a host, on however many machines."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the claim on sources, the poll that was left to another run, the slots of hosts, and a run's flow run.

    What is known of hosts may be lost with the server: the table is not written to its log.
    """
    op.execute("""
        alter table ingest.source add column claimed_by bigint;
        alter table ingest.source add constraint source_claimed_by_fkey
            foreign key (claimed_by) references ingest.run (id) on delete set null;
        create index source_claimed_by_ix on ingest.source (claimed_by) where claimed_by is not null;
        alter table ingest.poll drop constraint poll_state_check;
        alter table ingest.poll add constraint poll_state_check check (state in ('new', 'unchanged', 'failed', 'left'));
        comment on column news.polls.state is
            'new, unchanged, failed, or left: another run worked on the source, as reason says';
        alter table ingest.run add column flow_run text;
        create unlogged table ingest.host (
            key text not null,
            asked_at timestamptz not null,
            free_at timestamptz not null,
            holder integer,
            reason text,
            detail text,
            constraint host_pkey primary key (key)
        );
    """)


def downgrade() -> None:
    """Take them away. Lost: the polls that were left to another run, and which flow run a run was."""
    op.execute("""
        drop table ingest.host;
        delete from ingest.poll where state = 'left';
        alter table ingest.poll drop constraint poll_state_check;
        alter table ingest.poll add constraint poll_state_check check (state in ('new', 'unchanged', 'failed'));
        comment on column news.polls.state is 'new, unchanged or failed';
        alter table ingest.source drop column claimed_by;
        alter table ingest.run drop column flow_run;
    """)
