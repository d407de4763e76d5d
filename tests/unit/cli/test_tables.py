"""Tables on screens of different widths."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from flows.cli import console

ROWS = [
    {"run": 1, "kind": "backfill", "at": "2026-03-01 06:00", "error": "the harbour of Oban answered nothing " * 2},
    {"run": 23, "kind": "ingest", "at": "2026-03-02 06:00", "error": "–"},
]
COLUMNS = {"run": "run", "kind": "kind", "at": "started (UTC)", "error": "error"}


def _lines(monkeypatch: pytest.MonkeyPatch, width: int, *spare: str) -> list[str]:
    screen = StringIO()
    monkeypatch.setattr(console, "out", Console(width=width, file=screen))
    console.out.print(console.table(ROWS, COLUMNS, spare=spare))
    return [line.rstrip() for line in screen.getvalue().splitlines()]


def test_on_a_wide_screen_each_row_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    heading, *rows = _lines(monkeypatch, 120, "kind", "at")

    assert heading.split() == ["run", "kind", "started", "(UTC)", "error"]
    assert len(rows) == len(ROWS)


@pytest.mark.parametrize("width", [54, 60, 80])
def test_short_values_are_not_folded_and_long_ones_are_kept_whole(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = _lines(monkeypatch, width, "kind")

    assert max(map(len, lines)) <= width
    assert any("2026-03-01 06:00" in line and "backfill" in line for line in lines)
    assert " ".join(" ".join(lines).split()).count("answered") == 2


def test_on_a_narrow_screen_the_spare_columns_go_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _lines(monkeypatch, 50, "kind", "at")[0].split() == ["run", "started", "(UTC)", "error"]
    assert _lines(monkeypatch, 30, "kind", "at")[0].split() == ["run", "error"]


def test_where_nothing_is_spare_and_nothing_fits_all_is_folded_and_nothing_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = _lines(monkeypatch, 30)

    assert max(map(len, lines)) <= 30
    whole = [*COLUMNS.values(), *(str(value) for row in ROWS for value in row.values())]
    assert sorted("".join("".join(lines).split())) == sorted("".join("".join(whole).split()))


@pytest.mark.parametrize(("length", "shown"), [(200, "k" * 200), (201, "k" * 199 + "…"), (100_000, "k" * 199 + "…")])
def test_a_title_is_shown_up_to_a_length_and_other_texts_whole(
    length: int, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = StringIO()
    rows: list[dict[str, object]] = [{"title": "k" * length, "text": "e" * 1000}, {"title": None, "text": "–"}]
    monkeypatch.setattr(console, "out", Console(width=120, file=screen))

    console.out.print(console.table(rows, {"title": "", "text": ""}))

    written = screen.getvalue()
    assert "".join(character for character in written if character in "k…") == shown
    assert written.count("e") == 1000
