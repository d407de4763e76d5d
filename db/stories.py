"""Stories: what was found between articles, the groups they make, and what moved.

The functions that write ask for `db.locks.lock_folding` to be held.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    any_,
    cast,
    delete,
    insert,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import InstrumentedAttribute

from db.tables.articles import ArticleRow
from db.tables.folding import BondRow, CopyRow, StoryChangeRow, StoryRow
from pipeline.fold.judge import told_from
from pipeline.fold.stories.canonical import Copy
from pipeline.fold.stories.moves import Change
from pipeline.fold.words.tokens import primary
from pipeline.models.dates import Precision
from pipeline.models.folding import Bond, CopyKind, Member
from pipeline.rules import FOLDING_RULES


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Articles whose stories may change together, and what was found between them, without the evidence."""

    members: tuple[Member, ...]
    bonds: tuple[Bond, ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """Why stories are made again: for people, and the run that does it."""

    reason: str
    run_id: int | None


@dataclass(frozen=True, slots=True)
class Move:
    """An article that went from one story to another."""

    article_id: int
    from_story: int
    to_story: int
    change: Change


def _among(column: InstrumentedAttribute[int], ids: Collection[int]) -> ColumnElement[bool]:
    """Whether a column is one of some ids: one parameter, for a statement takes 65,535 at most."""
    return column == any_(cast(list(ids), ARRAY(BigInteger)))


def keep_bonds(conn: Connection, bonds: Iterable[Bond]) -> None:
    """Store what was found between articles; what was found before is replaced."""
    rows = {
        (bond.one, bond.other): {
            "one": bond.one,
            "other": bond.other,
            "kind": bond.kind,
            "log_odds": bond.log_odds,
            "similarity": bond.similarity,
            "evidence": dict(bond.evidence),
        }
        for bond in bonds
    }
    if rows:
        new = upsert(BondRow)
        changed = {name: new.excluded[name] for name in ("kind", "log_odds", "similarity", "evidence")}
        conn.execute(
            new.on_conflict_do_update(index_elements=["one", "other"], set_=changed),
            [rows[pair] for pair in sorted(rows)],
        )


def drop_bonds(conn: Connection, ids: Collection[int]) -> None:
    """Forget what was found between these articles and any others."""
    conn.execute(_DROP_BONDS, {"ids": list(ids)})


def partners(conn: Connection, ids: Collection[int]) -> dict[int, set[int]]:
    """For each of these articles, those that something was found with."""
    found: dict[int, set[int]] = {one: set() for one in ids}
    for one, other in conn.execute(_PARTNERS, {"ids": list(ids)}):
        for here, there in ((one, other), (other, one)):
            if here in found:
                found[here].add(there)
    return found


_OF_ARTICLES = "where one = any(cast(:ids as bigint[])) or other = any(cast(:ids as bigint[]))"
_DROP_BONDS = text(f"delete from ingest.bond {_OF_ARTICLES}")
_PARTNERS = text(f"select one, other from ingest.bond {_OF_ARTICLES}")


def neighbourhood(conn: Connection, ids: Collection[int], least_log_odds: float) -> Neighbourhood:
    """All articles whose stories may depend on some articles: those that hang together with them by bonds of at least
    `least_log_odds`, and by being in one story now.
    """
    known: set[int] = set()
    edge = set(ids)
    while edge:
        known |= edge
        rows = conn.execute(_AROUND, {"ids": list(edge), "least": least_log_odds}).scalars()
        edge = set(rows) - known
    members = tuple(_member(row) for row in conn.execute(_MEMBERS, {"ids": list(known)}))
    bonds = tuple(
        Bond(row.one, row.other, CopyKind(row.kind), row.log_odds, row.similarity)
        for row in conn.execute(_BONDS, {"ids": list(known)})
    )
    return Neighbourhood(members, bonds)


# By the primary key, bond_other_ix and article_story_id_ix.
_AROUND = text("""
    select b.other from ingest.bond b where b.one = any(cast(:ids as bigint[])) and b.log_odds >= :least
    union
    select b.one from ingest.bond b where b.other = any(cast(:ids as bigint[])) and b.log_odds >= :least
    union
    select b.id from ingest.article a join ingest.article b on b.story_id = a.story_id
    where a.id = any(cast(:ids as bigint[]))
""")
_MEMBERS = text("""
    select a.id, a.story_id, a.language, a.canonical_url, a.published_at, a.dates -> 0 ->> 'precision' as precision,
        -- Where there are fewer than three letters to a word, it is characters that were counted, two to a word.
        a.word_count * case when length(a.text) < 3 * a.word_count then 0.5 else 1.0 end as fullness,
        jsonb_array_length(a.lead_ins) > 0 as has_lead_in
    from ingest.article a
    where a.id = any(cast(:ids as bigint[]))
    order by a.id
""")
_BONDS = text("""
    select b.one, b.other, b.kind, b.log_odds, b.similarity
    from ingest.bond b
    where b.one = any(cast(:ids as bigint[])) and b.other = any(cast(:ids as bigint[]))
    order by b.one, b.other
""")


def new_stories(conn: Connection, number: int) -> list[int]:
    """The ids of as many new stories."""
    if not number:
        return []
    return sorted(conn.execute(_NEW_STORIES, {"number": number}).scalars())


_NEW_STORIES = text("insert into ingest.story select from generate_series(1, cast(:number as int)) returning id")


def move(conn: Connection, moves: Sequence[Move], newborn: Collection[int], cause: Cause) -> None:
    """Put articles into other stories. A story that is left empty points to its successor, or goes where it was made
    for one of the articles that are `newborn`; of these nothing is logged: that they join a story is no change of it.
    """
    if not moves:
        return
    for story_id in sorted({one.to_story for one in moves}):
        ids = [one.article_id for one in moves if one.to_story == story_id]
        conn.execute(update(ArticleRow).where(_among(ArticleRow.id, ids)).values(story_id=story_id))
    logged = [one for one in moves if one.article_id not in newborn]
    if logged:
        conn.execute(
            insert(StoryChangeRow),
            [
                {
                    "article_id": one.article_id,
                    "from_story": one.from_story,
                    "to_story": one.to_story,
                    "change": one.change,
                    "run_id": cause.run_id,
                    "reason": cause.reason,
                }
                for one in logged
            ],
        )
    _retire(conn, moves, {one.from_story for one in logged})


def _retire(conn: Connection, moves: Sequence[Move], known: Collection[int]) -> None:
    """Give the stories that are empty now a successor, and remove those that nobody ever saw."""
    left = {one.from_story for one in moves}
    still = conn.execute(select(ArticleRow.story_id).where(_among(ArticleRow.story_id, left)).distinct()).scalars()
    empty = left - set(still)
    conn.execute(delete(StoryRow).where(StoryRow.id.in_(empty - set(known))))
    for story_id in sorted(empty & set(known)):
        successor = next(one.to_story for one in moves if one.from_story == story_id)
        conn.execute(update(StoryRow).where(StoryRow.id == story_id).values(successor=successor))
        conn.execute(update(StoryRow).where(StoryRow.successor == story_id).values(successor=successor))


def replace_copies(conn: Connection, ids: Collection[int], copies: Sequence[Copy]) -> None:
    """Make the copies of these articles, all of their stories, be `copies`; what is so already is left alone."""
    rows = conn.execute(select(*_COPY).where(_among(CopyRow.article_id, ids)))
    before = {row.article_id: dict(row._mapping) for row in rows}
    evidence = _evidence(conn, [(one.bond.one, one.bond.other) for one in copies]) if copies else {}
    after = {one.article_id: _copy(one, evidence) for one in copies}
    gone = [article_id for article_id, row in before.items() if after.get(article_id) != row]
    new = [row for article_id, row in after.items() if before.get(article_id) != row]
    if gone:
        conn.execute(delete(CopyRow).where(_among(CopyRow.article_id, gone)))
    if new:
        conn.execute(insert(CopyRow), new)


_COPY = (CopyRow.article_id, CopyRow.copy_of, CopyRow.kind, CopyRow.similarity, CopyRow.evidence)


def _copy(copy: Copy, evidence: Mapping[tuple[int, int], Bond]) -> dict[str, object]:
    return {
        "article_id": copy.article_id,
        "copy_of": copy.copy_of,
        "kind": copy.bond.kind.value,
        "similarity": copy.bond.similarity,
        "evidence": dict(told_from(copy.article_id, evidence[copy.bond.one, copy.bond.other])),
    }


def _evidence(conn: Connection, pairs: Sequence[tuple[int, int]]) -> dict[tuple[int, int], Bond]:
    rows = conn.execute(select(*_WHOLE).where(tuple_(BondRow.one, BondRow.other).in_(pairs)))
    return {
        (row.one, row.other): Bond(row.one, row.other, CopyKind(row.kind), row.log_odds, row.similarity, row.evidence)
        for row in rows
    }


_WHOLE = (BondRow.one, BondRow.other, BondRow.kind, BondRow.log_odds, BondRow.similarity, BondRow.evidence)


def _member(row: Row[tuple[object, ...]]) -> Member:
    stated = row.published_at
    if stated is not None and row.precision == Precision.DAY:
        stated = datetime.combine(stated.date(), time.max, stated.tzinfo)
    return Member(
        row.id, row.story_id, primary(row.language), stated, float(row.fullness), row.canonical_url, row.has_lead_in
    )


def stories_of(conn: Connection, ids: Collection[int]) -> dict[int, int]:
    """Which story each of these articles is in."""
    rows = conn.execute(select(ArticleRow.id, ArticleRow.story_id).where(_among(ArticleRow.id, ids)))
    return {row.id: row.story_id for row in rows}


def next_to_judge(conn: Connection, since: datetime, begun_at: datetime, after: int, *, limit: int) -> list[int]:
    """Some of the articles dated since then, with greater ids, that were not judged after the refold began."""
    rows = conn.execute(_NEXT_TO_JUDGE, {"since": since, "begun": begun_at, "after": after, "limit": limit})
    return list(rows.scalars())


_NEXT_TO_JUDGE = text("""
    select a.id
    from ingest.article a
    join ingest.fingerprint f on f.article_id = a.id
    where a.dated_at >= :since and a.id > :after and f.judged_at < :begun
    order by a.id
    limit :limit
""")


def count_to_judge(conn: Connection, since: datetime, begun_at: datetime) -> int:
    """How many articles `next_to_judge` would name in the end."""
    rows = text("""
        select count(*) from ingest.article a join ingest.fingerprint f on f.article_id = a.id
        where a.dated_at >= :since and f.judged_at < :begun
    """)
    return int(conn.execute(rows, {"since": since, "begun": begun_at}).scalar_one())


def mark_judged(conn: Connection, ids: Collection[int]) -> None:
    """Remember that the archive was searched for all that is like these articles, by the rules of now."""
    conn.execute(_MARK_JUDGED, {"ids": list(ids), "rules": FOLDING_RULES})


_MARK_JUDGED = text("""
    update ingest.fingerprint set judged_at = clock_timestamp(), folding_rules = :rules
    where article_id = any(cast(:ids as bigint[]))
""")


def grouped_after(conn: Connection, since: datetime, after: int, *, limit: int) -> list[int]:
    """Some of the articles dated since then, with greater ids, that share a story or a bond with another."""
    rows = conn.execute(_GROUPED_AFTER, {"since": since, "after": after, "limit": limit})
    return list(rows.scalars())


_GROUPED_AFTER = text("""
    select a.id
    from ingest.article a
    where a.dated_at >= :since and a.id > :after
        and (exists (select from ingest.bond b where b.one = a.id or b.other = a.id)
             or exists (select from ingest.article b where b.story_id = a.story_id and b.id <> a.id))
    order by a.id
    limit :limit
""")


def moves_of(conn: Connection, run_id: int) -> list[Move]:
    """What a run moved, in the order in which it did."""
    rows = conn.execute(
        select(StoryChangeRow)
        .where(StoryChangeRow.run_id == run_id)
        .order_by(StoryChangeRow.id)
        .with_only_columns(
            StoryChangeRow.article_id, StoryChangeRow.from_story, StoryChangeRow.to_story, StoryChangeRow.change
        )
    )
    return [Move(row.article_id, row.from_story, row.to_story, Change(row.change)) for row in rows]
