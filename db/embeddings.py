"""Vectors of articles, and the nearest ones: by pgvector where the server has it, else by reading them all.

Vectors are kept as real[], which every server has; an HNSW index (Malkov & Yashunin 2016) over the same values as
pgvector's type finds the nearest. Vectors of another model than the one asked for are never compared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

MOST_INDEXED_DIMENSIONS = 2000
_ROWS_AT_ONCE = 2000

Vector = NDArray[np.float32]
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An article near a vector; `cosine` is 1 for the same direction."""

    article_id: int
    cosine: float


def make_index(engine: Engine, dimensions: int) -> bool:
    """Make pgvector and an index for vectors of this size where the server lets us; whether they are there now."""
    if dimensions > MOST_INDEXED_DIMENSIONS:
        return False
    with engine.connect() as conn:
        if _is_indexed(conn, dimensions):
            return True
    try:
        with engine.begin() as conn:
            conn.execute(text("create extension if not exists vector"))
            conn.execute(
                text(
                    f"create index if not exists embedding_{dimensions:d}_ix on ingest.embedding "
                    f"using hnsw ((vector::vector({dimensions:d})) vector_cosine_ops) "
                    f"where cardinality(vector) = {dimensions:d}"
                )
            )
    except DBAPIError:
        return False
    return True


def remove_vector(conn: Connection, article_id: int) -> None:
    """Forget the vector of an article, whose text changes."""
    conn.execute(text("delete from ingest.embedding where article_id = :id"), {"id": article_id})


def add_vectors(conn: Connection, model: str, article_ids: Sequence[int], vectors: Iterable[Vector]) -> None:
    """Keep the vector of each article; the one it had is replaced."""
    if not article_ids:
        return
    rows = [
        {"id": one, "model": model, "vector": vector.tolist()} for one, vector in zip(article_ids, vectors, strict=True)
    ]
    conn.execute(_ADD, rows)


_ADD = text("""
    insert into ingest.embedding (article_id, model, vector) values (:id, :model, cast(:vector as real[]))
    on conflict (article_id) do update set model = excluded.model, vector = excluded.vector
""")


def articles_without(conn: Connection, model: str, *, limit: int) -> list[tuple[int, str | None, str]]:
    """(id, title, text) of the newest articles that have no vector of this model."""
    rows = conn.execute(_WITHOUT, {"model": model, "limit": limit})
    return [(row.id, row.title, row.text) for row in rows]


_WITHOUT = text("""
    select a.id, a.title, a.text
    from ingest.article a
    where not exists (select from ingest.embedding e where e.article_id = a.id and e.model = :model)
    order by a.id desc
    limit :limit
""")


def count_without(conn: Connection, model: str) -> int:
    """How many articles have no vector of this model."""
    counted: int = conn.execute(_COUNT_WITHOUT, {"model": model}).scalar_one()
    return counted


_COUNT_WITHOUT = text("""
    select count(*) from ingest.article a
    where not exists (select from ingest.embedding e where e.article_id = a.id and e.model = :model)
""")


def vectors_of(conn: Connection, model: str, article_ids: Collection[int]) -> dict[int, Vector]:
    """The vectors of articles that have one of this model."""
    rows = conn.execute(_VECTORS, {"model": model, "ids": list(article_ids)})
    return {row.article_id: np.array(row.vector, dtype=np.float32) for row in rows}


_VECTORS = text("""
    select article_id, vector from ingest.embedding
    where model = :model and article_id = any(cast(:ids as bigint[]))
""")


def latest_vectors(conn: Connection, model: str, *, limit: int) -> Vectors:
    """The vectors of the articles that got one last, one of each story: (at most `limit`, dimensions)."""
    rows = conn.execute(_LATEST, {"model": model, "limit": limit}).scalars().all()
    return np.array([one for one in rows if len(one) == len(rows[0])], dtype=np.float32)


