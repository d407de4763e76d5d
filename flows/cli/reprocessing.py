"""`newsfold reprocess`, and the report of what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from db import remade
from flows.cli.console import note, out, plural, print_json, progress_bar, said_when_stopped, table
from flows.reprocess import Again, Part, Reprocessed
from flows.reprocess import reprocess as run_reprocess
from flows.wiring import open_environment, read_settings

SHOWN_EXAMPLES = 20
_WHAT = ("article", "text", "title", "date", "language", "metadata", "outcome")


def reprocess(since: date, until: date, sources: tuple[str, ...], only: str | None, *, json: bool) -> None:
    """Reprocess, and print what changed."""
    request = Again(since, until, sources, Part(only) if only else None)
    with open_environment(read_settings()) as env:
        with said_when_stopped(), progress_bar() as progress:
            done = run_reprocess(env, request, progress=progress)
        with env.engine.begin() as conn:
            counts = remade.counts_by_source(conn, done.first_run_id)
            moved = remade.moved_stories(conn, done.first_run_id)
            examples = remade.examples(conn, done.first_run_id, SHOWN_EXAMPLES)
    changed = sum(row["changed"] for row in counts)
    totals = asdict(done) | {"changed": changed, "unchanged": done.pages - changed, "moved": moved}
    if json:
        print_json({"run": totals, "sources": counts, "examples": examples})
        return
    _print_counts(counts)
    _print_examples(examples, changed)
    if done.without_body:
        note(f"{plural(done.without_body, 'article')} left as they are: no body of them is kept")
    out.print(_summary(done, changed, moved))


def _print_counts(counts: Sequence[Mapping[str, Any]]) -> None:
    if counts:
        shown = [what for what in _WHAT if any(row[what] for row in counts)]
        headings = {"article": "new article", "outcome": "no article"}
        columns = {"source": "source", "changed": "changed"} | {what: headings.get(what, what) for what in shown}
        out.print(table(counts, columns), "")


def _print_examples(examples: Sequence[Mapping[str, Any]], changed: int) -> None:
    if not examples:
        return
    rows = [
        {
            "source": row["source"],
            "changed": ", ".join(row["changed"]) + (f" ({row['reason']})" if row["outcome"] == "skipped" else ""),
            "words": "" if row["words_added"] is None else f"+{row['words_added']} -{row['words_removed']}",
            "url": row["url"],
        }
        for row in examples
    ]
    columns = {"source": "source", "changed": "changed", "words": "words", "url": "page"}
    out.print(table(rows, columns, title="Changed most"), "")
    if changed > len(rows):
        note(f'{changed - len(rows)} more: newsfold sql "select * from news.remade"')


def _summary(done: Reprocessed, changed: int, moved: int) -> str:
    read = f"{plural(done.pages, 'page')} read again, {changed:,} changed, {done.pages - changed:,} unchanged"
    judged = f"; {plural(done.articles, 'article')} judged again" if done.articles else ""
    stories = f"; {moved:,} moved to another story" if moved else ""
    return f"run {done.run_id}: {read}{judged}{stories}"
