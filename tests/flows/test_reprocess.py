"""Articles made again from kept bodies: by the same rules nothing changes, by others what differs is said."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from chrome import ENGLISH, LANGUAGES, page
from conftest import NOW
from site_server import Site, item, rss
from sqlalchemy import Engine, text

from db import books
from flows.import_file import import_file
from flows.ingest import Request, ingest
from flows.making import Made, Material
from flows.reprocess import Again, Part, Reprocessed, reprocess
from flows.wiring import Environment, make_here
from pipeline.errors import UserError
from pipeline.models.pages import NotAnArticle, Reason
from pipeline.models.sources import Source, SourceKind
from pipeline.rules import EXTRACTION_RULES, FOLDING_RULES

TABLES = (
    "page",
    "capture",
    "article",
    "revision",
    "fingerprint",
    "posting",
    "common_key",
    "site_text",
    "bond",
    "copy",
    "story",
    "story_change",
    "outcome",
    "remade",
)
WORDS = " ".join(" ".join(sentences) for sentences in ENGLISH).lower().split()
DAYS = Again(date(2026, 1, 1), date(2026, 12, 31))
Environments = Callable[..., Environment]


def everything(engine: Engine) -> dict[str, list[str]]:
    with engine.connect() as conn:
        assert books.broken_promises(conn) == []
        return {
            name: sorted(conn.execute(text(f"select cast(t as text) from ingest.{name} t")).scalars())
            for name in TABLES
        }


def rows(engine: Engine, query: str) -> list[dict[str, Any]]:
    with engine.connect() as conn:
        return [dict(row) for row in conn.execute(text(query)).mappings()]


def put_world(site: Site, numbers: Iterable[int]) -> Source:
    """A feed of articles of a few sites in three languages with chrome around them, of plain pages, and of pages that
    hold no article.
    """
    items = []
    for number in numbers:
        language = LANGUAGES[number % 3]
        body = page(language, number // 3) if number < 18 else _plain(number)
        link = site.put(f"/{number}", body if number % 11 else "<html><body><p>Too short.</p></body></html>")
        items.append(item(link, f"No. {number}", f"{1 + number % 28:02} Feb 2026 08:00:00 GMT"))
    return Source("test-site", "Test site", SourceKind.FEED, site.put("/feed.xml", rss(*items)), "en")


def _plain(number: int) -> str:
    """A page whose words no other page has in this order."""
    words = random.Random(number).choices(WORDS, k=120)
    sentences = [" ".join(words[start : start + 12]).capitalize() + "." for start in range(0, len(words), 12)]
    paragraphs = "".join(f"<p>{' '.join(sentences[start : start + 3])}</p>" for start in range(0, len(sentences), 3))
    head = f"<head><title>No. {number}</title></head>"
    return f"<html lang=en>{head}<body><article><h1>No. {number}</h1>{paragraphs}</article></body></html>"


def made_by(env: Environment, change: Callable[[Material, Made | NotAnArticle], Made | NotAnArticle]) -> Environment:
    """An environment whose rules make something else of bodies."""

    def make(materials: Sequence[Material]) -> Iterator[Made | NotAnArticle]:
        return (change(*pair) for pair in zip(materials, make_here(materials), strict=True))

    return dataclasses.replace(env, make=make)


def with_text(made: Made, **changes: Any) -> Made:
    return dataclasses.replace(made, article=dataclasses.replace(made.article, **changes))


@pytest.fixture
def small(site: Site, environment: Environments) -> Environment:
    """An environment after a run over sixteen pages."""
    env = environment(put_world(site, range(10, 26)))
    ingest(env, Request())
    site.log.clear()
    return env


def test_by_the_same_rules_no_row_changes_and_nothing_is_fetched(
    site: Site, environment: Environments, engine: Engine, tmp_path: Path
) -> None:
    env = environment(put_world(site, range(200)))
    ingest(env, Request())
    bring_records(env, tmp_path, "imported", text="The council of Ely met for the third time this week. " * 9)
    site.put("/20", _plain(20).replace("<article>", "<article><!-- another body of the same text -->"))
    site.put("/21", _plain(21).replace("</article>", "<p>A paragraph that was added a day later.</p></article>"))
    site.put("/22", "<html><body><p>Sorry, the page is gone.</p></body></html>")
    fetch_again(engine)
    ingest(dataclasses.replace(env, now=lambda: NOW + timedelta(days=1)), Request(("test-site",)))
    site.log.clear()
    before = everything(engine)

    done = reprocess(env, DAYS)

    assert everything(engine) == before
    assert site.log == []
    assert done.pages == 201
    assert rows(engine, "select count(*) as n from news.revisions") == [{"n": 1}]
    assert rows(engine, f"select state from news.runs where run_id = {done.run_id}") == [{"state": "completed"}]


def fetch_again(engine: Engine) -> None:
    due = "update ingest.page set state = 'discovered', reason = null, detail = null where url ~ '^http:'"
    with engine.begin() as conn:
        conn.execute(text(due))


def bring_records(env: Environment, folder: Path, name: str, **fields: Any) -> None:
    path = folder / f"{name}.jsonl"
    record = {"url": f"https://{name}.example/1", "title": name, "published_at": "2026-02-03T08:00:00Z", **fields}
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    import_file(env, path)


def test_another_text_becomes_the_article_and_the_old_one_a_revision(small: Environment, engine: Engine) -> None:
    def better(material: Material, made: Made | NotAnArticle) -> Made | NotAnArticle:
        if isinstance(made, Made) and material.entry.url.endswith("/23"):
            return with_text(made, text=made.article.text + "\n\nA last paragraph that was missed before.")
        return made

    [old] = rows(engine, "select * from news.articles where url like '%/23'")
    done = reprocess(made_by(small, better), DAYS)

    [new] = rows(engine, "select * from news.articles where url like '%/23'")
    [revision] = rows(engine, "select * from news.revisions")
    [remade] = rows(engine, "select * from news.remade")
    assert new["text"] == old["text"] + "\n\nA last paragraph that was missed before."
    assert {**new, "text": old["text"], "word_count": old["word_count"]} == old
    assert (revision["article_id"], revision["text"]) == (old["article_id"], old["text"])
    assert (remade["run_id"], remade["outcome"], remade["reason"]) == (done.run_id, "loaded", "revised")
    assert (remade["changed"], remade["words_added"], remade["words_removed"]) == (["text"], 7, 0)
    again = everything(engine)
    reprocess(made_by(small, better), DAYS)
    assert everything(engine) == again


def test_what_is_better_known_of_the_same_text_is_no_revision(small: Environment, engine: Engine) -> None:
    def better(material: Material, made: Made | NotAnArticle) -> Made | NotAnArticle:
        if not isinstance(made, Made):
            return made
        number = int(material.entry.url.rpartition("/")[2])
        earlier = made.article.published_at and made.article.published_at - timedelta(days=3)
        changes: dict[int, dict[str, Any]] = {
            23: {"author": "Ada Quill"},
            24: {"published_at": earlier},
            25: {"language": "da"},
        }
        return with_text(made, **changes.get(number, {}))

    reprocess(made_by(small, better), DAYS)

    found = rows(engine, "select url, changed, outcome from news.remade order by url")
    assert [(row["url"][-2:], row["changed"], row["outcome"]) for row in found] == [
        ("23", ["metadata"], "unchanged"),
        ("24", ["date"], "unchanged"),
        ("25", ["language"], "unchanged"),
    ]
    assert rows(engine, "select * from news.revisions") == []
    [dated] = rows(engine, "select published_at from news.articles where url like '%/24'")
    assert dated["published_at"].day == 22
    everything(engine)


def test_a_page_that_was_none_becomes_an_article_and_an_article_that_is_none_stays(
    small: Environment, engine: Engine
) -> None:
    def other(material: Material, made: Made | NotAnArticle) -> Made | NotAnArticle:
        if material.entry.url.endswith("/23"):
            return NotAnArticle(Reason.PAYWALL_STUB, "three sentences")
        if material.entry.url.endswith("/22"):
            [good] = make_here(
                [dataclasses.replace(material, capture=dataclasses.replace(material.capture, body=body))]
            )
            return good
        if material.entry.url.endswith("/11"):
            return NotAnArticle(Reason.CONSENT, "a banner")
        return made

    body = _plain(22).encode()
    set_rules(engine, None)
    reprocess(made_by(small, other), DAYS)

    found = rows(engine, "select url, changed, outcome, reason from news.remade order by url")
    assert [(row["url"].rpartition("/")[2], row["changed"], row["outcome"], row["reason"]) for row in found] == [
        ("11", ["outcome"], "skipped", "consent"),
        ("22", ["article"], "loaded", None),
        ("23", ["outcome"], "skipped", "paywall_stub"),
    ]
    states = rows(engine, "select outcome, reason, article_id from news.pages where url ~ '/(11|22|23)$' order by url")
    assert [(row["outcome"], row["reason"], row["article_id"] is None) for row in states] == [
        ("skipped", "consent", True),
        ("loaded", None, False),
        ("loaded", None, False),
    ]
    again = everything(engine)
    reprocess(made_by(small, other), DAYS)
    assert everything(engine) == again


def set_rules(engine: Engine, number: int | None) -> None:
    with engine.begin() as conn:
        for statement in ("article set extraction_rules", "page set extraction_rules", "fingerprint set folding_rules"):
            conn.execute(text(f"update ingest.{statement} = :number"), {"number": number})


def test_rows_of_older_rules_get_the_number_of_those_of_now_and_are_judged_again(
    small: Environment, engine: Engine
) -> None:
    before = rows(engine, "select article_id, story_id, text from news.articles order by article_id")
    set_rules(engine, None)

    done = reprocess(small, DAYS)

    assert done.articles == len(before)
    assert rows(engine, "select article_id, story_id, text from news.articles order by article_id") == before
    numbers = "select distinct extraction_rules, folding_rules from news.articles"
    assert rows(engine, numbers) == [{"extraction_rules": EXTRACTION_RULES, "folding_rules": FOLDING_RULES}]
    assert rows(engine, "select distinct extraction_rules from news.pages") == [{"extraction_rules": EXTRACTION_RULES}]
    assert rows(engine, "select * from news.remade") == []


def test_only_folding_reads_no_body(small: Environment, engine: Engine) -> None:
    set_rules(engine, 0)

    done = reprocess(small, dataclasses.replace(DAYS, only=Part.FOLD))

    assert (done.pages, done.articles) == (0, 14)
    numbers = "select distinct extraction_rules, folding_rules from news.articles"
    assert rows(engine, numbers) == [{"extraction_rules": 0, "folding_rules": FOLDING_RULES}]


def test_only_the_days_and_sources_that_were_asked_for_are_made_again(small: Environment) -> None:
    made: list[str] = []

    def listen(material: Material, one: Made | NotAnArticle) -> Made | NotAnArticle:
        made.append(material.entry.url)
        return one

    reprocess(made_by(small, listen), Again(date(2026, 2, 11), date(2026, 2, 12), ("test-site",)))

    assert sorted(url.rpartition("/")[2] for url in made) == ["10", "11"]


def test_articles_without_a_body_are_left_and_counted(small: Environment, engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(
            text("delete from ingest.capture c using ingest.page p where p.id = c.page_id and p.url ~ '2[34]$'")
        )
    before = everything(engine)

    done = reprocess(small, DAYS)

    assert (done.pages, done.without_body) == (14, 2)
    assert everything(engine) == before


def test_one_that_was_stopped_goes_on_where_it_was(small: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.reprocess.PAGES_A_BATCH", 6)
    batches: list[Sequence[int]] = []

    class StoppedAtTheSecond:
        lanes = 1

        def __call__(self, step: Any, env: Environment, scope: Any, batch: Sequence[int]) -> None:
            batches.append(batch)
            if len(batches) == 2:
                raise KeyboardInterrupt
            step(env, scope, batch)

    runner = StoppedAtTheSecond()
    with pytest.raises(KeyboardInterrupt):
        reprocess(small, DAYS, runner=runner)
    done = reprocess(small, DAYS, runner=runner)
    anew = reprocess(small, DAYS, runner=runner)

    assert [len(batch) for batch in batches] == [6, 6, 6, 4, 6, 6, 4]
    assert batches[1] == batches[2]
    assert done == Reprocessed(done.run_id, done.run_id - 1, 16, 0, 0)
    assert anew == Reprocessed(anew.run_id, anew.run_id, 16, 0, 0)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (Again(date(2026, 2, 2), date(2026, 2, 1)), "the first day 2026-02-02 is after the last day 2026-02-01"),
        (Again(date(2026, 2, 2), date(2026, 2, 3), ("nobody",)), "no source 'nobody' in the database"),
    ],
    ids=["days", "source"],
)
def test_what_cannot_be_asked_for_is_said(environment: Environments, request_: Again, said: str) -> None:
    with pytest.raises(UserError, match=said):
        reprocess(environment(), request_)