_LATEST = text("""
    select distinct on (story_id) vector
    from (
        select a.story_id, e.article_id, e.vector
        from ingest.embedding e join ingest.article a on a.id = e.article_id
        where e.model = :model
        order by e.article_id desc limit :limit
    ) latest
    order by story_id, article_id
""")


def neighbours(
    conn: Connection, model: str, dates: Mapping[int, datetime], *, window: timedelta, limit: int
) -> dict[int, set[int]]:
    """For each of these articles (with its date) that has a vector, the nearest ones within the window; nothing where
    there is no index, since reading all vectors for each article would hold everybody up.
    """
    found = {}
    for article_id, vector in vectors_of(conn, model, dates).items():
        if _is_indexed(conn, len(vector)):
            begin, end = _moved(dates[article_id], -window), _moved(dates[article_id], window)
            near = nearest(conn, model, vector, limit=limit + 1, begin=begin, end=end)
            found[article_id] = {one.article_id for one in near} - {article_id}
    return found


def _moved(moment: datetime, by: timedelta) -> datetime | None:
    """A moment that much later; None where that lies beyond the calendar, where no article is dated."""
    try:
        return moment + by
    except OverflowError:
        return None


def nearest(
    conn: Connection,
    model: str,
    vector: Vector,
    *,
    limit: int,
    begin: datetime | None = None,
    end: datetime | None = None,
) -> list[Neighbour]:
    """The articles nearest to a vector by cosine, nearest first; only those dated from `begin` to `end` where given."""
    bounds: dict[str, object] = {"model": model, "begin": begin, "end": end, "dimensions": len(vector)}
    if _is_indexed(conn, len(vector)):
        return _nearest_by_index(conn, vector, limit, bounds)
    return _nearest_by_reading(conn, vector, limit, bounds)


def _is_indexed(conn: Connection, dimensions: int) -> bool:
    found = conn.execute(text("select to_regclass(:name)"), {"name": f"ingest.embedding_{dimensions:d}_ix"})
    return found.scalar_one() is not None


_AMONG = """
    from ingest.embedding e join ingest.article a on a.id = e.article_id
    where e.model = :model and cardinality(e.vector) = {dimensions}
      and (cast(:begin as timestamptz) is null or a.dated_at >= :begin)
      and (cast(:end as timestamptz) is null or a.dated_at <= :end)
"""


def _nearest_by_index(conn: Connection, vector: Vector, limit: int, bounds: dict[str, object]) -> list[Neighbour]:
    dimensions = len(vector)
    distance = f"e.vector::vector({dimensions:d}) <=> cast(cast(:vector as real[]) as vector({dimensions:d}))"
    # The filters come after the index: without going on, neighbours of other times would use up what it gives.
    conn.execute(text("set local hnsw.iterative_scan = strict_order"))
    rows = conn.execute(
        text(
            f"select e.article_id, 1 - ({distance}) as cosine {_AMONG.format(dimensions=dimensions)} "
            f"order by {distance} limit :limit"
        ),
        bounds | {"vector": vector.tolist(), "limit": limit},
    )
    return [Neighbour(row.article_id, row.cosine) for row in rows]


def _nearest_by_reading(conn: Connection, vector: Vector, limit: int, bounds: dict[str, object]) -> list[Neighbour]:
    best: list[Neighbour] = []
    for ids, vectors in _read_vectors(conn, len(vector), bounds):
        found = [Neighbour(one, float(cosine)) for one, cosine in zip(ids, vectors @ vector, strict=True)]
        best = sorted([*best, *found], key=lambda neighbour: (-neighbour.cosine, neighbour.article_id))[:limit]
    return best


def _read_vectors(conn: Connection, dimensions: int, bounds: dict[str, object]) -> Iterator[tuple[list[int], Vectors]]:
    query = text(f"select e.article_id, e.vector {_AMONG.format(dimensions=dimensions)}")
    answer = conn.execute(query.execution_options(yield_per=_ROWS_AT_ONCE), bounds)
    for rows in answer.partitions():
        yield [row.article_id for row in rows], np.array([row.vector for row in rows], dtype=np.float32)
