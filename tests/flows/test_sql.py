"""`newsfold sql`: what values of all kinds look like in each format."""

from __future__ import annotations

import json

import pytest
from commands import Run, runner
from sqlalchemy import URL

from db.engine import libpq_url


@pytest.fixture
def run(database: URL, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on the test's database: exit code, standard output, standard error."""
    monkeypatch.setenv("NEWSFOLD_DATABASE_URL", libpq_url(database))
    return runner(monkeypatch, capsys)


def _json_row(run: Run, query: str) -> dict[str, object]:
    _, out, _ = run("sql", query, "--json")
    [row] = json.loads(out)
    assert isinstance(row, dict)
    return row


def test_json_keeps_all_columns_of_one_name(run: Run) -> None:
    query = "select 1 as a, 2 as a, 3 as a_2, 4 as a, 5 as b"

    assert _json_row(run, query) == {"a": 1, "a_3": 2, "a_2": 3, "a_4": 4, "b": 5}
    assert run("sql", query, "-f", "csv")[1] == "a,a,a_2,a,b\n1,2,3,4,5\n"
    assert run("sql", query)[1].split() == ["a", "a", "a_2", "a", "b", "1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("sum(9007199254740993::bigint)", "9007199254740993"),
        ("(10::numeric ^ 30)::numeric(40)", "1" + "0" * 30),
        ("0.00000000012345678901234567890", "0.00000000012345678901234567890"),
        ("-12.50", "-12.50"),
        ("array[array[0.1, null], array[9007199254740993, 2]]::numeric[]", "[[0.1, null], [9007199254740993, 2]]"),
        ("repeat('9', 5000)::numeric", "9" * 5000),
    ],
)
def test_json_has_each_digit_of_a_numeric(expression: str, written: str, run: Run) -> None:
    assert run("sql", f"select {expression} as n", "--json")[1] == f'[\n{{"n": {written}}}\n]\n'


def test_json_says_what_is_no_number_as_postgres_does(run: Run) -> None:
    columns = "'nan'::numeric as a, '-infinity'::numeric as b, array['nan', 'infinity', '1.5']::float8[] as c"

    written = _json_row(run, f"select {columns}")

    assert written == _json_row(run, f"select to_json(o) as o from (select {columns}) o")["o"]
    assert written == {"a": "NaN", "b": "-Infinity", "c": ["NaN", "Infinity", 1.5]}


def test_bytes_are_written_as_postgres_writes_them(run: Run) -> None:
    query = r"select '\x00ff'::bytea as one, array['\x00ff']::bytea[] as many"

    assert _json_row(run, query) == {"one": r"\x00ff", "many": [r"\x00ff"]}
    assert run("sql", query)[1].splitlines()[1].split() == [r"\x00ff"] * 2
    assert run("sql", query, "-f", "csv")[1].splitlines()[1].startswith(r"\x00ff,")


@pytest.mark.parametrize("form", ["csv", "table"])
def test_two_formats_are_refused(form: str, run: Run) -> None:
    code, out, err = run("sql", "select 1 as a", "--json", "--format", form)

    assert (code, out) == (2, "")
    assert err.splitlines()[0] == f"newsfold: --json and --format {form} ask for two formats"


def test_one_format_asked_for_twice_is_one(run: Run) -> None:
    assert run("sql", "select 1 as a", "--json", "--format", "json") == (0, '[\n{"a": 1}\n]\n', "")
