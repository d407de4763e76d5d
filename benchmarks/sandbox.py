#!/usr/bin/env python3
"""What the extraction sandbox costs and saves: start-up, throughput against one process, memory over many pages.

usage: sandbox.py [DIR] [--pages N] [--rounds N] [--workers N] [--json]

DIR holds `html/*.gz` (default: ../shared/eval/extraction beside the checkout); its pages are cycled. Throughput: in
each round a part of the pages is read by trafilatura alone (default, with metadata) in this process, by the same in
the sandbox, and by newsfold in the sandbox, one after another; figures are medians of the rounds, and of their ratios.
Where other programs are at work too, judge by the CPU seconds and not by the clock. `--pages` of newsfold in the
sandbox follow, for memory (0: none): the resident memory of this process and all that it started, with the pages of
shared memory counted once for each.
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
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from pipeline.extract.extract import extract
from pipeline.extract.sandbox.box import Sandbox
from pipeline.models.pages import Capture, NotAnArticle, Reason

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
        "import sys; sys.path[:0] = sys.argv[1:3]; from pipeline.extract.sandbox.box import Sandbox\n"
        f"import sandbox as b\nwith Sandbox(2) as box: print(list(box.make(b.newsfold, [{page.encode()!r}])))"
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


@dataclass(frozen=True, slots=True)
class Cost:
    """What reading some pages took: seconds on the clock, CPU seconds of this process and of its workers."""

    seconds: float
    here: float
    workers: float


def cost_of(reading: Callable[[], object]) -> Cost:
    """Read once, and what it took."""
    before, here, began = workers_cpu(), time.process_time(), time.perf_counter()
    reading()
    return Cost(time.perf_counter() - began, time.process_time() - here, workers_cpu() - before)


def workers_cpu() -> float:
    """CPU seconds of all that this process started and that still runs."""
    return float(sum(sum(one.cpu_times()[:2]) for one in psutil.Process().children(recursive=True)))


def throughput(pages: list[bytes], rounds: int, workers: int) -> dict[str, object]:
    """Rates, ratios and CPU time of the three ways to read a page, warm."""
    costs: dict[str, list[Cost]] = {"direct": [], "sandbox": [], "newsfold": []}
    with Sandbox(workers) as box:

        def read_here(part: list[bytes]) -> None:
            deque(map(trafilatura_alone, part), maxlen=0)

        def read_there(task: Callable[[bytes], object], part: list[bytes]) -> None:
            deque(box.make(task, part), maxlen=0)

        warm = pages[:: max(1, len(pages) // 60)]
        for task in (trafilatura_alone, newsfold):
            read_there(task, warm)
        read_here(warm[:10])
        for number in range(rounds):
            part = pages[number::rounds]
            costs["direct"].append(cost_of(partial(read_here, part)))
            costs["sandbox"].append(cost_of(partial(read_there, trafilatura_alone, part)))
            costs["newsfold"].append(cost_of(partial(read_there, newsfold, part)))
    sizes = [len(pages[number::rounds]) for number in range(rounds)]
    answer: dict[str, object] = {"load": round(os.getloadavg()[0], 1)}
    for name, found in costs.items():
        answer |= {f"{name}_{what}": value for what, value in per_page(found, sizes).items()}
    for name in ("sandbox", "newsfold"):
        clock = [direct.seconds / one.seconds for direct, one in zip(costs["direct"], costs[name], strict=True)]
        answer[f"{name}_throughput_ratio"] = round(statistics.median(clock), 2)
        work = [
            direct.here / (one.here + one.workers) for direct, one in zip(costs["direct"], costs[name], strict=True)
        ]
        busy = [one.workers / (workers * one.seconds) for one in costs[name]]
        answer[f"{name}_idle_share"] = round(1 - statistics.median(busy), 3)
        answer[f"{name}_throughput_ratio_by_cpu"] = round(workers * statistics.median(work), 2)
    return answer


def per_page(costs: list[Cost], sizes: list[int]) -> dict[str, float]:
    """Pages a second, and milliseconds of CPU a page: medians of the rounds."""
    pairs = list(zip(costs, sizes, strict=True))
    figures = {
        "pages_per_second": statistics.median(size / cost.seconds for cost, size in pairs),
        "cpu_milliseconds_here": 1000 * statistics.median(cost.here / size for cost, size in pairs),
        "cpu_milliseconds_in_workers": 1000 * statistics.median(cost.workers / size for cost, size in pairs),
    }
    return {name: round(value, 2) for name, value in figures.items()}


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
    parser.add_argument("--pages", type=int, default=20_000, help=f"at least {EARLY}, or 0")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    pages = bodies(chosen.folder)
    if not pages or 0 < chosen.pages < EARLY:
        parser.error(f"needs pages in {chosen.folder}/html and --pages of at least {EARLY}, or 0")
    start = start_seconds()
    answer: dict[str, object] = {
        "workers": chosen.workers,
        "start_seconds_sandbox": start["sandbox"],
        "start_seconds_direct": start["direct"],
        **throughput(pages, chosen.rounds, chosen.workers),
    }
    if chosen.pages:
        answer |= long_run(pages, chosen.pages, chosen.workers)
    if chosen.json:
        print(json.dumps(answer, indent=2))
        return
    table = Table("what", "measured")
    for name, value in answer.items():
        table.add_row(name.replace("_", " "), str(value))
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
