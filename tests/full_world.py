"""A small archive that has something of everything: what real runs of each kind leave."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from conftest import NOW
from site_server import Site, article_html, item, rss
from sqlalchemy import Engine, text
from warcs import FIRST, article, http, record, write

from flows.archives.backfill import backfill as archives_backfill
from flows.archives.request import Request as ArchivesRequest
from flows.backfill import Request as BackfillRequest
from flows.backfill import backfill
from flows.folding import rules
from flows.import_file import import_file
from flows.ingest import Request, ingest
from flows.maintain import maintain
from flows.making import Made, Material
from flows.refold import refold
from flows.reprocess import Again, reprocess
from flows.wiring import Environment, make_here, seeds_folder
from pipeline.models.pages import NotAnArticle
from pipeline.models.sources import Options, Source, SourceKind

Environments = Callable[..., Environment]
Views = dict[str, list[dict[str, Any]]]
BEES = article_html("Bees", who="Ada Quill", what="bee colonies", where="Kilmory", number=41)
TIDES = article_html("Tides", who="Bo Lindqvist", what="spring tides", where="Skagen", number=17)
OWLS = article_html("Owls", who="Cy Tran", what="barn owls", where="Hue", number=88)


def fill(site: Site, environment: Environments, folder: Path) -> Environment:
    """Ingest the seeds and a site twice, with a page that changes; backfill days and a WARC file; import, refold,
    reprocess by other rules, maintain.
    """
    sources = _sources(site)
    env = environment(*sources)
    ingest(env, Request())
    site.put("/bees", BEES.replace("</article>", "<p>A paragraph that was added a day later.</p></article>"))
    _make_due(env.engine)
    ingest(dataclasses.replace(env, now=lambda: NOW + timedelta(days=1)), Request(("site", "lost")))
    backfill(env, BackfillRequest(date(2009, 2, 1), date(2009, 2, 3), ("site",)))
    warc = write(folder, [record(f"{site.url}/archived", http(article(0, FIRST)), at=FIRST + timedelta(days=1))])
    archives_backfill(env, ArchivesRequest(date(2026, 1, 1), date(2026, 1, 7), ("site",), (str(warc),)))
    records = folder / "records.jsonl"
    records.write_text(json.dumps({"url": "https://import.example/1", "html": BEES, "title": "Bees, again"}))
    import_file(env, records)
    refold(env, date(2026, 1, 1), rules(env.settings))
    reprocess(dataclasses.replace(env, make=_otherwise), Again(date(2026, 1, 1), date(2026, 12, 31), ("site",)))
    maintain(env)
    return env


def snapshot(engine: Engine) -> Views:
    """The rows of each view of schema `news`, in an order of their own."""
    with engine.connect() as conn:
        views = conn.execute(text("select viewname from pg_views where schemaname = 'news'")).scalars().all()
        return {
            view: sorted(conn.execute(text(f"select to_jsonb(v) from news.{view} v")).scalars(), key=json.dumps)
            for view in views
        }


def _sources(site: Site) -> Sequence[Source]:
    links = [
        item(site.put("/bees", BEES), "Bees", "Sun, 01 Feb 2026 08:00:00 GMT"),
        item(site.put("/copy", BEES), "Bees", "Mon, 02 Feb 2026 08:00:00 GMT"),
        item(site.put("/owls", OWLS), "Owls", "Mon, 02 Feb 2026 08:00:00 GMT"),
        item(site.put("/old", TIDES), "Tides", "Mon, 02 Feb 2009 08:00:00 GMT"),
        item(site.put("/none", "<html><body><p>Too short.</p></body></html>"), "None"),
        item(f"{site.url}/gone", "Gone"),
    ]
    feed, lost = site.put("/feed.xml", rss(*links)), f"{site.url}/lost.xml"
    return (
        Source("seeds", "Seeds", SourceKind.FILES, str(seeds_folder())),
        Source("site", "Site", SourceKind.FEED, feed, options=Options(max_age_days=100, keep_captures_days=30)),
        Source("lost", "Lost", SourceKind.FEED, lost),
    )


def _make_due(engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(text("update ingest.page set state = 'discovered' where url like '%/bees'"))


def _otherwise(materials: Sequence[Material]) -> Iterator[Made | NotAnArticle]:
    """Rules that make another text of the owls."""
    for made in make_here(materials):
        if isinstance(made, Made) and made.article.title == "Owls":
            longer = dataclasses.replace(made.article, text=f"{made.article.text}\n\nOne sentence more.")
            yield dataclasses.replace(made, article=longer)
        else:
            yield made
