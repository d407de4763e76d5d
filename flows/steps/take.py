"""Take: the pages of a batch from their addresses to their stories."""

from __future__ import annotations

from collections.abc import Sequence

from flows.steps.fetch import fetch
from flows.steps.load import load
from flows.steps.scope import Scope
from flows.wiring import Environment


def take(env: Environment, scope: Scope, page_ids: Sequence[int]) -> None:
    """Fetch the bodies of pages, then make articles of them. One step, since each task of Prefect costs time."""
    fetch(env, scope, page_ids)
    load(env, scope, page_ids)
