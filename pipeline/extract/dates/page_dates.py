"""Every date that a page states for its article, with where it states it. Choosing among them is choice.py's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from pipeline.dates.read import read_date
from pipeline.extract.claims.json_ld import texts
from pipeline.extract.claims.page import Page
from pipeline.extract.dates.choose import day_claim, moment_claim, written_claim
from pipeline.extract.dates.heading import find_heading, page_titles
from pipeline.extract.dates.visible import visible_dates
from pipeline.extract.dates.writing import date_language
from pipeline.models.dates import DateClaim, DateSource

# Names under which pages state it in <meta>: Open Graph, schema.org, Dublin Core, Parse.ly, Sailthru, homemade ones.
_PUBLISHED_META = (
    *("article:published_time", "article:published", "article:published_date", "article:publicationdate"),
    *("og:published_time", "og:article:published_time", "og:publish_date", "datepublished", "date_published"),
    *("pubdate", "publishdate", "publish-date", "publish_date", "publish_time", "published", "published-date"),
    *("published_date", "published_time", "published_at", "publication-date", "publication_date", "parsely-pub-date"),
    *(
        "dc.date.issued",
        "dcterms.issued",
        "dc.issued",
        "dc.date.publication",
        "sailthru.date",
        "article.published",
        "article:post_date",
    ),
    *("article_date_original", "bt:pubdate", "cxenseparse:recs:publishtime", "citation_publication_date"),
    *(
        "citation_online_date",
        "citation_date",
        "rnews:datepublished",
        "schema:datepublished",
        "originalpublicationdate",
    ),
    *("gentime", "ptime", "pub_date", "dateposted", "displaydate"),
)
# Names that may be of any event in a page's life.
_SOME_DATE_META = (
    *("date", "dc.date", "dcterms.date", "dc.date.created", "dcterms.created", "dc.created", "article:create_at"),
    *("article.created", "datecreated", "date_created", "created", "timestamp"),
)
_UPDATED_META = (
    *("article:modified_time", "article:modified", "article:modified_date", "article:post_modified"),
    *("og:updated_time", "og:modified_time", "og:article:modified_time", "datemodified", "bt:moddate", "lastmod"),
    *("lastmodified", "last-modified", "modified", "dc.modified", "dcterms.modified", "dc.date.modified"),
    *("modified_time", "updated_time", "revision_date", "modificationdate"),
)
_IN_URL = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)[-/_.]?(?P<month>0[1-9]|1[0-2])[-/_.]?(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"
)
_DAY_FIRST_IN_URL = re.compile(r"(?<![\da-z])(?:0[1-9]|[12]\d|3[01])([-_.])(?:0[1-9]|1[0-2])\1(?:19|20)\d\d(?!\d)")
_SHORT_IN_URL = re.compile(r"/(?P<year>(?:19|20)\d\d)/(?P<month>\d{1,2})/(?P<day>\d{1,2})(?=/|$)")
_ARCHIVED = re.compile(r"^https?://[^/]+/web/(\d{14})[a-z_]*/")
_IN_SCRIPT = re.compile(
    r"\"(?:datePublished|publishedAt|published_at|publishDate|publish_date|publicationDate|publication_date|pubDate)\""
    r"\s*:\s*\"([^\"]{8,40})\""
)
_MOST_OF_A_KIND = 6
_MOST_VALUES = 2


def page_dates(page: Page) -> list[DateClaim]:
    """The dates that a page states: in JSON-LD, in <meta>, to readers near its heading, in its address.

    A <meta> date that does not say of what it is counts as one of publication where nothing else in the page does.
    """
    titles = page_titles(page)
    language = date_language(page, titles[0] if titles else "")
    found = [*_json_ld(page, language), *_meta(page, language), *_visible(page, titles, language)]
    is_told = any(not one.is_update for one in found)
    some = [value for name in _SOME_DATE_META for value in page.meta.get(name, ())]
    found += _claims(DateSource.META, some[:_MOST_OF_A_KIND], language, is_update=is_told)
    found += _address(page, language)
    if all(one.is_update for one in found):
        found += _scripts(page, language)
    return list(dict.fromkeys([*found, *_archive(page)]))


def _scripts(page: Page, language: str | None) -> list[DateClaim]:
    """The day that the data in the page's scripts names, JSON-LD that cannot be parsed too, where it names only one."""
    written = [one for script in page.tree.iter("script") for one in _IN_SCRIPT.findall(script.text or "")]
    claims = list(_claims(DateSource.JSON_LD, dict.fromkeys(written), language))
    return claims[:1] if len({one.moment.date() for one in claims}) == 1 else []


def _visible(page: Page, titles: list[str], language: str | None) -> list[DateClaim]:
    """What the page shows to readers, else what its title ends with: "… | 3 March 2026"."""
    body = page.tree.find("body")
    body = body if body is not None else page.tree
    found = visible_dates(body, find_heading(body, titles), language)
    last = read_date(re.split(r"\s[|–-]\s", titles[-1])[-1], language=language) if titles and not found else None
    claim = written_claim(DateSource.VISIBLE, last) if last else None
    return found or ([claim] if claim else [])


def _json_ld(page: Page, language: str | None) -> Iterator[DateClaim]:
    article = page.article
    published = texts(article.get("datePublished")) or texts(article.get("dateCreated"))
    if not published:
        nodes = (node for node in page.nodes if {"datePublished", "headline"} <= node.keys())
        published = next((texts(node["datePublished"]) for node in nodes), [])
    yield from _claims(DateSource.JSON_LD, published[:1], language)
    yield from _claims(DateSource.JSON_LD, texts(article.get("dateModified"))[:1], language, is_update=True)


def _meta(page: Page, language: str | None) -> Iterator[DateClaim]:
    named = (page.meta.get(name, ()) for name in _PUBLISHED_META)
    # One name with many values is of the comments or reviews on the page.
    published = [value for values in named if len(set(values)) <= _MOST_VALUES for value in values]
    updated = [value for name in _UPDATED_META for value in page.meta.get(name, ())]
    yield from _claims(DateSource.META, published[:_MOST_OF_A_KIND], language)
    yield from _claims(DateSource.META, updated[:_MOST_OF_A_KIND], language, is_update=True)


def _claims(
    source: DateSource, written: Iterable[str], language: str | None, *, is_update: bool = False
) -> Iterator[DateClaim]:
    for one in written:
        found = read_date(one, language=language)
        claim = found and written_claim(source, found, is_update=is_update)
        if claim:
            yield claim


def _archive(page: Page) -> Iterator[DateClaim]:
    """When a web archive captured the page, as its address there says (…/web/20140109030403/https://…)."""
    found = _ARCHIVED.match(page.url)
    captured = read_date(found[1]) if found else None
    if captured:
        yield moment_claim(DateSource.ARCHIVE, captured.moment)


def _address(page: Page, language: str | None) -> Iterator[DateClaim]:
    """A day in the path of the page's address; not the one at which an archive kept it."""
    for address in dict.fromkeys((page.url, page.canonical_url or page.url)):
        path = _ARCHIVED.sub("", address)
        for found in (*_SHORT_IN_URL.finditer(path), *_IN_URL.finditer(path)):
            try:
                yield day_claim(DateSource.URL, date(int(found["year"]), int(found["month"]), int(found["day"])))
            except ValueError:  # no day of that month
                continue
            return
        day_first = _DAY_FIRST_IN_URL.search(path)
        if day_first:
            yield from _claims(DateSource.URL, [day_first[0].replace("_", "-")], language)
            return
