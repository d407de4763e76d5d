"""Source descriptions: TOML text in, checked sources out."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import ValidationError
from tomlkit.items import AoT

from pipeline.discover.lists.listing import check_selectors
from pipeline.discover.sources.options import dump_options, parse_options
from pipeline.discover.sources.schedules import Schedule, parse_schedules
from pipeline.discover.urls import absolute
from pipeline.errors import UserError
from pipeline.extract.claims.language import is_language_tag
from pipeline.models.sources import IMPORT_SLUG, MOST_DAYS, Options, Selectors, Source, SourceKind, Turn, TurnScope

_SLUG = re.compile(r"^[a-z0-9][a-z0-9_-]{0,62}$")
_ADDRESS_KEYS = {
    SourceKind.FEED: ("url",),
    SourceKind.SITEMAP: ("url",),
    SourceKind.WORDPRESS: ("url",),
    SourceKind.LISTING: ("url",),
    SourceKind.FILES: ("path",),
    SourceKind.JSONL: ("url", "path"),
}
_OPTIONS = {field.name for field in fields(Options)}
_KEYS = {"slug", "name", "kind", "url", "path", "language", "known_from"} | _OPTIONS
MAX_INTERVAL_SECONDS = 3600
_TOP_KEYS = {"extends", "sources", "schedules"}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """What one TOML file says: its sources, whether it adds them to the shipped ones (`extends = "defaults"`), and when
    some of them are asked.
    """

    sources: tuple[Source, ...]
    extends_defaults: bool
    schedules: tuple[Schedule, ...] = ()


def parse_sources(text: str, origin: Path) -> SourceFile:
    """The sources of one TOML file. `origin` is its path: for messages, and where relative `path`s start.

    Raises UserError naming file, source and key.
    """
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as exc:  # not TOML; a number of 5,000 digits; nested too deep
        raise UserError(f"{origin}: not TOML: {exc}", "mend that line") from exc
    _check_keys(data, _TOP_KEYS, str(origin))
    extends = data.get("extends")
    if extends not in (None, "defaults"):
        raise UserError(
            f"{origin}: key 'extends': {extends!r} is not known", 'write extends = "defaults" or leave it out'
        )
    tables = data.get("sources", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise UserError(f"{origin}: key 'sources' is not a list of tables", "begin each source with a line [[sources]]")
    sources = tuple(_source(table, number, origin) for number, table in enumerate(tables, 1))
    _check_unique(sources, origin)
    schedules = parse_schedules(data.get("schedules", {}), str(origin))
    return SourceFile(sources, extends_defaults=extends is not None, schedules=schedules)


def merge_sources(defaults: Iterable[Source], own: SourceFile) -> tuple[Source, ...]:
    """The sources to follow: the file's own; where it extends the defaults, those too, its own winning by slug."""
    base = {source.slug: source for source in defaults} if own.extends_defaults else {}
    return tuple((base | {source.slug: source for source in own.sources}).values())


def with_sources(text: str, sources: Iterable[Source]) -> str:
    """The text of a sources file with more sources at its end; all else stays as it is written.

    Raises tomlkit's ParseError where it is no TOML.
    """
    document = tomlkit.parse(f"{text.rstrip()}\n\n" if text.strip() else "")
    known = document.get("sources")
    tables = known if isinstance(known, AoT) else tomlkit.aot()
    if known is not tables:
        for table in known or ():
            tables.append(tomlkit.item(table.unwrap()))
        document.pop("sources", None)
        document.append("sources", tables)
    for source in sources:
        tables.append(tomlkit.item(_table(source)))
    return tomlkit.dumps(document)


def _table(source: Source) -> dict[str, Any]:
    is_path = source.kind is SourceKind.FILES or absolute(source.address, "") is None
    table = {
        "slug": source.slug,
        "name": source.name,
        "kind": source.kind.value,
        "path" if is_path else "url": source.address,
        "language": source.language,
        "known_from": source.known_from,
        **dump_options(source.options),
    }
    return {key: value for key, value in table.items() if value is not None}


