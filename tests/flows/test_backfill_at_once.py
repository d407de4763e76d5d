"""A backfill and the daily run at once, on the same pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from site_server import Site, article_html
from sqlalchemy import Engine, text
from year_world import FORGET, YEAR, Written, paged_feed

from db import books
from flows import ingest as daily
from flows.backfill import Request, backfill
from flows.wiring import Environment
from pipeline.models.sources import Options, Source, SourceKind

REPETITIONS = 20
DAYS = Request(YEAR[8], YEAR[0])


@pytest.fixture
def sources() -> Iterator[list[Source]]:
    """Two sources that name the same pages, in different orders; two of the pages are gone."""
    with Site.running() as site:
        articles = [Written(number, YEAR[number * 2]) for number in range(5)]
        for one in articles[:3]:
            site.put(one.path(), article_html(f"No. {one.number}", who="Ada", what=one.path(), where="Ely", number=4))
        feed = paged_feed("feed", site, articles)
        urls = "".join(
            f"<url><loc>{site.url}{one.path()}</loc><lastmod>{one.day}</lastmod></url>" for one in reversed(articles)
        )
        address = site.put("/sitemap.xml", f"<urlset>{urls}</urlset>")
        yield [feed, Source("map", "map", SourceKind.SITEMAP, address, "en", options=Options(max_age_days=400))]


def test_a_backfill_and_the_daily_run_at_once_never_double_or_block(
    sources: list[Source], environment: Callable[..., Environment], engine: Engine
) -> None:
    one, other = environment(*sources), environment(*sources)
    with ThreadPoolExecutor(2) as pool:
        for _ in range(REPETITIONS):
            with engine.begin() as conn:
                conn.execute(text(FORGET))
            together = Barrier(2)

            def run_daily(together: Barrier = together) -> int:
                together.wait(30)
                return daily.ingest(one, daily.Request())

            def run_backfill(together: Barrier = together) -> int:
                together.wait(30)
                return backfill(other, DAYS)

            runs = [pool.submit(run_daily), pool.submit(run_backfill)]
            done = [run.result(timeout=60) for run in runs]

            with engine.connect() as conn:
                states = conn.execute(text("select state from news.runs")).scalars().all()
                urls = conn.execute(text("select url from news.articles")).scalars().all()
                pages = conn.execute(text("select count(*), count(distinct canonical_url) from ingest.page")).one()
                assert books.broken_promises(conn) == []
            assert len(set(done)) == 2
            assert states == ["completed", "completed"]
            assert (len(urls), len(set(urls)), tuple(pages)) == (3, 3, (5, 5))
