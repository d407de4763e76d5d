#!/usr/bin/env python3
"""How fast kept bodies are made into articles again, and that by the same rules no row changes.

usage: reprocess.py [--pages N] [--json]        (default: 10,000 pages)

Made-up pages in seven languages of twenty sites, each with a line that stands on all pages of its site, are imported
into an embedded Postgres of their own and then made again as `newsfold reprocess` does: in the sandbox, through all
tables. `load_per_second` is the import's speed, `pages_per_second` the reprocess's. Each table is hashed before and
after; the benchmark fails where one is not as it was. The only network is a Unix socket: sources are not asked.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from datetime import date
from pathlib import Path

from rich.console import Console
from sqlalchemy import Connection, text

from benchmarks.fold_scale import SHARES, vocabulary
from flows.import_file import import_file
from flows.reprocess import Again, reprocess
from flows.wiring import Environment, open_environment
from pipeline.settings import Settings

SITES = 20
TABLES = [
    "page",
    "capture",
    "article",
    "revision",
    "fingerprint",
    "posting",
    "common_key",
    "site_text",
    "bond",
    "copy",
    "story",
    "story_change",
    "remade",
    "outcome",
]


def page(number: int) -> str:
    """A page whose words no other page has in this order, with the line of its site in the middle."""
    choice = random.Random(number)
    language = choice.choices(list(SHARES), list(SHARES.values()))[0]
    words, cumulative = vocabulary(language)
    blocks = [f"<p>{' '.join(choice.choices(words, cum_weights=cumulative, k=45))}.</p>" for _ in range(6)]
    blocks.insert(
        3, f"<p>Readers of site {number % SITES} get the letter of its editors every morning before seven.</p>"
    )
    title = " ".join(choice.choices(words, cum_weights=cumulative, k=6))
    menu = "".join(f'<li><a href="/{place}">{word}</a></li>' for place, word in enumerate(words[100:140]))
    return (
        f'<!doctype html><html lang="{language}"><head><title>{title}</title></head><body><nav><ul>{menu}</ul></nav>'
        f"<article><h1>{title}</h1>{''.join(blocks)}</article><footer>All rights reserved</footer></body></html>"
    )


def write(path: Path, count: int) -> None:
    """A JSONL file of so many pages."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            url = f"https://site{number % SITES}.example/{number}"
            published = f"2025-{1 + number % 12:02}-{1 + number % 28:02}T08:00:00Z"
            file.write(json.dumps({"url": url, "html": page(number), "published_at": published}) + "\n")


def hashes(conn: Connection) -> dict[str, str]:
    """All rows of each table, as one number."""
    total = "select coalesce(sum(hashtextextended(cast(t as text), 0)::numeric), 0)::text || '/' || count(*)"
    return {name: conn.execute(text(f"{total} from ingest.{name} t")).scalar_one() for name in TABLES}


def timed(env: Environment, file: Path, count: int) -> dict[str, float | str]:
    """Import, reprocess, compare."""
    begin = time.perf_counter()
    import_file(env, file)
    loaded = time.perf_counter()
    with env.engine.connect() as conn:
        before = hashes(conn)
    again = time.perf_counter()
    done = reprocess(env, Again(date(2025, 1, 1), date(2025, 12, 31)))
    end = time.perf_counter()
    with env.engine.connect() as conn:
        after = hashes(conn)
    if before != after:
        raise SystemExit(f"changed: {[name for name in TABLES if before[name] != after[name]]}")
    return {
        "pages": done.pages,
        "load_per_second": round(count / (loaded - begin), 1),
        "pages_per_second": round(done.pages / (end - again), 1),
        "tables_unchanged": len(TABLES),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newsfold-reprocess-") as folder:
        Path(folder).chmod(0o755)
        file = Path(folder) / "pages.jsonl"
        write(file, arguments.pages)
        with open_environment(Settings(home=Path(folder) / "home")) as env:
            found = timed(env, file, arguments.pages)
    if arguments.json:
        print(json.dumps(found))
    else:
        Console().print(", ".join(f"{name} {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
