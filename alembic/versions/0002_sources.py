"""More kinds of source."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

UPGRADE = """
alter table ingest.source drop constraint source_kind_check;
alter table ingest.source add constraint source_kind_check
    check (kind in ('files', 'feed', 'sitemap', 'wordpress', 'listing', 'jsonl', 'import'));
comment on column news.sources.kind is 'feed, sitemap, wordpress, listing, files, jsonl or import.';
"""

DOWNGRADE = """
alter table ingest.source drop constraint source_kind_check;
alter table ingest.source add constraint source_kind_check check (kind in ('files', 'feed', 'import')) not valid;
comment on column news.sources.kind is 'feed, files or import.';
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
