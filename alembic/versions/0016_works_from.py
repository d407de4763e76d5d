"""The database says which code works on it: a newer newsfold may have been at it."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
is_additive = True


def upgrade() -> None:
    """Add the column; `alembic/env.py` fills it after each migration."""
    op.execute("""
        alter table public.newsfold_version add column works_from text;
        comment on column public.newsfold_version.works_from is 'The oldest revision whose code works on this schema.';
    """)


def downgrade() -> None:
    """Drop the column."""
    op.execute("alter table public.newsfold_version drop column works_from")
