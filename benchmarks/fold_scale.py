#!/usr/bin/env python3
"""How fast articles fold into a small archive and into a large one, and what their index takes.

usage: fold_scale.py [--articles N] [--measured N] [--days-per-million DAYS] [--json]

New articles are folded by the functions that a run uses, in batches: fingerprints in two processes, as extraction makes
them, and beside them rows, candidates, bonds and stories, one transaction a batch. First into an archive of 10,000,
then into one of N. Every article has made-up text of real words (wordfreq, seven languages, as frequent as there), of
names, few of which are in very many articles, and of numbers.

What was there before is made of 2,000 such articles, for a million texts would take hours: each row has the fingerprint
of one of them and is posted under its keys, where bands are drawn anew and a key that only one of the 2,000 has is one
of ten variants, so that common keys stay common and rare ones rare. Its text is cut to its beginning. A million is
spread over DAYS (default 365); with 28 all of it lies in one time window.

`fold` is the time from the beginning of a transaction to its end, `clock` has the waiting for fingerprints too.
`slowdown_1m` is `fold` for one article at N against that at 10,000. `processor`, `server` and `fingerprints` are
processor time, of this process, of Postgres, and for the fingerprints: other programs disturb it less. The peak of
memory is that of the process that folds.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import psutil
import wordfreq
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, Engine, text

from db import articles, fingerprints, migrate
from db.articles import NewArticle
from db.embedded import EmbeddedPostgres
from db.engine import connect
from db.fingerprints import Marked
from db.locks import lock_folding
from db.stories import Cause
from flows import folding
from flows.folding import Rules
from pipeline.collecting import collect_seldom
from pipeline.fold.candidates import Keys, posted_keys
from pipeline.fold.fingerprint import fingerprint
from pipeline.fold.judge import log_odds_of
from pipeline.fold.translation.packed import pack_fingerprint
from pipeline.models.articles import Article
from pipeline.models.folding import Fingerprint

SMALL, BATCH, POOL, VARIANTS = 10_000, 100, 2_000, 10
RULES = Rules(timedelta(days=14), log_odds_of(0.5))
NOW = datetime(2025, 12, 31, tzinfo=UTC)
SHARES = {"en": 50, "es": 12, "de": 10, "ru": 10, "fr": 8, "ar": 5, "zh": 5}
CONSONANTS, VOWELS = "bkmtdlvshrgnpfz", "aeiou"


@dataclass(frozen=True)
class Made:
    """A made-up article with its fingerprint, and the seconds of processor time that took."""

    text: str
    language: str
    fingerprint: Fingerprint
    seconds: float


@cache
def vocabulary(language: str) -> tuple[list[str], list[float]]:
    """The 20,000 most frequent words of a language, and how frequent they are together with those before."""
    words = dict(list(wordfreq.get_frequency_dict(language, "small").items())[:20_000])
    return list(words), np.cumsum(list(words.values())).tolist()


def name(rank: int) -> str:
    """The name of a rank: number 0 is in every tenth article, the others follow Zipf's law."""
    if rank == 0:
        return "OpenAI"
    draw = random.Random(rank)
    return "".join(draw.choice(CONSONANTS) + draw.choice(VOWELS) for _ in range(draw.randint(2, 5))).capitalize()


def write(seed: int) -> tuple[str, str]:
    """The text and the language of an article: some 330 words."""
    draw = random.Random(seed)
    [language] = draw.choices(list(SHARES), list(SHARES.values()))
    words, frequencies = vocabulary(language)
    cast = [name(int(400_000 ** draw.random())) for _ in range(8)] + [name(0)] * (draw.random() < 0.1)
    numbers = [str(int(10 ** draw.uniform(0.3, 5))) for _ in range(8)]
    body = draw.choices(words, cum_weights=frequencies, k=draw.randint(150, 500))
    for mark in (cast + numbers) * 3:
        body[draw.randrange(len(body))] = mark
    return ("" if language == "zh" else " ").join(body), language


def make(written: tuple[str, str]) -> Made:
    """An article of a text and its language."""
    body, language = written
    began = time.process_time()
    found = fingerprint(body, title=None, language=language)
    return Made(body, language, found, time.process_time() - began)


