"""What is fuzzed: for each path by which strangers' bytes come in, one function that takes them.

A target returns where all went as promised, also where the bytes are refused as it is documented. It raises
BrokenPromiseError, or whatever else got through: each is a bug.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import httpx
from fuzz.promises import (
    check,
    check_address,
    check_entry,
    check_fields,
    check_moments,
    check_reading,
    check_storable,
    check_text,
)
from lxml.etree import LxmlError

from pipeline.archives.cdx import going_on, read_answer, replayed
from pipeline.archives.names import crawled_from, listed_paths
from pipeline.archives.records import read_records as read_archive
from pipeline.articles import build_article
from pipeline.dates.moments import parse_moment, settle
from pipeline.dates.read import find_date, read_date
from pipeline.discover.dates import stated_moment, visible_day
from pipeline.discover.feeds.parse import feed_links, parse_feed
from pipeline.discover.lists.listing import check_selectors, read_listing
from pipeline.discover.lists.records import Rejected, parse_record, read_records
from pipeline.discover.lists.sitemap import read_sitemap, sitemaps_of_robots
from pipeline.discover.lists.wordpress import api_links, feed_address, posts_address, read_posts
from pipeline.discover.sources.file import parse_sources, with_sources
from pipeline.discover.sources.opml import parse_opml, write_opml
from pipeline.discover.urls import absolute, canonicalize, host, is_front_page
from pipeline.errors import FeedError, UserError
from pipeline.extract.claims.page import read_page
from pipeline.extract.claims.read import read_claims
from pipeline.extract.clean import clean_text
from pipeline.extract.dates.choose import choose_date, moment_claim, written_claim
from pipeline.extract.dates.page_dates import page_dates
from pipeline.extract.extract import extract
from pipeline.extract.text.clues import read_clues
from pipeline.extract.text.markup import parse_markup
from pipeline.extract.text.tame import strip_chrome, tame
from pipeline.fetch.addresses import literal, reached, refusal
from pipeline.fetch.headers import retry_after
from pipeline.fetch.manners import MAX_CRAWL_DELAY_SECONDS, parse_robots
from pipeline.fold.fingerprint import fingerprint
from pipeline.fold.judge import leads
from pipeline.fold.near.copies import compare
from pipeline.fold.translation.packed import pack_fingerprint, unpack_fingerprint
from pipeline.models.articles import Document
from pipeline.models.dates import DateSource
from pipeline.models.folding import Candidate
from pipeline.models.pages import Capture, Entry, NotAnArticle
from pipeline.models.sources import Selectors, SourceKind

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGE = "https://www.news.example/2026/03/a-story?id=7"
MOST_BYTES = 1_000_000
AGENT = "newsfold"
LANGUAGES = (None, "en", "en-US", "de", "fa", "th", "zh-Hant-TW", "ar", "ko", "vi")
SELECTORS = Selectors(entry="article, li", link="a", title="h2, a", date="time, span", next="a.next")


def feed(data: bytes) -> None:
    """RSS, Atom and JSON Feed."""
    try:
        found = parse_feed(Capture(PAGE, data, "application/xml"))
    except FeedError as exc:
        _check_refusal(exc)
        return
    check_address(found.older)
    check(len(found.entries) + found.left_out == len(found.items), "items do not add up", found.left_out)
    for item in found.items:
        check_fields(item.id)
    for entry in found.entries:
        check_entry(entry, NOW)


def sitemap(data: bytes) -> None:
    """Sitemaps, their indexes, lists of addresses, packed or not."""
    try:
        check_reading(read_sitemap(Capture(PAGE, data, "application/xml"), max_bytes=MOST_BYTES), NOW)
    except FeedError as exc:
        _check_refusal(exc)


def robots(data: bytes) -> None:
    """robots.txt: rules for a crawler, and the sitemaps that it names. It raises nothing."""
    rules = parse_robots(data, AGENT)
    check(0 <= rules.crawl_delay_seconds <= MAX_CRAWL_DELAY_SECONDS, "no delay", rules.crawl_delay_seconds)
    for url in (PAGE, "https://www.news.example/", "https://www.news.example/%D8%A3?a=%2F*$", _text(data)[:200]):
        if absolute(url, ""):
            check(isinstance(rules.allow(url), bool), "no verdict", url)
    for found in sitemaps_of_robots(data, "https://www.news.example/robots.txt"):
        check_address(found)


def url(data: bytes) -> None:
    """A link as a page or feed writes it, the canonical form of its address, and the host that would be dialled."""
    link = _text(data)
    check(canonicalize(canonicalize(link)) == canonicalize(link), "canonical form has another canonical form", link)
    address = absolute(link, PAGE)
    check_address(address)
    if address is None:
        return
    check(host(address) != "", "an address without a host", address)
    is_front_page(address)
    with suppress(httpx.InvalidURL):
        named = literal(httpx.URL(address).raw_host.decode("ascii"))
        if named:
            _check_guarded(named)


def guard(data: bytes) -> None:
    """Addresses: the four or sixteen bytes of one, or a host as text."""
    if len(data) in (4, 16):
        _check_guarded(ip_address(data))
    named = literal(_text(data))
    if named:
        _check_guarded(named)


def date(data: bytes) -> None:
    """Dates for machines and for readers; the first byte chooses the language of the page."""
    language = LANGUAGES[data[0] % len(LANGUAGES)] if data else None
    written = _text(data[1:])
    moments = [parse_moment(written), stated_moment(written), visible_day(written, language)]
    check_moments([settle(one, now=NOW) for one in moments if one], NOW)
    claims = [moment_claim(DateSource.FEED, one) for one in moments if one]
    read = (read_date(written, language=language, reference=reference) for reference in (None, NOW))
    claims += [
        claim
        for found in (*read, find_date(written, language=language))
        if found and (claim := written_claim(DateSource.VISIBLE, found))
    ]
    chosen = choose_date(claims, NOW)
    check_moments([chosen.at], NOW)
    wait = retry_after(written, NOW)
    check(wait is None or wait >= timedelta(), "no wait", wait)


def page(data: bytes) -> None:
    """A web page, from its bytes to the article."""
    _read_capture(Capture(PAGE, data, "text/html"))


def claims(data: bytes) -> None:
    """What a page says of itself. Where it can be parsed at all, nothing in it keeps the rest from being read."""
    try:
        tree = parse_markup(data.decode("utf-8", "replace"))
    except (LxmlError, ValueError):
        return
    tame(tree)
    found = read_page(tree, PAGE)
    read_claims(found)
    check_moments([choose_date(page_dates(found), NOW).at], NOW)
    read_clues(tree, found.nodes)
    strip_chrome(tree)


def plain(data: bytes) -> None:
    """A plain text, in whatever charset."""
    _read_capture(Capture(PAGE, data, "text/plain"))


def text(data: bytes) -> None:
    """The text of an article, which gets a fingerprint and is compared with its own second half; the first byte chooses
    the language.
    """
    language = LANGUAGES[data[0] % len(LANGUAGES)] if data else None
    whole = clean_text(_text(data[1:]))
    half = whole[len(whole) // 2 :]
    one, other = (fingerprint(some, title=None, language=language) for some in (whole, half))
    check(unpack_fingerprint(pack_fingerprint(one)) == one, "another fingerprint once it is packed", whole)
    compare(one, whole, other, half)
    leads([(Candidate(1, language, one), Candidate(2, "und", other))])


def warc(data: bytes) -> None:
    """A WARC file, as it is, and with its first record packed."""
    first, mark, others = data.partition(b"\r\n\r\nWARC/")
    for stored in (data, gzip.compress(first + mark[:4], 1, mtime=0) + mark[4:] + others):
        position = 0
        for record in read_archive(io.BytesIO(stored), start=0, wants=_wants, max_bytes=MOST_BYTES):
            check(position <= record.start <= record.end <= len(stored), "no place", (record.start, record.end))
            # Records that are packed together have no places of their own.
            check(record.start < record.end or stored is not data, "no length", record.start)
            position = record.end
            check_storable(record.damage)
            if record.capture:
                check(len(record.capture.body) <= MOST_BYTES, "too large", len(record.capture.body))
                check(record.capture.archived_at is not None, "no moment of capture", record.capture.url)


def cdx(data: bytes) -> None:
    """Answers of a Wayback Machine's index, and listings of WARC files."""
    for path in listed_paths(_text(data))[0]:
        check(not path.startswith("/") and ".." not in path.split("/"), "a path that climbs out", path)
        crawled_from(path)
    try:
        answer = read_answer(data, "https://archive.example")
    except FeedError as exc:
        _check_refusal(exc)
        return
    check(going_on("https://archive.example/?", answer.resume_key).isascii(), "no question", answer.resume_key)
    for listed in answer.captures:
        check_address(listed.url)
        check(replayed(listed.archive_url)[0] == listed.url, "an archive's address of another page", listed)


