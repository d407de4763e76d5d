"""`python -m chaos`: trials in which a job is disturbed and started again, and figures of what that did."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path

from chaos.figures import ends, line, table
from chaos.trial import laboratory


def main() -> int:
    """Run the trials asked for; 1 where one of them left a trace."""
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--trials", type=int, default=60, help="how many")
    parser.add_argument("--seed", type=int, default=1, help="of all random choices")
    parser.add_argument("--trial", type=int, help="only the one of this number, as in the run that it is to repeat")
    wanted = parser.parse_args()
    numbers = range(wanted.trials) if wanted.trial is None else [wanted.trial]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the server is stopped and its disk given back
    for name in [name for name in os.environ if name.startswith(("NEWSFOLD_", "PREFECT_"))]:
        del os.environ[name]
    trials = []
    with tempfile.TemporaryDirectory() as folder, laboratory(Path(folder)) as here:
        if not here.server.is_small:
            print("disk-full is skipped: no tmpfs can be mounted here")
        print(f"seed {wanted.seed}; to repeat a trial: make chaos SEED={wanted.seed} TRIAL=<its number>")
        for number in numbers:
            trial = here.planned(wanted.seed, number)
            here.perform(trial)
            print(line(trial), flush=True)
            if not trial.is_well:
                print("    the jobs said:", *here.log.read_text().splitlines()[-60:], sep="\n        ", flush=True)
            trials.append(trial)
        print(
            "",
            table(trials),
            ends(trials),
            f"Postgres said {here.server.full_disks()} times that its disk was full",
            sep="\n",
        )
    return int(not all(trial.is_well for trial in trials))


if __name__ == "__main__":
    sys.exit(main())
