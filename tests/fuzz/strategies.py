"""Inputs for each target as hypothesis makes them: whole documents of its format with odd words in every place, soups
of the format's words, and documents of which a part is missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from fuzz.targets import LANGUAGES, SELECTORS
from fuzz.tokens import TOKENS
from hypothesis import strategies as st
from warcs import http, record

Text = st.SearchStrategy[str]
Document = st.SearchStrategy[bytes]

_OPTIONS = ("known_from", "max_age_days", "threshold", "paths", "topic", "keep_captures_days")
_LETTERS = "The council decided on Tuesday evening that the harbour will be closed to cars. "


def inputs(target: str) -> Document:
    """Inputs for a target."""
    made = st.one_of(_DOCUMENTS[target], _soup(target, 30).map(_bytes))
    return st.one_of(made, st.tuples(made, st.integers(0, 400), st.integers(1, 40)).map(_without_a_part))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _without_a_part(made: tuple[bytes, int, int]) -> bytes:
    document, begin, length = made
    return document[:begin] + document[begin + length :]


def _soup(target: str, most: int = 6) -> Text:
    """A few of the target's words in a row, and others."""
    words = st.one_of(st.sampled_from(TOKENS[target]), st.text(max_size=8))
    return st.lists(words, max_size=most).map("".join)


def _json(target: str) -> st.SearchStrategy[object]:
    plain = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _soup(target))
    return st.recursive(
        plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    )


def _objects(target: str, keys: str) -> st.SearchStrategy[list[dict[str, object]]]:
    """Objects with some of the keys, of which each may hold what it should, or anything."""
    values = st.one_of(_soup(target), _json(target))
    return st.lists(st.dictionaries(st.sampled_from(keys.split()), values, max_size=8), max_size=4)


