"""An article has the source of its page: a page goes over to another source where its own is no longer followed.

The column in which an article kept a source of its own stays for the code before, which writes it. Nothing reads it.
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
is_additive = True

ARTICLES = """
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
    a.lead_ins,
    a.extraction_rules,
    f.folding_rules
from ingest.article a
join ingest.page p on p.id = a.page_id
join ingest.source s on s.id = {owner}.source_id
left join ingest.copy c on c.article_id = a.id
left join ingest.fingerprint f on f.article_id = a.id;
"""

SOURCES = """
create or replace view news.sources as
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
    {articles} as articles
from ingest.source s
join days d on d.source_id = s.id{joins};
"""
# One pass over all: page by page for each source takes four times as long. Left out of a query that does not ask for it.
ARTICLES_OF_SOURCES = """
left join (
    select p.source_id, count(*) as articles
    from ingest.article a join ingest.page p on p.id = a.page_id
    group by p.source_id
) c on c.source_id = s.id"""

COMMENTS = """
comment on column news.articles.source is 'Slug of the source of its page.';
comment on column news.pages.source is 'Slug of the source whose page it is: the first that named it; where that is no longer followed, or put the page aside, one that named it later.';
comment on column news.stories.canonical_article_id is 'The article with the earliest stated publication, a day without a time (midnight in UTC) counting as its end; where nobody says, or several at one moment, one that does not say that it comes from elsewhere, then the fullest text.';
"""
OLD_COMMENTS = """
comment on column news.articles.source is 'Slug of the source that brought it.';
comment on column news.pages.source is 'Slug of the source that first named it.';
comment on column news.stories.canonical_article_id is 'The article with the earliest stated publication; where nobody says, the fullest text.';
"""


def upgrade() -> None:
    """Have the views ask the page, and the article say nothing."""
    op.execute(ARTICLES.format(owner="p"))
    op.execute(SOURCES.format(articles="coalesce(c.articles, 0)", joins=ARTICLES_OF_SOURCES))
    op.execute("alter table ingest.article alter column source_id drop not null")
    op.execute("drop index ingest.article_source_id_ix")
    op.execute(COMMENTS)


def downgrade() -> None:
    """Give each article the source that its page has."""
    op.execute("""
        update ingest.article a set source_id = p.source_id
        from ingest.page p where p.id = a.page_id and a.source_id is distinct from p.source_id;
        alter table ingest.article alter column source_id set not null;
        create index article_source_id_ix on ingest.article (source_id);
    """)
    op.execute(ARTICLES.format(owner="a"))
    op.execute(SOURCES.format(articles="(select count(*) from ingest.article a where a.source_id = s.id)", joins=""))
    op.execute(OLD_COMMENTS)
