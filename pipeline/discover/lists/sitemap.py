"""Sitemaps: the protocol 0.9 (https://www.sitemaps.org/protocol.html), Google's news sitemaps, lists of addresses.

The markup is read token by token and not by an XML parser: one broken character must not cost the rest of the file,
and where parsers recover they make other addresses of it (libxml2 reads `?a=1&b=2` as `?a=1=2`). So no entity is
expanded and nothing external is opened either.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html.entities import name2codepoint
from typing import TypeVar

from pipeline.discover.dates import stated_moment
from pipeline.discover.feeds.parse import parse_feed
from pipeline.discover.urls import absolute
from pipeline.errors import FeedError
from pipeline.extract.charset import charset_in_markup, decode
from pipeline.extract.clean import clean_field
from pipeline.models.pages import Capture, Entry, Link, Reading
from pipeline.unpack import GZIP_MAGIC, gunzip

# The protocol allows 50,000 addresses in a file; each may have a thousand pictures.
MAX_TAGS = 2_000_000

_MAX_PACKINGS = 2
_DAY_CHARACTERS = len("2026-03-01")
_MANY_A_DAY = 100
_ONE_BUILD = timedelta(minutes=1)
_HTML_TAGS = frozenset(["html", "head", "body", "title", "meta", "script", "style", "div", "p", "h1", "center"])
_FEED_TAGS = frozenset(["rss", "feed", "rdf", "channel"])
_RECORDS = frozenset(["url", "sitemap"])
_ROOTS = frozenset(["urlset", "sitemapindex"])
_PROLOG = re.compile(r"\s*(?:<\?.*?(?:\?>|\Z)|<!--.*?(?:-->|\Z))", re.DOTALL)
_SUBSET_END = re.compile(r"\]\s*>")
_NAMED_REFERENCE = re.compile(r"&[^\s#\"']")
# Possessive, so that nothing is read twice. Where the file breaks off within a tag, </lo closes the address still.
_MARKUP = re.compile(
    r"<(?:!\[CDATA\[(?P<cdata>.*?)(?P<cdata_end>\]\]>|\Z)|!--.*?(?:-->|\Z)|\?.*?(?:\?>|\Z)"
    r"|(?P<close>/?)(?P<name>[^\s<>/!?]++)[^<>]*+>?|)",
    re.DOTALL,
)
_REFERENCE = re.compile(r"&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]{2,8}));", re.IGNORECASE)
# XML has five; writers of sitemaps use HTML's as well. An unknown one stays: it is an argument, `?a=1&b;`.
_ENTITIES = name2codepoint | {"apos": 0x27}
_LAST_CHARACTER = 0x10FFFF
_WEB_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_EDGE = "\ufeff\u200b\u2060"
_ROBOTS_LINE = re.compile(r"^[ \t]*site-?map[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)

_Dated = TypeVar("_Dated", Entry, Link)


@dataclass(slots=True)
class _Record:
    """One <url> or <sitemap>, while it is read; `values` are the texts of its elements, by name."""

    is_sitemap: bool
    values: dict[str, str] = field(default_factory=dict)


def read_sitemap(capture: Capture, *, max_bytes: int) -> Reading:
    """What a sitemap says, plain or packed: its articles as entries, the sitemaps of an index in `more`.

    An address that stands twice is read once, with the earlier of its dates. Where all changes are of one minute they
    tell when the file was built, and are neither dates nor versions. An RSS or Atom feed is read as one.

    Raises FeedError where the body is no sitemap: `empty`, `html_not_feed`, `not_a_sitemap`, `too_complex`,
    `too_large` where it unpacks to more than `max_bytes`, `unreadable` where nothing of it can be unpacked; and what
    `parse_feed` raises of a feed.
    """
    body, is_cut = _unpacked(capture.body, max_bytes)
    if not body.strip(b"\0 \t\r\n" + codecs.BOM_UTF8):
        raise FeedError("empty", "an empty body instead of a sitemap")
    text = decode(body, (capture.charset, charset_in_markup(body)))
    if text is None:
        raise FeedError("not_a_sitemap", "neither markup nor text")
    text = text.lstrip("\ufeff \t\r\n\0")
    if not text.startswith("<"):
        return _read_list(text, is_cut=is_cut)
    root, start = _root(text)
    if root in _FEED_TAGS:
        feed = parse_feed(replace(capture, body=body))
        return Reading(tuple(feed.entries), left_out=feed.left_out)
    if root in _HTML_TAGS:
        raise FeedError("html_not_feed", "a web page instead of a sitemap")
    if root not in _ROOTS | _RECORDS:
        name = clean_field(root[:40])
        raise FeedError("not_a_sitemap", f"markup, but no sitemap: it begins with <{name}>" if name else "no markup")
    return _reading(_records(text, start), capture.url)


def sitemaps_of_robots(body: bytes, base: str) -> list[str]:
    """The sitemaps that a robots.txt found at `base` names, absolute, each once, in its order."""
    lines = _ROBOTS_LINE.findall(body.decode("utf-8-sig", errors="replace").replace("\r", "\n"))
    return list(dict.fromkeys(url for line in lines if (url := absolute(line, base))))


def _unpacked(body: bytes, max_bytes: int) -> tuple[bytes, bool]:
    """The body without its gzip, if it has one, and whether it breaks off. Some servers pack what is packed."""
    is_cut = False
    for _ in range(_MAX_PACKINGS):
        if not body.startswith(GZIP_MAGIC):
            break
        unpacked = gunzip(body, max_bytes=max_bytes)
        if unpacked is None:
            raise FeedError("too_large", f"unpacks to more than {max_bytes:,} bytes")
        if unpacked.is_cut and not unpacked.body:
            raise FeedError("unreadable", "gzip that is broken from the start")
        body, is_cut = unpacked.body, is_cut or unpacked.is_cut
    return body, is_cut


def _read_list(text: str, *, is_cut: bool) -> Reading:
    """One address a line. A last line that may not be whole names another page, or none."""
    lines = text.splitlines()
    if is_cut and text[-1:] not in "\r\n":
        lines = lines[:-1]
    written = [line.strip().strip(_EDGE).strip() for line in lines]
    written = [line for line in written if line]
    urls = [url for line in written if _WEB_ADDRESS.fullmatch(line) and (url := absolute(line, ""))]
    if not urls or 2 * len(urls) < len(written):
        raise FeedError("not_a_sitemap", "neither a sitemap nor a list of web addresses")
    return Reading(tuple(map(Entry, dict.fromkeys(urls))), left_out=len(written) - len(urls))


def _root(text: str) -> tuple[str, int]:
    """The local name of the first element and where it stands; "html" where the document type says it.

    Raises FeedError for a document type that is built to grow.
    """
    start = _after_prolog(text, 0)
    if text[start : start + 9].lower() == "<!doctype":
        declared, subset = text[start + 9 : start + 99].split(), text.find("[", start)
        if declared and declared[0].strip(">").lower() == "html":
            return "html", start
        end = text.find(">", start)
        if 0 <= subset < end:
            found = _SUBSET_END.search(text, subset)
            end = found.end() - 1 if found else len(text)
            if any(map(_NAMED_REFERENCE.search, text[subset:end].split("<!ENTITY")[1:])):
                raise FeedError("too_complex", "entities made of entities")
        start = _after_prolog(text, end + 1) if end >= 0 else len(text)
    found = _MARKUP.match(text, start)
    return (_local(found["name"]) if found and found["name"] else ""), start


def _after_prolog(text: str, start: int) -> int:
    while found := _PROLOG.match(text, start):
        start = found.end()
    return len(text) - len(text[start:].lstrip())


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


def _records(text: str, start: int) -> Iterator[_Record]:
    """The <url> and <sitemap> elements of a document, closed or not."""
    state = _State()
    end = start
    for number, token in enumerate(_MARKUP.finditer(text, start)):
        if number > MAX_TAGS:
            raise FeedError("too_complex", f"more than {MAX_TAGS:,} tags")
        if state.element:
            state.read(_unescaped(text[end : token.start()]))
        end = token.end()
        tag = _local(token["name"] or "")
        if token["cdata_end"]:  # one that breaks off may be half an address
            state.read(token["cdata"])
        elif tag in _ROOTS and token["close"]:
            break
        elif tag and token["close"]:
            state.close(tag)
        elif tag and not token[0].endswith("/>"):
            finished = state.open(tag)
            if finished:
                yield finished
    if state.record:
        yield state.record


class _State:
    """Where in a document we are: in which record, and in which of the elements whose text counts."""

    def __init__(self) -> None:
        self.record: _Record | None = None
        self.element = ""
        self._parts: list[str] = []
        self._aside = ""  # an extension, <image:image> or <video:video>, whose elements do not count
        self._is_index = False

    def read(self, text: str) -> None:
        self._parts.append(text)

    def open(self, tag: str) -> _Record | None:
        """Enters an element, and gives the record that ends by that. A second <loc> begins another record."""
        if tag in _RECORDS and self.element == "loc" and not "".join(self._parts).strip():
            return None  # <loc><url>https://...</url></loc>
        self._leave()
        if tag in _ROOTS:
            self._is_index = tag == "sitemapindex"
        elif tag in _RECORDS:
            self._aside, self.element = "", "text"
            return self._begin(is_sitemap=self._is_index or tag == "sitemap")
        elif self._aside:
            self.element = tag if self._aside == "news" and tag in ("title", "publication_date") else ""
        elif tag in ("loc", "lastmod"):
            self.element = tag
            if tag == "loc" and self.record and "loc" in self.record.values:
                return self._begin(is_sitemap=self.record.is_sitemap)
        else:
            self._aside = tag
        return None

    def close(self, tag: str) -> None:
        """Leaves an element. A record goes on until another begins: elements stand behind its end by mistake."""
        self._leave()
        if tag == self._aside or tag in _RECORDS:
            self._aside = ""

    def _begin(self, *, is_sitemap: bool) -> _Record | None:
        finished, self.record = self.record, _Record(is_sitemap)
        return finished

    def _leave(self) -> None:
        if self.record and self.element:
            _keep(self.record, self.element, "".join(self._parts))
        self.element, self._parts = "", []


def _keep(record: _Record, name: str, text: str) -> None:
    """Puts a text under its name, the first of each. Some sitemaps write the address without its <loc>."""
    text = text.strip().strip(_EDGE).strip()
    if name == "text" and not _WEB_ADDRESS.fullmatch(text):
        return
    record.values.setdefault("loc" if name == "text" else name, text)


def _unescaped(text: str) -> str:
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(found: re.Match[str]) -> str:
    code = _ENTITIES.get(found[3], 0) if found[3] else int(found[1], 16) if found[1] else int(found[2])
    is_character = 0 < code <= _LAST_CHARACTER and not 0xD800 <= code <= 0xDFFF
    return chr(code) if is_character else found[0] if found[3] else ""


def _reading(records: Iterable[_Record], base: str) -> Reading:
    entries: dict[str, Entry] = {}
    more: dict[str, Link] = {}
    left_out = 0
    for record in records:
        url = _address(record.values.get("loc", ""), base)
        if url is None:
            left_out += 1
        elif record.is_sitemap:
            link = Link(url, stated_moment(record.values.get("lastmod", "")))
            more[url] = _earlier(more.get(url), link, lambda known: known.updated_at)
        else:
            entry = _entry(record, url)
            entries[url] = _earlier(entries.get(url), entry, lambda known: known.published_at or known.updated_at)
    return Reading(_without_build_time(list(entries.values())), tuple(more.values()), left_out)


def _address(written: str, base: str) -> str | None:
    # An address never begins with &, but an entity of the document's own does, and it is not looked up.
    written = "".join(map(str.strip, written.splitlines()))
    return absolute(written, base) if written and not written.startswith("&") else None


def _entry(record: _Record, url: str) -> Entry:
    lastmod = record.values.get("lastmod", "")
    updated_at = stated_moment(lastmod)
    return Entry(
        url=url,
        title=clean_field(record.values.get("title")),
        published_at=stated_moment(record.values.get("publication_date", "")),
        version=clean_field(lastmod) if updated_at else None,
        updated_at=updated_at,
    )


def _earlier(known: _Dated | None, other: _Dated, date: Callable[[_Dated], datetime | None]) -> _Dated:
    """Of two that name one address the one with the earlier date, else the first."""
    if known is None:
        return other
    known_date, other_date = date(known), date(other)
    return other if other_date and (known_date is None or other_date < known_date) else known


def _without_build_time(entries: list[Entry]) -> tuple[Entry, ...]:
    """All changes within one minute tell when the sitemap was built, not when its articles changed.

    Not so where only days are given, and no more share one than a site publishes in a day.
    """
    timed = [entry for entry in entries if entry.updated_at]
    updates = [entry.updated_at for entry in timed if entry.updated_at]
    has_times = any(len(entry.version or "") > _DAY_CHARACTERS for entry in timed)
    if (has_times or len(updates) > _MANY_A_DAY) and len(updates) > 1 and max(updates) - min(updates) < _ONE_BUILD:
        return tuple(replace(entry, updated_at=None, version=None) for entry in entries)
    return tuple(entries)
