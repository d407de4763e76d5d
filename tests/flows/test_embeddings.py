"""Articles by meaning: vectors filled in, kept in Postgres, searched with pgvector and without."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, text
from tiny_model import make_model
from unit.fold.articles import HARBOUR_EN, HARBOUR_RU

from db import embeddings
from flows.embed import fill_embeddings
from flows.import_file import import_file
from flows.wiring import Environment
from pipeline.embedding import Embedder, load_embedder

ARTICLES = {
    "https://a.example/bank": ("en", "The bank lends money. Money of the bank is lent.", "2026-01-01"),
    "https://b.example/rain": ("es", "Mucha lluvia en el río. La lluvia no cesa.", "2026-01-02"),
    "https://c.example/model": ("en", "A model of the river. The model has no rain.", "2026-02-20"),
}
STRANGERS = ("Rain in the hills", "A river of mud", "The model was sold", "Nobody came", "Money for all")


@pytest.fixture
def embedder(tmp_path: Path) -> Embedder:
    """A loaded model."""
    return load_embedder(str(make_model(tmp_path / "model")))


@pytest.fixture
def archive(environment: Callable[..., Environment], tmp_path: Path, engine: Engine) -> Engine:
    """An archive of three short articles."""
    lines = [
        json.dumps({"url": url, "text": body, "language": language, "published_at": day})
        for url, (language, body, day) in ARTICLES.items()
    ]
    (tmp_path / "articles.jsonl").write_text("\n".join(lines), encoding="utf-8")
    import_file(environment(), tmp_path / "articles.jsonl")
    return engine


def _nearest(engine: Engine, embedder: Embedder, query: str, **bounds: datetime) -> list[tuple[str, float]]:
    with engine.begin() as conn:
        found = embeddings.nearest(conn, embedder.name, embedder.embed_query(query), limit=2, **bounds)
        urls = {row.article_id: row.url for row in conn.execute(text("select article_id, url from news.articles"))}
    return [(urls[one.article_id], one.cosine) for one in found]


def test_every_article_gets_a_vector_once(archive: Engine, embedder: Embedder) -> None:
    told: list[tuple[int, int]] = []

    first = fill_embeddings(archive, embedder, lambda done, total: told.append((done, total)))
    second = fill_embeddings(archive, embedder, lambda *_: None)

    assert (first, second) == (3, 0)
    assert told == [(3, 3)]


def test_search_gives_the_same_with_pgvector_and_without(archive: Engine, embedder: Embedder) -> None:
    fill_embeddings(archive, embedder, lambda *_: None)
    by_index = _nearest(archive, embedder, "dinero del banco")
    with archive.begin() as conn:
        indexed = conn.execute(text("select count(*) from pg_indexes where indexname = 'embedding_6_ix'")).scalar_one()
        conn.execute(text("drop extension vector cascade"))
    by_reading = _nearest(archive, embedder, "dinero del banco")

    assert indexed == 1
    assert by_index[0][0] == "https://a.example/bank"
    assert [url for url, _ in by_index] == [url for url, _ in by_reading]
    assert [cosine for _, cosine in by_index] == pytest.approx([cosine for _, cosine in by_reading], abs=1e-5)


def test_neighbours_of_other_times_are_left_out(archive: Engine, embedder: Embedder) -> None:
    fill_embeddings(archive, embedder, lambda *_: None)
    late = {"begin": datetime(2026, 2, 1, tzinfo=UTC), "end": datetime(2026, 3, 1, tzinfo=UTC)}

    assert [url for url, _ in _nearest(archive, embedder, "bank", **late)] == ["https://c.example/model"]


def test_neighbours_of_an_article_at_either_end_of_the_calendar_are_those_of_its_window(
    archive: Engine, embedder: Embedder
) -> None:
    fill_embeddings(archive, embedder, lambda *_: None)
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    with archive.begin() as conn:
        bank, rain, model = conn.execute(text("select article_id from news.articles order by url")).scalars()
        dates = {bank: first, rain: last}
        found = embeddings.neighbours(conn, embedder.name, dates, window=timedelta(days=14), limit=10)
        all_days = (datetime(2026, 2, 20, tzinfo=UTC) - first) + timedelta(days=1)
        wide = embeddings.neighbours(conn, embedder.name, {bank: first}, window=all_days, limit=10)

    assert found == {bank: set(), rain: set()}
    assert wide == {bank: {rain, model}}


def test_vectors_of_another_model_are_not_compared_and_are_replaced(
    archive: Engine, embedder: Embedder, tmp_path: Path
) -> None:
    fill_embeddings(archive, embedder, lambda *_: None)
    other = load_embedder(str(make_model(tmp_path / "other")))

    assert _nearest(archive, other, "bank") == []
    assert fill_embeddings(archive, other, lambda *_: None) == 3
    assert _nearest(archive, embedder, "bank") == []


def test_vectors_too_long_for_an_index_are_searched_without(archive: Engine) -> None:
    size = embeddings.MOST_INDEXED_DIMENSIONS + 1
    vector = np.zeros(size, dtype=np.float32)
    vector[0] = 1
    with archive.begin() as conn:
        first = conn.execute(text("select min(article_id) from news.articles")).scalar_one()
        embeddings.add_vectors(conn, "large", [first], vector[None])
        found = embeddings.nearest(conn, "large", vector, limit=5)

    assert not embeddings.make_index(archive, size)
    assert [one.article_id for one in found] == [first]


def test_a_run_embeds_what_it_loads_and_the_model_has_a_say(
    environment: Callable[..., Environment], tmp_path: Path, engine: Engine
) -> None:
    model = str(make_model(tmp_path / "model"))
    strangers = [
        {"url": f"https://s.example/{n}", "text": f"{STRANGERS[n % 5]} {n}. " * 3, "language": "en"} for n in range(30)
    ]
    story = [
        {"url": "https://a.example/1", "text": f"{HARBOUR_EN} bank money", "language": "en"},
        {"url": "https://a.example/2", "text": f"{HARBOUR_RU} بنك مال", "language": "ru"},
    ]
    (tmp_path / "articles.jsonl").write_text("\n".join(map(json.dumps, [*strangers, *story])), encoding="utf-8")
    made = environment()
    env = replace(made, settings=made.settings.model_copy(update={"embeddings": model}))

    import_file(env, tmp_path / "articles.jsonl")

    with engine.connect() as conn:
        vectors = conn.execute(text("select count(*) from ingest.embedding")).scalar_one()
        [copy] = conn.execute(
            text("select evidence from news.copies where kind = 'translation' and evidence ? 'cosine'")
        ).scalars()
    assert vectors == 32
    assert 0 < copy["cosine"] <= 1
