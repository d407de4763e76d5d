"""Import: articles that a user already has, from a JSONL file, through the same steps as fetched pages."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from db import captures, runs
from db import sources as db_sources
from flows.ingest import PAGES_A_BATCH, Progress, running, say_nothing
from flows.steps.load import load
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.discover.lists.records import Record, Rejected, parse_record
from pipeline.discover.urls import canonicalize
from pipeline.errors import UserError
from pipeline.models.pages import Capture
from pipeline.models.sources import IMPORT_SLUG, Source, SourceKind


@dataclass(slots=True)
class ImportReport:
    """What came of a file: the run, the lines that named no article, and the fields that nothing was made of.

    `unread_dates` counts records whose `published_at` cannot be read; `first_unread_date` is the line of the first one,
    counted from 1, and what it says. `repeated` counts lines that name the page of a line shortly before (the last one
    counts), `left` those that name a page which another run works on at the moment.
    """

    run_id: int
    lines: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    unknown_fields: set[str] = field(default_factory=set)
    unread_dates: int = 0
    first_unread_date: tuple[int, str] | None = None
    repeated: int = 0
    left: int = 0


def import_file(env: Environment, path: Path, *, progress: Progress = say_nothing) -> ImportReport:
    """Load the articles of a JSONL file (also `.gz`), batch by batch. Raises UserError where it cannot be read."""
    with _open(path) as file:
        total = path.stat().st_size
        source_id = _import_source(env)
        with running(env, "import") as run_id:
            report = ImportReport(run_id)
            scope = Scope(run_id, (IMPORT_SLUG,))
            for batch in _batches(file):
                _import_batch(env, scope, source_id, batch, report)
                progress("bytes", min(_position(file), total), total)
    return report


def _import_batch(env: Environment, scope: Scope, source_id: int, batch: list[bytes], report: ImportReport) -> None:
    brought: dict[str, Capture] = {}
    for raw in batch:
        report.lines += 1
        if not raw.strip():
            continue
        match parse_record(raw, report.lines):
            case Rejected() as rejected:
                report.rejected.append(rejected)
            case Record(capture, unknown, unread_date):
                report.repeated += canonicalize(capture.url) in brought
                brought[canonicalize(capture.url)] = capture
                report.unknown_fields |= unknown
                if unread_date:
                    report.unread_dates += 1
                    report.first_unread_date = report.first_unread_date or (report.lines, unread_date)
    with env.engine.begin() as conn:
        imported = captures.claim_imported(conn, scope.run_id, source_id, brought, now=env.now())
    report.left += imported.left
    load(env, scope, imported.page_ids)


def _import_source(env: Environment) -> int:
    source = Source(IMPORT_SLUG, "Imported articles", SourceKind.IMPORT, "newsfold import")
    with env.engine.begin() as conn:
        runs.close_dead_runs(conn)
    with env.engine.begin() as conn:
        db_sources.keep(conn, [source])
        return db_sources.stored_sources(conn, [IMPORT_SLUG])[0].id


def _open(path: Path) -> BinaryIO:
    try:
        if path.is_dir():
            raise UserError(
                f"{path}: a folder, not a JSONL file", "for a folder of texts add a source: newsfold sources add"
            )
        file = path.open("rb")
        return cast(BinaryIO, gzip.open(file)) if path.suffix == ".gz" else file
    except OSError as exc:
        raise UserError(f"{path}: {exc.strerror}", "name a JSONL file that can be read") from exc


def _batches(file: BinaryIO) -> Iterator[list[bytes]]:
    try:
        while batch := list(islice(file, PAGES_A_BATCH)):
            yield batch
    except (gzip.BadGzipFile, zlib.error, EOFError, OSError) as exc:
        raise UserError(
            f"{file.name}: cannot be read on: {exc}", "what came before the damage is loaded; get the file again"
        ) from exc


def _position(file: BinaryIO) -> int:
    """Bytes read of the file on disk: for a gzip file, of the compressed one."""
    return file.fileobj.tell() if isinstance(file, gzip.GzipFile) and file.fileobj else file.tell()
