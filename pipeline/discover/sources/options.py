"""How a source is followed, as plain data: for the sources file and for the database."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from pipeline.models.sources import Options


def parse_options(data: Mapping[str, Any]) -> Options:
    """Options from plain data. Raises pydantic's ValidationError naming the key."""
    return _adapter().validate_python(dict(data))


def dump_options(options: Options) -> dict[str, Any]:
    """Plain data from options: those that are not as they are for every source."""
    plain: dict[str, Any] = _adapter().dump_python(options, mode="json", exclude_defaults=True)
    return plain


@cache
def _adapter() -> TypeAdapter[Options]:
    return TypeAdapter(Options)
