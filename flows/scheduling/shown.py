"""What Prefect's pages show of a run: how far it is, its sources, and the pages that brought no article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from sqlalchemy import Connection

from db import remade, views
from flows.maintain import Dropped
from flows.source_table import SOURCE_COLUMNS, busiest_first

MOST_ROWS = 500
STEP = 5


class ShownProgress:
    """Progress as an artifact of the flow run, written when another twentieth is done: the run waits for the server."""

    def __init__(self) -> None:
        self._artifacts: dict[str, tuple[UUID, int]] = {}

    def __call__(self, doing: str, done: int, total: int) -> None:
        """Show it."""
        percent = 100 * done // max(done, total, 1)
        said = f"{doing}: {done:,} of {max(done, total):,}"
        if doing not in self._artifacts:
            # Outside an event loop, as here, it is no coroutine.
            made = cast(UUID, create_progress_artifact(percent, f"newsfold-progress-{doing}", said))
            self._artifacts[doing] = made, percent
        artifact, shown = self._artifacts[doing]
        if percent >= shown + STEP or percent == 100 > shown:
            update_progress_artifact(artifact, percent, said)
            self._artifacts[doing] = artifact, percent


def show_run(conn: Connection, run_id: int) -> None:
    """Tables of a run's sources and of its pages that were wanted and brought no article, each with the reason."""
    sources, problems = views.run_sources(conn, run_id), views.run_problems(conn, run_id)
    create_table_artifact(source_rows(sources), "newsfold-sources", _described(run_id, "sources", len(sources)))
    if problems:
        create_table_artifact(problem_rows(problems), "newsfold-problems", _described(run_id, "pages", len(problems)))


def show_remade(conn: Connection, first_run_id: int) -> None:
    """A table of what a reprocess changed, by source."""
    counts = [dict(row) for row in remade.counts_by_source(conn, first_run_id)]
    create_table_artifact(counts[:MOST_ROWS], "newsfold-remade", "articles that were made again; all in `news.remade`")


def show_dropped(dropped: Sequence[Dropped]) -> None:
    """A table of the partitions that were dropped."""
    rows = [asdict(one) for one in dropped]
    create_table_artifact(rows, "newsfold-dropped", "partitions that are kept no longer, with why one is still there")


def source_rows(sources: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The sources of a run as rows of a table, those first that brought or lost most."""
    ordered = busiest_first(sources)
    return [{heading: row[column] for column, heading in SOURCE_COLUMNS.items()} for row in ordered[:MOST_ROWS]]


def problem_rows(problems: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Pages that brought no article as rows of a table, each with a link and the reason."""
    return [
        {
            "page": f"[{row['url']}]({row['url']})",
            "source": row["source"],
            "outcome": row["outcome"],
            "reason": row["reason"],
            "detail": row["detail"],
            "next try": row["next_attempt_at"].isoformat() if row["next_attempt_at"] else None,
        }
        for row in sorted(problems, key=lambda row: (row["outcome"] != "failed", row["source"]))[:MOST_ROWS]
    ]


def _described(run_id: int, what: str, count: int) -> str:
    more = f"; the first {MOST_ROWS} are shown" if count > MOST_ROWS else ""
    return f"run {run_id}: {count:,} {what}{more}; all in `news.outcomes` and `news.polls`"
