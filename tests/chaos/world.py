"""What trials work on: five sites with reprints among their articles, and databases to begin with."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zlib import crc32

from chaos.server import Server
from site_server import LOCAL, Answer
from year_world import YEAR, World, Written, year

from db import migrate
from db.engine import connect
from flows import ingest as daily
from flows.folding import Rules
from flows.making import Made, Material
from flows.refold import refold
from flows.wiring import Environment, make_here
from pipeline.models.pages import NotAnArticle, Reason
from pipeline.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
# A clock that jumps three days, to either side, leaves all of them in the past and within the horizon of a sitemap.
DAYS = YEAR[4:16]
_HOUR = timedelta(hours=1)
_ADDRESSES = tuple(f"127.0.0.{number}" for number in range(1, 6))  # as many hosts as tell an outage of ours
_FIRST_SOURCES = ("archive", "sitemap")

BEGINNINGS = {"ingest": "yesterday", "backfill": "nothing", "reprocess": "outdated", "refold": "unfolded"}
"""The database that each job begins with."""


@contextmanager
def world() -> Iterator[World]:
    """The sites as they are today: some articles are another site's, word for word or nearly."""
    with year(every=4, days=DAYS, addresses=_ADDRESSES) as made:
        for to_site, from_site, number, more in (
            ("blog", "sitemap", 0, ""),
            ("lines", "sitemap", 0, ""),
            ("list", "archive", 1, "<p>This report was first published by another paper of the region.</p>"),
            ("blog", "lines", 2, "<p>The council of the town did not answer our questions in time.</p>"),
        ):
            original, reprint = made.articles[from_site][number], made.articles[to_site][number]
            made.sites[to_site].put(reprint.path(), _with(original.html(from_site), more))
        yield made


def _with(html: str, more: str) -> str:
    return html.replace("</article>", f"{more}</article>")


def settings(home: Path) -> Settings:
    """The settings of all trials."""
    return Settings(home=home, timeout_seconds=5, allow_networks=LOCAL, extraction_workers=1)


def make_beginnings(server: Server, world: World, home: Path) -> None:
    """Make the databases to begin with; the sites are afterwards as they will be."""
    server.execute("create database nothing")
    engine = connect(server.url.set(database="nothing"))
    migrate.upgrade(engine)
    engine.dispose()
    env = Environment(settings(home), engine, tuple(world.sources), now=lambda: NOW - timedelta(days=1))
    _ingest(server, "yesterday", env, _FIRST_SOURCES)
    _revise(world)
    _ingest(server, "outdated", replace(env, make=_make_as_before))
    _forget_rules(server, "outdated")
    _ingest(server, "unfolded", env)
    _unfold(server, "unfolded", env)


def _ingest(server: Server, name: str, env: Environment, sources: tuple[str, ...] = ()) -> None:
    server.execute(f"create database {name} template nothing strategy file_copy")
    engine = connect(server.url.set(database=name))
    daily.ingest(replace(env, engine=engine), daily.Request(sources))
    engine.dispose()


def _unfold(server: Server, name: str, env: Environment) -> None:
    """By these rules nothing is surely enough a copy."""
    engine = connect(server.url.set(database=name))
    refold(replace(env, engine=engine), DAYS[-1], Rules(timedelta(), math.inf))
    engine.dispose()


def _revise(world: World) -> None:
    """The archive corrects an article and has the sitemap's text in place of another, and its feed says so."""
    site = world.sites["archive"]
    feed = site.answers["/feed.xml"].body.decode()
    corrected, _, replaced = world.articles["archive"]
    site.put(corrected.path(), _with(corrected.html("archive"), "<p>Correction: the count was made twice.</p>"))
    site.put(replaced.path(), world.articles["sitemap"][2].html("sitemap"))
    for one in (corrected, replaced):
        feed = _named_anew(feed, one)
    site.answers["/feed.xml"] = Answer(feed.encode())


def _named_anew(feed: str, article: Written) -> str:
    before, after = (f"<updated>{moment.isoformat()}</updated>" for moment in (article.moment, article.moment + _HOUR))
    return feed.replace(before, after)


def _make_as_before(materials: Sequence[Material]) -> Iterator[Made | NotAnArticle]:
    """As older rules did: of some pages they lost the end, of some all."""
    for material, made in zip(materials, make_here(materials), strict=True):
        match made, crc32(urlsplit(material.entry.url).path.encode()) % 5:
            case Made(article), 0 | 1:
                yield replace(made, article=replace(article, text=article.text.rpartition("\n")[0]))
            case Made(), 2:
                yield NotAnArticle(Reason.EXTRACTION_CRASH, "older rules")
            case _:
                yield made


def _forget_rules(server: Server, database: str) -> None:
    for statement in (
        "update ingest.page set extraction_rules = 0 where extraction_rules is not null",
        "update ingest.article set extraction_rules = 0",
        "update ingest.fingerprint set folding_rules = 0",
    ):
        server.execute(statement, database)
