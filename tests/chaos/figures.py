"""What came of trials, as lines and as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice

from chaos.compare import size
from chaos.trial import Trial

_SHOWN, _LONGEST = 12, 600
_HEADINGS = ("", "trials", "planned", "met", "statement", "request", "second", "write", "starts", "lost", "doubled")
_ENDINGS = ("unbalanced", "faults", "seconds")


def line(trial: Trial) -> str:
    """One trial in a line, with what is wrong below it."""
    strikes = ", ".join(
        f"{planned}: {end if met else 'missed'}"
        for planned, met, end in zip(trial.strikes, trial.met, trial.ends, strict=False)
    )
    lost, doubled = size(trial.difference.lost), size(trial.difference.doubled)
    found = f"lost {lost}  doubled {doubled}  unbalanced {len(trial.unbalanced)}"
    said = (
        f"trial {trial.number:3}  {trial.job:9}  {len(trial.ends)} starts  {found}  {trial.seconds:5.1f} s  {strikes}"
    )
    return "\n".join([said, *_wrong(trial)])


def _wrong(trial: Trial) -> Iterable[str]:
    if trial.is_well:
        return
    yield from (f"    ended: {end}" for end in trial.ends)
    yield from (f"    {one}" for one in (*trial.faults, *trial.unbalanced))
    yield from (f"    {one[:_LONGEST]}" for one in islice(trial.difference.lines(), _SHOWN))


def table(trials: Sequence[Trial]) -> str:
    """The figures of each job and of each disturbance, which shares its trials with others, and of all."""
    jobs = sorted({trial.job for trial in trials})
    deeds = sorted({planned.deed for trial in trials for planned in trial.strikes})
    rows = [
        (*_HEADINGS, *_ENDINGS),
        *(_row(job, [trial for trial in trials if trial.job == job]) for job in jobs),
        *(_row(deed, [t for t in trials if any(one.deed == deed for one in t.strikes)], deed) for deed in deeds),
        _row("all", trials),
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) if place else cell.ljust(width) for place, (cell, width) in enumerate(cells))
        for row in rows
        for cells in [zip(row, widths, strict=True)]
    )


def ends(trials: Sequence[Trial]) -> str:
    """How often jobs ended how."""
    counts = Counter(end for trial in trials for end in trial.ends)
    return "ended: " + ", ".join(f"{end} {number}" for end, number in counts.most_common())


def _row(name: str, trials: Sequence[Trial], deed: str | None = None) -> tuple[str, ...]:
    strikes = [
        (planned, met)
        for trial in trials
        for planned, met in zip(trial.strikes, trial.met, strict=False)
        if deed in (None, planned.deed)
    ]
    at = Counter(planned.moment.unit for planned, met in strikes if met)
    figures = (
        len(trials),
        len(strikes),
        at.total(),
        *(at[unit] for unit in _HEADINGS[4:8]),
        *(sum(column) for column in zip(*map(_traces, trials), strict=True)),
    )
    return (name, *map(str, figures), f"{sum(trial.seconds for trial in trials):.0f}")


def _traces(trial: Trial) -> tuple[int, ...]:
    found = trial.difference
    return len(trial.ends), size(found.lost), size(found.doubled), len(trial.unbalanced), len(trial.faults)
