"""Fingerprints, and the postings that find them.

The functions that write ask for `db.locks.lock_folding` to be held.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

import numpy as np
from sqlalchemy import Connection, delete, text
from sqlalchemy.dialects.postgresql import insert

from db.engine import copy_in
from db.tables.folding import FingerprintRow
from pipeline.extract.text.lead_in import blanked
from pipeline.fold.candidates import MOST_POSTINGS, Keys, Query, Ranking, is_common, posted_keys, query, rank
from pipeline.fold.near.copies import may_share_language
from pipeline.fold.translation.packed import pack_fingerprint, unpack_fingerprint
from pipeline.models.articles import Span
from pipeline.models.folding import Candidate, Fingerprint

_COPY = "copy ingest.posting (key, article_id) from stdin (format binary)"
# What it wants around its rows, and of each row: the number of fields, then each with its length.
_COPY_BEGIN, _COPY_END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_COPY_ROW = np.dtype([("fields", ">i2"), ("a", ">i4"), ("key", ">i8"), ("b", ">i4"), ("article_id", ">i8")])


@dataclass(frozen=True, slots=True)
class Marked:
    """An article to be found later: its fingerprint and the date that says when it may be."""

    article_id: int
    dated_at: datetime
    fingerprint: Fingerprint


def candidates(
    conn: Connection, articles: Sequence[tuple[Candidate, datetime]], *, window: timedelta
) -> list[list[Candidate]]:
    """For each article, with its date, the stored ones worth a look: see pipeline.fold.candidates."""
    queries = [query(article.fingerprint, dated_at, window=window) for article, dated_at in articles]
    found = _postings(conn, queries)
    rankings = [rank(asked, *postings) for asked, postings in zip(queries, found, strict=True)]
    _keep_common(
        conn, [asked.keys[is_common(asked, numbers)] for asked, (numbers, _) in zip(queries, found, strict=True)]
    )
    dated = {i: (at, tag) for i, at, tag in conn.execute(_DATES, {"ids": _distinct(r.translations for r in rankings)})}
    languages = {language for _, language in dated.values()}
    chosen = [
        ranking.within(window, dated_at, _foreign(ranking, dated, languages, article.language))
        for ranking, (article, dated_at) in zip(rankings, articles, strict=True)
    ]
    known = {article.article_id: article for article, _ in articles}
    known |= fingerprinted(conn, set(_distinct(chosen)) - known.keys())
    # An article that a user deleted has postings still.
    return [[known[one] for one in ids_of_one if one in known] for ids_of_one in chosen]


def add(conn: Connection, marked: Sequence[Marked]) -> None:
    """Store the fingerprints of articles and post them."""
    if not marked:
        return
    rows = [{"article_id": one.article_id, "packed": pack_fingerprint(one.fingerprint)} for one in marked]
    conn.execute(_ADD, rows)
    post(conn, [(one.article_id, posted_keys(one.fingerprint, one.dated_at)) for one in marked])


_NEW = insert(FingerprintRow)
_ADD = _NEW.on_conflict_do_update(index_elements=["article_id"], set_={"packed": _NEW.excluded.packed})


def post(conn: Connection, articles: Sequence[tuple[int, Keys]]) -> None:
    """Post articles under their keys."""
    rows = np.zeros(sum(len(keys) for _, keys in articles), dtype=_COPY_ROW)
    rows["fields"], rows["a"], rows["b"] = 2, 8, 8
    rows["key"] = np.concatenate([keys for _, keys in articles])
    rows["article_id"] = np.repeat([article_id for article_id, _ in articles], [len(keys) for _, keys in articles])
    # In the order of the index: each of its pages is gone to once, not once for each article.
    rows = rows[np.argsort(rows["key"], kind="stable")]
    copy_in(conn, _COPY, _COPY_BEGIN + rows.tobytes() + _COPY_END)


@dataclass(frozen=True, slots=True)
class Unmarked:
    """An article whose fingerprint is to be made: an earlier version of newsfold made it in another way."""

    article_id: int
    dated_at: datetime
    title: str | None
    text: str
    language: str | None


def missing(conn: Connection, *, limit: int) -> list[Unmarked]:
    """Some of the articles whose fingerprint is to be made, first ones first."""
    return [
        Unmarked(row.id, row.dated_at, row.title, _own(row.text, row.lead_ins), row.language)
        for row in conn.execute(_MISSING, {"limit": limit})
    ]


def unmarked(conn: Connection, ids: Collection[int]) -> list[Unmarked]:
    """What the fingerprints of some articles are made of, those that have none left out."""
    return [
        Unmarked(row.id, row.dated_at, row.title, _own(row.text, row.lead_ins), row.language)
        for row in conn.execute(_FINGERPRINTED, {"ids": list(ids)})
    ]


def renew(conn: Connection, marked: Sequence[Marked]) -> None:
    """Store the fingerprints of articles where they are others than what is stored."""
    before = {row.article_id: row.packed for row in conn.execute(_PACKED, {"ids": [one.article_id for one in marked]})}
    new = [one for one in marked if before.get(one.article_id) != pack_fingerprint(one.fingerprint)]
    for one in new:
        remove(conn, one.article_id)
    add(conn, new)


def remove(conn: Connection, article_id: int) -> None:
    """Forget the fingerprint of an article, before its text or its date changes."""
    row = conn.execute(_MARKED, {"id": article_id}).one_or_none()
    if row is None or row.packed is None:
        return
    keys = posted_keys(unpack_fingerprint(row.packed), row.dated_at)
    conn.execute(_UNPOST, {"id": article_id, "keys": keys.tolist()})
    conn.execute(delete(FingerprintRow).where(FingerprintRow.article_id == article_id))


_MISSING = text("""
    select a.id, a.dated_at, a.title, a.text, a.lead_ins, a.language
    from ingest.fingerprint f
    join ingest.article a on a.id = f.article_id
    where f.packed is null
    order by f.article_id
    limit :limit
