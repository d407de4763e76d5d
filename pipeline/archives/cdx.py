"""The index of a Wayback Machine: what to ask it, and what its answers say.

https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from pipeline.archives.owners import followed_host
from pipeline.discover.urls import absolute
from pipeline.errors import FeedError
from pipeline.models.archives import Listed
from pipeline.models.sources import Source

MARGIN = timedelta(days=30)
"""How long after its publication an article is still looked for: the archive comes by when it does."""

ROWS_AN_ANSWER = 5_000
_FIELDS = ("timestamp", "original")
_REPLAYED = re.compile(r".*?/web/(\d{14})id_/(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the index: captures, and with what to ask for those that follow, if there are more."""

    captures: tuple[Listed, ...]
    resume_key: str | None


def questions(archive: str, source: Source, since: date, until: date) -> list[str]:
    """The addresses at which the index of the `archive` says what it has of a source: one for each of its paths."""
    name = followed_host(source)
    paths = source.options.paths or ("/",)
    return [_question(archive, f"{name}{path}*", since, until) for path in paths] if name else []


def _question(archive: str, url: str, since: date, until: date) -> str:
    asked = [
        ("url", url),
        ("from", f"{since:%Y%m%d}"),
        ("to", f"{until + MARGIN:%Y%m%d}"),
        ("output", "json"),
        ("fl", ",".join(_FIELDS)),
        ("filter", "statuscode:200"),
        ("filter", "mimetype:text/html"),
        ("collapse", "urlkey"),
        ("showResumeKey", "true"),
        ("limit", str(ROWS_AN_ANSWER)),
    ]
    return f"{archive.rstrip('/')}/cdx/search/cdx?{urlencode(asked)}"


def going_on(question: str, resume_key: str | None) -> str:
    """The question for what follows an answer that ended with such a key."""
    return f"{question}&{urlencode({'resumeKey': resume_key}, errors='replace')}" if resume_key else question


def read_answer(body: bytes, archive: str) -> Answer:
    """What an answer says: rows below a row of names; an empty row and the resume key at the end where there is more.

    Raises FeedError for what is no such answer. A row that names no web address is left out.
    """
    try:
        rows = json.loads(body) if body.strip() else []
    except (ValueError, RecursionError) as exc:  # not JSON; nested too deep
        raise FeedError("not_json", f"no answer of a CDX index: {exc}") from exc
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise FeedError("not_cdx", "no answer of a CDX index: no list of rows")
    resume_key = None
    if len(rows) >= 2 and rows[-2] == [] and len(rows[-1]) == 1:
        resume_key = str(rows[-1][0])
        rows = rows[:-2]
    return Answer(tuple(_listed(rows, archive)), resume_key)


def _listed(rows: list[list[object]], archive: str) -> Iterator[Listed]:
    if not rows:
        return
    names = rows[0]
    if not all(name in names for name in _FIELDS):
        raise FeedError("not_cdx", f"no answer of a CDX index: no columns {' and '.join(_FIELDS)}")
    at_time, at_url = (names.index(name) for name in _FIELDS)
    for row in rows[1:]:
        if len(row) != len(names):
            continue
        moment, original = str(row[at_time]), absolute(str(row[at_url]), "")
        if original and re.fullmatch(r"\d{14}", moment):
            yield Listed(original, f"{archive.rstrip('/')}/web/{moment}id_/{original}")


def replayed(archive_url: str) -> tuple[str, datetime | None]:
    """The page that an archive's address is of, and when it was captured; an address of none is its own page."""
    found = _REPLAYED.fullmatch(archive_url)
    if found is None:
        return archive_url, None
    try:
        return found[2], datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return found[2], None
