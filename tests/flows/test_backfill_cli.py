"""`newsfold backfill` and `newsfold coverage`: what they print."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import Run, runner
from site_server import Site, article_html
from sqlalchemy import URL, Engine, text
from year_world import YEAR, Written, paged_feed

from db.engine import libpq_url

SINCE, UNTIL = YEAR[6], YEAR[0]
DAYS = ("--since", str(SINCE), "--until", str(UNTIL))


@pytest.fixture
def run(
    database: URL, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs a command on a feed of five articles, the last of which is gone, in the week that is asked for."""
    articles = [Written(number, YEAR[number]) for number in range(5)]
    for one in articles[:4]:
        about = {"who": f"Dr {one.number}", "what": f"owls {one.number}", "where": "Hue", "number": one.number}
        site.put(one.path(), article_html(f"No. {one.number}", **about))
    source = paged_feed("owls", site, articles)
    (tmp_path / "newsfold.toml").write_text(
        f'[[sources]]\nslug = "owls"\nkind = "feed"\nurl = "{source.address}"\nlanguage = "en"\n', encoding="utf-8"
    )
    monkeypatch.setenv("NEWSFOLD_DATABASE_URL", libpq_url(database))

    return runner(monkeypatch, capsys)


def test_a_dry_run_counts_and_stores_nothing(run: Run, site: Site, engine: Engine) -> None:
    code, out, _ = run("backfill", *DAYS, "--dry-run")
    _, as_json, _ = run("backfill", *DAYS, "--dry-run", "--json")
    with engine.connect() as conn:
        tables = ("source", "page", "run", "poll", "resource", '"window"')
        stored = [conn.execute(text(f"select count(*) from ingest.{table}")).scalar_one() for table in tables]

    [row] = json.loads(as_json)["sources"]
    assert code == 0
    assert stored == [0] * len(tables)
    assert [path for path, _ in site.log if path.startswith("/news/")] == []
    assert (row["windows"], row["beyond"], row["entries"], row["known"], row["requests"]) == (7, 2, 5, 0, 5)
    assert "7 windows, 5 requests for articles" in out
    assert "a guess" in out


def test_a_dry_run_knows_what_is_loaded(run: Run) -> None:
    run("backfill", *DAYS)

    _, out, _ = run("backfill", *DAYS, "--dry-run", "--json")
    _, missing, _ = run("backfill", *DAYS, "--dry-run", "--missing-only", "--json")

    [row], estimate = json.loads(out)["sources"], json.loads(out)["estimate"]
    assert (row["entries"], row["known"], row["requests"]) == (5, 5, 0)
    assert estimate["seconds_a_page"] > 0
    assert [one["windows"] for one in json.loads(missing)["sources"]] == [1]


def test_a_backfill_says_what_was_expected_loaded_and_not_to_be_had(run: Run) -> None:
    code, out, err = run("backfill", *DAYS)
    _, as_json, _ = run("backfill", *DAYS, "--json")

    [row] = json.loads(as_json)["windows"]
    assert code == 0
    assert (row["windows"], row["expected"], row["loaded"], row["failed"], row["beyond"]) == (7, 5, 4, 1, 2)
    assert "days not to be had" in out
    assert f"not to be had until {YEAR[5]}: its list reaches back to {YEAR[4]}" in err


def test_coverage_draws_a_calendar_and_says_what_to_do(run: Run, engine: Engine) -> None:
    run("backfill", *DAYS)
    with engine.begin() as conn:
        conn.execute(text("delete from ingest.article where title = 'No. 2'"))
        conn.execute(text("delete from ingest.page where day = :day"), {"day": YEAR[2]})

    code, out, _ = run("coverage", *DAYS)
    _, as_json, _ = run("coverage", *DAYS, "--json")

    assert code == 0
    assert "owls  --x█o██        3/5" in out
    assert f"o owls, {YEAR[2]}: fewer than listed, 0/1" in out
    assert f"x owls, {YEAR[4]}: could not be read, 0/1: http_404" in out
    assert f"→ newsfold backfill --missing-only --since {YEAR[4]} --until {YEAR[2]}" in out
    assert [row["state"] for row in json.loads(as_json)] == [
        "beyond",
        "beyond",
        "failed",
        "complete",
        "hole",
        "complete",
        "complete",
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("coverage", "--since", "2026-02-02", "--until", "2026-02-01"), "is after the last day"),
        (("coverage", "--since", "9999-12-31"), "9999-12-31 has not come yet"),
        (("coverage", "--since", "2026-02-02", "--until", "9999-12-31"), "9999-12-31 is more than a year ahead"),
        (("coverage", "--until", "9999-12-31"), "the last day 9999-12-31 is more than a year ahead"),
        (("coverage", "--until", "0001-01-01"), "0001-01-01 is too long ago"),
        (("backfill", "--since", "2026-02-02", "--until", "9999-12-31"), "9999-12-31 is more than a year ahead"),
        (("backfill", "--since", "2026-02-02", "--until", "9999-12-31", "--dry-run"), "is more than a year ahead"),
        (("backfill", "--since", "2026-02-02", "--until", "9999-12-31", "--wayback"), "is more than a year ahead"),
        (("backfill", "--since", "0001-01-01", "--until", "2026-02-02"), "0001-01-01 is too long ago"),
        (("coverage", "--source", "bees"), "no source 'bees'"),
        (("backfill", *DAYS, "--dry-run", "--source", "bees"), "no source 'bees'"),
    ],
)
def test_a_mistake_is_one_line_and_stores_nothing(
    arguments: tuple[str, ...], says: str, run: Run, engine: Engine
) -> None:
    code, out, err = run(*arguments)
    with engine.connect() as conn:
        runs = conn.execute(text("select count(*) from ingest.run")).scalar_one()

    assert (code, out, runs) == (2, "", 0)
    assert says in err.splitlines()[0]


def test_coverage_of_nothing_says_how_to_begin(run: Run) -> None:
    code, out, err = run("coverage", *DAYS)

    assert (code, out) == (0, "")
    assert "newsfold backfill" in err
