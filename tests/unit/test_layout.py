"""What the folders must and must not hold."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")


def test_the_folder_alembic_is_no_package() -> None:
    # With an __init__.py it would hide the installed alembic from everything that starts in the checkout.
    assert list((TOP / "alembic").rglob("__init__.py")) == []


def test_the_installed_alembic_is_found_from_inside_the_checkout() -> None:
    found = subprocess.run(
        [sys.executable, "-c", "import alembic.command; print(alembic.__file__)"],
        check=True,
        capture_output=True,
        text=True,
        cwd=TOP,
    )

    assert "site-packages" in Path(found.stdout.strip()).parts


def test_there_is_no_lock_file_with_index_addresses() -> None:
    assert not (TOP / "uv.lock").exists()


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_is_pinned_and_has_a_hash(name: str) -> None:
    text = (TOP / name).read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]

    assert len(lines) > 50
    assert [line for line in lines if not re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+", line)] == []
    assert [line for line in lines if not re.search(r"--hash=sha256:[0-9a-f]{64}(\s|$)", line)] == []


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_no_requirements_file_names_an_index_or_an_address(name: str) -> None:
    text = (TOP / name).read_text("utf-8")

    assert re.findall(r"\w+://\S+|--(?:extra-)?index-url|--find-links|\s@\s|\bfile:", text) == []


def test_what_runs_is_also_what_is_tested() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([\w.-]+(?:\[[\w,-]+\])?==[^\s;]+)", (TOP / name).read_text("utf-8"), re.MULTILINE))

    assert pins("requirements.txt") <= pins("requirements-dev.txt")


def test_every_module_that_the_page_on_extraction_names_is_where_it_says() -> None:
    named = re.findall(r"`([\w/]+\.py)`", (TOP / "docs" / "extraction.md").read_text("utf-8"))
    places = (TOP / "pipeline" / "extract", TOP)

    assert len(named) > 10
    assert [name for name in named if not any((place / name).is_file() for place in places)] == []
