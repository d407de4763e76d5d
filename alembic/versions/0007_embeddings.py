"""Vectors of articles, for those who name an embedding model."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the table; its index is made where pgvector is there, when a model is first used."""
    op.execute("""
        create table ingest.embedding (
            article_id bigint not null constraint embedding_article_id_fkey
                references ingest.article (id) on delete cascade,
            model text not null,
            vector real[] not null,
            constraint embedding_pkey primary key (article_id)
        )
    """)


def downgrade() -> None:
    """Drop the table, with whatever index it has. Lost: the vectors; newsfold embed makes them anew."""
    op.execute("drop table ingest.embedding")
