"""Resources: the documents of sources, and what to ask a server "has it changed?" with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, select, text

from db.tables.sources import ResourceRow
from pipeline.models.pages import Validators


@dataclass(frozen=True, slots=True)
class Resource:
    """A document of a source as it was read last; without a hash it is known and was never read, and `read_at` is when
    it was asked for in vain.
    """

    validators: Validators
    body_hash: str | None
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Renewal:
    """A document of a source that is as it was, and what its server gave with that answer."""

    source_id: int
    url: str
    validators: Validators


def resources_of(conn: Connection, source_ids: Sequence[int]) -> Mapping[int, Mapping[str, Resource]]:
    """The documents of sources, by the source's id and by URL."""
    found: defaultdict[int, dict[str, Resource]] = defaultdict(dict)
    for one in conn.execute(select(ResourceRow).where(ResourceRow.source_id.in_(list(source_ids)))):
        validators = Validators(one.etag, one.last_modified)
        found[one.source_id][one.url] = Resource(validators, one.body_hash, one.read_at)
    return found


def mark_read(
    conn: Connection, source_id: int, url: str, validators: Validators, body_hash: str, now: datetime
) -> None:
    """A document of a source was read: we know what to ask for it with next time."""
    conn.execute(
        _MARK_READ,
        {
            "source": source_id,
            "url": url,
            "etag": validators.etag,
            "modified": validators.last_modified,
            "hash": body_hash,
            "now": now,
        },
    )


_MARK_READ = text("""
    insert into ingest.resource as known (source_id, url, etag, last_modified, body_hash, read_at)
    values (:source, :url, :etag, :modified, :hash, :now)
    on conflict (source_id, md5(url)) do update
    set etag = excluded.etag, last_modified = excluded.last_modified, body_hash = excluded.body_hash,
        read_at = excluded.read_at
""")


def mark_unread(conn: Connection, source_id: int, asked: Iterable[str], named: Iterable[str], now: datetime) -> None:
    """Documents that were asked for in vain, or only named and left for a later poll."""
    urls = dict.fromkeys(asked, now) | dict.fromkeys(named, _LONG_AGO)
    if urls:
        conn.execute(_MARK_UNREAD, {"source": source_id, "urls": list(urls), "moments": list(urls.values())})


_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_MARK_UNREAD = text("""
    insert into ingest.resource as known (source_id, url, read_at)
    select :source, u.url, u.moment
    from unnest(cast(:urls as text[]), cast(:moments as timestamptz[])) as u (url, moment)
    order by u.url
    on conflict (source_id, md5(url)) do update set read_at = excluded.read_at
    where known.body_hash is null and excluded.read_at > known.read_at
""")


def renew(conn: Connection, renewals: Sequence[Renewal], now: datetime) -> None:
    """Documents are as they were; a server may have given new validators for them."""
    if renewals:
        conn.execute(
            _RENEW,
            {
                "sources": [one.source_id for one in renewals],
                "urls": [one.url for one in renewals],
                "etags": [one.validators.etag for one in renewals],
                "dates": [one.validators.last_modified for one in renewals],
                "now": now,
            },
        )


_RENEW = text("""
    update ingest.resource r
    set etag = coalesce(n.etag, r.etag), last_modified = coalesce(n.last_modified, r.last_modified), read_at = :now
    from unnest(cast(:sources as bigint[]), cast(:urls as text[]), cast(:etags as text[]), cast(:dates as text[]))
         as n (source_id, url, etag, last_modified)
    where r.source_id = n.source_id and md5(r.url) = md5(n.url)
""")
