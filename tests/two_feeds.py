"""Two feeds of a local site, and what a run over them leaves: for tests that compare ways to run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from site_server import Site, item, rss
from sqlalchemy import Engine, text

from benchmarks.poll import article
from pipeline.models.sources import Source, SourceKind

# What a run leaves, but for ids and times.
_ARTICLES = """
    select source, url, title, language, text, word_count, is_canonical, copy_kind, similarity,
        (select count(*) from news.articles b where b.story_id = a.story_id) as versions
    from news.articles a order by url
"""
_PAGES = "select url, source, reason, attempts from news.pages order by url"
# Of two copies the one that happens to come second is the one that was folded then.
_OUTCOMES = """
    select url, case outcome when 'folded' then 'loaded' else outcome end as outcome, reason
    from news.outcomes order by url
"""


def two_feeds(site: Site) -> tuple[Source, ...]:
    """Two feeds with 35 pages each, together more than a batch: every tenth is the same in both, and one is gone."""
    return tuple(_feed(site, slug, first) for slug, first in (("one", 0), ("two", 1_000)))


def _feed(site: Site, slug: str, first: int) -> Source:
    numbers = [number if number % 10 == 0 else first + number for number in range(35)]
    links = [site.put(f"/{slug}/{number}", article(number)) for number in numbers]
    items = [item(link, link, "Mon, 02 Feb 2026 10:00:00 GMT") for link in [*links, f"{site.url}/{slug}/gone"]]
    return Source(slug, slug, SourceKind.FEED, site.put(f"/{slug}.xml", rss(*items)), "en")


def sources_file(path: Path, feeds: Sequence[Source], more: str = "") -> Path:
    """A sources file with feeds; its path."""
    tables = (
        f'[[sources]]\nslug = "{one.slug}"\nkind = "feed"\nurl = "{one.address}"\nlanguage = "en"\n' for one in feeds
    )
    path.write_text("\n".join([*tables, more]))
    return path


def rows(engine: Engine) -> list[list[dict[str, Any]]]:
    """Articles, pages and outcomes."""
    with engine.connect() as conn:
        return [[dict(row) for row in conn.execute(text(query)).mappings()] for query in (_ARTICLES, _PAGES, _OUTCOMES)]
