"""Captures: the bodies that pages brought, and the pages whose body nothing was made of yet."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from db.books import taking
from db.pages import Settled, remember_entries, settle
from db.sources import source_of
from pipeline.discover.urls import canonicalize
from pipeline.models.pages import Capture, Entry, Fetched, Outcome, Validators
from pipeline.models.sources import Source

# Half the time of level 6 (1.9 of 3.5 ms a page), for 5% more bytes, over 163 news pages.
_COMPRESSION = 4


@dataclass(frozen=True, slots=True)
class PageToLoad:
    """A page with a body that nothing was made of yet, when that was fetched (by us, or by the archive that it comes
    from), and what its source says about it.
    """

    id: int
    source: Source
    entry: Entry
    capture: Capture
    fetched_at: datetime | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of bodies that a user brought: the pages to load, and how many a running run works on."""

    page_ids: list[int]
    left: int


def claim_imported(
    conn: Connection, run_id: int, source_id: int, captures: Mapping[str, Capture], *, now: datetime
) -> Imported:
    """Make or find the pages of bodies that a user brings (by canonical URL), take them, and keep the bodies.

    A body that its loaded page had before gets the outcome 'unchanged', so that importing a file twice adds nothing.
    """
    remember_entries(conn, run_id, source_id, [Entry(one.url) for one in captures.values()], is_wanted=True, now=now)
    claimed = conn.execute(_CLAIM_NAMED, {"run": run_id, "urls": list(captures)}).all()
    page_ids = []
    for page_id, canonical_url in claimed:
        if _was_loaded(conn, page_id, captures[canonical_url]):
            settle(conn, run_id, [Settled(page_id, Outcome.UNCHANGED)])
        elif keep_capture(conn, run_id, page_id, Fetched(captures[canonical_url]), now=now):
            page_ids.append(page_id)
    return Imported(page_ids, left=len(captures) - len(claimed))


_CLAIM_NAMED = text(f"""
    with named as (
        select p.id from ingest.page p
        where md5(p.canonical_url) in (select md5(u) from unnest(cast(:urls as text[])) u) and p.claimed_by is null
        order by p.canonical_url for update of p skip locked
    ), claimed as (
        update ingest.page p set claimed_by = :run from named where p.id = named.id
        returning p.id, p.canonical_url, p.source_id
    ), {taking("claimed")}
    select id, canonical_url from claimed order by id
""")


def deliver(conn: Connection, source_id: int, bodies: Iterable[Capture], now: datetime) -> bool:
    """Keep bodies that a source delivered itself, for its own pages: a body that is not its article's makes a page due.

    False where a running run works on one of the pages: that body must be delivered again.
    """
    is_free = True
    for body in bodies:
        parameters = stored(body) | {"canonical": canonicalize(body.url), "source": source_id, "now": now}
        is_free = bool(conn.execute(_DELIVER, parameters).scalar_one()) and is_free
    return is_free


KEEP_UNTIL = """coalesce(
            cast(date_trunc('month', (cast(:now as timestamptz) at time zone 'UTC')
                 + cast(s.options ->> 'keep_captures_days' as int) * interval '1 day') as date),
            'infinity')"""
"""The month in which the keeping of a body ends that source `s` brings now."""

# Whoever keeps a body has the page to itself: claimed by its run, or locked. So one body of a page has one row, though
# the key has the month in which its keeping ends, to which it moves.
_KEEP_WANTED = f"""kept_until as (
        select w.id, {KEEP_UNTIL} as keep_until
        from wanted w join ingest.page p on p.id = w.id join ingest.source s on s.id = p.source_id
    ), again as (
        update ingest.capture c set fetched_at = clock_timestamp(), keep_until = greatest(c.keep_until, k.keep_until)
        from kept_until k where c.page_id = k.id and c.body_hash = :hash
        returning c.page_id
    ), kept as (
        insert into ingest.capture (page_id, url, media_type, charset, body, body_hash, size, archived_at, keep_until)
        select id, :url, :media_type, :charset, :body, :hash, :size, cast(:archived_at as timestamptz), keep_until
        from kept_until
        where id not in (select page_id from again)
    )"""
_DELIVER = text(f"""
    with named as (
        select p.id from ingest.page p
        where md5(p.canonical_url) = md5(:canonical) and p.source_id = :source and p.reason is distinct from 'old'
    ), page as (
        select p.id,
            exists (select from ingest.article a where a.page_id = p.id and a.body_hash = :hash)
            or (p.state = 'skipped' and (p.body_hash = :hash or exists (
                select from ingest.capture c where c.page_id = p.id and c.body_hash = :hash))) as is_known
        from ingest.page p
        where p.id in (select id from named) and p.claimed_by is null
        for update skip locked
    ), wanted as (
        select id from page where not is_known
    ), {_KEEP_WANTED}, due as (
        update ingest.page p
        set state = 'fetched', reason = null, detail = null, next_attempt_at = null, last_fetched_at = :now,
            body_hash = :hash
        from wanted where p.id = wanted.id
    )
    select (select count(*) from named) = (select count(*) from page)
""")


