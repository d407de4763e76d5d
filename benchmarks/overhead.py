#!/usr/bin/env python3
"""What Prefect takes of the time of a run: the flow against the same functions called directly.

usage: overhead.py [--pages N] [--rounds N] [--json]     (default: 1,000 pages, 3 rounds: four minutes)

A local server has made pages on 50 loopback addresses, each with a feed. After a run of one feed each to warm up, the
flow (on a Prefect server in a process of its own) and the direct call take turns on an empty archive of the embedded
Postgres.
`prefect_share` is the part of the flow's time that the direct call does not need, by the medians of both.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import statistics
import time
from collections.abc import Callable, Mapping

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from benchmarks.local_world import followed, hosts, rss
from benchmarks.poll import article
from db.tables import Base
from flows.cli.serving import own_server
from flows.ingest import Request, ingest
from flows.wiring import Environment, process_environment, read_settings

SITES = 50


def made_world(names: list[str], pages: int) -> dict[str, tuple[str, bytes]]:
    """The answers of all sites: a feed for each, and pages that are spread over them."""
    answers = {f"/{number}": ("text/html", article(number)) for number in range(pages)}
    for site, name in enumerate(names):
        answers[f"/feed{site}"] = rss(site, (f"http://{name}:PORT/{n}" for n in range(site, pages, len(names))))
    return answers


def seconds_of(run: Callable[[tuple[str, ...]], object], env: Environment, pages: int) -> float:
    """How long a run over an empty archive takes; every page must be loaded."""
    tables = ", ".join(str(table) for table in Base.metadata.sorted_tables)
    with env.engine.begin() as conn:
        conn.execute(text(f"truncate {tables}"))
    started = time.perf_counter()
    run(())
    seconds = time.perf_counter() - started
    with env.engine.connect() as conn:
        loaded = conn.execute(text("select count(*) from ingest.article")).scalar_one()
    assert loaded == pages, f"{loaded} of {pages} pages loaded"
    return seconds


def measure(pages: int, rounds: int) -> Mapping[str, object]:
    """Seconds of both ways, in turns."""
    from flows.scheduling.flows import ingest_flow

    env = process_environment()
    ways: dict[str, Callable[[tuple[str, ...]], object]] = {
        "direct": lambda sources: ingest(env, Request(sources)),
        "flow": lambda sources: ingest_flow(list(sources)),
    }
    for source, way in enumerate(ways.values()):
        way((f"s{source}",))
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            taken[name].append(seconds_of(way, env, pages))
    direct, flow = (statistics.median(taken[name]) for name in ("direct", "flow"))
    return {
        "pages": pages,
        "rounds": rounds,
        "direct_seconds": round(direct, 2),
        "flow_seconds": round(flow, 2),
        "prefect_share": round(max(1 - direct / flow, 0.0), 4),
        "all_direct_seconds": [round(one, 2) for one in taken["direct"]],
        "all_flow_seconds": [round(one, 2) for one in taken["flow"]],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    names = hosts(SITES)
    with followed(names, made_world(names, asked.pages).get):
        os.environ["PREFECT_LOGGING_LEVEL"] = "WARNING"
        logging.disable(logging.INFO)
        with own_server(read_settings()):
            measured = measure(asked.pages, asked.rounds)
    if asked.json:
        print(json.dumps(measured, indent=2))
        return
    table = Table(title=f"{asked.pages:,} pages, medians of {asked.rounds} rounds")
    for heading in ("direct (s)", "flow (s)", "Prefect's share"):
        table.add_column(heading, justify="right")
    table.add_row(f"{measured['direct_seconds']}", f"{measured['flow_seconds']}", f"{measured['prefect_share']:.1%}")
    Console().print(table)


if __name__ == "__main__":
    main()
