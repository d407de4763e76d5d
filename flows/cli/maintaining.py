"""`newsfold maintain`, and the table of what was dropped."""

from __future__ import annotations

from dataclasses import asdict

from flows.cli.console import note, out, plural, print_json, progress_bar, said_when_stopped, table
from flows.maintain import Maintained, plan
from flows.maintain import maintain as run_maintain
from flows.wiring import open_environment, read_settings


def maintain(*, dry_run: bool, json: bool) -> None:
    """Drop what is kept no longer, or say what that is."""
    with open_environment(read_settings()) as env:
        if dry_run:
            done = plan(env)
        else:
            with said_when_stopped(), progress_bar() as progress:
                done = run_maintain(env, progress=progress)
    if json:
        print_json(asdict(done))
        return
    _print(done, "to be dropped" if dry_run else "dropped")


def _print(done: Maintained, what: str) -> None:
    if done.dropped:
        rows = [
            {"name": one.name, "rows": one.rows, "size": megabytes(one.size_bytes), "left": one.left or what}
            for one in done.dropped
        ]
        out.print(table(rows, {"name": "partition", "rows": "rows", "size": "size", "left": ""}), "")
    if done.prefect_problem:
        note(f"Prefect was not asked: {done.prefect_problem}")
    gone = [one for one in done.dropped if one.left is None]
    size = megabytes(sum(one.size_bytes for one in gone))
    flow_runs = f"; {plural(done.flow_runs, 'flow run')} of Prefect" if done.flow_runs else ""
    out.print(f"{what}: {plural(len(gone), 'partition')}, {size}{flow_runs}")


def megabytes(size_bytes: int) -> str:
    """'1.4 MB'."""
    return f"{size_bytes / 1_000_000:,.1f} MB"
