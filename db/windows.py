"""Windows: the days of sources that backfills are asked for. Who writes to them locks their sources first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

from pipeline.models.windows import Coverage, Days, KnownWindow, WindowState


def known_windows(conn: Connection, slugs: Collection[str], days: Days) -> Mapping[str, Mapping[date, KnownWindow]]:
    """What is known of days of sources, by slug and day."""
    found: defaultdict[str, dict[date, KnownWindow]] = defaultdict(dict)
    for row in conn.execute(_KNOWN, {"slugs": list(slugs), "since": days.since, "until": days.until}):
        found[row.source][row.day] = KnownWindow(Coverage(row.state), row.is_beyond, row.is_left)
    return found


_KNOWN = text("""
    select c.source, c.day, c.state, coalesce(w.state = 'beyond', false) as is_beyond,
        coalesce(w.state in ('listed', 'beyond') and r.state in ('interrupted', 'failed'), false) as is_left
    from news.coverage c
    join ingest.source s on s.slug = c.source
    left join ingest.window w on w.source_id = s.id and w.day = c.day
    left join ingest.run r on r.id = w.run_id
    where c.source = any(:slugs) and c.day between :since and :until
""")


def plan(conn: Connection, run_id: int, days: Days, wanted: Mapping[str, Sequence[date]]) -> None:
    """The lists of sources, by slug, are to be read for some of the days by this run. What it need not read again of
    the days is as if it had read it.
    """
    _lock(conn, wanted)
    slugs = [slug for slug, some in wanted.items() for _ in some]
    conn.execute(_PLAN, {"run": run_id, "slugs": slugs, "days": [day for some in wanted.values() for day in some]})
    adopted = {"run": run_id, "slugs": list(wanted), "since": days.since, "until": days.until}
    conn.execute(_ADOPT, adopted)


_PLAN = text("""
    insert into ingest.window as w (source_id, day, state, run_id)
    select s.id, n.day, 'planned', :run
    from unnest(cast(:slugs as text[]), cast(:days as date[])) as n (slug, day)
    join ingest.source s on s.slug = n.slug
    order by s.id, n.day
    on conflict (source_id, day) do update set state = 'planned', reason = null, run_id = excluded.run_id
""")
_ADOPT = text("""
    with adopted as (
        select w.source_id, w.day from ingest.window w join ingest.source s on s.id = w.source_id
        where s.slug = any(:slugs) and w.day between :since and :until and w.run_id is distinct from :run
    )
    update ingest.window w set run_id = :run from adopted a where (w.source_id, w.day) = (a.source_id, a.day)
""")


def _lock(conn: Connection, slugs: Collection[str]) -> None:
    conn.execute(_LOCK, {"slugs": list(slugs)})


_LOCK = text("select id from ingest.source where slug = any(:slugs) order by id for no key update")


def planned_days(conn: Connection, source_ids: Sequence[int], days: Days) -> Mapping[int, frozenset[date]]:
    """The days of each source whose list is still to be read, by its id."""
    found: defaultdict[int, set[date]] = defaultdict(set)
    parameters = {"ids": list(source_ids), "since": days.since, "until": days.until}
    for row in conn.execute(_PLANNED, parameters):
        found[row.source_id].add(row.day)
    return {source_id: frozenset(some) for source_id, some in found.items()}


_PLANNED = text("""
    select source_id, day from ingest.window
    where source_id = any(:ids) and day between :since and :until and state = 'planned'
""")


def settle(
    conn: Connection,
    run_id: int,
    source_id: int,
    states: Mapping[date, WindowState],
    listed: Collection[str],
    now: datetime,
    reason: str | None = None,
) -> None:
    """What came of reading a source's list for some days; `listed` are the canonical URLs that it names.

    Expected is how many of the source's own pages it listed of that day at most: what another source brought first
    counts there, and what a list names no more is expected still.
    """
    parameters = {
        "run": run_id,
        "source": source_id,
        "days": list(states),
        "states": [state.value for state in states.values()],
        "urls": list(listed),
        "reason": reason,
        "now": now,
    }
    conn.execute(_SETTLE, parameters)


_SETTLE = text("""
    with listed as (
        select p.day, count(*) as pages
        from ingest.page p
        where md5(p.canonical_url) in (select md5(u) from unnest(cast(:urls as text[])) u) and p.source_id = :source
        group by p.day
    )
    insert into ingest.window as w (source_id, day, state, expected, reason, run_id, listed_at)
    select :source, n.day, n.state, case when n.state = 'listed' then coalesce(l.pages, 0) end,
        case when n.state <> 'listed' then cast(:reason as text) end, :run, :now
    from unnest(cast(:days as date[]), cast(:states as text[])) as n (day, state)
    left join listed l on l.day = n.day
    order by n.day
    on conflict (source_id, day) do update
    set state = excluded.state, expected = greatest(excluded.expected, w.expected), reason = excluded.reason,
        run_id = excluded.run_id, listed_at = excluded.listed_at