def _was_loaded(conn: Connection, page_id: int, capture: Capture) -> bool:
    parameters = {"page": page_id, "hash": hashlib.sha256(capture.body).hexdigest()}
    return bool(conn.execute(_WAS_LOADED, parameters).scalar_one())


_WAS_LOADED = text("""
    select exists (
        select from ingest.page p where p.id = :page and p.state = 'loaded' and (p.body_hash = :hash or exists (
            select from ingest.capture c where c.page_id = p.id and c.body_hash = :hash))
    )
""")


def lock_pages(conn: Connection, page_ids: Sequence[int]) -> None:
    """Lock pages in the order in which every other writer locks them, before a transaction settles them one by one."""
    conn.execute(_LOCK, {"ids": list(page_ids)})


_LOCK = text("select id from ingest.page where id = any(:ids) order by canonical_url for no key update")


def pages_to_load(conn: Connection, page_ids: Sequence[int]) -> list[PageToLoad]:
    """Those of the pages that have a body that nothing was made of yet, each with its newest body."""
    rows = conn.execute(_TO_LOAD, {"ids": list(page_ids)})
    return [
        PageToLoad(
            row.id,
            source_of(row),
            Entry(
                row.page_url,
                row.entry_title,
                row.entry_author,
                row.entry_published_at,
                updated_at=row.entry_updated_at,
            ),
            Capture(row.url, gzip.decompress(row.body), row.media_type, row.charset, row.archived_at),
            row.archived_at or row.last_fetched_at,
        )
        for row in rows
    ]


_TO_LOAD = text("""
    select p.id, p.url as page_url, p.entry_title, p.entry_author, p.entry_published_at, p.entry_updated_at,
           s.slug, s.name, s.kind, s.address, s.language, s.known_from, s.options,
           c.url, c.media_type, c.charset, c.body, c.archived_at, p.last_fetched_at
    from ingest.page p
    join ingest.source s on s.id = p.source_id
    cross join lateral (select * from ingest.capture c where c.page_id = p.id order by c.fetched_at desc, c.body_hash
                        limit 1) c
    where p.id = any(:ids) and p.state = 'fetched'
    order by p.id
""").execution_options(binary=True)


def keep_capture(conn: Connection, run_id: int, page_id: int, fetched: Fetched, *, now: datetime) -> bool:
    """Keep the body a fetch brought. False where it is the one the page's article was made of: that page is done."""
    columns = stored(fetched.capture)
    conn.execute(_KEEP, columns | {"page": page_id, "now": now})
    conn.execute(_KEEP_OPT_OUT, {"page": page_id, "said": list(fetched.opt_out) or None})
    return mark_fetched(conn, run_id, page_id, fetched.validators, columns["hash"], now=now)


def stored(capture: Capture) -> dict[str, Any]:
    """The columns of a capture."""
    return {
        "url": capture.url,
        "media_type": capture.media_type,
        "charset": capture.charset,
        "body": gzip.compress(capture.body, compresslevel=_COMPRESSION, mtime=0),
        "hash": hashlib.sha256(capture.body).hexdigest(),
        "size": len(capture.body),
        "archived_at": capture.archived_at,
    }


_KEEP = text(f"""
    with wanted as (
        select cast(:page as bigint) as id
    ), {_KEEP_WANTED}
    select
""")


_KEEP_OPT_OUT = text("""
    update ingest.page set opt_out = :said where id = :page and opt_out is distinct from cast(:said as text[])
""")


def mark_fetched(
    conn: Connection,
    run_id: int,
    page_id: int,
    validators: Validators,
    body_hash: str | None = None,
    *,
    now: datetime,
) -> bool:
    """A fetch brought a body, or (without a hash) "not modified": False where that body was made an article of."""
    parameters = {
        "page": page_id,
        "etag": validators.etag,
        "modified": validators.last_modified,
        "hash": body_hash,
        "now": now,
    }
    is_known = conn.execute(_FETCHED, parameters).scalar_one()
    if is_known:
        settle(conn, run_id, [Settled(page_id, Outcome.UNCHANGED)])
    return not is_known


_FETCHED = text("""
    update ingest.page p
    set state = 'fetched', reason = null, detail = null, archive_url = null,
        attempts = attempts + 1, failures = 0, last_fetched_at = :now, body_hash = coalesce(:hash, p.body_hash),
        etag = coalesce(:etag, case when cast(:hash as text) is null then p.etag end),
        last_modified = coalesce(:modified, case when cast(:hash as text) is null then p.last_modified end)
    where p.id = :page
    returning exists (
        select from ingest.article a
        where a.page_id = p.id and a.body_hash = coalesce(
            p.body_hash,
            (select c.body_hash from ingest.capture c where c.page_id = p.id
             order by c.fetched_at desc, c.body_hash limit 1))
    )
""")
