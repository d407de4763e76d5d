"""The image: what runs in it is nobody special, and what it is made of is pinned."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]


def _instructions() -> list[tuple[str, str]]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return [(line.partition(" ")[0].upper(), line.partition(" ")[2]) for line in lines]


def test_the_image_runs_without_root_and_nothing_after_that_is_made_as_root() -> None:
    names = [name for name, _ in _instructions()]
    [user] = [value for name, value in _instructions() if name == "USER"]

    assert user.split(":")[0] not in ("root", "0")
    assert not {"RUN", "COPY", "ADD"} & set(names[names.index("USER") :])
    assert names.index("USER") < names.index("ENTRYPOINT")


def test_requirements_are_installed_by_their_hashes() -> None:
    assert any(name == "RUN" and "--require-hashes -r requirements.txt" in value for name, value in _instructions())
