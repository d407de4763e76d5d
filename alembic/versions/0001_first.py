"""Schema `ingest` with the tables, schema `news` with the views, role `news_reader`."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

TABLES = """
create table ingest.run (
    id bigint generated always as identity,
    kind text not null,
    state text default 'running' not null,
    started_at timestamptz default now() not null,
    finished_at timestamptz,
    since date,
    until date,
    error text,
    constraint run_pkey primary key (id),
    constraint run_kind_check check (kind in ('ingest', 'backfill', 'import')),
    constraint run_state_check check (state in ('running', 'completed', 'failed', 'interrupted')),
    constraint run_finished_check check ((state = 'running') = (finished_at is null))
);

create table ingest.source (
    id bigint generated always as identity,
    slug text not null,
    name text not null,
    kind text not null,
    address text not null,
    language text,
    is_followed boolean default true not null,
    etag text,
    last_modified text,
    created_at timestamptz default now() not null,
    last_polled_at timestamptz,
    last_success_at timestamptz,
    last_new_at timestamptz,
    failures integer default 0 not null,
    last_error text,
    next_poll_at timestamptz,
    constraint source_pkey primary key (id),
    constraint source_kind_check check (kind in ('files', 'feed', 'import')),
    constraint source_slug_key unique (slug)
);

create table ingest.story (
    id bigint generated always as identity,
    created_at timestamptz default now() not null,
    constraint story_pkey primary key (id)
);

create table ingest.page (
    id bigint generated always as identity,
    source_id bigint not null,
    url text not null,
    canonical_url text not null,
    state text default 'discovered' not null,
    reason text,
    detail text,
    entry_title text,
    entry_author text,
    entry_published_at timestamptz,
    entry_version text,
    etag text,
    last_modified text,
    attempts integer default 0 not null,
    failures integer default 0 not null,
    load_attempts integer default 0 not null,
    is_wanted boolean default true not null,
    discovered_at timestamptz default now() not null,
    last_fetched_at timestamptz,
    next_attempt_at timestamptz,
    claimed_by bigint,
    constraint page_pkey primary key (id),
    constraint page_state_check check (state in ('discovered', 'fetched', 'loaded', 'skipped', 'failed')),
    constraint page_reason_check check ((state in ('skipped', 'failed')) = (reason is not null)),
    constraint page_source_id_fkey foreign key(source_id) references ingest.source (id),
    constraint page_claimed_by_fkey foreign key(claimed_by) references ingest.run (id) on delete set null
);
create unique index page_canonical_url_key on ingest.page (md5(canonical_url));
create index page_claimed_by_ix on ingest.page (claimed_by) where claimed_by is not null;
create index page_due_ix on ingest.page (load_attempts, id) where state in ('discovered', 'fetched') or next_attempt_at is not null;
create index page_source_id_ix on ingest.page (source_id);

create table ingest.poll (
    run_id bigint not null,
    source_id bigint not null,
    state text not null,
    reason text,
    entries integer default 0 not null,
    new_pages integer default 0 not null,
    oldest_entry_at timestamptz,
    seconds double precision not null,
    polled_at timestamptz default now() not null,
    constraint poll_pkey primary key (run_id, source_id),
    constraint poll_state_check check (state in ('new', 'unchanged', 'failed')),
    constraint poll_run_id_fkey foreign key(run_id) references ingest.run (id) on delete cascade,
    constraint poll_source_id_fkey foreign key(source_id) references ingest.source (id)
);

create table ingest.article (
    id bigint generated always as identity,
    page_id bigint not null,
    source_id bigint not null,
    story_id bigint not null,
    url text not null,
    canonical_url text not null,
    title text,
    author text,
    site text,
    language text,
    published_at timestamptz,
    published_at_source text,
    first_seen_at timestamptz default now() not null,
    dated_at timestamptz generated always as (coalesce(published_at, first_seen_at)) stored not null,
    text text not null,
    word_count integer not null,
    body_hash text not null,
    boilerplate text[] default '{}' not null,
    constraint article_pkey primary key (id),
    constraint article_page_id_key unique (page_id),
    constraint article_page_id_fkey foreign key(page_id) references ingest.page (id),
    constraint article_source_id_fkey foreign key(source_id) references ingest.source (id),
    constraint article_story_id_fkey foreign key(story_id) references ingest.story (id)
);
create unique index article_canonical_url_key on ingest.article (md5(canonical_url));
create index article_dated_at_ix on ingest.article (dated_at);
create index article_source_id_ix on ingest.article (source_id);
create index article_story_id_ix on ingest.article (story_id);

