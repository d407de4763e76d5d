#!/usr/bin/env python3
"""What the extraction sandbox costs and saves: start-up, throughput against one process, memory over many pages.

usage: sandbox.py [DIR] [--pages N] [--direct N] [--workers N] [--json]

DIR holds `html/*.gz` (default: ../shared/eval/extraction beside the checkout); its pages are cycled. `--direct` is how
many of them one process reads with trafilatura alone, for the ratio. Memory is the resident memory of this process
and all that it started, with the pages of shared memory counted once for each.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from pipeline.extract.extract import extract
from pipeline.extract.sandbox import Sandbox
from pipeline.models import Capture, NotAnArticle, Reason

EVAL = Path(__file__).parents[2] / "shared" / "eval" / "extraction"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EARLY = 2_000
LOST = (Reason.EXTRACTION_TIMEOUT, Reason.EXTRACTION_MEMORY, Reason.EXTRACTION_CRASH)


def trafilatura_alone(body: bytes) -> int:
    """What users call without us."""
    from trafilatura import bare_extraction

    return len(str(bare_extraction(body, with_metadata=True)))


def newsfold(body: bytes) -> str | None:
    """What a run calls; the reason where there is no document."""
    found = extract(Capture("https://harbour.example/a", body, "text/html"), now=NOW)
    return found.reason if isinstance(found, NotAnArticle) else None


def bodies(folder: Path) -> list[bytes]:
    """All pages of a folder."""
    return [gzip.decompress(file.read_bytes()) for file in sorted(folder.glob("html/*.gz"))]


def resident_megabytes() -> float:
    """This process and all that it started."""
    me = psutil.Process()
    sizes = []
    for process in (me, *me.children(recursive=True)):
        try:
            sizes.append(process.memory_info().rss)
        except psutil.NoSuchProcess:
            continue
    return float(sum(sizes)) / 1e6


def start_seconds() -> dict[str, float]:
    """Whole processes that read one small page, in the sandbox and without it: medians of five."""
    page = "<article><p>" + "The harbour closes to cars in May. " * 20 + "</p></article>"
    inside = (
        "import sys; sys.path[:0] = sys.argv[1:3]; from pipeline.extract.sandbox import Sandbox; import sandbox as b\n"
        f"with Sandbox(2) as box: print(list(box.make(b.newsfold, [{page.encode()!r}])))"
    )
    outside = f"import sys; sys.path[:0] = sys.argv[1:3]; import sandbox as b; print(b.newsfold({page.encode()!r}))"
    here = Path(__file__).resolve()
    taken: dict[str, float] = {}
    for name, code in (("sandbox", inside), ("direct", outside)):
        runs = []
        for _ in range(5):
            began = time.perf_counter()
            subprocess.run(
                [sys.executable, "-c", code, str(here.parents[1]), str(here.parent)], check=True, capture_output=True
            )
            runs.append(time.perf_counter() - began)
        taken[name] = round(statistics.median(runs), 2)
    return taken


def direct_rate(pages: list[bytes], number: int) -> float:
    """Pages a second of trafilatura alone in this process."""
    trafilatura_alone(pages[0])
    began = time.perf_counter()
    for body in islice(cycle(pages), number):
        trafilatura_alone(body)
    return number / (time.perf_counter() - began)


def sandbox_rate(pages: list[bytes], number: int, workers: int) -> float:
    """Pages a second of trafilatura alone in the sandbox, warm."""
    with Sandbox(workers) as box:
        list(box.make(trafilatura_alone, pages[: workers * 2]))
        began = time.perf_counter()
        for _ in box.make(trafilatura_alone, islice(cycle(pages), number)):
            pass
        return number / (time.perf_counter() - began)


def long_run(pages: list[bytes], number: int, workers: int) -> dict[str, object]:
    """What a run calls, over many pages: rate, memory early and late (the mean of the 500 pages before), losses."""
    sizes: list[float] = []
    lost = 0
    began = time.perf_counter()
    with Sandbox(workers) as box:
        for index, answer in enumerate(box.make(newsfold, _stream(pages, number)), 1):
            lost += isinstance(answer, NotAnArticle) and answer.reason in LOST
            if index % 50 == 0:
                sizes.append(resident_megabytes())
    early = statistics.mean(sizes[EARLY // 50 - 10 : EARLY // 50])
    late = statistics.mean(sizes[-10:])
    return {
        "pages": number,
        "pages_per_second": round(number / (time.perf_counter() - began), 1),
        "lost": lost,
        "megabytes_early": round(early),
        "megabytes_late": round(late),
        "megabytes_most": round(max(sizes)),
        "memory_ratio": round(late / early, 3),
        "memory_ratio_at_the_page": round(sizes[-1] / sizes[EARLY // 50 - 1], 3),
    }


def _stream(pages: list[bytes], number: int) -> Iterator[bytes]:
    yield from islice(cycle(pages), number)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=EVAL)
    parser.add_argument("--pages", type=int, default=20_000, help=f"at least {EARLY}")
    parser.add_argument("--direct", type=int, default=649)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    pages = bodies(chosen.folder)
    if not pages or chosen.pages < EARLY:
        parser.error(f"needs pages in {chosen.folder}/html and --pages of at least {EARLY}")
    direct = direct_rate(pages, chosen.direct)
    boxed = sandbox_rate(pages, chosen.direct, chosen.workers)
    start = start_seconds()
    answer: dict[str, object] = {
        "workers": chosen.workers,
        "start_seconds_sandbox": start["sandbox"],
        "start_seconds_direct": start["direct"],
        "trafilatura_pages_per_second_direct": round(direct, 1),
        "trafilatura_pages_per_second_sandbox": round(boxed, 1),
        "throughput_ratio": round(boxed / direct, 2),
        **long_run(pages, chosen.pages, chosen.workers),
    }
    if chosen.json:
        print(json.dumps(answer, indent=2))
        return
    table = Table("what", "measured")
    for name, value in answer.items():
        table.add_row(name.replace("_", " "), str(value))
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
