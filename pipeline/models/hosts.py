"""What several processes say to each other about a host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.models.pages import FetchFailure


@dataclass(frozen=True, slots=True)
class Busy:
    """A host may not be asked now: try again in so many seconds. It has a failure where it wants to be left alone."""

    seconds: float
    failure: FetchFailure | None = None


@dataclass(frozen=True, slots=True)
class Rest:
    """What a host wants after a question: the seconds between two questions under each of its keys, and for how long
    from now it wants to be left alone, and why.
    """

    intervals: Mapping[str, float]
    seconds: float = 0.0
    failure: FetchFailure | None = None