create table ingest.capture (
    id bigint generated always as identity,
    page_id bigint not null,
    url text not null,
    media_type text not null,
    charset text,
    body bytea not null,
    body_hash text not null,
    size bigint not null,
    fetched_at timestamptz default now() not null,
    constraint capture_pkey primary key (id),
    constraint capture_page_id_fkey foreign key(page_id) references ingest.page (id) on delete cascade
);
create unique index capture_page_id_body_hash_key on ingest.capture (page_id, body_hash);

create table ingest.outcome (
    run_id bigint not null,
    page_id bigint not null,
    outcome text default 'pending' not null,
    reason text,
    decided_at timestamptz,
    constraint outcome_pkey primary key (run_id, page_id),
    constraint outcome_outcome_check check (outcome in ('loaded', 'folded', 'unchanged', 'skipped', 'failed', 'pending')),
    constraint outcome_run_id_fkey foreign key(run_id) references ingest.run (id) on delete cascade,
    constraint outcome_page_id_fkey foreign key(page_id) references ingest.page (id) on delete cascade
);
create index outcome_page_id_ix on ingest.outcome (page_id);

create table ingest.copy (
    article_id bigint not null,
    copy_of bigint not null,
    kind text not null,
    similarity double precision not null,
    evidence jsonb not null,
    judged_at timestamptz default now() not null,
    constraint copy_pkey primary key (article_id),
    constraint copy_kind_check check (kind in ('exact', 'near', 'translation')),
    constraint copy_similarity_check check (similarity between 0 and 1),
    constraint copy_other_check check (article_id <> copy_of),
    constraint copy_article_id_fkey foreign key(article_id) references ingest.article (id) on delete cascade,
    constraint copy_copy_of_fkey foreign key(copy_of) references ingest.article (id)
);
create index copy_copy_of_ix on ingest.copy (copy_of);

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

create table ingest.revision (
    id bigint generated always as identity,
    article_id bigint not null,
    title text,
    text text not null,
    superseded_at timestamptz default now() not null,
    constraint revision_pkey primary key (id),
    constraint revision_article_id_fkey foreign key(article_id) references ingest.article (id) on delete cascade
);
create index revision_article_id_ix on ingest.revision (article_id);
"""

VIEWS = r"""
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
    a.word_count
from ingest.article a
join ingest.source s on s.id = a.source_id
left join ingest.copy c on c.article_id = a.id;

create view news.stories as
select
    a.story_id,
    coalesce(
        (array_agg(a.title order by c.article_id is not null, a.id) filter (where a.title is not null))[1],
        max(substring(a.text from '^[^\n]{1,80}(?=\s|$)')) filter (where c.article_id is null)
    ) as title,
    (array_agg(a.id order by c.article_id is not null, a.id))[1] as canonical_article_id,
    array_agg(distinct a.language order by a.language) filter (where a.language is not null) as languages,
    count(*) as article_count,
    min(a.published_at) as first_published_at,
    max(a.published_at) as last_published_at,
    min(a.first_seen_at) as first_seen_at
from ingest.article a
left join ingest.copy c on c.article_id = a.id
group by a.story_id;

create view news.copies as
select c.article_id, c.copy_of, c.kind, c.similarity, c.evidence, c.judged_at
from ingest.copy c;

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
    p.reason,
    p.detail,
    p.attempts,
    p.discovered_at,
    p.last_fetched_at,
    p.next_attempt_at,
    a.id as article_id
from ingest.page p
join ingest.source s on s.id = p.source_id
left join ingest.article a on a.page_id = p.id
left join ingest.copy c on c.article_id = a.id;

create view news.runs as
select
    r.id as run_id,
    r.kind,
    r.state,
    r.started_at,
    r.finished_at,
    r.since,
    r.until,
    count(o.page_id) as pages,
    count(*) filter (where o.outcome = 'loaded') as loaded,
    count(*) filter (where o.outcome = 'folded') as folded,
    count(*) filter (where o.outcome = 'unchanged') as unchanged,
    count(*) filter (where o.outcome = 'skipped') as skipped,
    count(*) filter (where o.outcome = 'failed') as failed,
    count(*) filter (where o.outcome = 'pending') as pending,
    (select count(*) from ingest.poll q where q.run_id = r.id and q.state = 'failed') as sources_failed,
    r.error
from ingest.run r
left join ingest.outcome o on o.run_id = r.id
group by r.id;

