"""Inputs that are made up, the same at each run: none breaks a promise."""

from __future__ import annotations

import pytest
from fuzz.promises import ended_in_time
from fuzz.strategies import inputs
from fuzz.targets import TARGETS
from hypothesis import HealthCheck, given, settings

settings.register_profile(
    "newsfold",
    derandomize=True,
    database=None,
    deadline=None,  # a machine at work is no hang; ended_in_time knows one
    max_examples=300,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
_OF_SLOW_TARGETS = {"page": 60, "jsonl": 80, "claims": 150, "listing": 150}


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_breaks_a_promise(name: str) -> None:
    profile = settings(settings.get_profile("newsfold"), max_examples=_OF_SLOW_TARGETS.get(name, 300))

    @profile
    @given(inputs(name))
    def run(data: bytes) -> None:
        with ended_in_time():
            TARGETS[name](data)

    run()
