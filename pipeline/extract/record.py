"""Reads a record: one line of an import file, an article that somebody already has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from pipeline.extract.dates.choose import choose_date, written_claim
from pipeline.extract.draft import Draft
from pipeline.extract.given import given_date
from pipeline.extract.plain import read_plain, read_titled
from pipeline.models.dates import DateSource
from pipeline.models.pages import NotAnArticle, Reason


def read_record(line: str, *, url: str, now: datetime) -> Draft | NotAnArticle:
    """What a record says. It has `text` or `html`; what it gives besides goes before what its text or page says.

    `title`, `language`, `site` and `author` may be given, as strings, and `published_at` as `given_date` reads it; what
    is none of that counts as not given.
    """
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as fault:  # not JSON; nested too deep
        return NotAnArticle(Reason.UNREADABLE, f"not JSON: {fault}")
    if not isinstance(record, dict):
        return NotAnArticle(Reason.UNREADABLE, f"a record is a JSON object, not {type(record).__name__}")
    found = _read_body(record, url, now)
    return found if isinstance(found, NotAnArticle) else _with_given(found, record, now)


def _read_body(record: Mapping[str, object], url: str, now: datetime) -> Draft | NotAnArticle:
    text, html, title = _given(record, "text"), _given(record, "html"), _given(record, "title")
    if text and title:
        return read_titled(text, title)
    if text:
        return read_plain(text)
    if html:
        from pipeline.extract.html import read_html  # loads trafilatura: see there

        return read_html(html, url=url, now=now)
    return NotAnArticle(Reason.EMPTY, "the record has neither text nor html")


def _with_given(draft: Draft, record: Mapping[str, object], now: datetime) -> Draft:
    given = given_date(record)
    claim = written_claim(DateSource.RECORD, given) if given else None
    dated = choose_date([*([claim] if claim else []), *draft.dates], now)
    author = _given(record, "author")
    return replace(
        draft,
        title=_given(record, "title") or draft.title,
        author=author or draft.author,
        authors=() if author else draft.authors,
        site=_given(record, "site") or draft.site,
        language=_given(record, "language"),
        published_at=dated.at,
        published_at_source=dated.source,
        dates=dated.claims,
    )


def _given(record: Mapping[str, object], field: str) -> str | None:
    value = record.get(field)
    return value if isinstance(value, str) and value.strip() else None
