"""docker-compose.yml as Compose reads it, for tests: merged, with the variables of an environment filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docker-compose.yml"
# Of Compose's forms those that the file uses: ${NAME:-default} and ${NAME:?message}; $$ is a dollar.
VARIABLE = re.compile(r"\$(?:(\$)|\{([A-Z_]+)(?::([-?])([^}]*))?\}|(.?))")


def compose(environment: Mapping[str, str]) -> dict[str, Any]:
    """The file with the variables of an environment. Raises KeyError for one that is wanted and missing."""
    filled = _filled(yaml.safe_load(FILE.read_text(encoding="utf-8")), environment)
    assert isinstance(filled, dict)
    return filled


def _filled(value: object, environment: Mapping[str, str]) -> object:
    match value:
        case dict():
            return {key: _filled(one, environment) for key, one in value.items()}
        case list():
            return [_filled(one, environment) for one in value]
        case str():
            return VARIABLE.sub(lambda found: _value(found, environment), value)
        case _:
            return value


def _value(found: re.Match[str], environment: Mapping[str, str]) -> str:
    dollar, name, sign, rest, stray = found.groups()
    if dollar:
        return "$"
    assert name, f"a lone $ before {stray!r}"
    given = environment.get(name, "")
    if given:
        return given
    if sign == "?":
        raise KeyError(rest)
    return rest or ""