class Filler:
    """Fills an archive with articles made of a few: see the head of this file."""

    def __init__(self, pool: Sequence[Made], days_per_million: float) -> None:
        self._pool = pool
        self._packed = [pack_fingerprint(one.fingerprint) for one in pool]
        self._per_day = 1_000_000 / days_per_million
        carriers = Counter(key for one in pool for key in set(one.fingerprint.anchor_keys))
        self._is_rare = [np.array([carriers[key] == 1 for key in one.fingerprint.anchor_keys]) for one in pool]
        self._random = np.random.default_rng(1)

    def date(self, number: int, total: int) -> datetime:
        """When the article of a number was published: at a steady rate, the last one now."""
        return NOW - timedelta(days=(total - number) / self._per_day)

    def fill(self, conn: Connection, begin: int, end: int) -> None:
        """Add the articles of these numbers; the last one is dated now."""
        conn.execute(text("alter table ingest.posting drop constraint posting_pkey"))
        for first in range(begin, end, 5_000):
            numbers = range(first, min(first + 5_000, end))
            conn.execute(
                text("insert into ingest.story select from generate_series(1, cast(:n as int))"), {"n": len(numbers)}
            )
            conn.execute(_PAGES, {"begin": numbers[0] + 1, "end": numbers[-1] + 1})
            with conn.connection.cursor().copy(_COPY_ARTICLES) as copy:
                for number in numbers:
                    made = self._pool[number % len(self._pool)]
                    url = f"https://news.example/{number + 1}"
                    row = (number + 1, number + 1, number + 1, url, url, made.language)
                    copy.write_row((*row, self.date(number, end), made.text[:200], 330, "hash"))
            with conn.connection.cursor().copy(_COPY_FINGERPRINTS) as copy:
                for number in numbers:
                    copy.write_row((number + 1, self._packed[number % len(self._pool)]))
            fingerprints.post(
                conn, [(number + 1, self._keys(number % len(self._pool), self.date(number, end))) for number in numbers]
            )
        conn.execute(text("set local maintenance_work_mem = '512MB'"))
        conn.execute(text("alter table ingest.posting add constraint posting_pkey primary key (key, article_id)"))

    def _keys(self, which: int, dated_at: datetime) -> Keys:
        known = self._pool[which].fingerprint
        bands = tuple(self._random.integers(-(2**63), 2**63 - 1, len(known.bands)).tolist())
        variants = self._random.integers(0, VARIANTS, len(known.anchor_keys)) * self._is_rare[which]
        anchor_keys = tuple((np.array(known.anchor_keys) ^ variants).tolist())
        varied = Fingerprint(f"{self._random.integers(2**62):064x}", bands, anchor_keys, known.anchors)
        return posted_keys(varied, dated_at)


_PAGES = text("""
    insert into ingest.page (url, canonical_url, source_id, state)
    select 'https://news.example/' || n, 'https://news.example/' || n, 1, 'loaded'
    from generate_series(cast(:begin as int), cast(:end as int)) n
""")
_COPY_ARTICLES = """
    copy ingest.article
        (id, page_id, story_id, url, canonical_url, language, published_at, text, word_count, body_hash)
    from stdin
"""


_COPY_FINGERPRINTS = "copy ingest.fingerprint (article_id, packed) from stdin"


@dataclass
class Times:
    """Seconds of each part of folding some articles, of the whole transactions, and of all of it by the clock; and of
    processor time: of this process, of Postgres, and for the fingerprints.
    """

    store: float = 0.0
    find: float = 0.0
    group: float = 0.0
    fold: float = 0.0
    clock: float = 0.0
    processor: float = 0.0
    server: float = 0.0
    fingerprints: float = 0.0


def fold(engine: Engine, batch: Sequence[Made], first: int, times: Times) -> None:
    """Fold a batch, the numbers of whose pages begin with `first`, in one transaction."""
    dated_at = NOW - timedelta(hours=first % 200)
    opened, used = time.perf_counter(), time.process_time()
    with engine.begin() as conn:
        lock_folding(conn)
        server = psutil.Process(conn.execute(text("select pg_backend_pid()")).scalar_one())
        served = sum(server.cpu_times()[:2])
        began = time.perf_counter()
        new = [_new(number, one, dated_at) for number, one in enumerate(batch, first)]
        ids = articles.add_articles(conn, new)
        fingerprints.add(conn, [Marked(i, dated_at, one.fingerprint) for i, one in zip(ids, batch, strict=True)])
        times.store += (stored := time.perf_counter()) - began
        folding.find(conn, RULES, ids)
        times.find += (found := time.perf_counter()) - stored
        folding.regroup(conn, RULES, ids, ids, Cause("new articles", None))
        times.group += time.perf_counter() - found
    times.fold += time.perf_counter() - opened
    times.processor += time.process_time() - used
    times.server += sum(server.cpu_times()[:2]) - served
    times.fingerprints += sum(one.seconds for one in batch)


