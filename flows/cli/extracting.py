"""`newsfold extract`: what extraction sees in a file or at an address. Nothing is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from flows.cli.console import note, out, plain, print_json, print_text, table
from flows.wiring import new_sandbox, read_settings, utc_now, web_limits
from pipeline.errors import UserError
from pipeline.extract.dates.choose import choose_date, describe_claim
from pipeline.extract.extract import extract
from pipeline.extract.text.lead_in import find_lead_ins
from pipeline.fetch.folder import MEDIA_TYPES
from pipeline.fetch.local import read_local
from pipeline.fetch.manners import Manners
from pipeline.fetch.many import fetch_all
from pipeline.fetch.request import Limits, Request
from pipeline.models.articles import Document
from pipeline.models.pages import RECORD_MEDIA_TYPE, Capture, Fetched, FetchFailure, FetchResult, NotAnArticle

_NO_ARTICLE = 1


def show(where: str, *, json: bool) -> int:
    """Print what extraction makes of a file or an address; 1 where that is no article, or nothing was had."""
    settings = read_settings()
    limits = web_limits(settings)
    is_address = where.startswith(("http://", "https://"))
    answer = asyncio.run(_fetch(where, limits)) if is_address else _read(Path(where), limits)
    if not isinstance(answer, Fetched):
        failed = answer if isinstance(answer, FetchFailure) else FetchFailure("not_modified")
        _print({"url": where, "reason": failed.reason, "detail": failed.detail}, json=json)
        return _NO_ARTICLE
    now = utc_now()
    with new_sandbox(settings) as sandbox:
        [document] = sandbox.make(partial(extract, now=now), [answer.capture])
    _print(_described(answer, document, now), json=json)
    return _NO_ARTICLE if isinstance(document, NotAnArticle) else 0


async def _fetch(url: str, limits: Limits) -> FetchResult:
    request = Request(url, obeys_robots=True)
    [answer] = [result async for _, result in fetch_all([request], limits, Manners())]
    return answer


def _read(path: Path, limits: Limits) -> FetchResult:
    """A file's body; of a JSONL file its first line."""
    suffix = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    media_type = MEDIA_TYPES.get(suffix.lower()) or (RECORD_MEDIA_TYPE if suffix.lower() == ".jsonl" else None)
    if media_type is None:
        known = " ".join((*MEDIA_TYPES, ".jsonl"))
        raise UserError(f"what kind of file is {path}?", f"name it with one of {known}, perhaps with .gz")
    answer = read_local(path.absolute(), max_bytes=limits.max_body_bytes)
    if isinstance(answer, FetchFailure):
        raise UserError(f"{path} cannot be read: {answer.detail}", "name a file or an address (https://…)")
    if not isinstance(answer, Fetched):
        return answer
    body = answer.capture.body
    if media_type == RECORD_MEDIA_TYPE:
        body = next((line for line in body.splitlines() if line.strip()), b"")
    return Fetched(Capture(answer.capture.url, body, media_type))


def _described(fetched: Fetched, document: Document | NotAnArticle, now: datetime) -> Mapping[str, Any]:
    url = fetched.capture.url
    if isinstance(document, NotAnArticle):
        return {"url": url, "reason": document.reason.value, "detail": document.detail}
    dated = choose_date(document.dates, now)
    return {
        "url": url,
        "canonical_url": document.canonical_url,
        "title": document.title,
        "authors": document.authors,
        "site": document.site,
        "language": document.language,
        "language_confidence": document.language_confidence,
        "language_claim": document.language_claim,
        "published_at": dated.at,
        "published_at_source": dated.source,
        "published_at_confidence": dated.confidence,
        "published_at_why": dated.why,
        "dates": [describe_claim(one) for one in dated.claims],
        "image": document.image,
        "section": document.section,
        "tags": document.tags,
        "is_free": document.is_free,
        "opt_out": (*fetched.opt_out, *document.opt_out),
        "text_by": document.text_by,
        "boilerplate": document.boilerplate,
        "lead_ins": [document.text[one.begin : one.end].strip() for one in find_lead_ins(document.text)],
        "text": document.text,
    }


def _print(seen: Mapping[str, Any], *, json: bool) -> None:
    if json:
        print_json(seen)
        return
    if "text" not in seen:
        detail = f" ({seen['detail']})" if seen["detail"] else ""
        note(f"no article at {seen['url']}: {seen['reason']}{detail}")
        return
    apart = ("text", "dates", "boilerplate", "lead_ins")
    fields = [{"field": name.replace("_", " "), "value": _shown(seen[name])} for name in seen if name not in apart]
    out.print(table(fields, {"field": "field", "value": "value"}))
    _print_dates(seen["dates"])
    _print_lines("Text", seen["text"].split("\n\n"))
    _print_lines("Cut from it", seen["boilerplate"])
    _print_lines("Marked in it as words on its origin", seen["lead_ins"])


def _shown(value: object) -> str:
    """A value as text: moments with the zone they were stated in, nothing as a dash."""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    return plain(value) or plain(None)


def _print_dates(dates: Sequence[Mapping[str, Any]]) -> None:
    names = ("source", "value", "precision", "is_update", "or", "fault")
    if dates:
        rows = [{name: one.get(name) for name in names} for one in dates]
        out.print()
        out.print(table(rows, {name: name.replace("_", " ") for name in names}, title="Dates"))


def _print_lines(title: str, paragraphs: Sequence[str]) -> None:
    if paragraphs:
        out.print()
        out.print(f"[bold]{title}[/bold]")
    for paragraph in paragraphs:
        print_text(paragraph)
        out.print()