create view news.outcomes as
select o.run_id, o.page_id, p.url, s.slug as source, o.outcome, o.reason, o.decided_at
from ingest.outcome o
join ingest.page p on p.id = o.page_id
join ingest.source s on s.id = p.source_id;

create view news.polls as
select q.run_id, s.slug as source, q.state, q.reason, q.entries, q.new_pages, q.oldest_entry_at, q.seconds, q.polled_at
from ingest.poll q
join ingest.source s on s.id = q.source_id;

create view news.revisions as
select v.article_id, v.title, v.text, v.superseded_at
from ingest.revision v;
"""

COMMENTS = """
comment on view news.stories is 'One text and all its copies, in any language.';
comment on column news.stories.story_id is 'Stable key of the story.';
comment on column news.stories.title is 'Title of the canonical article, else of any version, else the opening words.';
comment on column news.stories.canonical_article_id is 'The article that the others are copies of.';
comment on column news.stories.languages is 'Languages of its articles, BCP 47, sorted.';
comment on column news.stories.article_count is 'How many articles it has.';
comment on column news.stories.first_published_at is 'Earliest known publication; null where no version says.';
comment on column news.stories.last_published_at is 'Latest known publication.';
comment on column news.stories.first_seen_at is 'When its first article was loaded.';

comment on view news.articles is 'Articles as users read them: one row for each page that holds one.';
comment on column news.articles.article_id is 'Key of the article.';
comment on column news.articles.story_id is 'The story it belongs to.';
comment on column news.articles.is_canonical is 'Whether the others of its story are copies of it.';
comment on column news.articles.copy_kind is 'Null for a canonical article, else exact, near or translation.';
comment on column news.articles.similarity is 'How surely it is a copy, 0 to 1; null for a canonical article.';
comment on column news.articles.source is 'Slug of the source that brought it.';
comment on column news.articles.url is 'Where people find it.';
comment on column news.articles.title is 'Title; null where the page has none.';
comment on column news.articles.author is 'Author as the page names them.';
comment on column news.articles.site is 'Name of the site or publisher.';
comment on column news.articles.language is 'Language of the text, BCP 47.';
comment on column news.articles.published_at is 'Publication; null where nobody says.';
comment on column news.articles.published_at_source is 'Who says so: feed, page or record.';
comment on column news.articles.first_seen_at is 'When newsfold loaded it; never changes.';
comment on column news.articles.text is 'Main text, paragraphs separated by a blank line.';
comment on column news.articles.word_count is 'Words; characters where words are not spaced.';

comment on view news.copies is 'Why an article belongs to its story.';
comment on column news.copies.article_id is 'The copy.';
comment on column news.copies.copy_of is 'The article it is a copy of.';
comment on column news.copies.kind is 'exact, near or translation.';
comment on column news.copies.similarity is 'How surely, 0 to 1.';
comment on column news.copies.evidence is 'What the two share: for a translation the anchors with weights and positions.';
comment on column news.copies.judged_at is 'When the verdict was made.';

comment on view news.pages is 'Every page ever seen, with what became of it.';
comment on column news.pages.page_id is 'Key of the page.';
comment on column news.pages.url is 'Address as first seen.';
comment on column news.pages.source is 'Slug of the source that first named it.';
comment on column news.pages.outcome is 'pending, loaded, folded (loaded as a copy), skipped or failed.';
comment on column news.pages.reason is 'Why it was skipped or failed.';
comment on column news.pages.detail is 'The same for people.';
comment on column news.pages.attempts is 'Fetches so far.';
comment on column news.pages.discovered_at is 'When a source first named it.';
comment on column news.pages.last_fetched_at is 'When it was last asked for.';
comment on column news.pages.next_attempt_at is 'When it will be tried again; null: not planned.';
comment on column news.pages.article_id is 'The article it became.';

comment on view news.sources is 'The sources, with their health.';
comment on column news.sources.source is 'Slug, the key in the sources file.';
comment on column news.sources.name is 'Name for people.';
comment on column news.sources.kind is 'feed, files or import.';
comment on column news.sources.address is 'URL or folder.';
comment on column news.sources.language is 'Language the sources file gives.';
comment on column news.sources.is_followed is 'Whether the sources file of the last run names it.';
comment on column news.sources.health is 'ok, failing, never polled or not followed.';
comment on column news.sources.last_polled_at is 'When it was last asked.';
comment on column news.sources.last_success_at is 'When it last answered with entries or with "not modified".';
comment on column news.sources.last_new_at is 'When it last brought a page we did not know.';
comment on column news.sources.failures is 'Failed polls in a row.';
comment on column news.sources.last_error is 'What went wrong last; null after a success.';
comment on column news.sources.next_poll_at is 'Not asked before this moment.';
comment on column news.sources.pages is 'Pages it brought.';
comment on column news.sources.articles is 'Articles it brought.';

