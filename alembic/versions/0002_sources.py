"""More kinds of source, what is remembered of their documents, their health, and the relevance of pages."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
alter table ingest.source drop constraint source_kind_check;
alter table ingest.source add constraint source_kind_check
    check (kind in ('files', 'feed', 'sitemap', 'wordpress', 'listing', 'jsonl', 'import'));
alter table ingest.source
    add column known_from text,
    add column options jsonb default '{}' not null,
    add column moved_to text,
    add column moved_since timestamptz,
    add column excused integer default 0 not null,
    add column entries integer,
    add column newest_entry_at timestamptz;

create table ingest.resource (
    id bigint generated always as identity,
    source_id bigint not null,
    url text not null,
    etag text,
    last_modified text,
    body_hash text,
    read_at timestamptz not null,
    constraint resource_pkey primary key (id),
    constraint resource_source_id_fkey foreign key(source_id) references ingest.source (id) on delete cascade
);
create unique index resource_source_id_url_key on ingest.resource (source_id, md5(url));

alter table ingest.source drop column etag, drop column last_modified;

alter table ingest.page
    add column entry_updated_at timestamptz,
    add column relevance double precision,
    add column relevance_terms text[],
    add column opt_out text[],
    add constraint page_relevance_check check (relevance between 0 and 1);

create index page_source_dates_ix
    on ingest.page (source_id, (coalesce(entry_published_at, entry_updated_at, discovered_at)) desc);
drop index ingest.page_source_id_ix;

-- Pages of one source have ids in a row: taken in that order, a batch would be one host, asked one request at a time.
drop index ingest.page_due_ix;
create index page_due_ix on ingest.page (load_attempts, (mod(id * 40503, 65536)), id)
    where state in ('discovered', 'fetched') or next_attempt_at is not null;
"""

VIEWS = r"""
drop view news.sources;
create view news.sources as
with days as (
    select s.id as source_id, d.*
    from ingest.source s
    cross join lateral (
        select max(day) as last_day,
            case when count(*) >= 5 then (max(day) - min(day)) / (count(*) - 1.0)
                 when count(*) >= 2 and sum(pages) >= 200 then 1 end as usual_gap_days
        from (
            select cast(moment at time zone 'UTC' as date) as day, count(*) as pages
            from (
                select coalesce(p.entry_published_at, p.entry_updated_at, p.discovered_at) as moment
                from ingest.page p
                where p.source_id = s.id
                  and (p.reason is distinct from 'old' or p.entry_published_at is not null or p.entry_updated_at is not null)
                order by coalesce(p.entry_published_at, p.entry_updated_at, p.discovered_at) desc
                limit 200
            ) newest
            group by day
            order by day desc
            limit 20
        ) days
    ) d
)
select
    s.slug as source,
    s.name,
    s.kind,
    s.address,
    s.language,
    s.is_followed,
    case
        when not s.is_followed then 'not followed'
        when s.kind = 'import' then 'ok'
        when s.last_polled_at is null then 'never polled'
        when s.failures > 0 then 'failing'
        when s.excused > 0 then 'unreached'
        when s.kind in ('files', 'jsonl') then 'ok'
        when s.entries = 0 then 'empty'
        when s.kind = 'wordpress' and not exists (select from ingest.page p where p.source_id = s.id) then 'empty'
        when s.last_success_at - greatest(d.last_day, s.newest_entry_at) > interval '1 day' * (3 * greatest(d.usual_gap_days, 1) + 1)
            and d.usual_gap_days is not null then 'silent'
        when s.newest_entry_at < s.last_success_at - interval '60 days' and d.usual_gap_days is null then 'stale'
        else 'ok'
    end as health,
    s.last_polled_at,
    s.last_success_at,
    s.last_new_at,
    s.failures,
    s.last_error,
    s.next_poll_at,
    s.entries,
    s.newest_entry_at,
    round(cast(d.usual_gap_days as numeric), 1) as usual_gap_days,
    s.moved_to,
    s.moved_since,
    s.known_from,
    s.options,
    (select count(*) from ingest.page p where p.source_id = s.id) as pages,
    (select count(*) from ingest.article a where a.source_id = s.id) as articles
from ingest.source s
join days d on d.source_id = s.id;

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
    p.opt_out
from ingest.article a
join ingest.source s on s.id = a.source_id
join ingest.page p on p.id = a.page_id
left join ingest.copy c on c.article_id = a.id;

create or replace view news.pages as
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
    p.opt_out
from ingest.page p
join ingest.source s on s.id = p.source_id
left join ingest.article a on a.page_id = p.id
left join ingest.copy c on c.article_id = a.id;
"""

