"""Stories in a real database: the same in any order of arrival, with what moves written down."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from unit.fold.articles import HARBOUR_DISPATCHES, HARBOUR_EN, HARBOUR_HI, HARBOUR_RU, MUSEUM_EN, MUSEUM_RU

from db import books, views
from flows import refold as refolding
from flows.folding import rules
from flows.import_file import import_file
from flows.refold import refold
from flows.wiring import Environment

INTRO = "From our correspondents. What follows was first reported by a partner and is published here again.\n\n"
WEATHER_RU = "Завтра ожидается дождь, ветер умеренный. " * 20
SINCE = date(2026, 1, 1)
Environments = Callable[..., Environment]


def record(name: str, body: str, language: str, day: int = 20) -> dict[str, str]:
    return {
        "url": f"https://{name}.example/news/1",
        "title": name,
        "text": body,
        "language": language,
        "published_at": f"2026-02-{day:02}T08:00:00+00:00",
    }


RECORDS = [
    record("harbour-hi", HARBOUR_HI, "hi", 21),
    record("harbour-en", HARBOUR_EN, "en"),
    record("museum-ru", MUSEUM_RU, "ru", 19),
    record("harbour-again", INTRO + HARBOUR_EN, "en", 25),
    record("museum-en", MUSEUM_EN, "en", 18),
    record("harbour-ru", HARBOUR_RU, "ru", 22),
    record("harbour-el", HARBOUR_DISPATCHES["el"], "el", 23),
    record("harbour-ko", HARBOUR_DISPATCHES["ko"], "ko", 24),
]


def bring(environment: Environments, folder: Path, records: Sequence[dict[str, str]], name: str = "records") -> None:
    path = folder / f"{name}.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    import_file(environment(), path)


def rows(engine: Engine, query: str) -> list[dict[str, Any]]:
    with engine.connect() as conn:
        assert not books.broken_promises(conn)
        return [dict(row) for row in conn.execute(text(query)).mappings()]


def groups(engine: Engine) -> set[frozenset[str]]:
    found = defaultdict(set)
    for row in rows(engine, "select story_id, title from news.articles"):
        found[row["story_id"]].add(row["title"])
    return {frozenset(titles) for titles in found.values()}


EXPECTED = {
    frozenset({"harbour-hi", "harbour-en", "harbour-again", "harbour-ru", "harbour-el", "harbour-ko"}),
    frozenset({"museum-en", "museum-ru"}),
}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_arrival_does_not_change_which_articles_end_up_together(
    environment: Environments, engine: Engine, tmp_path: Path, seed: int
) -> None:
    shuffled = random.Random(seed).sample(RECORDS, len(RECORDS))
    bring(environment, tmp_path, shuffled[:3])
    for one in shuffled[3:]:
        bring(environment, tmp_path, [one])

    assert groups(engine) == EXPECTED
    canonical = rows(engine, "select title from news.articles where is_canonical order by title")
    assert [row["title"] for row in canonical] == ["harbour-en", "museum-en"]
    copies = rows(engine, "select copy_kind, count(*) as n from news.articles group by 1 order by 1")
    assert copies == [{"copy_kind": "near", "n": 1}, {"copy_kind": "translation", "n": 5}, {"copy_kind": None, "n": 2}]
    [outcomes] = rows(engine, "select sum(loaded) as loaded, sum(folded) as folded from news.runs")
    assert (outcomes["loaded"], outcomes["folded"]) == (2, 6)


def test_a_new_text_moves_its_article_and_both_the_split_and_the_merge_are_written_down(
    environment: Environments, engine: Engine, tmp_path: Path
) -> None:
    bring(environment, tmp_path, [RECORDS[1], RECORDS[5], RECORDS[4]])
    assert groups(engine) == {frozenset({"harbour-en", "harbour-ru"}), frozenset({"museum-en"})}

    for body in (MUSEUM_RU, WEATHER_RU, HARBOUR_RU + "\n\nКонец сообщения."):
        bring(environment, tmp_path, [RECORDS[5] | {"text": body}])
    assert groups(engine) == {frozenset({"harbour-en", "harbour-ru"}), frozenset({"museum-en"})}

    changes = rows(engine, "select c.*, a.title from news.story_changes c join news.articles a using (article_id)")
    assert [(row["title"], row["change"], row["reason"]) for row in changes] == [
        ("harbour-ru", "moved", "a new text"),
        ("museum-en", "split", "a new text"),  # of two equal parts the one with the older article keeps the story
        ("harbour-ru", "merged", "a new text"),
    ]
    assert all(row["run_id"] for row in changes)
    assert changes[0]["from_story"] == changes[2]["to_story"]
    with engine.connect() as conn:
        assert views.find_story(conn, str(changes[2]["from_story"])) == changes[2]["to_story"]


def test_copies_left_alone_by_an_unrelated_article_keep_their_rows(
    environment: Environments, engine: Engine, tmp_path: Path
) -> None:
    bring(environment, tmp_path, RECORDS[:4])
    before = rows(engine, "select * from news.copies order by article_id")
    bring(environment, tmp_path, [record("weather", "It rains in Wigan. " * 40, "en")])
    assert rows(engine, "select * from news.copies order by article_id") == before


def forget(engine: Engine) -> None:
    """Make the archive as if nothing had ever been judged."""
    with engine.begin() as conn:
        conn.execute(text("delete from ingest.copy"))
        conn.execute(text("delete from ingest.bond"))
        conn.execute(text("insert into ingest.story overriding system value select 1000 + id from ingest.article"))
        conn.execute(text("update ingest.article set story_id = 1000 + id"))
        conn.execute(text("delete from ingest.story where id < 1000"))


def test_a_refold_makes_what_arrival_made_and_a_second_one_moves_nothing(
    environment: Environments, engine: Engine, tmp_path: Path
) -> None:
    bring(environment, tmp_path, RECORDS)
    env = environment()
    copies = rows(engine, "select article_id, copy_of, kind, similarity, evidence from news.copies order by 1")
    refold(env, SINCE, rules(env.settings))
    assert rows(engine, "select * from news.story_changes") == []

    forget(engine)
    refold(env, SINCE, rules(env.settings))
    assert groups(engine) == EXPECTED
    again = rows(engine, "select article_id, copy_of, kind, similarity, evidence from news.copies order by 1")
    assert again == copies
    assert {row["change"] for row in rows(engine, "select change from news.story_changes")} == {"merged"}

    moves = len(rows(engine, "select * from news.story_changes"))
    refold(env, SINCE, rules(env.settings))
    assert len(rows(engine, "select * from news.story_changes")) == moves


def test_articles_before_the_day_are_not_judged_again(
    environment: Environments, engine: Engine, tmp_path: Path
) -> None:
    bring(environment, tmp_path, RECORDS)
    env = environment()
    forget(engine)
    refold(env, date(2026, 3, 1), rules(env.settings))
    assert len(groups(engine)) == len(RECORDS)


def test_a_refold_that_was_killed_goes_on_where_it_was(
    environment: Environments, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refolding, "ARTICLES_A_BATCH", 3)
    bring(environment, tmp_path, RECORDS)
    env = environment()
    forget(engine)
    totals: list[int] = []

    def stop(doing: str, done: int, total: int) -> None:
        assert doing == "articles"
        totals.append(total)
        if done == 6 and len(totals) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        refold(env, SINCE, rules(env.settings), progress=stop)
    refold(env, SINCE, rules(env.settings), progress=stop)

    assert totals[0] == len(RECORDS)
    assert totals[-1] == len(RECORDS) - 6
    assert groups(engine) == EXPECTED


def test_two_runs_at_once_make_the_stories_of_one(environment: Environments, engine: Engine, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as pool:
        halves = [pool.submit(bring, environment, tmp_path, RECORDS[i::2], f"half-{i}") for i in range(2)]
        for half in halves:
            half.result()
    assert groups(engine) == EXPECTED


def test_the_evidence_shows_the_texts_as_they_stand_where_a_lead_in_is_marked(
    environment: Callable[..., Environment], engine: Engine, tmp_path: Path
) -> None:
    note = "This article was originally published by The Harbour Post."
    lines = [
        {"url": "https://a.example/1", "text": f"{note}\n\n{HARBOUR_EN}", "language": "en"},
        {"url": "https://b.example/2", "text": HARBOUR_RU, "language": "ru"},
    ]
    (tmp_path / "two.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

    import_file(environment(), tmp_path / "two.jsonl")

    with engine.connect() as conn:
        [evidence] = conn.execute(text("select evidence from news.copies")).scalars()
        marked = conn.execute(text("select count(*) from news.articles where lead_ins <> '[]'")).scalar_one()
    surfaces = [(one["surface"], one["other_surface"]) for one in evidence["anchors"]]
    assert marked == 1
    assert any("Evangeline" in pair and "Евангелин" in pair for pair in surfaces)


def test_a_copy_of_the_new_text_of_a_page_is_folded_and_moves_nothing(
    environment: Callable[..., Environment], engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "articles.jsonl"
    first = {"url": "https://a.example/1", "text": MUSEUM_EN, "language": "en"}
    path.write_text(json.dumps(first), encoding="utf-8")
    import_file(environment(), path)
    both = [first | {"text": HARBOUR_EN}, {"url": "https://b.example/2", "text": HARBOUR_EN, "language": "en"}]
    path.write_text("\n".join(map(json.dumps, both)), encoding="utf-8")

    report = import_file(environment(), path)

    with engine.connect() as conn:
        rows = conn.execute(text("select outcome from news.outcomes where run_id = :run"), {"run": report.run_id})
        outcomes = sorted(rows.scalars())
        stories = conn.execute(text("select count(*) from ingest.story")).scalar_one()
        changes = conn.execute(text("select count(*) from news.story_changes")).scalar_one()
    assert outcomes == ["folded", "loaded"]
    assert (stories, changes) == (1, 0)
