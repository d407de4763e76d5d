"""What recurs on a site is cut from its texts and kept beside them; lead-ins are marked."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = """
alter table ingest.article
    add column cut jsonb default '[]' not null,
    add column lead_ins jsonb default '[]' not null;

create table ingest.site_text (
    article_id bigint not null,
    host text not null,
    blocks bigint[],
    cut bigint[] default '{}' not null,
    constraint site_text_pkey primary key (article_id),
    constraint site_text_article_id_fkey foreign key (article_id) references ingest.article (id) on delete cascade
);
create index site_text_host_ix on ingest.site_text (host, article_id);

insert into ingest.site_text (article_id, host)
select id, substring(canonical_url from '^https?://([^/:?#]+)')
from ingest.article
where canonical_url ~ '^https?://[^/:?#]';
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
    a.boilerplate || array(select block ->> 'text' from jsonb_array_elements(a.cut) block) as boilerplate,
    a.cut as site_blocks,
    a.lead_ins
from ingest.article a
join ingest.source s on s.id = a.source_id
join ingest.page p on p.id = a.page_id
left join ingest.copy c on c.article_id = a.id;
"""

COMMENTS = """
comment on column news.articles.text is 'Main text, paragraphs separated by one blank line, without what recurs on its site.';
comment on column news.articles.boilerplate is 'What was cut from the text: the page''s tail and byline, then the site''s blocks.';
comment on column news.articles.site_blocks is 'Paragraphs that were cut because they recur on the site: at (which paragraph of the whole text it was, from 0), text.';
comment on column news.articles.lead_ins is 'Stretches of the text that only say where it comes from, which folding ignores: begin, end (characters, from 0, without the end).';
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
do $$
begin
    if exists (select from pg_roles where rolname = 'news_reader') then
        grant select on news.articles to news_reader;
    end if;
end $$;
"""

OLD_TABLES = """
update ingest.article
set boilerplate = boilerplate || array(select block ->> 'text' from jsonb_array_elements(cut) block)
where cut <> '[]';
drop table ingest.site_text;
alter table ingest.article drop column cut, drop column lead_ins;
"""


def upgrade() -> None:
    for statements in (TABLES, VIEWS, COMMENTS):
        op.execute(statements)


def downgrade() -> None:
    """Put what was cut to the other boilerplate. Lost: where in the text it was, and the lead-ins."""
    for statements in (OLD_VIEWS, OLD_TABLES):
        op.execute(statements)