def _new(number: int, made: Made, dated_at: datetime) -> NewArticle:
    url = f"https://news.example/{number}"
    article = Article(url, url, None, None, None, made.language, dated_at, "feed", made.text, 330)
    return NewArticle(number, article, "hash", NOW)


def measure(engine: Engine, workers: Executor, there: int, seed: int, measured: int) -> Times:
    """Fold new articles, after one batch to warm up; fingerprints of the next ones are made meanwhile. Their pages are
    there before, as in a run, and so are their texts.
    """
    times = Times()
    with engine.begin() as conn:
        conn.execute(_PAGES, {"begin": there + 1, "end": there + measured + BATCH})
    written = list(workers.map(write, range(seed, seed + measured + BATCH), chunksize=BATCH))
    made = workers.map(make, written, chunksize=BATCH // 4)
    for first in range(there + 1, there + 1 + measured + BATCH, BATCH):
        batch = [next(made) for _ in range(BATCH)]
        fold(engine, batch, first, times)
        if first == there + 1:
            times = Times()
            began = time.perf_counter()
    times.clock = time.perf_counter() - began
    return times


def short(number: int) -> str:
    """A number of articles in names: 10k, 1m."""
    millions, rest = divmod(number, 1_000_000)
    return f"{number / 1000:g}k" if rest else f"{millions}m"


def measure_all(engine: Engine, workers: Executor, chosen: argparse.Namespace) -> dict[str, float]:
    """Fill, measure, fill, measure."""
    filler = Filler(list(workers.map(make, map(write, range(POOL)), chunksize=50)), chosen.days_per_million)
    result: dict[str, float] = {}
    measured: list[Times] = []
    there = 0
    for total in sorted({min(SMALL, chosen.articles), chosen.articles}):
        label = short(total)
        began = time.perf_counter()
        with engine.begin() as conn:
            filler.fill(conn, there, total)
            conn.execute(_SETTLE)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.execute(text("vacuum (analyze) ingest.article, ingest.fingerprint, ingest.posting"))
            conn.execute(text("checkpoint"))
        result[f"fill_seconds_{label}"] = round(time.perf_counter() - began, 1)
        there = max(there, total)
        times = measure(engine, workers, there, 10_000_000 * len(result), chosen.measured)
        measured.append(times)
        for part in fields(times):
            result[f"{part.name}_ms_{label}"] = round(1000 * getattr(times, part.name) / chosen.measured, 2)
        result[f"folded_per_second_{label}"] = round(chosen.measured / times.fold, 1)
        result[f"per_second_{label}"] = round(chosen.measured / times.clock, 1)
        there += chosen.measured + BATCH
    with engine.connect() as conn:
        sizes = {row.name: row.bytes / there for row in conn.execute(_SIZES)}
    return result | {
        "articles": chosen.articles,
        f"slowdown_{short(chosen.articles)}": round(measured[-1].fold / measured[0].fold, 2),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "index_bytes_an_article": round(sizes["posting"]),
        "fingerprint_bytes_an_article": round(sizes["fingerprint"]),
    }


_SETTLE = text("""
    select setval(pg_get_serial_sequence('ingest.article', 'id'), (select max(id) from ingest.article))
""")
_SIZES = text("""
    select c.relname as name, pg_total_relation_size(c.oid) as bytes
    from pg_class c
    where c.oid in ('ingest.posting'::regclass, 'ingest.fingerprint'::regclass)
""")
_SOURCE = text(
    "insert into ingest.source (slug, name, kind, address) values ('s', 'S', 'feed', 'https://news.example/f')"
)


def rows(result: dict[str, float]) -> Iterator[tuple[str, str]]:
    """The result as a table."""
    yield from ((key, str(value)) for key, value in result.items())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--measured", type=int, default=2_000)
    parser.add_argument("--days-per-million", type=float, default=365.0)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    collect_seldom()
    with (
        tempfile.TemporaryDirectory(prefix="newsfold-scale-") as home,
        ProcessPoolExecutor(2, initializer=collect_seldom) as workers,
    ):
        Path(home).chmod(0o755)
        with EmbeddedPostgres(Path(home)).running() as url:
            engine = connect(url)
            migrate.upgrade(engine)
            with engine.begin() as conn:
                conn.execute(_SOURCE)
            result = measure_all(engine, workers, chosen)
            engine.dispose()
    if chosen.json:
        print(json.dumps(result, indent=2))
        return
    table = Table("what", "value")
    for row in rows(result):
        table.add_row(*row)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
