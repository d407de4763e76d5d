"""The main job on the shipped seeds."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine, text

from flows.ingest import Request, ingest
from flows.wiring import Environment, shipped_sources

SEEDS = [one for one in shipped_sources() if one.slug == "seeds"]
ARABIC, HINDI = "000_a94caa62b7dfe637.txt", "003_d15350b0343011fa.txt"
TABLES = ("source", "page", "capture", "article", "fingerprint", "story", "copy", "revision")


def _counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as conn:
        return {t: conn.execute(text(f"select count(*) from ingest.{t}")).scalar_one() for t in TABLES}


def test_the_five_seeds_become_four_stories_with_the_two_versions_of_one_folded(
    environment: Callable[..., Environment], engine: Engine
) -> None:
    ingest(environment(*SEEDS), Request())

    with engine.connect() as conn:
        articles = conn.execute(text("select * from news.articles order by url")).mappings().all()
        evidence = conn.execute(text("select evidence from news.copies")).scalar_one()
    by_name = {article["url"].rpartition("/")[2]: article for article in articles}
    assert len(articles) == 5
    assert len({article["story_id"] for article in articles}) == 4
    assert by_name[ARABIC]["story_id"] == by_name[HINDI]["story_id"]
    assert [a["copy_kind"] for a in articles if a["copy_kind"]] == ["translation"]
    assert {"language": by_name[HINDI]["language"], "canonical": by_name[ARABIC]["is_canonical"]} == {
        "language": "hi",
        "canonical": True,
    }
    assert {"name", "number"} & {anchor["kind"] for anchor in evidence["anchors"]}


def test_a_second_run_over_the_same_files_adds_no_row(environment: Callable[..., Environment], engine: Engine) -> None:
    env = environment(*SEEDS)
    ingest(env, Request())
    before = _counts(engine)

    second = ingest(env, Request())

    with engine.connect() as conn:
        run = conn.execute(text("select * from news.runs where run_id = :run"), {"run": second}).mappings().one()
    assert _counts(engine) == before
    assert (run["state"], run["pages"]) == ("completed", 0)
