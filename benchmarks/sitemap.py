#!/usr/bin/env python3
"""How long a sitemap of 50,000 URLs takes to be discovered and stored, and how much memory.

usage: sitemap.py [--urls N] [--json]

The sitemap comes from a local server, as part of a whole run into a new embedded Postgres; all its pages are older
than a month, so the run stores them and fetches none. Seconds are those of the run, memory is the peak of the process
that runs it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import tempfile
import time
from ipaddress import ip_network
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from benchmarks.local_world import hosts, serving
from flows.ingest import Request, ingest
from flows.wiring import Environment, open_environment
from pipeline.models.sources import Source, SourceKind
from pipeline.settings import Settings


def sitemap(urls: int) -> bytes:
    """A sitemap as news sites have them, each URL with its date."""
    rows = "".join(
        f"<url><loc>https://www.news.example/world/2024/{number % 12 + 1:02}/story-about-something-{number}</loc>"
        f"<lastmod>2024-{number % 12 + 1:02}-{number % 28 + 1:02}T08:00:00+00:00</lastmod></url>"
        for number in range(urls)
    )
    head = '<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return f"{head}{rows}</urlset>".encode()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--urls", type=int, default=50_000)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    for name in [name for name in os.environ if name.startswith("NEWSFOLD_")]:
        del os.environ[name]
    body = sitemap(chosen.urls)
    size = len(body)
    [name] = hosts(1)
    with tempfile.TemporaryDirectory(prefix="newsfold-sitemap-") as home:
        Path(home).chmod(0o755)
        with serving([name], {"/sitemap.xml": ("application/xml", body)}.get) as port:
            del body
            source = Source("big", "Big", SourceKind.SITEMAP, f"http://{name}:{port}/sitemap.xml")
            settings = Settings(
                home=Path(home), allow_networks=(ip_network("127.0.0.0/8"),), max_body_bytes=max(10_000_000, size)
            )
            with open_environment(settings) as opened:
                env = Environment(settings, opened.engine, (source,))
                seconds = []
                for _ in range(2):
                    began = time.perf_counter()
                    ingest(env, Request())
                    seconds.append(time.perf_counter() - began)
                with env.engine.connect() as conn:
                    stored = conn.execute(text("select count(*) from ingest.page")).scalar_one()
    row = {
        "urls": chosen.urls,
        "megabytes": round(size / 1e6, 1),
        "stored": stored,
        "seconds": round(seconds[0], 2),
        "seconds_unchanged": round(seconds[1], 2),
        "peak_memory_megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    if chosen.json:
        print(json.dumps(row, indent=2))
        return
    table = Table("what", "value")
    for key, value in row.items():
        table.add_row(key, str(value))
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
