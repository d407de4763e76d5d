"""Sites: what recurs in the texts of one host, counted from the articles themselves.

Nothing is added up and kept: what is known of a site is asked of its latest articles when it is needed. So a page that
is loaded again counts once, a run that is killed leaves nothing half counted, and what a site has stopped writing is
forgotten. All copies of a story count as one page: a reprint cannot make its own text look like boilerplate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from pipeline.extract.text.site import SiteBlocks, SitePage
from pipeline.models.articles import CutBlock

_LATEST_PAGES = 100
"""How many of a site's latest articles say what recurs there."""


@dataclass(frozen=True, slots=True)
class SiteText:
    """The text of an article as it is cleaned."""

    id: int
    host: str
    title: str | None
    language: str | None
    text: str
    cut: tuple[CutBlock, ...]


def known_blocks(
    conn: Connection, wanted: Mapping[str, Collection[int]], *, without_pages: Sequence[int]
) -> dict[str, SiteBlocks]:
    """For each host, on how many of its latest pages each of the wanted blocks stands, some pages left out."""
    hosts, blocks = (
        zip(*((name, block) for name in wanted for block in wanted[name]), strict=True) if wanted else ((), ())
    )
    parameters = {
        "hosts": list(hosts),
        "blocks": list(blocks),
        "without": list(without_pages),
        "latest": _LATEST_PAGES,
    }
    pages: dict[str, int] = {}
    counts = defaultdict[str, dict[int, int]](dict)
    for row in conn.execute(_KNOWN, parameters):
        pages[row.host] = row.pages
        if row.block is not None:
            counts[row.host][row.block] = row.standing
    return {name: SiteBlocks(pages.get(name, 0), counts[name]) for name in wanted}


# Reads site_text_host_ix backwards, for each host as far as the limit.
_LATEST = """
    select h.host, t.article_id, t.blocks, t.cut
    from (select distinct host from wanted) h
    cross join lateral (
        select * from ingest.site_text t
        where t.host = h.host and t.blocks is not null
            and t.article_id <> all(array(
                select id from ingest.article where page_id = any(cast(:without as bigint[]))))
        order by t.article_id desc limit :latest
    ) t
"""
# Materialized: the planner takes each of these for a few rows, and joins them row by row where it may.
_KNOWN = text(f"""
    with wanted as (
        select * from unnest(cast(:hosts as text[]), cast(:blocks as bigint[])) w(host, block)
    ), latest as materialized ({_LATEST}), told as materialized (
        select l.host, a.story_id, l.blocks || l.cut as blocks
        from latest l join ingest.article a on a.id = l.article_id
    ), pages as (
        select host, count(distinct story_id) as pages from told group by host
    ), standing as materialized (
        select t.host, b.block, t.story_id from told t cross join lateral unnest(t.blocks) b(block)
    ), counted as (
        select host, block, count(distinct story_id) as standing from standing
        where (host, block) in (select host, block from wanted) group by host, block
    )
    select p.host, p.pages, c.block, c.standing from pages p left join counted c on c.host = p.host
""")


def texts_with(conn: Connection, boilerplate: Mapping[str, Collection[int]]) -> list[SiteText]:
    """The latest texts of each host that still have one of these blocks of it."""
    pairs = [(name, block) for name in boilerplate for block in boilerplate[name]]
    if not pairs:
        return []
    hosts, blocks = zip(*pairs, strict=True)
    parameters = {"hosts": list(hosts), "blocks": list(blocks), "without": [], "latest": _LATEST_PAGES}
    return _texts(conn.execute(_WITH, parameters))


_WITH = text(f"""
    with wanted as (
        select * from unnest(cast(:hosts as text[]), cast(:blocks as bigint[])) w(host, block)
    ), latest as materialized ({_LATEST})
    select a.id, l.host, a.title, a.language, a.text, a.cut
    from latest l join ingest.article a on a.id = l.article_id
    where l.blocks && array(select w.block from wanted w where w.host = l.host)
    order by a.id
""")


def unread_texts(conn: Connection, hosts: Iterable[str]) -> list[SiteText]:
    """The latest texts of some hosts whose blocks nobody has kept: an earlier version loaded them."""
    return _texts(conn.execute(_UNREAD, {"hosts": list(hosts), "latest": _LATEST_PAGES}))


_UNREAD = text("""
    select a.id, t.host, a.title, a.language, a.text, a.cut
    from unnest(cast(:hosts as text[])) h(host)
    cross join lateral (
        select t.article_id, t.host from ingest.site_text t
        where t.host = h.host and t.blocks is null order by t.article_id desc limit :latest
    ) t
    join ingest.article a on a.id = t.article_id
    order by a.id
""")


def _texts(rows: Iterable[Any]) -> list[SiteText]:
    return [SiteText(row.id, row.host, row.title, row.language, row.text, read_cut(row.cut)) for row in rows]


def keep_blocks(conn: Connection, texts: Iterable[SiteText]) -> None:
    """Keep the blocks of texts, and of what was cut from them, each for its site. A text without a host is of none."""
    rows = [
        {
            "article": one.id,
            "host": one.host,
            "blocks": list(SitePage.of(one.text).blocks),
            "cut": list(SitePage.of("\n\n".join(block.text for block in one.cut)).blocks),
        }
        for one in texts
        if one.host
    ]
    if rows:
        conn.execute(_KEEP, rows)


_KEEP = text("""
    insert into ingest.site_text (article_id, host, blocks, cut) values (:article, :host, :blocks, :cut)
    on conflict (article_id) do update set host = excluded.host, blocks = excluded.blocks, cut = excluded.cut
""")


def read_cut(stored: Iterable[Mapping[str, Any]]) -> tuple[CutBlock, ...]:
    """What was cut from a text, as its row has it."""
    return tuple(CutBlock(block["at"], block["text"]) for block in stored)
