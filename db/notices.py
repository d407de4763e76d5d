"""Notices: what is known to be wrong, and what was said of it to which webhook."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, text, update

from db.tables.notices import NoticeRow
from db.tables.sources import RunRow
from pipeline.notices.decide import Changes, Known
from pipeline.notices.message import Item
from pipeline.notices.problems import Hole, Key, Kind, RunState, SourceState

STOPPED_BY_USER = "stopped by the user"
"""The error of a run that its user stopped, which is no news to them."""


def source_states(conn: Connection, run_id: int) -> list[SourceState]:
    """The sources that a run asked, and those that a notice is open of."""
    return [SourceState(**row) for row in conn.execute(_SOURCES, {"run": run_id}).mappings()]


_SOURCES = text("""
    select v.source as slug, v.health, s.created_at as known_since, v.last_success_at,
        coalesce(v.newest_entry_at, v.last_new_at) as newest_at,
        cast(v.usual_gap_days as double precision) as usual_gap_days, v.last_error
    from news.sources v join ingest.source s on s.slug = v.source
    where s.id in (
        select source_id from ingest.poll where run_id = :run
        union
        select o.id from ingest.source o join ingest.notice n on n.subject = o.slug
        where n.ended_at is null and n.kind in ('source_silent', 'source_failing')
    )
    order by v.source
""")


def ended_runs(conn: Connection, since: datetime) -> list[RunState]:
    """The runs that ended since then, without those that their users stopped."""
    columns = (RunRow.id, RunRow.kind, RunRow.state, RunRow.finished_at, RunRow.since, RunRow.until, RunRow.error)
    rows = conn.execute(
        select(*columns).where(RunRow.finished_at >= since, RunRow.error.is_distinct_from(STOPPED_BY_USER))
    )
    return [RunState(**row) for row in rows.mappings()]


def holes(conn: Connection, since: date, until: date) -> list[Hole]:
    """The days of sources, both bounds included, that a backfill found incomplete, or that a feed left out."""
    return [Hole(**row) for row in conn.execute(_HOLES, {"since": since, "until": until}).mappings()]


# A page that failed is no hole: news.pages says why, and the next runs try it again.
_HOLES = text("""
    select c.source, c.day, c.state, coalesce(w.reason, c.reason) as reason
    from news.coverage c
    join ingest.source s on s.slug = c.source
    left join ingest.window w on w.source_id = s.id and w.day = c.day and w.state = 'failed'
    where c.day between :since and :until and (c.state in ('hole', 'gap') or (c.state = 'failed' and w.day is not null))
""")


def known(conn: Connection) -> dict[Key, Known]:
    """The last notice of each thing."""
    rows = conn.execute(_KNOWN)
    return {(Kind(row.kind), row.subject): Known(row.id, row.since, row.ended_at is None) for row in rows}


_KNOWN = text("""
    select distinct on (kind, subject) id, kind, subject, since, ended_at
    from ingest.notice order by kind, subject, id desc
""")


def keep(conn: Connection, changes: Changes, now: datetime) -> list[int]:
    """Write down what changed; the ids of the notices that are new. Asks for `db.locks.lock_notices` to be held."""
    for notice_id, ended_at in changes.ended:
        conn.execute(update(NoticeRow).where(NoticeRow.id == notice_id).values(ended_at=ended_at))
    if not changes.opened:
        return []
    rows = [
        {
            "kind": one.kind.value,
            "subject": one.subject,
            "since": one.since,
            "detail": one.detail,
            "run_id": one.run_id,
            "first_seen": now,
            "ended_at": one.ended_at,
        }
        for one in changes.opened
    ]
    return list(conn.execute(insert(NoticeRow).returning(NoticeRow.id), rows).scalars())


def address_to(conn: Connection, webhooks: Collection[str], new: Sequence[int]) -> None:
    """See to it that each webhook will be told of all that is open, and of the notices that are new."""
    conn.execute(_ADDRESS, {"webhooks": list(webhooks), "new": list(new)})


_ADDRESS = text("""
    insert into ingest.delivery (notice_id, webhook)
    select n.id, w.webhook
    from ingest.notice n cross join unnest(cast(:webhooks as text[])) as w (webhook)
    where n.ended_at is null or n.id = any(cast(:new as bigint[]))
    on conflict do nothing
""")


def due(conn: Connection, webhook: str) -> list[Item]:
    """What a webhook has yet to be told."""
    rows = conn.execute(_DUE, {"webhook": webhook}).mappings()
    return [Item(**dict(row) | {"kind": Kind(row["kind"])}) for row in rows]


_DUE = text("""
    select n.id as notice_id, n.kind, n.subject, n.since, n.detail, n.run_id, n.ended_at,
        d.sent_at is not null as was_said
    from ingest.delivery d join ingest.notice n on n.id = d.notice_id
    where d.webhook = :webhook and (d.sent_at is null or d.end_sent_at is null)
        and case when n.ended_at is null then d.sent_at else d.end_sent_at end is null
    order by n.id
""")


def mark_posted(conn: Connection, webhook: str, items: Sequence[Item], error: str | None, now: datetime) -> None:
    """Write down that a webhook was told these items, or why it was not."""
    ids = [item.notice_id for item in items]
    ended = [item.notice_id for item in items if item.ended_at]
    conn.execute(_MARK, {"webhook": webhook, "ids": ids, "ended": ended, "error": error, "now": now})


_MARK = text("""
    update ingest.delivery d
    set attempts = attempts + 1, last_error = :error,
        sent_at = case when cast(:error as text) is null then coalesce(sent_at, :now) else sent_at end,
        end_sent_at = case when cast(:error as text) is null and notice_id = any(cast(:ended as bigint[])) then :now
                           else end_sent_at end
    where webhook = :webhook and notice_id = any(cast(:ids as bigint[]))
""")


def latest(conn: Connection, limit: int) -> list[dict[str, Any]]:
    """What is open, and the last notices that ended, as `news.notices` shows them."""
    return [dict(row) for row in conn.execute(_LATEST, {"limit": limit}).mappings()]


_LATEST = text("""
    (select * from news.notices where state = 'open')
    union all
    (select * from news.notices where state = 'ended' order by ended_at desc limit :limit)
    order by state desc, notice_id desc
""")