""")


def expect_what_was_found(conn: Connection, slugs: Collection[str], days: Days) -> None:
    """Where pages were found to be of a day that its source's list does not date so, that day has as many."""
    _lock(conn, slugs)
    conn.execute(_EXPECT, {"slugs": list(slugs), "since": days.since, "until": days.until})


_EXPECT = text("""
    with found as (
        select p.source_id, p.day, count(*) as pages
        from ingest.page p join ingest.source s on s.id = p.source_id
        where s.slug = any(:slugs) and p.day between :since and :until
          and (p.entry_published_at is not null or p.article_published_at is not null)
        group by p.source_id, p.day
    ), short as (
        select w.source_id, w.day, f.pages
        from ingest.window w join found f on (f.source_id, f.day) = (w.source_id, w.day)
        where w.state = 'listed' and w.expected < f.pages
    )
    update ingest.window w set expected = s.pages from short s where (w.source_id, w.day) = (s.source_id, s.day)
""")


def mark_gap(conn: Connection, source_id: int, days: Days) -> None:
    """Between two polls a source moved on further than its list reaches: of these days articles may be missing.

    It asks for the source to be locked.
    """
    conn.execute(_MARK_GAP, {"source": source_id, "days": list(days)})


_MARK_GAP = text("""
    insert into ingest.window as w (source_id, day, state)
    select :source, d, 'gap' from unnest(cast(:days as date[])) d order by d
    on conflict (source_id, day) do update set state = 'gap' where w.state = 'listed'
""")


def revive_lost(conn: Connection, slugs: Collection[str], days: Days) -> None:
    """Pages of some days whose article somebody deleted are to be fetched again."""
    conn.execute(_REVIVE_LOST, {"slugs": list(slugs), "since": days.since, "until": days.until})


_REVIVE_LOST = text("""
    with lost as (
        select p.id from ingest.page p join ingest.source s on s.id = p.source_id
        where s.slug = any(:slugs) and p.day between :since and :until and p.state = 'loaded' and p.claimed_by is null
          and not exists (select from ingest.article a where a.page_id = p.id)
        order by p.canonical_url for no key update of p
    )
    update ingest.page p set state = 'discovered' from lost where p.id = lost.id
""")


def need_no_request(conn: Connection, canonical_urls: Collection[str]) -> set[str]:
    """Those of the canonical URLs whose pages a backfill that names them would not ask for."""
    return set(conn.execute(_NEED_NO_REQUEST, {"urls": list(canonical_urls)}).scalars())


_NEED_NO_REQUEST = text("""
    select p.canonical_url from ingest.page p left join ingest.article a on a.page_id = p.id
    where md5(p.canonical_url) in (select md5(u) from unnest(cast(:urls as text[])) u)
      and p.state <> 'discovered' and p.reason is distinct from 'old' and (p.state <> 'loaded' or a.id is not null)
""")


def coverage(conn: Connection, days: Days, slugs: Collection[str]) -> list[Mapping[str, Any]]:
    """The rows of `news.coverage` for some days of some sources, or (empty) of all that have any."""
    parameters = {"since": days.since, "until": days.until, "slugs": list(slugs)}
    return [dict(row) for row in conn.execute(_COVERAGE, parameters).mappings()]


_COVERAGE = text("""
    select * from news.coverage
    where day between :since and :until and (cast(:slugs as text[]) = '{}' or source = any(:slugs))
    order by source, day
""")


def windows_of_run(conn: Connection, run_id: int) -> list[Mapping[str, Any]]:
    """For each source of a backfill: its windows, and what is had of them now."""
    return [dict(row) for row in conn.execute(_OF_RUN, {"run": run_id}).mappings()]


_OF_RUN = text("""
    select c.source, count(*) as windows, coalesce(sum(c.expected), 0)::bigint as expected,
        sum(c.loaded + c.folded)::bigint as loaded, sum(c.skipped)::bigint as skipped, sum(c.failed)::bigint as failed,
        sum(c.pending)::bigint as pending, count(*) filter (where w.state = 'beyond') as beyond,
        count(*) filter (where c.state in ('hole', 'failed', 'planned', 'pending')) as incomplete,
        max(c.day) filter (where w.state = 'beyond') as beyond_until,
        max(w.reason) filter (where w.state = 'beyond') as beyond_reason
    from ingest.run r
    join ingest.window w on w.run_id = r.id and w.day between r.since and r.until
    join ingest.source s on s.id = w.source_id
    join news.coverage c on c.source = s.slug and c.day = w.day and c.day between r.since and r.until
    where r.id = :run
    group by c.source order by c.source
""")
