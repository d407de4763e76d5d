"""`newsfold refold`, and the report of what moved."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import date

from db import stories
from flows.cli.console import note, out, plural, print_json, progress_bar, table
from flows.folding import rules
from flows.refold import refold as run_refold
from flows.wiring import open_environment, read_settings

SHOWN_MOVES = 40


def refold(since: date, threshold: float | None, *, json: bool) -> None:
    """Refold, and print what moved."""
    settings = read_settings()
    rule = rules(settings if threshold is None else settings.model_copy(update={"merge_probability": threshold}))
    with open_environment(settings) as env, progress_bar() as progress:
        run_id = run_refold(env, since, rule, progress=progress)
        with env.engine.begin() as conn:
            moves = [asdict(move) for move in stories.moves_of(conn, run_id)]
    if json:
        print_json({"run_id": run_id, "moves": moves})
        return
    if moves:
        columns = {"change": "change", "article_id": "article", "from_story": "from story", "to_story": "to story"}
        out.print(table(moves[:SHOWN_MOVES], columns), "")
    if len(moves) > SHOWN_MOVES:
        note(
            f'{len(moves) - SHOWN_MOVES} more: newsfold sql "select * from news.story_changes where run_id = {run_id}"'
        )
    counts = Counter(str(move["change"]) for move in moves)
    said = ", ".join(f"{number} {change}" for change, number in sorted(counts.items()))
    out.print(f"run {run_id}: {plural(len(moves), 'article')} moved" + (f": {said}" if said else ""))
