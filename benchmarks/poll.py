#!/usr/bin/env python3
"""How fast unchanged sources are polled, beside a bare httpx loop over the same addresses in the same run.

usage: poll.py [--sources N] [--rounds N] [--concurrency N] [--json]        (default: 1,000 sources, 3 rounds, 16)

Each source is a feed on a loopback address of its own. A first run of newsfold learns them (and loads the 20 articles
that they name); then newsfold and the bare loop take turns, and every answer is 304. Timed is the whole run of
newsfold, with what it writes to the embedded Postgres. `ratio_to_bare` is the median of newsfold's requests a second
over the loop's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from ipaddress import ip_network
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import text

from benchmarks.local_world import ETAG, hosts, serving
from flows.ingest import Request, ingest
from flows.wiring import Environment, open_environment
from pipeline.models.sources import Source, SourceKind
from pipeline.settings import Settings

ARTICLES = 20
WORDS = [
    "harbour",
    "lantern",
    "meadow",
    "copper",
    "violin",
    "glacier",
    "orchard",
    "thunder",
    "velvet",
    "compass",
    "saffron",
    "quarry",
    "willow",
    "ember",
]


def article(number: int) -> bytes:
    """A page with an article of its own."""
    words = [WORDS[(number * 7 + place * (number + 3)) % len(WORDS)] + str(number) for place in range(240)]
    paragraphs = "".join(f"<p>The {' '.join(words[at : at + 40])} of day {number}.</p>" for at in range(0, 240, 40))
    return (
        f"<!doctype html><title>Story {number}</title><article><h1>Story {number}</h1>{paragraphs}</article>".encode()
    )


def feed(number: int) -> bytes:
    """A feed with one of the articles; all articles are on the first host."""
    link = f"http://{hosts(1)[0]}:PORT/article/{number}"
    item = f"<item><title>Story {number}</title><link>{link}</link></item>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{item}</channel></rss>'.encode()


async def bare(urls: list[str], concurrency: int) -> None:
    """What one would write in ten lines: conditional GETs, so many at once."""
    slots = asyncio.Semaphore(concurrency)
    async with httpx.AsyncClient(http2=True, timeout=30) as client:

        async def one(url: str) -> None:
            async with slots:
                answer = await client.get(url, headers={"If-None-Match": ETAG})
                assert answer.status_code == 304, answer

        await asyncio.gather(*map(one, urls))


def written(env: Environment) -> int:
    """How many articles there are."""
    with env.engine.connect() as conn:
        return int(conn.execute(text("select count(*) from ingest.article")).scalar_one())


def polls(env: Environment, run_id: int) -> tuple[int, int]:
    """How many sources a run asked, and how many said that nothing changed."""
    query = text("select count(*), count(*) filter (where state = 'unchanged') from ingest.poll where run_id = :run")
    with env.engine.connect() as conn:
        asked, unchanged = conn.execute(query, {"run": run_id}).one()
    return asked, unchanged


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--concurrency", type=int, default=16)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    for name in [name for name in os.environ if name.startswith("NEWSFOLD_")]:
        del os.environ[name]
    names = hosts(chosen.sources)
    bodies = {f"/article/{number}": ("text/html; charset=utf-8", article(number)) for number in range(ARTICLES)}
    bodies |= {f"/feed/{number}": ("application/rss+xml", feed(number)) for number in range(ARTICLES)}
    with tempfile.TemporaryDirectory(prefix="newsfold-poll-") as home, serving(names, bodies.get) as port:
        Path(home).chmod(0o755)
        urls = [f"http://{name}:{port}/feed/{number % ARTICLES}" for number, name in enumerate(names)]
        sources = tuple(Source(f"s{number}", f"s{number}", SourceKind.FEED, url) for number, url in enumerate(urls))
        settings = Settings(
            home=Path(home), concurrency=chosen.concurrency, allow_networks=(ip_network("127.0.0.0/8"),)
        )
        with open_environment(settings) as opened:
            env = Environment(settings, opened.engine, sources)
            ingest(env, Request())
            articles = written(env)
            rates: dict[str, list[float]] = {"newsfold": [], "bare": []}
            for _ in track(range(chosen.rounds), "rounds", disable=chosen.json, transient=True):
                began = time.perf_counter()
                run_id = ingest(env, Request())
                rates["newsfold"].append(len(urls) / (time.perf_counter() - began))
                began = time.perf_counter()
                asyncio.run(bare(urls, chosen.concurrency))
                rates["bare"].append(len(urls) / (time.perf_counter() - began))
            asked, unchanged = polls(env, run_id)
            new_articles = written(env) - articles
    medians = {name: statistics.median(values) for name, values in rates.items()}
    row = {
        "sources": chosen.sources,
        "concurrency": chosen.concurrency,
        "rounds": chosen.rounds,
        "asked": asked,
        "unchanged": unchanged,
        "new_articles": new_articles,
        "newsfold_requests_per_second": round(medians["newsfold"], 1),
        "bare_requests_per_second": round(medians["bare"], 1),
        "ratio_to_bare": round(medians["newsfold"] / medians["bare"], 3),
    }
    if chosen.json:
        print(json.dumps(row, indent=2))
        return
    table = Table("what", "value")
    for name, value in row.items():
        table.add_row(name, str(value))
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
