#!/usr/bin/env python3
"""How fast a backfill loads the pages of followed hosts out of a WARC file, beside what merely reads them.

usage: warc.py [DIR] [--records N] [--elements N] [--rounds N] [--json]

The file has N records, half of them pages of four followed hosts, the others of hosts that nobody follows. A page has a
made-up text of real words (benchmarks/fold_scale.py) in the chrome of a news site: as many elements and bytes as real
news pages have (649 of them: medians of 829 and 100 kB), or with --elements as many as told, 120 bytes to each. With
DIR (html/*.gz) the followed hosts have those real pages, each once, whatever their dates.

*Bare* is fastwarc's iteration and, for the same pages, trafilatura's extraction with metadata in two processes, from
their start. *newsfold* is `newsfold backfill --warc` as users run it, into a new embedded Postgres, from the start of
its run to the end. Pages are those of followed hosts, figures are medians of the rounds, which take turns. `ratio` is
newsfold's pages a second to the bare ones, `ratio_own` that to bare ones with newsfold's own extraction.
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.fold_scale import write
from flows.making import Material, make
from flows.wiring import DEFAULT_TOPIC, seeds_folder
from pipeline.models.pages import Capture, Entry

HOSTS = ("harbour.example", "valley.example", "north.example", "coast.example")
OTHERS = ("shop.example", "forum.example", "wiki.example", "photo.example")
FIRST = datetime(2026, 1, 1, 6, tzinfo=UTC)
DAYS = 28
OWN = "https://www.harbour.example/2026/story"
LEXICON = (seeds_folder() / "topics" / f"{DEFAULT_TOPIC}.toml",)
ELEMENTS = 829
BYTES_AN_ELEMENT = 120


def real_pages(folder: Path) -> list[bytes]:
    """All pages of a folder."""
    return [gzip.decompress(file.read_bytes()) for file in sorted(folder.glob("html/*.gz"))]


def page(number: int, moment: datetime, elements: int) -> tuple[str, bytes]:
    """Path and body of a news page."""
    text, language = write(number)
    words = text.split() if language != "zh" else [text[at : at + 12] for at in range(0, len(text), 12)]
    title = " ".join(words[:8])
    sentences = [" ".join(words[at : at + 15]).capitalize() + "." for at in range(8, len(words), 15)]
    paragraphs = "".join(f"<p>{' '.join(sentences[at : at + 4])}</p>" for at in range(0, len(sentences), 4))
    menu = "".join(f'<li><a href="/section/{n}" class="menu__link">Section {n}</a></li>' for n in range(elements // 8))
    teasers = "".join(
        f'<div class="card"><a href="/2026/{n * number}"><img src="/i/{n}.jpg" alt=""></a>'
        f'<h3>{words[n % len(words)]}</h3><span class="card__time">{n % 24}:00</span></div>'
        for n in range(elements // 10)
    )
    head = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="article:published_time" content="{moment.isoformat()}">'
        f'<meta property="og:title" content="{title}"><meta name="author" content="Ada Quill">'
    )
    body = (
        f"</head><body><nav><ul>{menu}</ul></nav><main><article><h1>{title}</h1>{paragraphs}</article></main>"
        f"<aside>{teasers}</aside><footer><ul>{menu}</ul></footer></body></html>"
    )
    left = max(elements * BYTES_AN_ELEMENT - len((head + body).encode()), 0)
    script = f"<script>window.state={{}};{'a.push([1,2,3]);' * (left // 16)}</script>"
    return f"/2026/story-{number}", (head + script + body).encode()


def write_archive(path: Path, records: int, elements: int = ELEMENTS, real: Sequence[bytes] = ()) -> int:
    """A file as CC-NEWS has them; how many of its records are of followed hosts."""
    rng = random.Random(1)
    own = 0
    with path.open("wb") as file:
        for number in range(records):
            is_own = rng.random() < 0.5 if not real else number % 2 == 0
            moment = FIRST + timedelta(days=number * DAYS // records, minutes=number % 600)
            where, body = page(number, moment, elements)
            if real and is_own:
                body = real[own]
            own += is_own
            host = rng.choice(HOSTS if is_own else OTHERS)
            crawled = moment + timedelta(hours=8)
            http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(
                body
            )
            head = (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{number:032}>\r\n"
                f"WARC-Date: {crawled:%Y-%m-%dT%H:%M:%SZ}\r\nWARC-Target-URI: https://www.{host}{where}\r\n"
                f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http) + len(body)}\r\n\r\n"
            )
            file.write(gzip.compress(head.encode() + http + body + b"\r\n\r\n", compresslevel=6))
    return own


def own_bodies(path: Path) -> Iterator[bytes]:
    """What fastwarc reads of the followed hosts."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    for record in ArchiveIterator(str(path), record_types=WarcRecordType.response):
        if record.headers["WARC-Target-URI"].startswith(tuple(f"https://www.{host}/" for host in HOSTS)):
            yield record.reader.read()


