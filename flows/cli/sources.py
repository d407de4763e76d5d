"""`newsfold sources`: list, add, check, import, export."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from db import views
from db.sources import follow
from flows.cli.console import note, out, plural, print_json, progress_bar, table
from flows.cli.runs import settings_with
from flows.probe import Probe, find_sources, newest_entry, probe
from flows.wiring import (
    CONFIG_NAME,
    config_path,
    load_sources,
    open_environment,
    shipped_sources,
    utc_now,
    web_limits,
)
from pipeline.discover.sources.file import parse_sources, with_sources
from pipeline.discover.sources.opml import parse_opml, write_opml
from pipeline.discover.sources.slugs import SlugSet, check_known, slug_of
from pipeline.errors import UserError
from pipeline.models.pages import FetchFailure, Reading, Reason
from pipeline.models.sources import Source, SourceKind
from pipeline.settings import Settings

STALE = timedelta(days=60)
_FOUND_KINDS = (SourceKind.FEED, SourceKind.WORDPRESS, SourceKind.SITEMAP, SourceKind.LISTING)
_NEW_FILE = '# The sources that newsfold follows, besides the shipped ones.\nextends = "defaults"\n'


def list_(config: Path | None, *, json: bool) -> None:
    """Print all sources with their health."""
    with open_environment(settings_with(config)) as env, env.engine.begin() as conn:
        follow(conn, env.sources)
        rows = views.sources(conn)
    if json:
        print_json(rows)
        return
    others = sum(not row["is_followed"] for row in rows)
    rows = [row for row in rows if row["is_followed"]]
    columns = {
        name: name
        for name in ("source", "kind", "language", "health", "pages", "articles", "last_success_at", "address")
    }
    spare = ("kind", "pages", "language", "last_success_at")
    out.print(table(rows, columns | {"last_success_at": "last answer"}, spare=spare))
    for row in rows:
        if row["health"] in ("failing", "unreached"):
            note(f"{row['source']}: {row['last_error']}")
    if others:
        note(f"{plural(others, 'source')} not followed any more, in news.sources")


def check(slugs: tuple[str, ...], config: Path | None, *, json: bool) -> int:
    """Ask sources and print a verdict for each; 1 where one fails. Nothing is stored."""
    settings = settings_with(config)
    sources = load_sources(settings)
    check_known(slugs, [source.slug for source in sources])
    chosen = [source for source in sources if source.slug in slugs or not slugs]
    verdicts = asyncio.run(_verdicts(chosen, settings))
    verdicts.sort(key=lambda verdict: str(verdict["source"]))
    if json:
        print_json(verdicts)
    else:
        columns = {name: name for name in ("source", "kind", "language", "verdict", "entries", "newest", "detail")}
        out.print(table(verdicts, columns), "")
        out.print(_summary(verdicts))
    return int(any(verdict["verdict"] in ("failed", "offline") for verdict in verdicts))


async def _verdicts(sources: Sequence[Source], settings: Settings) -> list[dict[str, Any]]:
    verdicts = []
    with progress_bar() as progress:
        async for one in probe(sources, web_limits(settings), now=utc_now()):
            verdicts.append(_verdict(one))
            progress("sources", len(verdicts), len(sources))
    return verdicts


def _verdict(one: Probe) -> dict[str, Any]:
    source, answer = one.source, one.answer
    said: dict[str, Any] = {
        "source": source.slug,
        "kind": source.kind.value,
        "language": source.language,
        "verdict": "failed",
        "entries": 0,
        "newest": None,
        "detail": "",
        "known_from": source.known_from,
    }
    if isinstance(answer, FetchFailure):
        verdict = "offline" if answer.reason == Reason.OFFLINE else "failed"
        return said | {"verdict": verdict, "detail": f"{answer.reason}: {answer.detail}".removesuffix(": ")}
    now = utc_now()
    newest = newest_entry(answer, now)
    is_stale = newest is not None and newest < now - STALE
    verdict = "stale" if is_stale else "ok" if answer.entries else "empty"
    return said | {
        "verdict": verdict,
        "entries": len(answer.entries),
        "newest": newest,
        "detail": "; ".join(_remarks(source, answer)),
    }


def _remarks(source: Source, reading: Reading) -> Iterator[str]:
    """What a source names, and a user may have meant otherwise."""
    if reading.left_out:
        verb = "names" if reading.left_out == 1 else "name"
        yield f"{plural(reading.left_out, 'item')} that {verb} no article"
    if source.options.paths and not reading.entries:
        yield f"no entry is below {', '.join(source.options.paths)}"
    selectors = source.options.selectors
    if selectors and selectors.date and not any(entry.published_at for entry in reading.entries):
        yield f"selector {selectors.date!r} found no date"


def _summary(verdicts: Sequence[dict[str, Any]]) -> str:
    said = [str(verdict["verdict"]) for verdict in verdicts]
    counts = ", ".join(f"{said.count(name)} {name}" for name in dict.fromkeys(sorted(said)))
    return f"{plural(len(said), 'source')}: {counts}"


def add(address: str, slug: str | None, kind: str | None, config: Path | None) -> None:
    """Try an address, find its source, and write it into the user's sources file."""
    settings = settings_with(config)
    found = _find(address, kind, settings)
    source = replace(found[0], slug=slug or found[0].slug)
    path = _own_file(settings)
    known = {one.slug: one for one in _known_sources(settings, path)}
    twin = next((one for one in known.values() if (one.kind, one.address) == (source.kind, source.address)), None)
    if twin:
        raise UserError(f"{path}: {source.address} is followed already as {twin.slug!r}", "nothing to add")
    if source.slug in known:
        taken = f"{path}: there is a source {source.slug!r} already ({known[source.slug].address})"
        raise UserError(taken, "give another --slug")
    _write(path, [source])
    note(f"added {source.slug} ({source.kind} {source.address}) to {path}")
    if len(known) == len(shipped_sources()):
        note(f'  the {len(known)} sources that come with newsfold stay followed: extends = "defaults" in that file')
    for other in found[1:4]:
        note(f"  also there: {other.kind} {other.address}")
    note(f"  → newsfold ingest --source {source.slug}")


