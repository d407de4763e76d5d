"""What making articles again changed, for each page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from db.books import taking
from pipeline.models.pages import Outcome
from pipeline.revision import Change


@dataclass(frozen=True, slots=True)
class Remade:
    """What became of a page that was made again, and what of it is not as it was; of a new text, how new it is."""

    page_id: int
    outcome: Outcome
    changed: tuple[str, ...]
    reason: str | None = None
    size: Change | None = None


def keep_remade(conn: Connection, run_id: int, remade: Sequence[Remade]) -> None:
    """Note what a run changed. A page that was changed twice in a run keeps what it was changed to."""
    rows = [
        {
            "run": run_id,
            "page": one.page_id,
            "outcome": one.outcome.value,
            "reason": one.reason,
            "changed": list(one.changed),
            "added": one.size and one.size.words_added,
            "removed": one.size and one.size.words_removed,
            "similarity": one.size and one.size.similarity,
        }
        for one in remade
    ]
    if rows:
        conn.execute(_TAKE, {"run": run_id, "pages": [one.page_id for one in remade]})
        conn.execute(_KEEP_OUTCOME, rows)
        conn.execute(_KEEP_REMADE, rows)


_TAKE = text(f"""
    with changed as (
        select id, source_id from ingest.page where id = any(:pages)
    ), {taking("changed")}
    select
""")
_KEEP_OUTCOME = text("""
    update ingest.outcome set outcome = :outcome, reason = :reason, decided_at = now()
    where run_id = :run and page_id = :page
""")
_KEEP_REMADE = text("""
    insert into ingest.remade (run_id, page_id, changed, words_added, words_removed, similarity)
    values (:run, :page, :changed, :added, :removed, :similarity)
    on conflict (run_id, page_id) do update
    set changed = excluded.changed, words_added = excluded.words_added, words_removed = excluded.words_removed,
        similarity = excluded.similarity
""")


def counts_by_source(conn: Connection, first_run_id: int) -> Sequence[Mapping[str, Any]]:
    """What the runs of a reprocess changed, for each source."""
    return [dict(row) for row in conn.execute(_COUNTS, {"first": first_run_id}).mappings()]


_OF_IT = "run_id in (select run_id from ingest.reprocess where first_run_id = :first)"
_COUNTS = text(f"""
    select source, count(*) as changed,
        {
    ", ".join(
        f"count(*) filter (where '{what}' = any(changed)) as {what}"
        for what in ("article", "text", "title", "date", "language", "metadata", "outcome")
    )
}
    from news.remade where {_OF_IT} group by source order by source
""")


def moved_stories(conn: Connection, first_run_id: int) -> int:
    """How many articles a reprocess moved from one story to another."""
    moved = text(f"select count(*) from ingest.story_change where {_OF_IT}")
    return int(conn.execute(moved, {"first": first_run_id}).scalar_one())


def examples(conn: Connection, first_run_id: int, limit: int) -> Sequence[Mapping[str, Any]]:
    """The pages that a reprocess changed most, the largest changes of a text first."""
    return [dict(row) for row in conn.execute(_EXAMPLES, {"first": first_run_id, "limit": limit}).mappings()]


_EXAMPLES = text(f"""
    select source, url, outcome, reason, changed, words_added, words_removed, similarity
    from news.remade where {_OF_IT}
    order by similarity nulls last, coalesce(words_added + words_removed, 0) desc, page_id
    limit :limit
""")
