"""Source descriptions: TOML text in, checked sources out."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.discover.urls import absolute
from pipeline.errors import UserError
from pipeline.models import IMPORT_SLUG, Source, SourceKind

_SLUG = re.compile(r"^[a-z0-9][a-z0-9_-]{0,62}$")
_ADDRESS_KEY = {SourceKind.FEED: "url", SourceKind.FILES: "path"}
_KEYS = {"slug", "name", "kind", "url", "path", "language"}
_TOP_KEYS = {"extends", "sources"}


@dataclass(frozen=True, slots=True)
class SourceFile:
    """What one TOML file says: its sources, and whether it adds them to the shipped ones (`extends = "defaults"`)."""

    sources: tuple[Source, ...]
    extends_defaults: bool


def parse_sources(text: str, origin: Path) -> SourceFile:
    """The sources of one TOML file. `origin` is its path: for messages, and where relative `path`s start.

    Raises UserError naming file, source and key.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
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
    return SourceFile(sources, extends_defaults=extends is not None)


def merge_sources(defaults: Iterable[Source], own: SourceFile) -> tuple[Source, ...]:
    """The sources to follow: the file's own; where it extends the defaults, those too, its own winning by slug."""
    base = {source.slug: source for source in defaults} if own.extends_defaults else {}
    return tuple((base | {source.slug: source for source in own.sources}).values())


def describe_source(source: Source) -> str:
    """The TOML table for a source, as `newsfold sources add` writes it."""
    values = {"slug": source.slug, "name": source.name, "kind": source.kind.value}
    values[_ADDRESS_KEY[source.kind]] = source.address
    if source.language:
        values["language"] = source.language
    return "[[sources]]\n" + "".join(f"{key} = {_toml_string(value)}\n" for key, value in values.items())


def _source(table: dict[str, Any], number: int, origin: Path) -> Source:
    where = f"{origin}: source {table.get('slug') or f'no. {number}'}"
    _check_keys(table, _KEYS, where)
    slug = _text(table, "slug", where)
    if not _SLUG.match(slug):
        raise UserError(f"{where}: key 'slug': {slug!r} is no slug", "use lower-case letters, digits, - and _")
    if slug == IMPORT_SLUG:
        raise UserError(f"{where}: key 'slug': {slug!r} is taken by imported articles", "choose another")
    kind = _kind(_text(table, "kind", where), where)
    key = _ADDRESS_KEY[kind]
    address = _text(table, key, where)
    for other in set(_ADDRESS_KEY.values()) - {key}:
        if other in table:
            raise UserError(f"{where}: key '{other}' does not go with kind \"{kind}\"", f"use '{key}'")
    language = _text(table, "language", where) if "language" in table else None
    name = _text(table, "name", where) if "name" in table else slug
    return Source(slug, name, kind, _address(kind, address, where, origin), language)


def _address(kind: SourceKind, address: str, where: str, origin: Path) -> str:
    if kind is SourceKind.FILES:
        return str((origin.parent / Path(address).expanduser()).resolve())
    if absolute(address, "") is None:
        raise UserError(f"{where}: key 'url': {address!r} is no web address", "write it with https://")
    return address


def _kind(value: str, where: str) -> SourceKind:
    if value not in {kind.value for kind in _ADDRESS_KEY}:
        known = ", ".join(sorted(_ADDRESS_KEY))
        raise UserError(f"{where}: key 'kind': {value!r} is not known", f"use one of {known}")
    return SourceKind(value)


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


def _toml_string(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in escaped) + '"'