def jsonl(data: bytes) -> None:
    """Lines of an import file, and the articles in them."""
    for number, line in enumerate(data.splitlines(keepends=True), 1):
        found = parse_record(line, number)
        if isinstance(found, Rejected):
            continue
        check_address(found.capture.url)
        _read_capture(found.capture)
    try:
        reading = read_records(Capture(PAGE, data, "application/jsonl"))
    except FeedError as exc:
        _check_refusal(exc)
        return
    check_reading(reading, NOW)


def wordpress(data: bytes) -> None:
    """Answers of a WordPress site, and the addresses that are asked of it."""
    try:
        check_reading(read_posts(Capture(f"{PAGE}&page=2", data, "application/json"), per_page=2), NOW)
    except FeedError as exc:
        _check_refusal(exc)
    root = absolute(_text(data)[:500], "")
    if root:
        check_address(posts_address(root, after=NOW))
        check_address(feed_address(root, 2))


def listing(data: bytes) -> None:
    """A page that lists articles: by selectors (the first line is one), by its JSON-LD, and what it links to."""
    line, _, body = data.partition(b"\n")
    capture = Capture(PAGE, body, "text/html")
    tried = Selectors(entry=_text(line))
    for selectors in (None, SELECTORS, *([] if check_selectors(tried) else [tried])):
        try:
            check_reading(read_listing(capture, selectors), NOW)
        except FeedError as exc:
            _check_refusal(exc)
    for found in (*feed_links(capture), *api_links(capture)):
        check_address(found)


