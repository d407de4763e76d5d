"""The table of a run's sources, as Prefect's pages and `newsfold status` show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

SOURCE_COLUMNS = {
    "source": "source",
    "state": "answer",
    "entries": "found",
    "loaded": "new",
    "folded": "folded",
    "unchanged": "unchanged",
    "skipped": "skipped",
    "failed": "failed",
    "seconds": "seconds",
    "reason": "problem",
}
"""The columns of `db.views.run_sources` with their headings."""


def busiest_first(sources: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those first that lost or brought most."""
    return sorted(sources, key=lambda row: (-row["failed"], -row["pages"], row["source"]))
