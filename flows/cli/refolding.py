"""`newsfold refold`, and the report of what moved."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import date

from db import stories, views
from flows.cli.console import note, out, plural, print_json, progress_bar, said_when_stopped, table
from flows.folding import rules
from flows.refold import refold as run_refold
from flows.wiring import open_environment, read_settings

SHOWN_MOVES = 40


def refold(since: date, threshold: float | None, *, json: bool) -> None:
    """Refold, and print what moved."""
    settings = read_settings()
    rule = rules(settings if threshold is None else settings.model_copy(update={"merge_probability": threshold}))
    with open_environment(settings) as env:
        with said_when_stopped(), progress_bar() as progress:
            done = run_refold(env, since, rule, progress=progress)
        run_id = done.run_id
        with env.engine.begin() as conn:
            moves = [asdict(move) for move in stories.moves_of(conn, run_id)]
            titles = views.titles(conn, [move["article_id"] for move in moves])
    moves = [move | {"title": titles[move["article_id"]]} for move in moves]
    if json:
        print_json({"run_id": run_id, "judged": done.judged, "moves": moves})
        return
    if moves:
        columns = {"change": "change", "article_id": "article", "from_story": "from story", "to_story": "to story"}
        out.print(table(moves[:SHOWN_MOVES], columns | {"title": "title"}), "")
    if len(moves) > SHOWN_MOVES:
        note(
            f'{len(moves) - SHOWN_MOVES} more: newsfold sql "select * from news.story_changes where run_id = {run_id}"'
        )
    counts = Counter(str(move["change"]) for move in moves)
    said = ", ".join(f"{number} {change}" for change, number in sorted(counts.items()))
    summary = f"run {run_id}: {plural(done.judged, 'article')} judged, {len(moves)} moved"
    out.print(summary + (f": {said}" if said else ""))