def opml(data: bytes) -> None:
    """Lists of feeds: what is read can be written, and read again as the same."""
    try:
        found = parse_opml(data, Path("feeds.opml"))
    except UserError as exc:
        check_storable(str(exc))
        return
    slugs = [source.slug for source in found.sources]
    check(len(slugs) == len(set(slugs)), "a slug twice", slugs)
    for source in found.sources:
        check_address(source.address)
        check_fields(source.name)
        check(source.kind is SourceKind.FEED, "no feed", source)
    again = parse_opml(write_opml(found.sources, "Feeds"), Path("again.opml"))
    check(again.sources == found.sources, "written and read again it differs", found.sources)


def sources(data: bytes) -> None:
    """The sources file: what it says can be written to another one."""
    try:
        found = parse_sources(data.decode("utf-8", "replace"), Path("/nowhere/newsfold.toml"))
    except UserError as exc:
        check(bool(exc.problem), "no problem named", exc)
        return
    written = with_sources("", found.sources)
    check(parse_sources(written, Path("/nowhere/again.toml")).sources == found.sources, "it differs", found.sources)


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        *(
            feed,
            sitemap,
            robots,
            url,
            guard,
            date,
            page,
            claims,
            plain,
            text,
            warc,
            cdx,
            jsonl,
            wordpress,
            listing,
            opml,
        ),
        sources,
    )
}


def _text(data: bytes) -> str:
    """Any text: what is no UTF-8 becomes a lone surrogate."""
    return data.decode("utf-8", "surrogateescape")


def _wants(_url: str, _moment: datetime) -> bool:
    return True


def _check_refusal(refusal: FeedError) -> None:
    check(refusal.reason.replace("_", "").isalpha(), "no reason", refusal.reason)
    check_storable(refusal.detail)


def _check_guarded(address: IPv4Address | IPv6Address) -> None:
    """What the standard library does not call global is refused, however it is wrapped."""
    verdict = refusal(address, ())
    check(verdict is not None or address.is_global, "not public and not refused", address)
    check(verdict == refusal(reached(address), ()), "refused in one form only", address)
    if address.version == 4:
        mapped = IPv6Address(f"::ffff:{address}")
        check(verdict == refusal(mapped, ()), "refused in one form only", mapped)


def _read_capture(capture: Capture) -> None:
    document = extract(capture, language_hint="en", now=NOW)
    if isinstance(document, NotAnArticle):
        check_storable(document.detail)
        return
    _check_document(document)
    article = build_article(Entry(PAGE, title="A story"), capture, document, now=NOW)
    check_address(article.url)
    check(article.canonical_url == canonicalize(article.url), "another page's canonical form", article.canonical_url)
    check_fields(article.title, article.author, *article.authors)
    check_moments([article.published_at], NOW)
    check(article.word_count >= 0, "no count", article.word_count)


def _check_document(document: Document) -> None:
    check(document.text != "", "an empty document", document)
    check_text(document.text)
    check_fields(document.title, document.author, document.site, document.section, document.language_claim)
    check_fields(*document.authors, *document.tags, *document.opt_out, document.language)
    for block in document.boilerplate:
        check_text(block)
    check_address(document.canonical_url)
    check_address(document.image)
    check_moments([document.published_at], NOW)
    for claim in document.dates:
        check(claim.moment.utcoffset() is not None, "a date without a zone", claim)