""")
_FINGERPRINTED = text("""
    select a.id, a.dated_at, a.title, a.text, a.lead_ins, a.language
    from ingest.fingerprint f
    join ingest.article a on a.id = f.article_id
    where f.article_id = any(cast(:ids as bigint[]))
    order by f.article_id
""")
_PACKED = text("select article_id, packed from ingest.fingerprint where article_id = any(cast(:ids as bigint[]))")
_MARKED = text("""
    select f.packed, a.dated_at
    from ingest.fingerprint f
    join ingest.article a on a.id = f.article_id
    where f.article_id = :id
""")
_UNPOST = text("delete from ingest.posting where key = any(cast(:keys as bigint[])) and article_id = :id")
_DATES = text(
    "select id, dated_at, language from ingest.article where id = any(cast(:ids as bigint[]))"
).execution_options(binary=True)
_CANDIDATES = text("""
    select a.id, a.language, f.packed
    from ingest.article a
    join ingest.fingerprint f on f.article_id = a.id
    where a.id = any(cast(:ids as bigint[])) and f.packed is not null
""").execution_options(binary=True)
# One descent of the primary key for each key. The two runs of bytes are arrays that numpy reads as they are: thousands
# of rows would take longer to be read one by one than to be found.
_POSTINGS = text("""
    select string_agg(int4send(cast(k.number as int)), cast('' as bytea)) as numbers,
           string_agg(int8send(p.article_id), cast('' as bytea)) as articles
    from unnest(cast(cast(:keys as text) as bigint[])) with ordinality k (key, number)
    cross join lateral (
        select article_id from ingest.posting where key = k.key order by article_id limit :most
    ) p
    where not exists (select from ingest.common_key c where c.key = k.key)
""").execution_options(binary=True)
_KEEP_COMMON = text("""
    insert into ingest.common_key select unnest(cast(:keys as bigint[])) on conflict do nothing
""")


def _postings(conn: Connection, queries: Sequence[Query]) -> list[tuple[Keys, Keys]]:
    """For each query the index of a key and an article posted under it, for each posting."""
    keys, places = np.unique(np.concatenate([asked.keys for asked in queries]), return_inverse=True)
    # Written as Postgres writes an array: the driver would look at each of twenty thousand numbers by itself.
    written = f"{{{','.join(map(str, keys.tolist()))}}}"
    row = conn.execute(_POSTINGS, {"keys": written, "most": MOST_POSTINGS}).one()
    numbers = np.frombuffer(row.numbers or b"", ">i4").astype(np.int64) - 1
    articles = np.frombuffer(row.articles or b"", ">i8").astype(np.int64)
    articles = articles[np.argsort(numbers, kind="stable")]
    counts = np.bincount(numbers, minlength=len(keys))
    ends = np.cumsum(counts)
    result, begin = [], 0
    for asked in queries:
        asked_for = places[begin : begin + len(asked.keys)]
        begin += len(asked.keys)
        result.append(_read(articles, ends[asked_for], counts[asked_for]))
    return result


def _read(articles: Keys, ends: Keys, counts: Keys) -> tuple[Keys, Keys]:
    """Stretches of an array, one after the other: for each item the number of its stretch, and the item."""
    numbers = np.repeat(np.arange(len(counts)), counts)
    return numbers, articles[np.arange(len(numbers)) + np.repeat(ends - np.cumsum(counts), counts)]


def _keep_common(conn: Connection, found: Sequence[Keys]) -> None:
    """Remember keys that are not worth asking for again."""
    keys = np.unique(np.concatenate(found))
    if len(keys):
        conn.execute(_KEEP_COMMON, {"keys": keys.tolist()})


def _foreign(
    ranking: Ranking,
    dated: Mapping[int, tuple[datetime, str | None]],
    languages: Collection[str | None],
    language: str | None,
) -> dict[int, datetime]:
    """The dates of the possible translations that may be in another language."""
    others = {one for one in languages if not may_share_language(language, one)}
    return {one: dated[one][0] for one in ranking.translations if one in dated and dated[one][1] in others}


def _distinct(ids: Iterable[Iterable[int]]) -> list[int]:
    return sorted(set(chain.from_iterable(ids)))


def dates(conn: Connection, ids: Collection[int]) -> dict[int, datetime]:
    """The dates of articles that say when they may be found."""
    return {row.id: row.dated_at for row in conn.execute(_DATES, {"ids": list(ids)}).all()}


def _own(text: str, lead_ins: Sequence[Mapping[str, int]]) -> str:
    """What fingerprints are made of: lead-ins are other people's words."""
    return blanked(text, (Span(**one) for one in lead_ins))


def fingerprinted(conn: Connection, ids: Collection[int]) -> dict[int, Candidate]:
    """The articles of these ids that have a fingerprint."""
    if not ids:
        return {}
    return {
        row.id: Candidate(row.id, row.language, unpack_fingerprint(row.packed))
        for row in conn.execute(_CANDIDATES, {"ids": list(ids)}).all()
    }


def texts(conn: Connection, ids: Collection[int]) -> dict[int, str]:
    """What the fingerprints of these articles are made of: their texts, with blanks for lead-ins."""
    if not ids:
        return {}
    return {row.id: _own(row.text, row.lead_ins) for row in conn.execute(_TEXTS, {"ids": list(ids)})}


_TEXTS = text("select id, text, lead_ins from ingest.article where id = any(cast(:ids as bigint[]))")
