#!/usr/bin/env python3
"""One run over very many pages of many sites: does its memory stay flat, its queue short, its progress true?

usage: load.py [--pages N] [--sites N] [--json]     (default: 100,000 pages of 500 sites: 25 minutes)

A local server has made pages on loopback addresses, each with a feed that lists its share; every fiftieth page is a
copy of the one before it, on another site. A first run is interrupted (SIGINT) when it has settled a fiftieth of the
pages: `stopped_seconds` is how long it took to end, and nothing may be claimed or running then. The second run does the
rest.

Once a second the benchmark reads the memory of the run's processes (proportional set size, Postgres left out), and from
Postgres how many pages are settled and how many are claimed. `peak_mb_at_10k` is the most until 10,000 pages were
settled, `peak_mb` the most of all. `most_claimed` is the queue. Progress is what the run reports: `reported_ahead`
counts samples in which it claimed more than Postgres knew, `most_behind` is by how many pages it lagged at most.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.context import SpawnProcess
from typing import Any

import httpx
import psutil
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, text

from benchmarks.local_world import TALLY, Body, followed, hosts, rss
from benchmarks.poll import article
from flows.ingest import Request, ingest
from flows.wiring import open_environment, read_settings

COPIES = 50
SAMPLE = 1.0


def body_of(names: Sequence[str], pages: int, path: str) -> Body | None:
    """What the server says: `/feedN` lists the pages of site N, `/N` is page N."""
    if path.startswith("/feed"):
        site = int(path.removeprefix("/feed"))
        return rss(site, (f"http://{names[site]}:PORT/{n}" for n in range(site, pages, len(names))))
    with contextlib.suppress(ValueError):
        number = int(path.removeprefix("/"))
        return "text/html", article(number - 1 if number % COPIES == COPIES - 1 else number)
    return None


def run(reported: Any) -> None:
    """A daily run in a process of its own; `reported` is a shared number: the pages that it says are done."""

    def progress(doing: str, done: int, total: int) -> None:  # noqa: ARG001
        if doing == "pages":
            reported.value = done

    with contextlib.suppress(KeyboardInterrupt), open_environment(read_settings()) as env:
        ingest(env, Request(), progress=progress)


@dataclass(frozen=True, slots=True)
class Sample:
    """How a run is doing at a moment; `seconds` since its start, `memory` in bytes."""

    seconds: float
    memory: int
    settled: int
    claimed: int
    reported: int


@contextlib.contextmanager
def started() -> Iterator[tuple[SpawnProcess, Any]]:
    """A run under way, and the number that it reports."""
    context = multiprocessing.get_context("spawn")
    reported = context.Value("q", 0)
    process = context.Process(target=run, args=(reported,))
    process.start()
    try:
        yield process, reported
    finally:
        process.kill()
        process.join()


def samples(engine: Engine, process: SpawnProcess, reported: Any) -> Iterator[Sample]:
    """One each second, until the run has ended."""
    began = time.perf_counter()
    before = _settled(engine)[0]
    while process.is_alive():
        said = reported.value  # read first: what is reported must be settled already
        settled, claimed = _settled(engine)
        yield Sample(time.perf_counter() - began, _memory(process), settled - before, claimed, said)
        process.join(SAMPLE)


def _settled(engine: Engine) -> tuple[int, int]:
    query = (
        "select count(*) filter (where state in ('loaded', 'skipped', 'failed')), count(claimed_by) from ingest.page"
    )
    with engine.connect() as conn:
        settled, claimed = conn.execute(text(query)).one()
        return settled, claimed


def _memory(process: SpawnProcess) -> int:
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        own = psutil.Process(process.pid)
        for one in (own, *own.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                total += one.memory_full_info().pss
    return total


def interrupted(engine: Engine, pages: int) -> float:
    """Seconds that a run took to end after SIGINT. Raises where it left something half-done."""
    with started() as (process, reported):
        for sample in samples(engine, process, reported):
            if sample.settled >= pages // COPIES:
                break
        assert process.pid
        os.kill(process.pid, signal.SIGINT)
        began = time.perf_counter()
        process.join()
        seconds = time.perf_counter() - began
    with engine.connect() as conn:
        states = conn.execute(text("select state from ingest.run")).scalars().all()
    _, claimed = _settled(engine)
    if states != ["interrupted"] or claimed:
        raise SystemExit(f"after the interrupt: runs {states}, {claimed} pages claimed")
    return seconds


def measure(pages: int, sites: int, port: int) -> dict[str, object]:
    """Both runs."""
    with open_environment(read_settings()) as env:
        stopped = interrupted(env.engine, pages)
        before, _ = _settled(env.engine)
        with started() as (process, reported):
            taken = list(samples(env.engine, process, reported))
        with env.engine.connect() as conn:
            query = "select count(*), count(*) filter (where not is_canonical) from news.articles"
            articles, folded = conn.execute(text(query)).one()
    tally = httpx.get(f"http://{hosts(1)[0]}:{port}{TALLY}", trust_env=False).json()
    if articles != pages or folded != pages // COPIES:
        raise SystemExit(f"{articles} of {pages} articles, {folded} of {pages // COPIES} copies")
    return {
        "pages": pages,
        "sites": sites,
        "pages_per_second": round((pages - before) / taken[-1].seconds, 1),
        "peak_mb_at_10k": round(max(one.memory for one in taken if one.settled <= 10_000) / 1e6),
        "peak_mb": round(max(one.memory for one in taken) / 1e6),
        "most_claimed": max(one.claimed for one in taken),
        "reported_ahead": sum(one.reported > one.settled for one in taken),
        "most_behind": max(one.settled - one.reported for one in taken),
        "stopped_seconds": round(stopped, 1),
        "requests": tally["requests"],
        "most_requests_of_a_host_in_a_second": tally["most_a_second"],
        "most_requests_of_a_host_at_once": tally["most_at_once"],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=100_000)
    parser.add_argument("--sites", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    names = hosts(chosen.sites)
    with followed(names, partial(body_of, names, chosen.pages)) as port:
        measured = measure(chosen.pages, chosen.sites, port)
    if chosen.json:
        print(json.dumps(measured, indent=2))
        return
    table = Table("what", "value")
    for key, value in measured.items():
        table.add_row(key.replace("_", " "), f"{value:,}")
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