def _source(table: dict[str, Any], number: int, origin: Path) -> Source:
    where = f"{origin}: source {table.get('slug') or f'no. {number}'}"
    _check_keys(table, _KEYS, where)
    slug = _text(table, "slug", where)
    if not _SLUG.match(slug):
        raise UserError(f"{where}: key 'slug': {slug!r} is no slug", "use lower-case letters, digits, - and _")
    if slug == IMPORT_SLUG:
        raise UserError(f"{where}: key 'slug': {slug!r} is taken by imported articles", "choose another")
    kind = _kind(_text(table, "kind", where), where)
    return Source(
        slug,
        _text(table, "name", where) if "name" in table else slug,
        kind,
        _address(table, kind, where, origin),
        _language(table, where) if "language" in table else None,
        _text(table, "known_from", where) if "known_from" in table else None,
        _options(table, kind, where),
    )


def _address(table: dict[str, Any], kind: SourceKind, where: str, origin: Path) -> str:
    allowed = _ADDRESS_KEYS[kind]
    for other in {"url", "path"} - set(allowed):
        if other in table:
            raise UserError(f"{where}: key '{other}' does not go with kind \"{kind}\"", f"use '{allowed[0]}'")
    key = next((key for key in allowed if key in table), allowed[0])
    address = _text(table, key, where)
    if key == "path":
        return str((origin.parent / Path(address).expanduser()).resolve())
    if absolute(address, "") is None:
        raise UserError(f"{where}: key 'url': {address!r} is no web address", "write it with https://")
    return address


def _options(table: dict[str, Any], kind: SourceKind, where: str) -> Options:
    for key, described in (("selectors", Selectors), ("turn", Turn)):
        if isinstance(table.get(key), dict):
            _check_keys(table[key], {field.name for field in fields(described)}, f"{where}: key '{key}'")
    try:
        options = parse_options({key: table[key] for key in _OPTIONS & table.keys()})
    except ValidationError as exc:
        first = exc.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise UserError(f"{where}: key '{key}': {first['msg']}", "docs/sources.md has all keys") from exc
    _check_limits(options, where)
    if options.selectors and kind is not SourceKind.LISTING:
        raise UserError(f"{where}: key 'selectors' does not go with kind \"{kind}\"", 'use kind = "listing"')
    wrong = check_selectors(options.selectors) if options.selectors else None
    if wrong:
        raise UserError(f"{where}: key 'selectors': {wrong}", "mend that selector")
    return options


def _check_limits(options: Options, where: str) -> None:
    turn = options.turn or Turn()
    problems = {
        "max_age_days": _is_no_time(options.max_age_days) and f"is not from 1 to {MOST_DAYS}",
        "keep_captures_days": _is_no_time(options.keep_captures_days) and f"is not from 1 to {MOST_DAYS}",
        "threshold": options.threshold is not None and not 0 <= options.threshold <= 1 and "is not from 0 to 1",
        "turn.interval_seconds": not 0 <= turn.interval_seconds <= MAX_INTERVAL_SECONDS and "is not from 0 to 3600",
        "turn.group": (turn.scope is TurnScope.GROUP) != bool(turn.group)
        and 'goes with scope = "group", and only there',
        "paths": any(not path.startswith("/") for path in options.paths) and "does not begin with /",
    }
    for key, problem in problems.items():
        if problem:
            raise UserError(f"{where}: key '{key}' {problem}", "docs/sources.md has all keys")


def _is_no_time(days: int | None) -> bool:
    return days is not None and not 1 <= days <= MOST_DAYS


def _kind(value: str, where: str) -> SourceKind:
    if value not in {kind.value for kind in _ADDRESS_KEYS}:
        known = ", ".join(sorted(_ADDRESS_KEYS))
        raise UserError(f"{where}: key 'kind': {value!r} is not known", f"use one of {known}")
    return SourceKind(value)


def _language(table: dict[str, Any], where: str) -> str:
    value = _text(table, "language", where)
    if not is_language_tag(value):
        raise UserError(f"{where}: key 'language': {value!r} is no BCP 47 tag", 'write one as "en" or "pt-BR"')
    return value


def _text(table: dict[str, Any], key: str, where: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        problem = "is missing" if value is None else f"is {value!r}, not a text"
        raise UserError(f"{where}: key '{key}' {problem}", f'write {key} = "…"')
    return value.strip()


def _check_keys(table: dict[str, Any], known: set[str], where: str) -> None:
    for key in table:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"known keys: {', '.join(sorted(known))}"
            raise UserError(f"{where}: key '{key}' is not known", hint)


def _check_unique(sources: Iterable[Source], origin: Path) -> None:
    seen: set[str] = set()
    for source in sources:
        if source.slug in seen:
            raise UserError(f"{origin}: source {source.slug}: key 'slug' is used twice", "give each source its own")
        seen.add(source.slug)
