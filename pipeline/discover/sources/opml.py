"""OPML 2.0, the lists of feeds that feed readers exchange (http://opml.org/spec2.opml), in and out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html.entities import html5
from pathlib import Path

from lxml import etree

from pipeline.discover.sources.slugs import MAX_SLUG, SlugSet
from pipeline.discover.urls import absolute, canonicalize, host
from pipeline.errors import UserError
from pipeline.extract.claims.language import is_language_tag
from pipeline.extract.clean import clean_field
from pipeline.models.sources import IMPORT_SLUG, Options, Source, SourceKind

MAX_BYTES = 20_000_000
"""The largest list that is read. One of 10,000 feeds has about 3 MB."""

# The standard lets a file have attributes of its own only in a namespace.
_NAMESPACE = "urn:newsfold:source"
_SLUG, _KNOWN_FROM, _TOPIC = (f"{{{_NAMESPACE}}}{name}" for name in ("slug", "known-from", "topic"))
# The standard has only rss, Atom included; readers write these too. Others, as FreshRSS's HTML+XPath, are web pages.
_FEED_TYPES = {"", "rss", "rss1", "rss2", "rdf", "atom", "feed", "jsonfeed"}
_VALID_SLUG = re.compile(rf"^[a-z0-9][a-z0-9_-]{{0,{MAX_SLUG - 1}}}$")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r"))
_REFERENCE = re.compile(rb"&(?:(#[0-9]+|#x[0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);)?")
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
_XML_NAMES = {b"amp", b"lt", b"gt", b"quot", b"apos"}


@dataclass(frozen=True, slots=True)
class Opml:
    """What one OPML file says: its feeds, each address once, and a line for each thing in it that is no feed."""

    sources: tuple[Source, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Outline:
    name: str
    url: str
    language: str | None
    slug: str | None
    known_from: str | None
    topic: str | None


def parse_opml(text: bytes, origin: Path) -> Opml:
    """The feeds of an OPML file, folders or none, in its order. `origin` is its path, for messages.

    Slugs are made from titles, or hosts, and unique in the file; those that `write_opml` wrote are kept. Broken XML is
    read as far as it goes, and what is left out is named in `problems`.

    Raises UserError where it is no OPML, larger than `MAX_BYTES`, or declares entities.
    """
    if len(text) > MAX_BYTES:
        raise UserError(f"{origin}: larger than {MAX_BYTES:,} bytes", "split it into several lists")
    root, faults = _read(text, origin)
    outlines: dict[str, _Outline] = {}
    for element in root.iter():
        if _local_name(element) != "outline":
            continue
        try:
            outline = _outline(element)
        except ValueError as exc:
            faults.append(f"line {element.sourceline}: {exc}")
            continue
        if outline:
            outlines.setdefault(canonicalize(outline.url), outline)
    return Opml(_sources(outlines.values()), tuple(faults))


def write_opml(sources: Iterable[Source], title: str) -> bytes:
    """An OPML 2.0 file of the feeds among `sources`.

    Other kinds are left out: a reader of OPML would take their addresses for feeds. Slug, `known_from` and topic are
    kept in attributes of newsfold's own, other options are not.
    """
    root = etree.Element("opml", version="2.0", nsmap={"newsfold": _NAMESPACE})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = clean_field(title)
    body = etree.SubElement(root, "body")
    for source in sources:
        if source.kind is SourceKind.FEED:
            etree.SubElement(body, "outline", _attributes(source))
    written: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return written


def _attributes(source: Source) -> dict[str, str]:
    name = clean_field(source.name) or source.slug
    values = {
        "type": "rss",
        "text": name,
        "title": name,
        "xmlUrl": source.address,
        "language": source.language,
        _SLUG: source.slug,
        _KNOWN_FROM: clean_field(source.known_from),
        _TOPIC: clean_field(source.options.topic),
    }
    return {key: value for key, value in values.items() if value}


def _read(text: bytes, origin: Path) -> tuple[etree._Element, list[str]]:
    """The root element, and what was wrong with the XML. Raises UserError."""
    parser = etree.XMLParser(
        encoding="utf-8" if text.startswith(_UTF16_MARKS) else None,
        recover=True,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    mended = _mend(text)
    if _ENTITY.search(mended):
        raise UserError(f"{origin}: declares entities, which a list of feeds has no need of", "remove its DOCTYPE")
    try:
        root = etree.fromstring(mended, parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or _local_name(root) != "opml":
        found = "no XML" if root is None else f"its outermost element is <{_local_name(root)}>"
        raise UserError(
            f"{origin}: not OPML: {found}", "give the list of feeds that a feed reader exports (.opml or .xml)"
        )
    faults = [f"line {fault.line}: broken XML: {clean_field(fault.message)}" for fault in parser.error_log][:1]
    return root, faults


def _mend(text: bytes) -> bytes:
    """The text in a form in which the parser loses nothing of its addresses: it drops what it takes for a reference."""
    if text.startswith(_UTF16_MARKS):
        text = text.decode("utf-16", "replace").encode()
    return _REFERENCE.sub(_mend_reference, text.translate(None, _CONTROLS).lstrip())


def _mend_reference(found: re.Match[bytes]) -> bytes:
    """XML's own references as they are, HTML's names as numbers, any other & as a plain one."""
    name = found[1]
    if name and (name.startswith(b"#") or name in _XML_NAMES):
        return found[0]
    known = html5.get(f"{name.decode()};") if name else None
    return "".join(f"&#{ord(character)};" for character in known).encode() if known else b"&amp;" + found[0][1:]


def _local_name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _outline(element: etree._Element) -> _Outline | None:
    """The feed that an outline names; None where it is a folder or a note. Raises ValueError where it is neither."""
    # Readers write xmlUrl, xmlurl and XMLURL.
    values = {str(key).lower(): clean_field(str(value)) or "" for key, value in element.attrib.items()}
    kind, url = values.get("type", "").lower(), values.get("xmlurl")
    name = values.get("title") or values.get("text") or ""
    if not url:
        if kind in _FEED_TYPES - {""}:
            raise ValueError(f"{name or 'an outline'}: names no feed (xmlUrl)")
        return None
    if kind not in _FEED_TYPES:
        raise ValueError(f"{name or url}: an outline of type {kind!r} is no feed")
    address = absolute(url, "")
    if address is None:
        raise ValueError(f"{name or 'an outline'}: {url!r} is no web address")
    language = values.get("language", "")
    return _Outline(
        name=name or host(address),
        url=address,
        language=language if is_language_tag(language) else None,
        slug=_own_slug(values),
        known_from=values.get(_KNOWN_FROM) or None,
        topic=values.get(_TOPIC) or None,
    )


def _own_slug(values: Mapping[str, str]) -> str | None:
    slug = values.get(_SLUG, "")
    return slug if _VALID_SLUG.match(slug) and slug != IMPORT_SLUG else None


def _sources(outlines: Iterable[_Outline]) -> tuple[Source, ...]:
    found = list(outlines)
    kept: dict[str, _Outline] = {}
    for outline in found:
        if outline.slug:
            kept.setdefault(outline.slug, outline)
    slugs = SlugSet(kept)
    return tuple(
        Source(
            slug=outline.slug if outline.slug and kept[outline.slug] is outline else slugs.take(outline.name),
            name=outline.name,
            kind=SourceKind.FEED,
            address=outline.url,
            language=outline.language,
            known_from=outline.known_from,
            options=Options(topic=outline.topic),
        )
        for outline in found
    )
