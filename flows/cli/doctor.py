"""`newsfold doctor`: what is wrong with this set-up, and how to mend it."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from db import books, migrate, schema, views
from db.engine import connect
from db.reader import ROLE, can_read_as_role
from flows.cli.console import out, plural, print_json, table
from flows.cli.runs import settings_with
from flows.wiring import config_path, load_sources, running_database
from pipeline.embedding import load_embedder
from pipeline.errors import UserError
from pipeline.models.pages import Outcome
from pipeline.settings import Settings

Finding = dict[str, str]
SHOWN_BOOKS = 20
_FAULT = "report this as a fault of newsfold"
_RESTORE = "rename it back, or restore the dump (docs/operations.md)"
_REMAKE_VIEWS = "no article is lost with a view: make the views again (docs/operations.md)"
_REMEDIES = {
    "a loaded page has an article": "newsfold backfill --missing-only, if you deleted articles; else report this"
}


def doctor(config: Path | None, *, json: bool) -> int:
    """Look at everything a run needs and print what is found; 1 where something is wrong."""
    findings = list(_findings(config))
    if json:
        print_json(findings)
    else:
        out.print(table(findings, {"verdict": "", "what": "what", "found": "found", "remedy": "what to do"}))
    return int(any(finding["verdict"] == "wrong" for finding in findings))


def _findings(config: Path | None) -> Iterator[Finding]:
    yield _finding("python", platform.python_version())
    try:
        settings = settings_with(config)
    except UserError as exc:
        yield _problem("settings", exc)
        return
    yield _attempt("sources file", lambda: _sources(settings))
    if settings.embeddings:
        yield _attempt("embeddings", partial(_embeddings, settings.embeddings))
    try:
        with running_database(settings) as url:
            engine = connect(url)
            with engine.connect() as conn:
                yield _finding("database", _database(conn, settings))
                yield from _schema(conn, webhooks=len(settings.notices))
            engine.dispose()
    except UserError as exc:
        yield _problem("database", exc)
    yield _prefect()


def _sources(settings: Settings) -> str:
    path = config_path(settings)
    return f"{plural(len(load_sources(settings)), 'source')}, {path or 'the shipped ones'}"


def _embeddings(model: str) -> str:
    return f"{model}: {plural(len(load_embedder(model).embed_query('')), 'dimension')}"


def _database(conn: Connection, settings: Settings) -> str:
    version = conn.execute(text("show server_version")).scalar_one()
    size = conn.execute(text("select pg_size_pretty(pg_database_size(current_database()))")).scalar_one()
    place = settings.home if settings.database_url is None else "your own server"
    return f"Postgres {version}, {size}, {place}"


def _schema(conn: Connection, *, webhooks: int) -> Iterator[Finding]:
    found = migrate.current_revision(conn) or "none"
    if not migrate.works_here(conn):
        remedy = "upgrade newsfold" if migrate.is_ahead(conn) else "newsfold db upgrade"
        yield _finding("schema", f"revision {found} is not this version's", remedy)
        return
    newer = ", of a newer newsfold: this one works on it too" if migrate.is_ahead(conn) else ""
    yield _finding("schema", f"revision {found}{newer}")
    if missing := schema.missing(conn):
        yield from map(_missing, missing)
        return
    if can_read_as_role(conn):
        yield _finding("reader", f"role {ROLE}")
    else:
        yield _finding("reader", f"no role {ROLE}", f"as a superuser: create role {ROLE}; then newsfold db upgrade")
    for row in views.sources(conn):
        if row["health"] in ("empty", "silent", "stale"):
            found = f"{row['health']}: its newest entry is of {row['newest_entry_at'] or 'no date'}"
            yield _finding(f"source {row['source']}", found, f"newsfold sources check {row['source']}")
        if row["health"] == "failing":
            yield _finding(f"source {row['source']}", str(row["last_error"]), f"newsfold sources check {row['source']}")
    yield from _books(conn)
    if webhooks:
        yield _notices(conn, webhooks)


def _missing(name: str) -> Finding:
    return _finding(name, "missing", _REMAKE_VIEWS if name.startswith("news.") else _RESTORE)


def _books(conn: Connection) -> Iterator[Finding]:
    broken = books.broken_promises(conn)
    if not broken:
        yield _finding("books", "they balance: what each run took up is what became of it")
    for row in broken:
        if row["promise"] == books.BALANCE:
            unbalanced = books.unbalanced(conn)
            yield from map(_unbalanced, unbalanced[:SHOWN_BOOKS])
            if len(unbalanced) > SHOWN_BOOKS:
                query = 'newsfold sql "select * from news.books where difference <> 0"'
                yield _finding("books", f"{len(unbalanced) - SHOWN_BOOKS:,} more that do not balance", query)
        else:
            remedy = _REMEDIES.get(row["promise"], _FAULT)
            yield _finding("books", f"{row['promise']}: broken {plural(row['broken'], 'time')}", remedy)


def _unbalanced(book: Mapping[str, Any]) -> Finding:
    """One run that does not add up: which, of which source, and by how much."""
    came = {name: book[name] for name in Outcome if book[name]}
    said = ", ".join(f"{number} {name}" for name, number in came.items()) or "nothing"
    whose = f"source {book['source']}" if book["source"] else "all sources"
    found = f"{whose}: took up {plural(book['discovered'], 'page')}, of which became {said}: {_off(book['difference'])}"
    query = f'newsfold sql "select * from news.outcomes where run_id = {book["run_id"]}"'
    return _finding(
        f"books of run {book['run_id']}", found, f"{query} has what is left; if nobody changed rows, {_FAULT}"
    )


def _off(difference: int) -> str:
    return f"{difference} lost" if difference > 0 else f"{-difference} too many"


def _notices(conn: Connection, webhooks: int) -> Finding:
    error = conn.execute(text("select max(last_error) from news.notices where untold > 0")).scalar_one()
    told = f"{plural(webhooks, 'webhook')} told"
    return _finding("notices", error or told, "newsfold notices --test" if error else "")


def _prefect() -> Finding:
    url = os.environ.get("PREFECT_API_URL")
    return _finding(
        "prefect", f"server at {url}" if url else "no server: runs are direct, newsfold serve starts its own"
    )


def _attempt(what: str, look: Callable[[], str]) -> Finding:
    try:
        return _finding(what, look())
    except UserError as exc:
        return _problem(what, exc)


def _finding(what: str, found: str, remedy: str = "") -> Finding:
    return {"verdict": "wrong" if remedy else "ok", "what": what, "found": found, "remedy": remedy}


def _problem(what: str, exc: UserError) -> Finding:
    return _finding(what, exc.problem, exc.remedy or "see the README")
