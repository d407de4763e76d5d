"""Fingerprints in Postgres: candidates by the rule of pipeline.fold.candidates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import Connection, Engine, text
from unit.fold.articles import HARBOUR_DISPATCHES, HARBOUR_EN, HARBOUR_HI, HARBOUR_RU, MUSEUM_EN, MUSEUM_RU

from benchmarks.fold_stories import Archive
from db import articles, fingerprints
from db.articles import NewArticle
from db.fingerprints import Marked
from pipeline.fold.fingerprint import fingerprint
from pipeline.models.articles import Article
from pipeline.models.folding import Candidate, Fingerprint

NOW = datetime(2025, 3, 20, 12, tzinfo=UTC)
WINDOW = timedelta(days=14)
TEXTS = [
    (HARBOUR_EN, "en"),
    (HARBOUR_RU, "ru"),
    (HARBOUR_HI, "hi"),
    (MUSEUM_EN, "en"),
    (MUSEUM_RU, "ru"),
    ("An intro.\n\n" + HARBOUR_EN, "en"),
    *((dispatch, language) for language, dispatch in HARBOUR_DISPATCHES.items()),
]
DAYS = (0, 3, -13, 14, 15, -40, 400)


@pytest.fixture
def conn(engine: Engine) -> Iterator[Connection]:
    """A connection whose transaction is rolled back."""
    with engine.connect() as made:
        yield made


def _article(number: int, body: str, language: str, dated_at: datetime) -> Article:
    url = f"https://news.example/{number}"
    return Article(url, url, f"Title {number}", None, None, language, dated_at, "feed", body, 100)


_numbers = count(1)


def _store(conn: Connection, body: str, language: str, dated_at: datetime, found: Fingerprint) -> int:
    number = next(_numbers)
    source = text("""
        insert into ingest.source (slug, name, kind, address) values ('s', 'S', 'feed', 'https://news.example/feed')
        on conflict (slug) do update set name = 'S' returning id
    """)
    source_id = conn.execute(source).scalar_one()
    page = text("""
        insert into ingest.page (url, canonical_url, source_id, state)
        values (:url, :url, :source, 'loaded') returning id
    """)
    page_id = conn.execute(page, {"url": f"https://news.example/{number}", "source": source_id}).scalar_one()
    article = _article(number, body, language, dated_at)
    [article_id] = articles.add_articles(conn, [NewArticle(page_id, article, "hash", NOW)])
    fingerprints.add(conn, [Marked(article_id, dated_at, found)])
    return article_id


def _asked(body: str, language: str) -> Candidate:
    return Candidate(0, language, fingerprint(body, title=None, language=language))


def test_the_database_finds_the_candidates_that_the_rule_finds_in_memory(conn: Connection) -> None:
    archive, known = Archive(), {}
    for (body, language), days in zip(TEXTS * 2, DAYS * 5, strict=False):
        dated_at = NOW + timedelta(days=days)
        found = fingerprint(body, title=None, language=language)
        known[_store(conn, body, language, dated_at, found)] = len(archive.articles)
        record = {"url": str(len(known)), "text": body, "language": language, "published_at": dated_at.isoformat()}
        archive.add(record, found)

    asked = [(_asked(body, language), NOW) for body, language in TEXTS]
    batch = fingerprints.candidates(conn, asked, window=WINDOW)

    expected = [[one.article_id for one in archive.candidates(article, at)] for article, at in asked]
    assert [[known[one.article_id] for one in found] for found in batch] == expected
    assert max(map(len, expected)) > 3
    assert batch[0][0].fingerprint == asked[0][0].fingerprint


@pytest.mark.parametrize(("days", "is_found"), [(-15, False), (-14, True), (0, True), (14, True), (15, False)])
def test_a_translation_is_looked_for_within_the_window(conn: Connection, days: int, is_found: bool) -> None:
    found = fingerprint(HARBOUR_EN, title=None, language="en")
    _store(conn, HARBOUR_EN, "en", NOW + timedelta(days=days), found)

    [candidates] = fingerprints.candidates(conn, [(_asked(HARBOUR_RU, "ru"), NOW)], window=WINDOW)

    assert bool(candidates) is is_found


def test_a_near_copy_is_looked_for_at_any_time(conn: Connection) -> None:
    found = fingerprint(HARBOUR_EN, title=None, language="en")
    article_id = _store(conn, HARBOUR_EN, "en", NOW - timedelta(days=3000), found)

    reprint = _asked("An intro.\n\n" + HARBOUR_EN, "en")
    [candidates] = fingerprints.candidates(conn, [(reprint, NOW)], window=WINDOW)

    assert [one.article_id for one in candidates] == [article_id]


def test_an_article_with_a_newer_text_is_found_by_that_text_only(conn: Connection) -> None:
    harbour = fingerprint(HARBOUR_EN, title=None, language="en")
    museum = fingerprint(MUSEUM_EN, title=None, language="en")
    article_id = _store(conn, HARBOUR_EN, "en", NOW, harbour)
    page_id = conn.execute(text("select page_id from ingest.article")).scalar_one()
    [stored] = articles.articles_of_pages(conn, [page_id]).values()

    earlier = NOW - timedelta(days=100)
    changed = articles.changed_columns(stored, _article(0, MUSEUM_EN, "en", earlier), "other hash", NOW)
    articles.change_article(conn, stored, changed, museum)

    asked = [(_asked(HARBOUR_EN, "en"), NOW), (_asked(MUSEUM_EN, "en"), NOW)]
    assert [[c.article_id for c in found] for found in fingerprints.candidates(conn, asked, window=WINDOW)] == [
        [],
        [article_id],
    ]
    keys = conn.execute(text("select count(*) from ingest.posting")).scalar_one()
    fingerprints.remove(conn, article_id)
    assert keys > 40
    assert conn.execute(text("select count(*) from ingest.posting")).scalar_one() == 0


def test_a_text_that_is_there_a_hundred_times_brings_a_bounded_number_of_candidates(conn: Connection) -> None:
    found = fingerprint(HARBOUR_EN, title=None, language="en")
    ids = [_store(conn, HARBOUR_EN, "en", NOW, found) for _ in range(100)]

    [candidates] = fingerprints.candidates(conn, [(_asked(HARBOUR_EN, "en"), NOW)], window=WINDOW)

    assert len(candidates) <= 40
    assert min(candidate.article_id for candidate in candidates) == ids[0]


def test_articles_of_a_batch_are_stored_together_each_in_a_story_of_its_own_in_their_order(conn: Connection) -> None:
    one, two = (_store(conn, body, "en", NOW, fingerprint(body, title=None, language="en")) for body in ("a", "b"))
    source_id = conn.execute(text("select id from ingest.source")).scalar_one()
    page_ids = list(conn.execute(_SPARE_PAGES, {"source": source_id}).scalars())
    new = [
        NewArticle(page_id, _article(1000 + page_id, f"text {page_id}", "en", NOW), "hash", NOW) for page_id in page_ids
    ]

    ids = articles.add_articles(conn, new)

    rows = conn.execute(text("select id, page_id, story_id, text from ingest.article order by page_id")).all()
    added = [row for row in rows if row.id not in (one, two)]
    assert [(row.id, row.page_id, row.text) for row in added] == [
        (i, page_id, f"text {page_id}") for i, page_id in zip(ids, page_ids, strict=True)
    ]
    assert len({row.story_id for row in rows}) == len(rows)
    urls = [*(one.article.canonical_url for one in new), "https://news.example/unknown"]
    assert articles.known_addresses(conn, urls) == set(urls[:-1])
    assert articles.add_articles(conn, []) == []


_SPARE_PAGES = text("""
    insert into ingest.page (url, canonical_url, source_id, state)
    select 'https://news.example/spare/' || n, 'https://news.example/spare/' || n, :source, 'loaded'
    from generate_series(1, 30) n returning id
""")
