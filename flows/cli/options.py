"""Options that several commands have, and how their values are read."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from pipeline.errors import UserError

Sources = Annotated[list[str] | None, typer.Option("--source", "-s", help="Only this source; may be given again.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Config = Annotated[
    Path | None, typer.Option("--config", "-c", help="Sources file (else NEWSFOLD_CONFIG, newsfold.toml).")
]
Prefect = Annotated[
    bool, typer.Option("--prefect", help="Run as a Prefect flow (always where PREFECT_API_URL is set).")
]
Runner = Annotated[
    str | None, typer.Option("--runner", help="Where batches are worked on: threads (here), dask or dask:ADDRESS.")
]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many at most.")]
DAY = "YYYY-MM-DD"


def given(value: str) -> str:
    """The address that an argument names. Raises UserError where it names nothing: `Path("")` would be this folder."""
    if not value.strip():
        raise UserError("the address is empty", "write an address with https://, or a file or folder")
    return value


def day(value: str) -> date:
    """The day that an option names. Raises BadParameter for what is none."""
    try:
        return date.fromisoformat(value)
    except ValueError as exc:
        raise typer.BadParameter(f"{value!r} is no day; write it as {DAY}, such as 2025-01-31") from exc