COMMENTS = """
comment on view news.sources is 'The sources, with their health.';
comment on column news.sources.source is 'Slug, the key in the sources file.';
comment on column news.sources.name is 'Name for people.';
comment on column news.sources.kind is 'feed, sitemap, wordpress, listing, files, jsonl or import.';
comment on column news.sources.address is 'URL, folder or file.';
comment on column news.sources.language is 'Language the sources file gives.';
comment on column news.sources.is_followed is 'Whether the sources file of the last run names it.';
comment on column news.sources.health is 'failing, unreached (our network, or a host that wants rest), empty (names no article), silent (no new entry for more than three times its usual gap), stale (newest entry older than 60 days), ok, never polled or not followed.';
comment on column news.sources.last_polled_at is 'When it was last asked.';
comment on column news.sources.last_success_at is 'When it last answered with entries or with "not modified".';
comment on column news.sources.last_new_at is 'When it last brought a page we did not know.';
comment on column news.sources.failures is 'Failed polls in a row.';
comment on column news.sources.last_error is 'What went wrong last, also with a part of it; null where all is well.';
comment on column news.sources.next_poll_at is 'Not asked before this moment.';
comment on column news.sources.entries is 'How many articles it named when it was last read in whole.';
comment on column news.sources.newest_entry_at is 'Date of the newest of them.';
comment on column news.sources.usual_gap_days is 'Mean distance between days with entries, over the last 20 such days; null where too few are known.';
comment on column news.sources.moved_to is 'Where its address redirects for good; followed once that has stood for a week.';
comment on column news.sources.moved_since is 'Since when it does.';
comment on column news.sources.known_from is 'How the address is known, as the sources file says.';
comment on column news.sources.options is 'What the sources file says of how to follow it.';
comment on column news.sources.pages is 'Pages it brought.';
comment on column news.sources.articles is 'Articles it brought.';
comment on column news.articles.published_at_source is 'Who says so: feed, page, sitemap (its lastmod) or record.';
comment on column news.articles.relevance is 'How much it is about AI, 0 to 1, by the terms of the lexicon; null where no lexicon was asked.';
comment on column news.articles.relevance_terms is 'The terms that earned it, strongest first.';
comment on column news.articles.opt_out is 'What the answer''s headers said against machine use; null: nothing.';
comment on column news.pages.relevance is 'How much it is about AI, 0 to 1; kept also where it was too little (reason off_topic).';
comment on column news.pages.relevance_terms is 'The terms that earned it, strongest first.';
comment on column news.pages.opt_out is 'What the answer''s headers said against machine use; null: nothing.';
"""

READER = """
do $$
begin
    if exists (select from pg_roles where rolname = 'news_reader') then
        grant select on news.sources to news_reader;
    end if;
end $$;
"""

OLD_VIEWS = r"""
drop view news.sources;
drop view news.articles;
drop view news.pages;
create view news.sources as
select
    s.slug as source,
    s.name,
    s.kind,
    s.address,
    s.language,
    s.is_followed,
    case
        when not s.is_followed then 'not followed'
        when s.kind = 'import' then 'ok'
        when s.last_polled_at is null then 'never polled'
        when s.failures > 0 then 'failing'
        else 'ok'
    end as health,
    s.last_polled_at,
    s.last_success_at,
    s.last_new_at,
    s.failures,
    s.last_error,
    s.next_poll_at,
    (select count(*) from ingest.page p where p.source_id = s.id) as pages,
    (select count(*) from ingest.article a where a.source_id = s.id) as articles
from ingest.source s;
create view news.articles as
select a.id as article_id, a.story_id, c.article_id is null as is_canonical, c.kind as copy_kind, c.similarity,
    s.slug as source, a.url, a.title, a.author, a.site, a.language, a.published_at, a.published_at_source,
    a.first_seen_at, a.text, a.word_count
from ingest.article a
join ingest.source s on s.id = a.source_id
left join ingest.copy c on c.article_id = a.id;
create view news.pages as
select
    p.id as page_id,
    p.url,
    s.slug as source,
    case
        when p.state in ('discovered', 'fetched') then 'pending'
        when p.state = 'loaded' and c.article_id is not null then 'folded'
        else p.state
    end as outcome,
    p.reason, p.detail, p.attempts, p.discovered_at, p.last_fetched_at, p.next_attempt_at, a.id as article_id
from ingest.page p
join ingest.source s on s.id = p.source_id
left join ingest.article a on a.page_id = p.id
left join ingest.copy c on c.article_id = a.id;
do $$
begin
    if exists (select from pg_roles where rolname = 'news_reader') then
        grant select on news.sources, news.articles, news.pages to news_reader;
    end if;
end $$;
"""

# Sources of the newer kinds keep their pages and articles; the older code does not follow them.
OLD_TABLES = """
alter table ingest.source drop constraint source_kind_check;
update ingest.source set is_followed = false, kind = 'feed' where kind in ('sitemap', 'wordpress', 'listing', 'jsonl');
alter table ingest.source add constraint source_kind_check check (kind in ('files', 'feed', 'import'));
alter table ingest.source add column etag text, add column last_modified text;
drop table ingest.resource;
alter table ingest.source
    drop column known_from, drop column options, drop column moved_to, drop column moved_since,
    drop column excused, drop column entries, drop column newest_entry_at;
create index page_source_id_ix on ingest.page (source_id);
drop index ingest.page_due_ix;
create index page_due_ix on ingest.page (load_attempts, id)
    where state in ('discovered', 'fetched') or next_attempt_at is not null;
drop index ingest.page_source_dates_ix;
alter table ingest.page
    drop column entry_updated_at, drop column relevance, drop column relevance_terms, drop column opt_out;
"""


def upgrade() -> None:
    for statements in (TABLES, VIEWS, COMMENTS, READER):
        op.execute(statements)


def downgrade() -> None:
    """Make the older tables. Lost: what is known of sources and their documents, their newer kinds (their pages and
    articles stay, and nobody follows them), and the relevance of pages.
    """
    for statements in (OLD_VIEWS, OLD_TABLES):
        op.execute(statements)
