"""`newsfold sources`: list, add, check."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from db import views
from db.sources import follow
from flows.cli.console import note, out, print_json, table
from flows.cli.runs import settings_with
from flows.wiring import CONFIG_NAME, config_path, load_sources, open_environment, shipped_sources, web_limits
from pipeline.discover.feeds import feed_links, parse_feed
from pipeline.discover.sources import describe_source, parse_sources
from pipeline.errors import FeedError, UserError
from pipeline.fetch.folder import list_folder
from pipeline.fetch.web import Request, fetch_all
from pipeline.models import Capture, Fetched, FetchFailure, FetchResult, NotModified, Source, SourceKind
from pipeline.settings import Settings


def list_(config: Path | None, *, json: bool) -> None:
    """Print all sources with their health."""
    with open_environment(settings_with(config)) as env, env.engine.begin() as conn:
        follow(conn, env.sources)
        rows = views.sources(conn)
    if json:
        print_json(rows)
        return
    columns = {
        name: name
        for name in ("source", "kind", "language", "health", "pages", "articles", "last_success_at", "address")
    }
    out.print(table(rows, columns | {"last_success_at": "last answer"}))
    for row in rows:
        if row["health"] == "failing":
            note(f"{row['source']}: {row['last_error']}")


def check(slugs: tuple[str, ...], config: Path | None, *, json: bool) -> int:
    """Ask sources and print a verdict for each; 1 where one fails. Nothing is stored."""
    settings = settings_with(config)
    sources = load_sources(settings)
    unknown = set(slugs) - {source.slug for source in sources}
    if unknown:
        raise UserError(f"no source {sorted(unknown)[0]!r} in the sources file", "newsfold sources lists them")
    chosen = [source for source in sources if source.slug in slugs or not slugs]
    verdicts = [_check_folder(source) for source in chosen if source.kind is SourceKind.FILES]
    verdicts += asyncio.run(_check_feeds([source for source in chosen if source.kind is SourceKind.FEED], settings))
    verdicts.sort(key=lambda verdict: str(verdict["source"]))
    if json:
        print_json(verdicts)
    else:
        columns = {
            "source": "source",
            "verdict": "verdict",
            "entries": "entries",
            "newest": "newest",
            "detail": "detail",
        }
        out.print(table(verdicts, columns))
    return int(any(verdict["verdict"] == "failed" for verdict in verdicts))


def add(address: str, slug: str | None, config: Path | None) -> None:
    """Try an address, find its feed, and write the source into the user's sources file."""
    settings = settings_with(config)
    path = config_path(settings) or settings.home.expanduser() / CONFIG_NAME
    known = {source.slug: source for source in (load_sources(settings) if path.exists() else shipped_sources())}
    source = _find_source(address, slug, settings)
    if source.slug in known:
        taken = f"{path}: there is a source {source.slug!r} already ({known[source.slug].address})"
        raise UserError(taken, "give another --slug")
    written = path.read_text(encoding="utf-8") if path.exists() else _NEW_FILE
    extended = f"{written}\n{describe_source(source)}"
    parse_sources(extended, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(extended, encoding="utf-8")
    note(f"added {source.slug} ({source.kind} {source.address}) to {path}")
    note(f"  → newsfold ingest --source {source.slug}")


_NO_VALIDATORS = "a request without validators is never answered with NotModified"
_NEW_FILE = '# The sources that newsfold follows, besides the shipped ones.\nextends = "defaults"\n'


def _find_source(address: str, slug: str | None, settings: Settings) -> Source:
    if urlsplit(address).scheme not in ("http", "https"):
        return _folder_source(address, slug)
    [result] = asyncio.run(_fetch([address], settings)).values()
    capture = _body(result, address)
    try:
        parse_feed(capture)
    except FeedError as exc:
        links = feed_links(capture) if exc.reason == "html_not_feed" else []
        if not links:
            raise UserError(
                f"{address}: {exc.detail}, and it names no feed", "look for the feed's own address on that site"
            ) from exc
        address = links[0]
        [result] = asyncio.run(_fetch([address], settings)).values()
        try:
            parse_feed(_body(result, address))
        except FeedError as wrong:
            raise UserError(f"{address}: {wrong.detail}", "look for the feed's own address on that site") from wrong
    name = urlsplit(address).hostname or address
    return Source(slug or _slug(name), name, SourceKind.FEED, address)


def _folder_source(address: str, slug: str | None) -> Source:
    folder = Path(address).expanduser().absolute()
    if not folder.is_dir():
        raise UserError(f"{address}: neither a web address nor a folder", "write a web address with https://")
    return Source(slug or _slug(folder.name), folder.name, SourceKind.FILES, str(folder))


def _slug(name: str) -> str:
    words = re.sub(r"^(www|rss|feeds?|blog)\.", "", name.lower())
    return re.sub(r"[^a-z0-9]+", "-", words).strip("-")[:60] or "source"


def _body(result: FetchResult, address: str) -> Capture:
    match result:
        case Fetched(capture):
            return capture
        case FetchFailure(reason, detail):
            raise UserError(f"{address}: {reason} ({detail})", "check the address")
        case NotModified():
            raise AssertionError(_NO_VALIDATORS)


def _check_folder(source: Source) -> dict[str, Any]:
    try:
        return _verdict(source, entries=len(list_folder(source)))
    except OSError as exc:
        return _verdict(source, problem=str(exc))


async def _check_feeds(sources: Sequence[Source], settings: Settings) -> list[dict[str, Any]]:
    results = await _fetch([source.address for source in sources], settings)
    return [_check_feed(source, results[source.address]) for source in sources]


def _check_feed(source: Source, result: FetchResult) -> dict[str, Any]:
    match result:
        case Fetched(capture):
            try:
                feed = parse_feed(capture)
            except FeedError as exc:
                return _verdict(source, problem=str(exc))
            dates = [entry.published_at for entry in feed.entries if entry.published_at]
            verdict = _verdict(source, entries=len(feed.entries), newest=max(dates, default=None))
            if feed.left_out:
                verdict["detail"] = f"{feed.left_out} of {len(feed.items)} items name no web address"
            return verdict
        case FetchFailure(reason, detail):
            return _verdict(source, problem=f"{reason}: {detail}")
        case NotModified():
            raise AssertionError(_NO_VALIDATORS)


def _verdict(source: Source, *, entries: int = 0, newest: object = None, problem: str | None = None) -> dict[str, Any]:
    verdict = "failed" if problem else "ok" if entries else "empty"
    return {"source": source.slug, "verdict": verdict, "entries": entries, "newest": newest, "detail": problem or ""}


async def _fetch(addresses: Sequence[str], settings: Settings) -> dict[str, FetchResult]:
    requests = {Request(address, accept=None) for address in addresses}
    return {request.url: result async for request, result in fetch_all(requests, web_limits(settings))}