def _feed() -> Document:
    soup = _soup("feed")
    rss = st.lists(
        st.builds(
            "<item><title>{}</title><link>{}</link><pubDate>{}</pubDate><guid>{}</guid></item>".format, *[soup] * 4
        )
    ).map(lambda items: f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>")
    atom = st.lists(
        st.builds(
            "<entry><title type='{}'>{}</title><link href='{}'/><updated>{}</updated></entry>".format, *[soup] * 4
        )
    ).map(lambda entries: f"<feed xmlns='http://www.w3.org/2005/Atom'>{''.join(entries)}</feed>")
    items = _objects("feed", "id url external_url title authors author date_published date_modified")
    jsons = items.map(lambda made: json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": made}))
    return st.one_of(rss, atom, jsons).map(_bytes)


def _sitemap() -> Document:
    soup = _soup("sitemap")
    entries = st.builds(
        "<{0}><loc>{1}</loc><lastmod>{2}</lastmod>{3}</{0}>".format, st.sampled_from(["url", "sitemap"]), *[soup] * 3
    )
    return st.lists(entries).map(lambda made: _bytes(f"<urlset>{''.join(made)}</urlset>"))


def _robots() -> Document:
    names = st.sampled_from(
        ["User-agent", "Allow", "Disallow", "Crawl-delay", "Sitemap", "Request-rate", "Visit-time", "x"]
    )
    return st.lists(st.builds("{}: {}".format, names, _soup("robots"))).map(lambda lines: _bytes("\n".join(lines)))


def _url() -> Document:
    soup = _soup("url", 3)
    schemes, ports = st.sampled_from(["https", "http", "HTTP", ""]), st.sampled_from(["", ":80", ":443", ":8443", ":"])
    return st.builds("{}://{}{}/{}?{}#{}".format, schemes, soup, ports, *[soup] * 3).map(_bytes)


def _guard() -> Document:
    return st.one_of(st.ip_addresses().map(lambda ip: ip.packed), st.ip_addresses().map(lambda ip: str(ip).encode()))


def _date() -> Document:
    numbers = st.integers(0, 3_000).map(str)
    months = st.sampled_from(["March", "mars", "марта", "مارس", "मार्च", "มีนาคม", "3월", "três", "12", "آذر"])
    separators = st.sampled_from([" ", "-", "/", ".", ", ", "年", ""])
    times = st.sampled_from(
        ["", " 14:05", "T14:05:06.789Z", " 2.05 p.m.", " 오후 8시", "+14:00", " EST", " noon", "T24:00"]
    )
    parts = st.tuples(numbers, separators, st.one_of(months, numbers), separators, numbers, times).map("".join)
    written = st.one_of(parts, st.datetimes().map(str), st.builds(str.__add__, parts, _soup("date")))
    return st.builds(lambda number, text: bytes([number]) + _bytes(text), st.integers(0, len(LANGUAGES) - 1), written)


def _page(target: str) -> Document:
    soup = _soup(target)
    nodes = _objects(
        target, "@type @id @graph headline author datePublished image url publisher keywords mainEntityOfPage"
    )
    scripts = nodes.map(lambda made: f'<script type="application/ld+json">{json.dumps(made)}</script>')
    names = st.sampled_from(["og:title", "og:image", "author", "article:published_time", "keywords", "robots", "date"])
    metas = st.builds('<meta property="{}" content="{}">'.format, names, soup)
    links = st.builds('<link rel="canonical" href="{}"><base href="{}">'.format, soup, soup)
    heads = st.lists(st.one_of(scripts, metas, links), max_size=4).map("".join)
    blocks = st.builds(
        "<{0}>{1}{2}{3}</{0}>".format,
        st.sampled_from(["p", "div", "li", "h1", "td", "article", "span", "time"]),
        soup,
        st.just(_LETTERS),
        soup,
    )
    return st.builds(
        "<html lang='{}'><head><title>{}</title>{}</head><body>{}</body></html>".format,
        *(soup, soup, heads, st.lists(blocks, max_size=5).map("".join)),
    ).map(_bytes)


def _plain(target: str) -> Document:
    return st.lists(st.one_of(_soup(target), st.just(_LETTERS)), max_size=8).map(lambda made: _bytes("\n\n".join(made)))


def _warc() -> Document:
    headers = st.lists(st.sampled_from([line for line in TOKENS["warc"] if ":" in line]), max_size=3).map("\r\n".join)
    blocks = st.builds(http, _soup("warc", 10).map(_bytes), headers, st.sampled_from(["200 OK", "301 Moved", "x"]))
    lengths = st.one_of(st.none(), st.none(), st.integers(-1, 400), st.just("9" * 30))
    records = st.builds(record, st.just("https://www.news.example/x"), blocks, length=lengths, packed=st.booleans())
    return st.lists(records, max_size=4).map(b"".join)


def _cdx() -> Document:
    times = st.one_of(st.just("20260301080000"), st.integers(0, 10**14 - 1).map("{:014}".format))
    rows = st.lists(st.one_of(st.tuples(times, _soup("url")), st.lists(_json("cdx"), max_size=3)), max_size=4)
    return rows.map(lambda made: json.dumps([["timestamp", "original"], *made]).encode())


def _jsonl() -> Document:
    lines = _objects("jsonl", "url text html title author language published_at site")
    return lines.map(lambda made: "\n".join(json.dumps({"url": "https://a.example/x"} | one) for one in made).encode())


def _wordpress() -> Document:
    return _objects("wordpress", "link date_gmt modified_gmt title slug code message").map(
        lambda made: json.dumps(made).encode()
    )


def _listing() -> Document:
    selectors = st.one_of(st.just(SELECTORS.entry), _soup("listing", 4).map(lambda css: css.replace("\n", " ")))
    items = st.builds("<article><h2><a href='{}'>{}</a></h2><time>{}</time></article>".format, *[_soup("listing")] * 3)
    pages = st.one_of(st.lists(items, max_size=4).map("".join).map(_bytes), _page("listing"))
    return st.builds(lambda css, page: _bytes(css) + b"\n" + page, selectors, pages)


def _opml() -> Document:
    outlines = st.builds('<outline text="{}" type="{}" xmlUrl="{}" language="{}">'.format, *[_soup("opml", 3)] * 4)
    return st.lists(outlines, max_size=5).map(lambda made: _bytes(f"<opml><body>{''.join(made)}</body></opml>"))


def _sources() -> Document:
    keys = st.sampled_from(["name", "url", "path", "language", *_OPTIONS, "selectors", "turn", "x"])
    words = st.one_of(_soup("sources"), st.just("https://a.example/feed"))
    values = st.one_of(
        words.map(json.dumps),
        st.lists(words).map(json.dumps),
        st.integers().map(str),
        st.floats().map(repr),
        _soup("sources"),
    )
    lines = st.dictionaries(keys, values, max_size=6).map(
        lambda made: "\n".join(f"{key} = {value}" for key, value in made.items())
    )
    kinds = st.sampled_from(["feed", "sitemap", "wordpress", "listing", "files", "jsonl"])
    tables = st.builds('[[sources]]\nslug = "{}"\nkind = "{}"\n{}\n'.format, st.sampled_from("abcdef"), kinds, lines)
    return st.lists(tables, max_size=3).map(lambda made: _bytes("".join(made)))


_DOCUMENTS: Mapping[str, Document] = {
    "feed": _feed(),
    "sitemap": _sitemap(),
    "robots": _robots(),
    "url": _url(),
    "guard": _guard(),
    "date": _date(),
    "page": _page("page"),
    "claims": _page("claims"),
    "plain": _plain("plain"),
    "text": _plain("text"),
    "warc": _warc(),
    "cdx": _cdx(),
    "jsonl": _jsonl(),
    "wordpress": _wordpress(),
    "listing": _listing(),
    "opml": _opml(),
    "sources": _sources(),
}
