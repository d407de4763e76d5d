"""The command line: what it answers, and what a user's mistake looks like."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from commands import Run, runner
from site_server import Site, article_html, item, rss
from sqlalchemy import URL, Engine, text
from tiny_model import make_model

from db.engine import libpq_url
from flows.cli.app import app
from flows.ingest import PAGES_A_BATCH
from flows.wiring import seeds_folder

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"


@pytest.fixture
def run(database: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on the test's database: exit code, standard output, standard error. Followed are the seeds."""
    seeds = f'[[sources]]\nslug = "seeds"\nkind = "files"\npath = "{seeds_folder()}"\n'
    (tmp_path / "newsfold.toml").write_text(seeds, encoding="utf-8")
    monkeypatch.setenv("NEWSFOLD_DATABASE_URL", libpq_url(database))

    return runner(monkeypatch, capsys)


def _commands() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for command in app.registered_commands:
        assert command.callback is not None
        found.append((command.name or command.callback.__name__.strip("_"),))
    for group in app.registered_groups:
        assert group.typer_instance is not None
        assert group.name is not None
        for command in group.typer_instance.registered_commands:
            assert command.callback is not None
            found.append((group.name, command.name or command.callback.__name__))
    return found


@pytest.mark.parametrize("command", _commands(), ids=" ".join)
def test_every_command_has_help_and_stands_in_the_readme(command: tuple[str, ...], run: Run) -> None:
    code, out, _ = run(*command, "--help")

    assert code == 0
    assert "Usage:" in out
    assert " ".join(["newsfold", *command]) in README.read_text(encoding="utf-8")


def test_ingest_reports_the_folded_story_and_a_second_run_says_that_nothing_is_new(run: Run) -> None:
    first_code, first, _ = run("ingest")
    second_code, second, _ = run("ingest")

    assert (first_code, second_code) == (0, 0)
    assert "translation" in first
    assert "5 pages: 4 loaded, 1 folded" in first
    assert "nothing new, no article was written" in second
    assert "5 articles in 4 stories" in first


def test_ingest_answers_programs_in_json(run: Run) -> None:
    _, out, _ = run("ingest", "--json")

    answer = json.loads(out)
    assert {name: answer["run"][name] for name in ("state", "pages", "loaded", "folded")} == {
        "state": "completed",
        "pages": 5,
        "loaded": 4,
        "folded": 1,
    }
    assert [source["source"] for source in answer["sources"]] == ["seeds"]


MISTAKES = [
    (("ingest", "--source", "nope"), "no source 'nope'"),
    (("search", " "), "the query is empty"),
    (("ingest", "--config", "missing.toml"), "missing.toml: No such file"),
    (
        ("backfill", "--since", "2025-02-01", "--until", "2025-01-01"),
        "the first day 2025-02-01 is after the last day 2025-01-01",
    ),
    (("import", "missing.jsonl"), "missing.jsonl: No such file"),
    (("import", "."), "a folder, not a JSONL file"),
    (("show", "99"), "no story '99'"),
    (("sql", "selec 1"), 'syntax error at or near "selec"'),
    (("sql", "select * from ingest.page"), "permission denied for schema ingest"),
    (("sql", "delete from news.articles"), "the query failed"),
    (("sql", "select 1; select 2"), "cannot insert multiple commands"),
    (("sources", "check", "nope"), "no source 'nope'"),
    (("sources", "add", "nowhere"), "neither a web address nor a folder"),
    (("db", "stop"), "NEWSFOLD_DATABASE_URL names your own server"),
]


@pytest.mark.parametrize(("arguments", "says"), MISTAKES, ids=[" ".join(arguments) for arguments, _ in MISTAKES])
def test_a_mistake_ends_with_one_clear_line_and_exit_code_2(arguments: tuple[str, ...], says: str, run: Run) -> None:
    code, _, err = run(*arguments)

    assert code == 2
    assert says in err.splitlines()[0]
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        ("[[sources]\n", "newsfold.toml: not TOML"),
        ('[[sources]]\nslug = "a"\nkind = "feed"\n', "newsfold.toml: source a: key 'url' is missing"),
        ('[[sources]]\nslug = "a"\nkind = "fed"\nurl = "https://a.example"\n', "source a: key 'kind': 'fed'"),
    ],
)
def test_a_wrong_sources_file_is_named_with_source_and_key(toml: str, says: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "newsfold.toml").write_text(toml, encoding="utf-8")

    code, _, err = run("ingest")

    assert code == 2
    assert says in err


