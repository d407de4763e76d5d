"""Fingerprints packed, and found through postings instead of GIN indexes.

A fingerprint is made of its article's text, so none is carried over: each article of before has a row without one, and
the next run makes it. The same on the way back, where articles of before take no part in folding until they change.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

UP = """
drop table ingest.fingerprint;
create table ingest.fingerprint (
    article_id bigint not null,
    packed bytea,
    constraint fingerprint_pkey primary key (article_id),
    constraint fingerprint_article_id_fkey foreign key(article_id) references ingest.article (id) on delete cascade
);
-- Hashes do not compress.
alter table ingest.fingerprint alter column packed set storage external;
create index fingerprint_missing_ix on ingest.fingerprint (article_id) where packed is null;
create table ingest.posting (
    key bigint not null,
    article_id bigint not null,
    constraint posting_pkey primary key (key, article_id)
);
create table ingest.common_key (
    key bigint not null,
    constraint common_key_pkey primary key (key)
);
insert into ingest.fingerprint (article_id) select id from ingest.article;
"""

DOWN = """
drop table ingest.common_key;
drop table ingest.posting;
drop table ingest.fingerprint;
create table ingest.fingerprint (
    article_id bigint not null,
    text_hash text not null,
    bands bigint[] not null,
    anchor_keys bigint[] not null,
    anchors json not null,
    mass double precision not null,
    constraint fingerprint_pkey primary key (article_id),
    constraint fingerprint_article_id_fkey foreign key(article_id) references ingest.article (id) on delete cascade
);
create index fingerprint_anchor_keys_ix on ingest.fingerprint using gin (anchor_keys);
create index fingerprint_bands_ix on ingest.fingerprint using gin (bands);
create index fingerprint_text_hash_ix on ingest.fingerprint (text_hash);
"""


def upgrade() -> None:
    op.execute(UP)


def downgrade() -> None:
    """Make the older table, empty. Lost: the fingerprints, which are made of texts."""
    op.execute(DOWN)
