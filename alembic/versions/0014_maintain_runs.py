"""Maintenance is a run: it shows when it was done, and says so when it fails."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Let a run be maintenance."""
    op.execute("""
        alter table ingest.run drop constraint run_kind_check;
        alter table ingest.run add constraint run_kind_check
            check (kind in ('ingest', 'backfill', 'import', 'refold', 'reprocess', 'maintain'));
        comment on column news.runs.kind is 'ingest, backfill, import, refold, reprocess or maintain.';
    """)


def downgrade() -> None:
    """Let no run be maintenance. Lost: the runs that were."""
    op.execute("""
        delete from ingest.run where kind = 'maintain';
        alter table ingest.run drop constraint run_kind_check;
        alter table ingest.run add constraint run_kind_check
            check (kind in ('ingest', 'backfill', 'import', 'refold', 'reprocess'));
        comment on column news.runs.kind is 'ingest, backfill, import, refold or reprocess.';
    """)