def extract(body: bytes) -> int:
    """What users call without us."""
    from trafilatura import bare_extraction

    return len(str(bare_extraction(body, with_metadata=True)))


def extract_own(body: bytes) -> str:
    """What a run makes of a page before it is folded."""
    found = make(Material(Entry(OWN), Capture(OWN, body, "text/html"), None, LEXICON, FIRST))
    return type(found).__name__


def bare_seconds(path: Path, task: Callable[[bytes], object]) -> float:
    """Iteration here, extraction in two processes, their start included."""
    began = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        for _ in pool.imap(task, own_bodies(path), chunksize=8):
            pass
    return time.perf_counter() - began


def newsfold_seconds(path: Path, pages: int) -> float:
    """The run as it says itself, process and database started before. Raises where it did not come to all pages."""
    with tempfile.TemporaryDirectory(prefix="newsfold-warc-") as home:
        Path(home).chmod(0o755)
        config = Path(home) / "newsfold.toml"
        config.write_text(
            "".join(f'[[sources]]\nslug = "{h[:-8]}"\nkind = "feed"\nurl = "https://{h}/feed"\n' for h in HOSTS)
        )
        until = FIRST + timedelta(days=DAYS)
        days = ["--since", "1990-01-01", "--until", f"{until:%Y-%m-%d}"]
        chosen = [argument for host in HOSTS for argument in ("--source", host[:-8])]
        command = [sys.executable, "-m", "flows.cli.app", "backfill", *days, *chosen, "--warc", str(path), "--json"]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("NEWSFOLD_")}
        environment = clean | {
            "NEWSFOLD_HOME": home,
            "NEWSFOLD_CONFIG": str(config),
            "NEWSFOLD_EXTRACTION_WORKERS": "2",
        }
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        run = json.loads(done.stdout)["run"]
        if run["pages"] != pages or run["loaded"] + run["folded"] < 0.9 * pages:
            raise SystemExit(f"{run['loaded'] + run['folded']} of {pages} pages were loaded")
        return (datetime.fromisoformat(run["finished_at"]) - datetime.fromisoformat(run["started_at"])).total_seconds()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", metavar="DIR")
    parser.add_argument("--records", type=int, default=5_000)
    parser.add_argument("--elements", type=int, default=ELEMENTS)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newsfold-warc-") as folder:
        path = Path(folder) / f"CC-NEWS-{FIRST:%Y%m%d%H%M%S}-00001.warc.gz"
        real = real_pages(chosen.folder) if chosen.folder else []
        own = write_archive(path, 2 * len(real) or chosen.records, chosen.elements, real)
        bare, own_bare, ours = [], [], []
        for _ in range(chosen.rounds):
            bare.append(bare_seconds(path, extract))
            own_bare.append(bare_seconds(path, extract_own))
            ours.append(newsfold_seconds(path, own))
        size = path.stat().st_size
    row = {
        "records": 2 * len(real) or chosen.records,
        "pages": own,
        "elements": None if real else chosen.elements,
        "megabytes": round(size / 1e6, 1),
        "bare_pages_per_second": round(own / statistics.median(bare), 1),
        "newsfold_pages_per_second": round(own / statistics.median(ours), 1),
        "ratio": round(statistics.median(bare) / statistics.median(ours), 2),
        "ratio_own": round(statistics.median(own_bare) / statistics.median(ours), 2),
    }
    if chosen.json:
        print(json.dumps(row, indent=2))
        return
    table = Table("what", "value")
    for key, value in row.items():
        table.add_row(key.replace("_", " "), str(value))
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