def _find(address: str, kind: str | None, settings: Settings) -> list[Source]:
    if urlsplit(address).scheme not in ("http", "https"):
        return [_local_source(address)]
    kinds = [SourceKind(kind)] if kind else _FOUND_KINDS
    found = asyncio.run(find_sources(address, web_limits(settings), kinds, now=utc_now()))
    if isinstance(found, FetchFailure):
        raise UserError(
            f"{address}: {found.reason} ({found.detail})", "check the address, or write a listing: see docs/sources.md"
        )
    return [one.source for one in found]


def _local_source(address: str) -> Source:
    place = Path(address).expanduser().absolute()
    if place.is_dir():
        return Source(slug_of(place.name), place.name, SourceKind.FILES, str(place))
    if place.is_file() and ".jsonl" in place.suffixes:
        return Source(slug_of(place.stem), place.stem, SourceKind.JSONL, str(place))
    raise UserError(
        f"{address}: neither a web address nor a folder nor a .jsonl file", "write a web address with https://"
    )


def import_(file: Path, config: Path | None) -> None:
    """Add the feeds of an OPML file to the user's sources file; those that are there already stay as they are."""
    settings = settings_with(config)
    try:
        opml = parse_opml(file.read_bytes(), file)
    except OSError as exc:
        raise UserError(f"{file}: {exc.strerror}", "name an OPML file that can be read") from exc
    path = _own_file(settings)
    known = _known_sources(settings, path)
    addresses, slugs = {one.address for one in known}, SlugSet(one.slug for one in known)
    new = [replace(one, slug=slugs.take(one.slug)) for one in opml.sources if one.address not in addresses]
    for problem in opml.problems:
        note(f"{file}: {problem}; left out")
    if new:
        _write(path, new)
    note(f"{plural(len(new), 'source')} added to {path}, {len(opml.sources) - len(new)} there already")


def export(config: Path | None) -> None:
    """Print the feeds among the sources as OPML."""
    sources = load_sources(settings_with(config))
    sys.stdout.buffer.write(write_opml(sources, "newsfold"))
    left = [source for source in sources if source.kind is not SourceKind.FEED]
    if left:
        note(f"{plural(len(left), 'source')} of other kinds left out: OPML lists feeds")


def _own_file(settings: Settings) -> Path:
    return config_path(settings) or settings.home.expanduser() / CONFIG_NAME


def _known_sources(settings: Settings, path: Path) -> tuple[Source, ...]:
    return load_sources(settings) if path.exists() else shipped_sources()


def _write(path: Path, sources: Sequence[Source]) -> None:
    written, line_end = _read(path) if path.exists() else (_NEW_FILE, "\n")
    extended = with_sources(written, sources)
    parse_sources(extended, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(extended, encoding="utf-8", newline=line_end)
    beside.replace(path)


def _read(path: Path) -> tuple[str, str]:
    """A file's text, and how its lines end; "\\n" where some end otherwise than others."""
    with path.open(encoding="utf-8-sig") as file:
        written = file.read()
        return written, file.newlines if isinstance(file.newlines, str) else "\n"
