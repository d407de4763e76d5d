"""docs/security.md: each promise names a test, and each test is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


def _rows() -> list[str]:
    return [line for line in PAGE.splitlines() if line.startswith("| ") and not re.match(r"\| (---|promise)", line)]


def test_the_page_has_promises() -> None:
    assert len(_rows()) > 25


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row.split("|")[1].strip()[:40])
def test_each_promise_names_a_test(row: str) -> None:
    assert re.search(r"`tests/[\w/]+\.py::\w+`", row.rstrip(" |").rpartition("|")[2])


@pytest.mark.parametrize(("file", "name"), NAMED, ids=lambda value: value.rpartition("/")[2])
def test_each_named_test_is_there(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))

    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_whatever_is_written_as_a_test_is_read_as_one() -> None:
    assert len(re.findall(r"`tests/", PAGE)) == len(re.findall(r"`tests/[\w/]+\.py::\w+`", PAGE))
