"""Runs one target under atheris, libFuzzer for Python: `python -m fuzz.harness TARGET FINDINGS [libFuzzer's options]`.

What a target raises is kept in the folder FINDINGS, one input for each place that raises, and fuzzing goes on; so is
the slowest input. Started by run.py, which says what came of it.
"""

from __future__ import annotations

import random
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pipeline", "feedparser", "protego", "w3lib"], enable_loader_override=False):
    from fuzz.promises import ended_in_time
    from fuzz.targets import TARGETS

_REPEATS = 0.02
_LONGEST_PIECE = 64


def watched(target: Callable[[bytes], None], findings: Path) -> Callable[[bytes], None]:
    """The target, with what it raises and what it takes kept in a folder."""
    known: set[str] = set()
    slowest = 0.0

    def run(data: bytes) -> None:
        nonlocal slowest
        began = time.process_time()
        try:
            with ended_in_time():
                target(data)
        except Exception as fault:  # noqa: BLE001  whatever it is, it is a finding
            place = place_of(fault)
            if place not in known:
                known.add(place)
                (findings / f"{place}.bin").write_bytes(data)
                (findings / f"{place}.txt").write_text("".join(traceback.format_exception(fault)), "utf-8")
        took = time.process_time() - began
        if took > slowest:
            slowest = took
            (findings / "slowest").write_bytes(data)

    return run


def place_of(fault: Exception) -> str:
    """What is raised, and the innermost line of ours that it came through: equal for one and the same bug."""
    lines = [frame for frame in traceback.extract_tb(fault.__traceback__) if "/pipeline/" in frame.filename]
    check = traceback.extract_tb(fault.__traceback__)[-2:]
    where = lines[-1] if lines else check[0]
    return f"{type(fault).__name__}-{Path(where.filename).stem}-{where.lineno}-{check[0].lineno}"


def mutated(data: bytes, max_size: int, seed: int) -> bytes:
    """The next input: libFuzzer's own idea, or now and then a piece repeated, which finds what grows too fast."""
    chooser = random.Random(seed)
    if not data or chooser.random() >= _REPEATS:
        return bytes(atheris.Mutate(data, max_size))
    begin = chooser.randrange(len(data))
    piece = data[begin : begin + chooser.randint(1, _LONGEST_PIECE)]
    times = chooser.randrange(1, max(2, max_size // len(piece)))
    return (data[:begin] + piece * times + data[begin + len(piece) :])[:max_size]


def main() -> None:
    name, findings, *options = sys.argv[1:]
    run = watched(TARGETS[name], Path(findings))
    atheris.Setup([sys.argv[0], *options], run, custom_mutator=mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
