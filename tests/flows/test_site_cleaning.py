"""Runs over sites that write the same around each article: their texts end up clean, and nothing is lost."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Sequence

import pytest
from children import python
from chrome import CHROME, LANGUAGES, page, paragraphs
from conftest import NOW
from site_server import Site, item, rss
from sqlalchemy import URL, Engine, text

from db import books
from db.engine import libpq_url
from flows.ingest import Request, ingest
from flows.making import Matter, mark
from flows.wiring import Environment, mark_here
from pipeline.extract.text.site import restore
from pipeline.fold.translation.packed import unpack_fingerprint
from pipeline.models.articles import CutBlock
from pipeline.models.folding import Fingerprint
from pipeline.models.pages import NotAnArticle
from pipeline.models.sources import Source, SourceKind


def put_feed(site: Site, language: str, numbers: Sequence[int]) -> Source:
    links = [(site.put(f"/{language}/{number}", page(language, number)), str(number)) for number in numbers]
    address = site.put("/feed.xml", rss(*(item(link, title) for link, title in links)))
    return Source("test-site", "Test site", SourceKind.FEED, address, language)


def stored(engine: Engine) -> list[tuple[str, list[str]]]:
    query = text("select text, boilerplate from news.articles order by url")
    with engine.connect() as conn:
        return [(row.text, row.boilerplate) for row in conn.execute(query)]


def everything(engine: Engine) -> list[object]:
    queries = ("select * from ingest.article order by id", "select * from ingest.fingerprint order by article_id")
    with engine.connect() as conn:
        return [tuple(map(repr, row)) for query in queries for row in conn.execute(text(query))]


def clean(language: str, numbers: Sequence[int]) -> list[tuple[str, list[str]]]:
    return [("\n\n".join(paragraphs(language, number)), [CHROME[language]]) for number in numbers]


def whole(language: str, numbers: Sequence[int]) -> list[tuple[str, list[str]]]:
    texts = (paragraphs(language, number) for number in numbers)
    return [("\n\n".join([first, CHROME[language], second]), []) for first, second in texts]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_run_over_a_site_ends_with_clean_texts_and_the_second_changes_nothing(
    site: Site, environment: Callable[..., Environment], engine: Engine, language: str
) -> None:
    env = environment(put_feed(site, language, range(6)))

    ingest(env, Request())

    assert stored(engine) == clean(language, range(6))
    before = everything(engine)
    ingest(env, Request())
    assert everything(engine) == before
    with engine.connect() as conn:
        rows = conn.execute(text("select text, site_blocks from news.articles")).all()
        assert books.broken_promises(conn) == []
    for row in rows:
        restored = restore(row.text, [CutBlock(**block) for block in row.site_blocks])
        assert restored.split("\n\n")[1] == CHROME[language]


def test_later_pages_improve_earlier_articles_which_are_no_revisions(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    ingest(environment(put_feed(site, "en", range(3))), Request())
    too_few = stored(engine)

    ingest(environment(put_feed(site, "en", range(3, 6))), Request())

    assert too_few == whole("en", range(3))
    assert stored(engine) == clean("en", range(6))
    with engine.connect() as conn:
        assert conn.execute(text("select count(*) from news.revisions")).scalar_one() == 0
        words = conn.execute(text("select word_count from news.articles order by url")).scalars().all()
        packed = conn.execute(text("select packed from ingest.fingerprint order by article_id")).scalars().all()
    assert words == [len(one.split()) for one, _ in clean("en", range(6))]
    marks = [mark(Matter(one, (), None, "en")) for one, _ in clean("en", range(6))]
    assert [unpack_fingerprint(one).text_hash for one in packed] == [one.text_hash for one in marks]


def test_what_a_run_that_broke_off_while_cleaning_left_is_mended_by_the_next(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    ingest(environment(put_feed(site, "en", range(3))), Request())
    source = put_feed(site, "en", range(3, 6))
    calls: list[int] = []

    def break_off(matters: Sequence[Matter]) -> list[Fingerprint | NotAnArticle]:
        calls.append(len(matters))
        if len(calls) == 2:
            raise RuntimeError("broken off")
        return list(mark_here(matters))

    with pytest.raises(RuntimeError, match="broken off"):
        ingest(dataclasses.replace(environment(source), mark=break_off), Request())
    broken = stored(engine)
    ingest(environment(source), Request())

    assert calls == [3, 3]
    assert broken == whole("en", range(3))
    assert stored(engine) == clean("en", range(6))


def test_one_article_at_many_addresses_of_a_site_keeps_its_text(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    links = [site.put(f"/copy/{number}", page("en", 0)) for number in range(6)]
    links += [site.put(f"/en/{number}", page("en", number)) for number in (1, 2)]
    address = site.put("/feed.xml", rss(*(item(link, link[-1]) for link in links)))

    for _ in range(2):
        ingest(environment(Source("test-site", "Test site", SourceKind.FEED, address, "en")), Request())

    assert [one for one, _ in stored(engine)] == [one for one, _ in whole("en", [0] * 6 + [1, 2])]
    with engine.connect() as conn:
        assert conn.execute(text("select count(*) from news.stories")).scalar_one() == 3


def test_a_page_that_is_read_again_is_unchanged_where_only_its_cleaning_differs(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    env = environment(put_feed(site, "en", range(6)))
    ingest(env, Request())
    before = stored(engine)
    site.put("/en/0", page("en", 0).replace("<article>", "<article class=story>"))
    with engine.begin() as conn:
        conn.execute(
            text("update ingest.page set state = 'discovered', next_attempt_at = null where url like '%/en/0'")
        )

    run_id = ingest(env, Request(("test-site",)))

    assert stored(engine) == before
    with engine.connect() as conn:
        outcomes = text("select outcome from news.outcomes where run_id = :run")
        assert conn.execute(outcomes, {"run": run_id}).scalars().all() == ["unchanged"]
        assert conn.execute(text("select count(*) from news.revisions")).scalar_one() == 0


def test_articles_that_an_earlier_version_loaded_are_cleaned_too(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    ingest(environment(put_feed(site, "ja", range(4))), Request())
    with engine.begin() as conn:
        conn.execute(text("update ingest.site_text set blocks = null, cut = '{}'"))

    ingest(environment(put_feed(site, "ja", range(4, 6))), Request())

    assert stored(engine) == clean("ja", range(6))


def test_a_reprint_with_a_note_on_its_origin_is_an_exact_copy_and_keeps_the_note(
    site: Site, environment: Callable[..., Environment], engine: Engine
) -> None:
    note = "This article was originally published by The Harbour Post."
    plain = page("en", 0).replace(f"<p>{CHROME['en']}</p>", "")
    links = [site.put("/plain", plain), site.put("/reprint", plain.replace("</h1>", f"</h1><p>{note}</p>"))]
    address = site.put("/feed.xml", rss(*(item(link, link) for link in links)))

    ingest(environment(Source("test-site", "Test site", SourceKind.FEED, address, "en"), now=NOW), Request())

    with engine.connect() as conn:
        reprint = conn.execute(text("select * from news.articles where url like '%/reprint'")).one()
    [span] = reprint.lead_ins
    assert reprint.text[span["begin"] : span["end"]] == f"{note}\n\n"
    assert reprint.copy_kind == "exact"


def test_what_was_cut_is_shown_below_the_text(
    site: Site, database: URL, environment: Callable[..., Environment]
) -> None:
    ingest(environment(put_feed(site, "en", range(6))), Request())
    settings = {"NEWSFOLD_DATABASE_URL": libpq_url(database)}

    with python("-m", "flows.cli.app", "show", "1", env={**os.environ, **settings}) as child:
        said, _ = child.process.communicate(timeout=60)

    shown = " ".join(said.split())
    assert "cut from 1" in shown
    assert shown.index("cut from 1") < shown.index("subscribe to the morning letter")