comment on view news.runs is 'Runs: pages = loaded + folded + unchanged + skipped + failed + pending.';
comment on column news.runs.run_id is 'Key of the run.';
comment on column news.runs.kind is 'ingest, backfill or import.';
comment on column news.runs.state is 'running, completed, failed or interrupted.';
comment on column news.runs.started_at is 'Begin.';
comment on column news.runs.finished_at is 'End.';
comment on column news.runs.since is 'First day of a backfill.';
comment on column news.runs.until is 'Last day of a backfill.';
comment on column news.runs.pages is 'Pages it took up.';
comment on column news.runs.loaded is 'New articles that begin a story, and new texts of articles.';
comment on column news.runs.folded is 'New articles that joined a story.';
comment on column news.runs.unchanged is 'Pages whose body was known.';
comment on column news.runs.skipped is 'Pages that hold no article, see news.outcomes.';
comment on column news.runs.failed is 'Pages that could not be had.';
comment on column news.runs.pending is 'Pages it left to a later run.';
comment on column news.runs.sources_failed is 'Sources that could not be read.';
comment on column news.runs.error is 'Why the run itself failed.';

comment on view news.outcomes is 'What became of each page in each run: exactly one row for each.';
comment on column news.outcomes.run_id is 'The run.';
comment on column news.outcomes.page_id is 'The page.';
comment on column news.outcomes.url is 'Its address.';
comment on column news.outcomes.source is 'Its source.';
comment on column news.outcomes.outcome is 'loaded, folded, unchanged, skipped, failed or pending.';
comment on column news.outcomes.reason is 'Why it was skipped or failed; revised for a new text of an article.';
comment on column news.outcomes.decided_at is 'When that was settled.';

comment on view news.polls is 'What each source said in each run.';
comment on column news.polls.run_id is 'The run.';
comment on column news.polls.source is 'The source.';
comment on column news.polls.state is 'new, unchanged (nothing new) or failed.';
comment on column news.polls.reason is 'Why it failed.';
comment on column news.polls.entries is 'Articles it named.';
comment on column news.polls.new_pages is 'Pages among them that were not known.';
comment on column news.polls.oldest_entry_at is 'Date of its oldest entry: how far back it reaches.';
comment on column news.polls.seconds is 'From the begin of the round of polls to its answer.';
comment on column news.polls.polled_at is 'When.';

comment on view news.revisions is 'Texts that articles had before their pages changed.';
comment on column news.revisions.article_id is 'The article.';
comment on column news.revisions.title is 'Its title then.';
comment on column news.revisions.text is 'Its text then.';
comment on column news.revisions.superseded_at is 'When the next text came.';
"""

# A role belongs to the whole server, so another database may have made it, perhaps this very moment. Where we may not make
# it, everything but `newsfold sql` as another user works without; `newsfold doctor` says so.
READER = """
do $$
begin
    if not exists (select from pg_roles where rolname = 'news_reader') then
        create role news_reader nologin;
    end if;
exception
    when duplicate_object or unique_violation then null;
    when insufficient_privilege then raise notice 'no right to create role news_reader';
end $$;

do $$
begin
    if exists (select from pg_roles where rolname = 'news_reader') then
        grant usage on schema news to news_reader;
        grant select on all tables in schema news to news_reader;
        alter default privileges in schema news grant select on tables to news_reader;
    end if;
end $$;

do $$
begin
    if exists (select from pg_roles where rolname = 'news_reader') then
        execute format('grant news_reader to %I', current_user);
    end if;
exception
    when insufficient_privilege then raise notice 'no right to take role news_reader';
end $$;
"""

# Other databases of the server may still use the role: then it stays.
NO_READER = """
do $$
begin
    if exists (select from pg_roles where rolname = 'news_reader') then
        alter default privileges in schema news revoke select on tables from news_reader;
        drop owned by news_reader;
        drop role news_reader;
    end if;
exception
    when dependent_objects_still_exist or insufficient_privilege then null;
end $$;
"""


def upgrade() -> None:
    op.execute("create schema ingest")
    op.execute("create schema news")
    for statements in (TABLES, VIEWS, COMMENTS, READER):
        op.execute(statements)


def downgrade() -> None:
    """Drop everything. Lost: all of it."""
    op.execute(NO_READER)
    op.execute("drop schema news cascade")
    op.execute("drop schema ingest cascade")
