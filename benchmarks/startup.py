#!/usr/bin/env python3
"""What a start costs: help, an unchanged run of the seeds, the same run as a Prefect flow.

usage: startup.py [--runs N] [--json]        (default: 5 runs of each but the flow without a server, which gets 2)

Each command is a whole process, in a home folder of its own, with the embedded Postgres. Medians, in seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from flows.cli.serving import own_server
from pipeline.settings import Settings

INGEST = ("ingest", "--source", "seeds", "--json")
NEWSFOLD = shutil.which("newsfold", path=str(Path(sys.executable).parent)) or "newsfold"


def timed(*arguments: str, **surroundings: str) -> tuple[float, float | None]:
    """Seconds a command takes, and seconds until its run began its work (None for a command without a run)."""
    began = time.time()
    done = subprocess.run(
        [NEWSFOLD, *arguments], env=os.environ | surroundings, check=True, capture_output=True, text=True
    )
    seconds = time.time() - began
    if "--json" not in arguments:
        return seconds, None
    answer = json.loads(done.stdout[done.stdout.index("{") :])
    return seconds, datetime.fromisoformat(answer["run"]["started_at"]).timestamp() - began


def measure(name: str, runs: int, *arguments: str, **surroundings: str) -> dict[str, object]:
    """The medians of a command over several runs."""
    taken = [timed(*arguments, **surroundings) for _ in range(runs)]
    works = [work for _, work in taken if work is not None]
    return {
        "what": name,
        "runs": runs,
        "seconds": round(statistics.median(seconds for seconds, _ in taken), 2),
        "until_work": round(statistics.median(works), 2) if works else None,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newsfold-startup-") as home:
        os.environ |= {"NEWSFOLD_HOME": home, "HOME": home, "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
        for name in ("NEWSFOLD_DATABASE_URL", "NEWSFOLD_CONFIG", "PREFECT_API_URL"):
            os.environ.pop(name, None)
        rows = [
            measure("newsfold --help", chosen.runs, "--help"),
            measure("first ingest: makes and migrates the database, loads the seeds", 1, *INGEST),
            measure("ingest, nothing new", chosen.runs, *INGEST),
            measure("the same as a flow, Prefect starts a server for it", 2, *INGEST, "--prefect"),
        ]
        with own_server(Settings(home=Path(home))):
            url = os.environ["PREFECT_API_URL"]
            rows.append(measure("the same as a flow, on a running server", chosen.runs, *INGEST, PREFECT_API_URL=url))
    if chosen.json:
        print(json.dumps(rows, indent=2))
        return
    table = Table("what", "runs", "seconds", "until its work begins")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
