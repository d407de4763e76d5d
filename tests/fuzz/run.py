"""Fuzzes one target for so many seconds: `python -m fuzz.run TARGET SECONDS [FOLDER]`; docs/fuzzing.md says more.

The corpus is kept in FOLDER/TARGET, so that the next run goes on from it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from fuzz.promises import ended_in_time
from fuzz.seeds import seeds
from fuzz.targets import TARGETS
from fuzz.tokens import dictionary

ROOT = Path(__file__).parents[2]
EVAL = ROOT.parent / "shared" / "eval"
KEPT = Path(__file__).parent / "corpus"
MOST_BYTES = 65_536
_EXECUTIONS = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_LEAST_SECONDS = 5
_MOST_CRASHES = 20


def main(name: str, seconds: int, folder: Path) -> int:
    """Fuzz, and print what came of it; 1 where something was found."""
    home = folder.resolve() / name
    corpus, begin, findings = (home / part for part in ("corpus", "seeds", "findings"))
    for made in (corpus, begin, findings):
        made.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(name, EVAL) if EVAL.is_dir() else ()):
        (begin / str(number)).write_bytes(seed)
    for known in findings.iterdir():  # what was found before is tried again
        known.rename(begin / known.name)
    (home / "dictionary").write_text(dictionary(name), "ascii")

    began, executions, crashes = time.monotonic(), 0, 0
    while (left := seconds - int(time.monotonic() - began)) >= _LEAST_SECONDS and crashes < _MOST_CRASHES:
        ended = _fuzz(name, home, left)
        executions += sum(map(int, _EXECUTIONS.findall(ended.stderr)))
        if ended.returncode == 0:
            break
        crashes += 1
        (findings / f"crash-{crashes}.txt").write_text(ended.stderr[-20_000:], "utf-8")
    took = round(time.monotonic() - began)

    with (home / "runs").open("a+", encoding="ascii") as runs:
        runs.write(f"{executions} {took}\n")
        runs.seek(0)
        every = [tuple(map(int, line.split())) for line in runs]
    print(
        f"{name}: {executions:,} executions in {took:,} s, corpus of {sum(1 for _ in corpus.iterdir()):,} inputs, "
        f"slowest input {_milliseconds(name, findings / 'slowest'):.0f} ms, {crashes} crashes; "
        f"with earlier runs {sum(one[0] for one in every):,} executions in {sum(one[1] for one in every):,} s"
    )
    found = sorted(path for path in findings.iterdir() if path.suffix in (".bin", ".txt"))
    for path in found:
        print(f"  {path}")
    return int(bool(found))


def _fuzz(name: str, home: Path, seconds: int) -> subprocess.CompletedProcess[str]:
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={MOST_BYTES}",
        f"-dict={home / 'dictionary'}",
        f"-artifact_prefix={home / 'findings'}/crash-",
        *("-timeout=60", "-report_slow_units=60", "-rss_limit_mb=3000", "-print_final_stats=1"),
        *(str(home / part) for part in ("corpus", "seeds")),
        *([str(KEPT / name)] if (KEPT / name).is_dir() else []),
    ]
    return subprocess.run(
        [sys.executable, "-m", "fuzz.harness", name, str(home / "findings"), *options],
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])},
    )


def _milliseconds(name: str, file: Path) -> float:
    """What the slowest input takes when nothing watches (fuzzing makes everything slower) and all is loaded."""
    took = 0.0
    for _ in range(2 if file.exists() else 0):
        began = time.process_time()
        with suppress(Exception), ended_in_time():  # a finding, which is there already
            TARGETS[name](file.read_bytes())
        took = time.process_time() - began
    return took * 1000


if __name__ == "__main__":
    if find_spec("atheris") is None:
        sys.exit("atheris is not installed: uv pip install --group fuzz")
    sys.exit(main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3] if len(sys.argv) > 3 else ".fuzz")))
