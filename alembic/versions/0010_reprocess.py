"""Which rules made an article and judged it, when its body was had, and what making articles again changed."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"

TABLES = """
alter table ingest.page add column extraction_rules integer;
alter table ingest.article add column extraction_rules integer;
alter table ingest.article add column seen_at timestamptz default now() not null;
update ingest.article a
set seen_at = coalesce(
    (select min(cast(d ->> 'value' as timestamptz)) from jsonb_array_elements(a.dates) d
     where d ->> 'source' = 'first_seen' and not exists (select from ingest.revision v where v.article_id = a.id)),
    p.last_fetched_at, a.first_seen_at)
from ingest.page p where p.id = a.page_id;
alter table ingest.fingerprint add column folding_rules integer;

alter table ingest.run drop constraint run_kind_check;
alter table ingest.run add constraint run_kind_check
    check (kind in ('ingest', 'backfill', 'import', 'refold', 'reprocess'));

create table ingest.reprocess (
    run_id bigint not null,
    first_run_id bigint not null,
    sources text[] not null,
    parts text[] not null,
    extraction_rules integer not null,
    folding_rules integer not null,
    last_page bigint default 0 not null,
    pages bigint default 0 not null,
    last_article bigint default 0 not null,
    articles bigint default 0 not null,
    constraint reprocess_pkey primary key (run_id),
    constraint reprocess_run_id_fkey foreign key(run_id) references ingest.run (id) on delete cascade
);

create table ingest.remade (
    run_id bigint not null,
    page_id bigint not null,
    changed text[] not null,
    words_added integer,
    words_removed integer,
    similarity double precision,
    constraint remade_pkey primary key (run_id, page_id),
    constraint remade_run_id_fkey foreign key(run_id) references ingest.run (id) on delete cascade,
    constraint remade_page_id_fkey foreign key(page_id) references ingest.page (id) on delete cascade,
    constraint remade_similarity_check check (similarity between 0 and 1)
);
create index remade_page_id_ix on ingest.remade (page_id);
"""

ARTICLES = """
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
    nullif(p.opt_out || a.opt_out, '{{}}') as opt_out,
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
    a.lead_ins{more}
from ingest.article a
join ingest.source s on s.id = a.source_id
join ingest.page p on p.id = a.page_id
left join ingest.copy c on c.article_id = a.id{joins};
"""
# A join on a key that brings one row at most is left out of a query that does not ask for its column.
NEW_ARTICLES = ARTICLES.format(
    more=",\n    a.extraction_rules,\n    f.folding_rules",
    joins="\nleft join ingest.fingerprint f on f.article_id = a.id",
)

PAGES = """
select
    p.id as page_id,
    p.url,
    s.slug as source,
    case
        when p.state in ('discovered', 'fetched') then 'pending'
        when p.state = 'loaded' and c.article_id is not null then 'folded'
        else p.state
    end as outcome,
    p.reason,
    p.detail,
    p.attempts,
    p.discovered_at,
    p.last_fetched_at,
    p.next_attempt_at,
    a.id as article_id,
    p.relevance,
    p.relevance_terms,
    p.opt_out{more}
from ingest.page p
join ingest.source s on s.id = p.source_id
left join ingest.article a on a.page_id = p.id
left join ingest.copy c on c.article_id = a.id;
"""

VIEWS = """
create view news.remade as
select m.run_id, m.page_id, p.url, s.slug as source, a.id as article_id, o.outcome, o.reason, m.changed,
    m.words_added, m.words_removed, m.similarity
from ingest.remade m
join ingest.page p on p.id = m.page_id
join ingest.source s on s.id = p.source_id
left join ingest.article a on a.page_id = p.id
left join ingest.outcome o on o.run_id = m.run_id and o.page_id = m.page_id;
comment on view news.remade is 'Pages of which newsfold reprocess made something else than there was.';
comment on column news.remade.run_id is 'The run that did it.';
comment on column news.remade.page_id is 'The page.';
comment on column news.remade.url is 'Its address.';
comment on column news.remade.source is 'Its source.';
comment on column news.remade.article_id is 'Its article; null where it has none.';
comment on column news.remade.outcome is 'What the new rules make of it: loaded, folded, unchanged (the text) or skipped. An article stays where they make none.';
comment on column news.remade.reason is 'Why it was skipped; revised for a new text.';
comment on column news.remade.changed is 'What is not as it was: article (there was none), text, title, date, language, metadata, outcome.';
comment on column news.remade.words_added is 'Words of the text that came.';
comment on column news.remade.words_removed is 'Words of the text that went; news.revisions has them.';
comment on column news.remade.similarity is 'Share of the words that stayed, 0 to 1; null where the text stayed.';
comment on column news.articles.extraction_rules is 'Number of the rules that made it of its body; null: before they were numbered.';
comment on column news.articles.folding_rules is 'Number of the rules that it was last judged by; null: before they were numbered.';
comment on column news.pages.extraction_rules is 'Number of the rules that last read its body; null: none did, or before they were numbered.';
comment on column news.runs.kind is 'ingest, backfill, import, refold or reprocess.';
"""

OLD_VIEWS = """
drop view news.remade;
drop view news.articles;
drop view news.pages;
"""

DOWN = """
do $$
begin
    if exists (select from pg_roles where rolname = 'news_reader') then
        grant select on news.articles, news.pages to news_reader;
    end if;
end $$;
drop table ingest.remade;
drop table ingest.reprocess;
comment on column news.runs.kind is 'ingest, backfill, import or refold.';
update ingest.story_change set run_id = null where run_id in (select id from ingest.run where kind = 'reprocess');
delete from ingest.run where kind = 'reprocess';
alter table ingest.run drop constraint run_kind_check;
alter table ingest.run add constraint run_kind_check check (kind in ('ingest', 'backfill', 'import', 'refold'));
alter table ingest.fingerprint drop column folding_rules;
alter table ingest.article drop column seen_at, drop column extraction_rules;
alter table ingest.page drop column extraction_rules;
"""
# What 0001 to 0006 say of the columns of the two views.
COMMENTS = """
select format('comment on column %s.%I is %L;', c.oid::regclass, a.attname, col_description(c.oid, a.attnum))
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
where c.oid in ('news.articles'::regclass, 'news.pages'::regclass) and a.attname not like '%\\_rules'
union all
select format('comment on view %s is %L;', c.oid::regclass, obj_description(c.oid, 'pg_class'))
from pg_class c where c.oid in ('news.articles'::regclass, 'news.pages'::regclass)
"""


def upgrade() -> None:
    """Add what is to be known of the rules, and the views that show it."""
    op.execute(TABLES)
    op.execute("create or replace view news.articles as" + NEW_ARTICLES)
    op.execute("create or replace view news.pages as" + PAGES.format(more=",\n    p.extraction_rules"))
    op.execute(VIEWS)


def downgrade() -> None:
    """Make the views anew without the columns, their comments kept. Lost: the runs of reprocess with what they changed (the
    articles stay as they made them), and which rules made an article.
    """
    comments = op.get_bind().exec_driver_sql(COMMENTS.replace("%", "%%")).scalars().all()
    op.execute(OLD_VIEWS)
    op.execute("create view news.articles as" + ARTICLES.format(more="", joins=""))
    op.execute("create view news.pages as" + PAGES.format(more=""))
    for comment in comments:
        op.get_bind().exec_driver_sql(comment.replace("%", "%%"))
    op.execute(DOWN)
