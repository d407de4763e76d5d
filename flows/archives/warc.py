"""WARC files: pages of followed sources are taken out part by part, while those of the part before are loaded."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from os import SEEK_END
from typing import BinaryIO

from db import archives
from db import sources as db_sources
from flows.ingest import Progress
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.archives.names import is_crawled_within
from pipeline.archives.owners import Owners, described, owner, owners_of
from pipeline.archives.records import read_records
from pipeline.errors import RemoteFileError
from pipeline.fetch.files.archives import Archives
from pipeline.models.archives import Found, Part

PAGES_A_PART = 300
BODY_BYTES_A_PART = 32_000_000
FILE_BYTES_A_PART = 64_000_000
"""A part of a file ends after so many pages, bytes of their bodies, or bytes of the file: as much is read twice at most
when a run is killed.
"""


def read_files(
    env: Environment, scope: Scope, found: Archives, files: Sequence[str], progress: Progress
) -> Generator[Part, None, None]:
    """Read files for pages of the run's sources and days: each part when it is stored, while the next one is read."""
    parts = _kept_parts(env, scope, found, files, progress)
    with ThreadPoolExecutor(1, "archives") as reader:
        ahead = reader.submit(next, parts, None)
        while (part := ahead.result()) is not None:
            ahead = reader.submit(next, parts, None)
            yield part


def _kept_parts(
    env: Environment, scope: Scope, found: Archives, files: Sequence[str], progress: Progress
) -> Iterator[Part]:
    """Each part of each file, when it is stored."""
    owners = owners_of(source for source in env.sources if source.slug in scope.slugs)
    for number, file in enumerate(files):
        progress("files", number, len(files))
        yield from _kept_parts_of(env, scope, found, file, owners, progress)
    progress("files", len(files), len(files))


def _kept_parts_of(
    env: Environment, scope: Scope, found: Archives, file: str, owners: Owners, progress: Progress
) -> Iterator[Part]:
    """What cannot be read is said of the file, and is no end of the run."""
    try:
        version = found.version(file)
    except RemoteFileError as exc:
        with env.engine.begin() as conn:
            archives.keep_error(conn, scope.run_id, file, str(exc))
        return
    with env.engine.begin() as conn:
        claim = archives.claim(conn, scope.run_id, file, version=version, wanted=_wanted(scope, owners))
        ids = {one.source.slug: one.id for one in db_sources.stored_sources(conn, scope.slugs)}
    if claim is None:
        return
    try:
        with found.open(file) as stream:
            size = stream.seek(0, SEEK_END)
            for part in _parts(stream, claim.read_to, scope, owners, max_bytes=env.limits.max_body_bytes):
                with env.engine.begin() as conn:
                    archives.keep_part(conn, scope.run_id, claim.archive_id, part, ids, env.now())
                progress("bytes", part.read_to, size)
                yield part
    except RemoteFileError as exc:
        with env.engine.begin() as conn:
            archives.leave(conn, claim.archive_id, str(exc))
    else:
        with env.engine.begin() as conn:
            archives.finish(conn, claim.archive_id)


def _parts(stream: BinaryIO, start: int, scope: Scope, owners: Owners, *, max_bytes: int) -> Iterator[Part]:
    """The rest of a file in parts."""

    def wants(url: str, moment: datetime) -> bool:
        return _is_in_range(scope, moment) and owner(owners, url) is not None

    found: list[Found] = []
    problems: list[str] = []
    records = body_bytes = 0
    begun = at = start
    for record in read_records(stream, start=start, wants=wants, max_bytes=max_bytes):
        records += 1
        at = record.end
        if record.damage is not None:
            problems.append(f"byte {record.start:,}: {record.url or 'a record'}: {record.damage}")
        if record.capture is not None and (slug := owner(owners, record.url)):
            found.append(Found(slug, record.capture))
            body_bytes += len(record.capture.body)
        if len(found) >= PAGES_A_PART or body_bytes >= BODY_BYTES_A_PART or at - begun >= FILE_BYTES_A_PART:
            yield Part(tuple(found), records, tuple(problems), at)
            found, problems = [], []
            records = body_bytes = 0
            begun = at
    yield Part(tuple(found), records, tuple(problems), at)


def _is_in_range(scope: Scope, moment: datetime) -> bool:
    return scope.since is not None and scope.until is not None and is_crawled_within(moment, scope.since, scope.until)


def _wanted(scope: Scope, owners: Owners) -> str:
    """What a file is read for, so that it is not read for the same twice."""
    return json.dumps({"since": str(scope.since), "until": str(scope.until), "sources": described(owners)})
