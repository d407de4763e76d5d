"""More of what pages say of themselves, every date with who states it, and the size of a revision."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = """
alter table ingest.article
    add column authors text[] default '{}' not null,
    add column language_confidence double precision,
    add column language_claim text,
    add column image text,
    add column tags text[] default '{}' not null,
    add column section text,
    add column is_free boolean,
    add column opt_out text[] default '{}' not null,
    add column dates jsonb default '[]' not null,
    add column published_at_confidence double precision,
    add constraint article_published_at_confidence_check check (published_at_confidence between 0 and 1),
    add constraint article_language_confidence_check check (language_confidence between 0 and 1);
alter table ingest.revision
    add column words_added integer,
    add column words_removed integer,
    add column similarity double precision,
    add constraint revision_similarity_check check (similarity between 0 and 1);
"""

VIEWS = """
create or replace view news.articles as
select
    a.id as article_id,
    a.story_id,
    c.article_id is null as is_canonical,
    c.kind as copy_kind,
    c.similarity,
    s.slug as source,
    a.url,
    a.title,
    a.author,
    a.site,
    a.language,
    a.published_at,
    a.published_at_source,
    a.first_seen_at,
    a.text,
    a.word_count,
    p.relevance,
    p.relevance_terms,
    nullif(p.opt_out || a.opt_out, '{}') as opt_out,
    a.authors,
    a.published_at_confidence,
    a.dates,
    a.language_confidence,
    a.language_claim,
    a.image,
    a.tags,
    a.section,
    a.is_free,
    a.boilerplate
from ingest.article a
join ingest.source s on s.id = a.source_id
join ingest.page p on p.id = a.page_id
left join ingest.copy c on c.article_id = a.id;

create or replace view news.revisions as
select v.article_id, v.title, v.text, v.superseded_at, v.words_added, v.words_removed, v.similarity
from ingest.revision v;
"""

COMMENTS = """
comment on column news.articles.author is 'Authors as one text, separated by semicolons.';
comment on column news.articles.published_at is 'Publication, chosen of dates; never in the future, null where nobody says. A day without a time is its midnight in UTC.';
comment on column news.articles.published_at_source is 'Who says so: record, feed, json-ld, meta, visible (the page''s text), url, sitemap (its lastmod); page where an earlier version loaded it.';
comment on column news.articles.opt_out is 'What the answer''s headers and the page itself say against machine use; null: nothing.';
comment on column news.articles.authors is 'Authors, one by one.';
comment on column news.articles.published_at_confidence is 'How surely published_at is right, 0 to 1: higher where independent sources agree.';
comment on column news.articles.dates is 'All dates that were stated, the chosen one first: source, value as stated with its time zone, precision (day or minute), is_update, fault (why it is not believed).';
comment on column news.articles.language_confidence is 'How surely the text is in that language, 0 to 1; null where a hint decided.';
comment on column news.articles.language_claim is 'The language that the page says it is in.';
comment on column news.articles.image is 'Address of the picture that the page gives for itself.';
comment on column news.articles.tags is 'Keywords of the page.';
comment on column news.articles.section is 'Section of the site.';
comment on column news.articles.is_free is 'Whether people may read it without paying; null where the page does not say.';
comment on column news.articles.boilerplate is 'What was cut from the text.';
comment on column news.revisions.words_added is 'Words that the next text has more; null where an earlier version made it.';
comment on column news.revisions.words_removed is 'Words that the next text has no more.';
comment on column news.revisions.similarity is 'Share of words that stayed, 0 to 1.';
"""

OLD_VIEWS = """
drop view news.articles;
create view news.articles as
select
    a.id as article_id,
    a.story_id,
    c.article_id is null as is_canonical,
    c.kind as copy_kind,
    c.similarity,
    s.slug as source,
    a.url,
    a.title,
    a.author,
    a.site,
    a.language,
    a.published_at,
    a.published_at_source,
    a.first_seen_at,
    a.text,
    a.word_count,
    p.relevance,
    p.relevance_terms,
    p.opt_out
from ingest.article a
join ingest.source s on s.id = a.source_id
join ingest.page p on p.id = a.page_id
left join ingest.copy c on c.article_id = a.id;

drop view news.revisions;
create view news.revisions as
select v.article_id, v.title, v.text, v.superseded_at
from ingest.revision v;
do $$
begin
    if exists (select from pg_roles where rolname = 'news_reader') then
        grant select on news.articles, news.revisions to news_reader;
    end if;
end $$;
"""

OLD_TABLES = """
alter table ingest.revision drop column words_added, drop column words_removed, drop column similarity;
alter table ingest.article
    drop column authors, drop column language_confidence, drop column language_claim, drop column image,
    drop column tags, drop column section, drop column is_free, drop column opt_out, drop column dates,
    drop column published_at_confidence;
"""


def upgrade() -> None:
    for statements in (TABLES, VIEWS, COMMENTS):
        op.execute(statements)


def downgrade() -> None:
    """Drop the columns. Lost: what pages say of themselves besides title, author, site, language and date."""
    for statements in (OLD_VIEWS, OLD_TABLES):
        op.execute(statements)