def test_an_unreachable_database_is_a_users_mistake(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSFOLD_DATABASE_URL", "postgresql://me:secret@127.0.0.1:1/news")

    code, _, err = run("ingest")

    assert code == 2
    assert "cannot reach the database postgresql://me:***@127.0.0.1:1/news" in err
    assert "secret" not in err


def test_networks_that_are_none_are_a_users_mistake(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSFOLD_ALLOW_NETWORKS", "10.0.0.0/8, 10.0.0.1/8")

    code, _, err = run("ingest")

    assert code == 2
    assert "NEWSFOLD_ALLOW_NETWORKS: 10.0.0.1/8 has host bits set" in err


def test_a_source_in_a_private_network_is_added_only_where_that_is_allowed(
    run: Run, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = site.put("/feed.xml", rss(), media_type="application/rss+xml")
    monkeypatch.delenv("NEWSFOLD_ALLOW_NETWORKS")

    code, _, err = run("sources", "add", address)

    assert code == 2
    assert "blocked_address (127.0.0.1 is a loopback address; NEWSFOLD_ALLOW_NETWORKS=127.0.0.1 would allow it)" in err
    assert site.log == []


def test_sql_answers_as_table_csv_and_json(run: Run) -> None:
    run("ingest")
    query = "select story_id, article_count, languages from news.stories where article_count > 1"

    _, table, _ = run("sql", query)
    _, as_csv, _ = run("sql", query, "--format", "csv")
    _, as_json, _ = run("sql", query, "--format", "json")

    assert "ar, hi" in table
    assert next(csv.DictReader(io.StringIO(as_csv)))["article_count"] == "2"
    assert json.loads(as_json)[0]["languages"] == ["ar", "hi"]


def test_sql_without_a_query_explains_every_view(run: Run) -> None:
    _, out, _ = run("sql", "--format", "json")

    described = json.loads(out)
    assert {row["view"] for row in described} >= {"articles", "stories", "copies", "pages", "sources", "runs"}
    assert all(row["meaning"] for row in described)


def test_show_puts_both_versions_side_by_side_with_the_reason(run: Run) -> None:
    run("ingest")
    _, found, _ = run(
        "sql", "select story_id from news.copies join news.articles using (article_id)", "--format", "csv"
    )

    _, out, _ = run("show", found.split()[1])
    _, by_url, _ = run("show", "files://seeds/003_d15350b0343011fa.txt")
    _, as_json, _ = run("show", found.split()[1], "--json")

    assert "Shared marks, the strongest first" in out
    assert "Cohere" in out
    assert by_url == out
    assert {version["language"] for version in json.loads(as_json)["versions"]} == {"ar", "hi"}


def test_import_names_the_lines_it_leaves_out_and_the_fields_it_does_not_use(run: Run, tmp_path: Path) -> None:
    good = {"url": "https://a.example/1", "text": "A harbour opened. " * 20, "mood": "calm"}
    lines = [
        json.dumps(good),
        "{broken",
        json.dumps({"text": "no address"}),
        "",
        json.dumps({"url": "https://a.example/2"}),
    ]
    (tmp_path / "articles.jsonl").write_text("\n".join(lines), encoding="utf-8")

    code, out, err = run("import", "articles.jsonl")
    _, again, _ = run("import", "articles.jsonl")

    assert code == 0
    assert "line 2: not JSON" in err
    assert "line 3: 'url' is missing" in err
    assert "line 5: neither 'text' nor 'html'" in err
    assert "fields not used: mood" in err
    assert "1 loaded" in out
    assert "1 unchanged; nothing new" in again


def test_import_says_which_dates_it_cannot_read_and_reads_the_others(run: Run, tmp_path: Path) -> None:
    dates = ["Nov 20, 2025", "garbage\x1b[31m", "20.11.2025", {"$date": 1763600000000}, 1763600000, None]
    lines = [
        json.dumps({"url": f"https://a.example/{n}", "text": f"Harbour {n} opened. " * 20, "published_at": date})
        for n, date in enumerate(dates)
    ]
    (tmp_path / "articles.jsonl").write_text("\n".join(lines), encoding="utf-8")

    code, _, err = run("import", "articles.jsonl")
    _, days, _ = run("sql", "select url, published_at::date from news.articles order by 1", "--format", "csv")

    assert code == 0
    assert r"2 records with a published_at that cannot be read; the first, in line 2: 'garbage\x1b[31m'" in err
    assert [line.partition(",")[2] for line in days.split()[1:]] == [
        "2025-11-20",
        "",
        "2025-11-20",
        "",
        "2025-11-20",
        "",
    ]


def test_importing_a_file_again_adds_nothing_whatever_became_of_its_lines(run: Run, tmp_path: Path) -> None:
    harbour = {"url": "https://a.example/1", "text": "A harbour opened. " * 20}
    filler = [
        {"url": f"https://a.example/f{n}", "text": f"Filler number {n} of the day. " * 9} for n in range(PAGES_A_BATCH)
    ]
    twice = harbour | {"text": "The harbour closed again. " * 20}
    short = {"url": "https://a.example/2", "text": "?"}
    lines = [json.dumps(record) for record in (harbour, short, *filler, twice, twice)]
    (tmp_path / "articles.jsonl").write_text("\n".join(lines), encoding="utf-8")

    run("import", "articles.jsonl")
    _, before, _ = run("sql", "select count(*) from news.revisions", "--format", "csv")
    code, out, err = run("import", "articles.jsonl")
    _, after, _ = run("sql", "select count(*) from news.revisions", "--format", "csv")

    assert code == 0, err
    assert "nothing new" in out
    assert (before, after) == ("count\n1\n", "count\n1\n")
    assert "1 line name the page of a line before" in err


def test_an_import_without_a_usable_line_is_a_mistake(run: Run, tmp_path: Path) -> None:
    (tmp_path / "articles.jsonl").write_text("one\ntwo\n", encoding="utf-8")

    code, _, err = run("import", "articles.jsonl")

    assert code == 2
    assert "no line names an article" in err


def test_a_title_cannot_send_escape_sequences_to_the_terminal(run: Run, tmp_path: Path) -> None:
    record = {"url": "https://a.example/1", "title": "Red \x1b[31malert\x07", "text": "A harbour opened. " * 20}
    (tmp_path / "articles.jsonl").write_text(json.dumps(record), encoding="utf-8")

    _, out, _ = run("import", "articles.jsonl")
    _, shown, _ = run("stories")

    assert "alert" in out
    assert "\x1b[31m" not in out + shown


def test_sources_add_finds_the_feed_of_a_page_and_ingest_follows_it(run: Run, site: Site, tmp_path: Path) -> None:
    page = site.put("/a", article_html("Kelp", who="Hana Ito", what="kelp", where="Mie", number=4))
    site.put("/feed.xml", rss(item(page, "Kelp")))
    front = site.put(
        "/", '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head></html>'
    )

    (tmp_path / "own.toml").touch()
    code, _, err = run("sources", "add", front, "--slug", "kelp", "--config", "own.toml")
    twice, _, said = run("sources", "add", front, "--slug", "kelp", "--config", "own.toml")
    _, out, _ = run("ingest", "--config", "own.toml")
    _, listed, _ = run("sources", "--json", "--config", "own.toml")

    assert code == 0, err
    assert (twice, "is followed already as 'kelp'" in said) == (2, True)
    assert "1 loaded" in out
    assert {row["source"]: row["is_followed"] for row in json.loads(listed)} == {"kelp": True}


def test_a_run_in_which_every_source_failed_ends_with_exit_code_1(run: Run, site: Site, tmp_path: Path) -> None:
    toml = f'[[sources]]\nslug = "gone"\nkind = "feed"\nurl = "{site.url}/gone.xml"\n'
    (tmp_path / "newsfold.toml").write_text(toml, encoding="utf-8")

    code, out, err = run("ingest")

    assert code == 1
    assert "source gone: http_404" in err
    assert "1 source not read" in out


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("NEWSFOLD_TIMEZONE", "Mars/X", "no time zone 'Mars/X': Europe/Berlin is one"),
        ("NEWSFOLD_SCHEDULE", "xyz", "no cron 'xyz': 0 6 * * * is one, each day at six"),
    ],
)
def test_a_time_that_is_none_is_named_before_anything_starts(
    name: str, value: str, says: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    code, _, err = run("serve")
    wrong, out, _ = run("doctor", "--json")

    assert (code, err.splitlines()[0]) == (2, f"newsfold: {name}: {says}")
    assert wrong == 1
    assert f"{name}: {says}" in [finding["found"] for finding in json.loads(out)]


def test_sources_check_gives_each_source_a_verdict(run: Run, site: Site, tmp_path: Path) -> None:
    site.put("/empty.xml", rss())
    tables = [("gone", "/gone.xml"), ("empty", "/empty.xml")]
    toml = "".join(f'[[sources]]\nslug = "{slug}"\nkind = "feed"\nurl = "{site.url}{path}"\n' for slug, path in tables)
    (tmp_path / "newsfold.toml").write_text(toml, encoding="utf-8")

    code, out, _ = run("sources", "check", "--json")

    verdicts: dict[str, Any] = {row["source"]: row["verdict"] for row in json.loads(out)}
    assert (code, verdicts) == (1, {"gone": "failed", "empty": "empty"})


def test_doctor_finds_nothing_wrong_with_a_fresh_set_up(run: Run) -> None:
    code, out, _ = run("doctor", "--json")

    assert [found for found in json.loads(out) if found["verdict"] != "ok"] == []
    assert code == 0


def test_articles_deleted_by_hand_are_told_and_counted_out(run: Run, engine: Engine) -> None:
    run("ingest")
    with engine.begin() as conn:
        folded = "select from ingest.copy where a.id in (article_id, copy_of)"
        conn.execute(text(f"delete from ingest.article a where not exists ({folded})"))

    code, out, _ = run("doctor")
    _, report, _ = run("ingest", "--json")

    assert code == 1
    assert "newsfold backfill --missing-only" in out
    assert json.loads(report)["archive"] == {"articles": 2, "stories": 1}


def test_sources_that_no_ingest_asked_yet_are_not_called_unreached(run: Run) -> None:
    run("backfill", "--since", "2025-01-01", "--until", "2025-01-01")

    _, out, _ = run("status")

    assert "1 source followed: 0 well, 0 to look at, 0 not reached at the last try, 1 not asked by ingest yet" in out


def test_status_shows_runs_and_what_became_of_pages(run: Run) -> None:
    run("ingest")

    _, out, _ = run("status", "--json")

    answer = json.loads(out)
    assert [(row["kind"], row["state"]) for row in answer["runs"]] == [("ingest", "completed")]
    assert {row["outcome"]: row["pages"] for row in answer["pages"]} == {"loaded": 4, "folded": 1}


def test_status_shows_the_sources_of_the_last_runs(run: Run) -> None:
    run("ingest")
    run("maintain")

    _, out, _ = run("status", "--json")
    _, shown, _ = run("status")

    maintain, ingest = json.loads(out)["runs"]
    assert (maintain["kind"], maintain["sources"]) == ("maintain", [])
    [asked] = [row for row in ingest["sources"] if row["pages"]]
    assert (asked["entries"], asked["loaded"], asked["folded"], asked["failed"]) == (5, 4, 1, 0)
    assert asked["seconds"] is not None
    _, _, below = shown.partition(f"Sources of run {ingest['run_id']} (ingest)")
    heading, line = (" ".join(line.split()) for line in below.splitlines()[1:3])
    assert heading == "source answer found new folded unchanged skipped failed seconds problem"
    assert line.startswith("seeds new 5 4 1 0 0 0 ")


def test_search_and_embed_need_a_model_and_say_so(run: Run) -> None:
    for command in (("search", "banks"), ("embed",)):
        code, _, said = run(*command)

        assert code == 2
        assert "name a model in NEWSFOLD_EMBEDDINGS" in " ".join(said.split())


def test_search_lists_the_nearest_articles_and_says_which_were_not_searched(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("ingest")
    monkeypatch.setenv("NEWSFOLD_EMBEDDINGS", str(make_model(tmp_path / "model")))
    before_code, _, before = run("search", "model")
    run("embed")
    code, found, after = run("search", "نموذج", "--json", "--limit", "2")

    assert (before_code, code) == (0, 0)
    assert "5 articles not searched" in before
    assert "not searched" not in after
    assert len(json.loads(found)) == 2
    assert json.loads(found)[0]["cosine"] >= json.loads(found)[1]["cosine"]


def test_doctor_says_what_is_wrong_with_an_embedding_model(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSFOLD_EMBEDDINGS", str(tmp_path / "nowhere"))
    wrong_code, wrong, _ = run("doctor", "--json")
    monkeypatch.setenv("NEWSFOLD_EMBEDDINGS", str(make_model(tmp_path / "model")))
    code, right, _ = run("doctor", "--json")

    said = {one["what"]: one for answer in (wrong, right) for one in json.loads(answer) if one["verdict"] == "wrong"}
    assert (wrong_code, code) == (1, 0)
    assert list(said) == ["embeddings"]
    assert "no such folder" in said["embeddings"]["found"]


def test_sql_prints_nested_values_as_json_and_takes_json_as_every_command_does(run: Run) -> None:
    one, many = '{"a": [1, null], "b": "é"}', '[{"c": true}]'
    query = f"select '{one}'::jsonb as one, '{many}'::jsonb as many, array['d', 'e'] as plain"

    _, out, _ = run("sql", query)
    _, as_json, _ = run("sql", query, "--json")

    assert out.splitlines()[1].split("  ") == [one, many, "d, e "]
    assert json.loads(as_json) == [{"one": {"a": [1, None], "b": "é"}, "many": [{"c": True}], "plain": ["d", "e"]}]


@pytest.mark.parametrize(
    "command",
    [
        ("ingest", "--source", "seed"),
        ("sources", "check", "seed"),
        ("reprocess", "--since", "2026-01-01", "--until", "2026-01-31", "--source", "seed"),
    ],
    ids=" ".join,
)
def test_a_slug_that_is_almost_right_is_guessed(command: tuple[str, ...], run: Run) -> None:
    run("ingest")

    _, _, err = run(*command)

    assert err.splitlines()[1:] == ["  → did you mean seeds? newsfold sources lists all"]


@pytest.mark.parametrize("value", ["yesterday", "2025-02-30", "2025-1-1", ""])
def test_a_day_that_is_none_is_told_how_to_write_one(value: str, run: Run) -> None:
    code, _, err = run("backfill", "--since", value, "--until", "2025-01-31")

    assert code == 2
    assert "write it as YYYY-MM-DD, such as 2025-01-31" in " ".join(err.replace("│", " ").split())
    assert "%Y" not in err


def test_a_merged_story_says_where_it_went_and_refold_names_what_it_moved(run: Run, engine: Engine) -> None:
    run("ingest")
    with engine.begin() as conn:
        apart = conn.execute(text("insert into ingest.story default values returning id")).scalar_one()
        conn.execute(
            text("update ingest.article a set story_id = :s from ingest.copy c where c.article_id = a.id"), {"s": apart}
        )
        conn.execute(text("delete from ingest.copy"))

    _, refolded, _ = run("refold", "--since", "2020-01-01")
    _, moved, _ = run(
        "sql", "select a.title, c.to_story from news.story_changes c join news.articles a using (article_id)"
    )
    _, shown, said = run("show", str(apart))
    _, as_json, _ = run("show", str(apart), "--json")

    merged = json.loads(as_json)["merged"]
    assert merged["from_story"] == apart
    assert f"story {apart} was merged into story {merged['to_story']} on " in said
    assert "(refold)" in said
    assert f"Story {merged['to_story']}: 2 versions" in shown
    assert "1 moved: 1 merged" in refolded
    assert moved.split()[-1] == str(merged["to_story"])
    assert "AI रोबोट" in refolded or "हाल ही में" in refolded
