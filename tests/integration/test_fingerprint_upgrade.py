"""An archive of before fingerprints were packed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text
from unit.fold.articles import HARBOUR_EN

from db import fingerprints, migrate
from flows.folding import mark_missing
from pipeline.fold.fingerprint import fingerprint
from pipeline.models.folding import Candidate

PREVIOUS = "0004"
_OLD = text("""
    with s as (
        insert into ingest.source (slug, name, kind, address) values ('s', 'S', 'feed', 'https://news.example/f')
        returning id
    ), p as (
        insert into ingest.page (url, canonical_url, source_id, state)
        select 'https://news.example/1', 'https://news.example/1', id, 'loaded' from s returning id, source_id
    ), t as (insert into ingest.story default values returning id), a as (
        insert into ingest.article
            (page_id, source_id, story_id, url, canonical_url, language, text, word_count, body_hash)
        select p.id, p.source_id, t.id, 'https://news.example/1', 'https://news.example/1', 'en', :text, 100, 'h'
        from p, t returning id
    )
    insert into ingest.fingerprint (article_id, text_hash, bands, anchor_keys, anchors, mass)
    select id, 'x', '{1}', '{2}', '[]', 1.0 from a
""")


@pytest.fixture
def old(engine: Engine) -> Engine:
    """A database as it was before, with one article."""
    migrate.downgrade(engine, PREVIOUS)
    with engine.begin() as conn:
        conn.execute(_OLD, {"text": HARBOUR_EN})
    return engine


def test_an_archive_of_before_gets_its_fingerprints_from_the_stored_texts(old: Engine) -> None:
    migrate.upgrade(old)
    with old.connect() as conn:
        [unmade] = fingerprints.missing(conn, limit=10)
    assert unmade.text == HARBOUR_EN

    mark_missing(old)

    with old.connect() as conn:
        assert fingerprints.missing(conn, limit=10) == []
        asked = fingerprint(HARBOUR_EN, title=None, language="en")
        harbour = Candidate(0, "en", asked)
        [[found]] = fingerprints.candidates(conn, [(harbour, unmade.dated_at)], window=timedelta(days=14))
    assert found.article_id == unmade.article_id
    assert found.fingerprint == asked
