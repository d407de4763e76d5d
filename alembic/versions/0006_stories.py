"""What was found between pairs of articles, of which stories are made; merged stories, and what moved."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

TABLES = """
create table ingest.bond (
    one bigint not null,
    other bigint not null,
    kind text not null,
    log_odds double precision not null,
    similarity double precision not null,
    evidence jsonb not null,
    constraint bond_pkey primary key (one, other),
    constraint bond_one_fkey foreign key(one) references ingest.article (id) on delete cascade,
    constraint bond_other_fkey foreign key(other) references ingest.article (id) on delete cascade,
    constraint bond_kind_check check (kind in ('exact', 'near', 'translation')),
    constraint bond_similarity_check check (similarity between 0 and 1),
    constraint bond_order_check check (one < other)
);
create index bond_other_ix on ingest.bond (other);
-- As the judge sees it now: what was verified on the texts has log-odds of 8.
insert into ingest.bond (one, other, kind, log_odds, similarity, evidence)
select distinct on (1, 2) least(article_id, copy_of), greatest(article_id, copy_of), kind,
    case when kind = 'translation' then ln(s / (1 - s)) else 8 end, similarity, '{}'
from (select *, least(greatest(similarity, 0.0001), 0.9999) as s from ingest.copy) c
order by 1, 2, similarity desc;

alter table ingest.story add column successor bigint;
alter table ingest.story add constraint story_successor_fkey foreign key(successor) references ingest.story (id);
create index story_successor_ix on ingest.story (successor) where successor is not null;

create table ingest.story_change (
    id bigint generated always as identity,
    article_id bigint not null,
    from_story bigint not null,
    to_story bigint not null,
    change text not null,
    run_id bigint,
    reason text not null,
    changed_at timestamptz default now() not null,
    constraint story_change_pkey primary key (id),
    constraint story_change_article_id_fkey foreign key(article_id) references ingest.article (id) on delete cascade,
    constraint story_change_run_id_fkey foreign key(run_id) references ingest.run (id) on delete set null,
    constraint story_change_change_check check (change in ('merged', 'split', 'moved'))
);
create index story_change_article_id_ix on ingest.story_change (article_id);
create index story_change_from_story_ix on ingest.story_change (from_story);

alter table ingest.fingerprint add column judged_at timestamptz default now() not null;
alter table ingest.run drop constraint run_kind_check;
alter table ingest.run add constraint run_kind_check check (kind in ('ingest', 'backfill', 'import', 'refold'));
"""

VIEWS = """
create view news.story_changes as
select c.article_id, c.from_story, c.to_story, c.change, c.run_id, c.reason, c.changed_at
from ingest.story_change c;
comment on view news.story_changes is 'Articles that went from one story to another, and why. That a new article joins a story is no change.';
comment on column news.story_changes.article_id is 'The article.';
comment on column news.story_changes.from_story is 'The story it was in.';
comment on column news.story_changes.to_story is 'The story it is in since.';
comment on column news.story_changes.change is 'merged: all of the story went there; split: it went to a story of its own; moved: it went to another.';
comment on column news.story_changes.run_id is 'The run that did it.';
comment on column news.story_changes.reason is 'What made it judge again: new articles, a new text, a refold.';
comment on column news.story_changes.changed_at is 'When.';

comment on column news.stories.story_id is 'Key of the story. It stays with most of its articles; news.story_changes says which did not stay.';
comment on column news.stories.canonical_article_id is 'The article with the earliest stated publication; where nobody says, the fullest text.';
comment on column news.copies.copy_of is 'The article of the story that it matches best; from one to the next they lead to the canonical one.';
comment on column news.copies.similarity is 'The share of the text for exact and near copies; for a translation the probability that it is one.';
comment on column news.articles.is_canonical is 'Whether it is the canonical article of its story.';
comment on column news.articles.similarity is 'That of news.copies; null for a canonical article.';
comment on column news.runs.kind is 'ingest, backfill, import or refold.';
"""

DOWN = """
drop view news.story_changes;
comment on column news.stories.story_id is 'Stable key of the story.';
comment on column news.stories.canonical_article_id is 'The article that the others are copies of.';
comment on column news.copies.copy_of is 'The article it is a copy of.';
comment on column news.copies.similarity is 'How surely, 0 to 1.';
comment on column news.articles.is_canonical is 'Whether the others of its story are copies of it.';
comment on column news.articles.similarity is 'How surely it is a copy, 0 to 1; null for a canonical article.';
comment on column news.runs.kind is 'ingest, backfill or import.';
update ingest.story_change set run_id = null where run_id in (select id from ingest.run where kind = 'refold');
delete from ingest.run where kind = 'refold';
alter table ingest.run drop constraint run_kind_check;
alter table ingest.run add constraint run_kind_check check (kind in ('ingest', 'backfill', 'import'));
alter table ingest.fingerprint drop column judged_at;
drop table ingest.story_change;
alter table ingest.story drop column successor;
drop table ingest.bond;
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(VIEWS)


def downgrade() -> None:
    """Drop them; stories and copies stay. Lost: the bonds, what moved between stories, and the runs of refold."""
    op.execute(DOWN)
