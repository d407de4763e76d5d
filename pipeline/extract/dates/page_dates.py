"""Every date that a page states for its article, with where it states it. Choosing among them is choice.py's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from copy import copy
from datetime import date

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from pipeline.dates.read import find_date, read_date
from pipeline.dates.written import Detail, WrittenDate
from pipeline.extract.claims.json_ld import texts
from pipeline.extract.claims.page import Page
from pipeline.extract.dates.choose import day_claim, moment_claim
from pipeline.models import DateClaim, DateSource

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
_SHORT_IN_URL = re.compile(r"/(?P<year>(?:19|20)\d\d)/(?P<month>\d{1,2})/(?P<day>\d{1,2})(?=/|$)")
_ARCHIVED = re.compile(r"^https?://[^/]+/web/\d{14}[a-z_]*/")
_MARKED = re.compile(
    r"(?:^|[-_\s])(?:date|time|datetime|pubdate|published|publish|posted|timestamp|dateline|byline|meta|"
    r"postdate|newsdate|articledate|fecha|datum|data|info|source)(?:[-_\s]|$)|date|publi|posted|pubtime",
    re.IGNORECASE,
)
_UPDATE_MARK = re.compile(r"updat|modif|revis|edited", re.IGNORECASE)
_UPDATE_WORDS = re.compile(
    r"updated?\b|last modified|actualizad|atualizad|mis(?:e)? à jour|modifié|aktualisiert|geändert|aggiornat|modificat"
    r"|bijgewerkt|zaktualizowan|aktualizov|uppdaterad|opdateret|oppdatert|päivitetty|frissítve|güncelle|обновлен"
    r"|обновлён|изменен|оновлен|ενημέρωση|תחديث|تحديث|محدث|به‌روز|بروزرسانی|עודכן|अपडेट|হালনাগাদ|更新|수정|cập nhật"
    r"|diperbarui|อัปเดต|actualitzat|actualizat|ажурирано|ažurirano",
    re.IGNORECASE,
)
_PUBLISHED_WORDS = re.compile(
    r"publish|posted|publicad|publié|veröffentlicht|pubblicat|опубликован|نشر|发布|公開|입력", re.I
)
_ELSEWHERE = re.compile(
    r"related|sidebar|widget|comment|footer|recommend|more-|popular|trending|teaser|latest|newsletter|copyright|promo",
    re.IGNORECASE,
)
_APART = frozenset(["nav", "footer", "aside", "form", "select", "script", "style"])
_LINE_TAGS = (
    *("time", "abbr", "span", "p", "div", "li", "td", "dd", "b", "em", "a", "small", "strong", "i", "font"),
    *("h4", "h5", "h6", "section", "header"),
)
_SKIPPED = frozenset(["script", "style", "noscript", "template", "svg", "option", "head", "title", "textarea"])
_YEAR = re.compile(r"\d{4}|[٠-٩۰-۹०-९০-৯]{4}|令和|民國")
_LONGEST_LINE = 90
_MOST_OTHER_LETTERS = 45
_MOST_OF_A_KIND = 6
_LINES_BELOW_HEADING = 14
_LINES_ABOVE_HEADING = 4
_SHORTEST_HEADING = 6
_MAX_LINES = 3_000


def page_dates(page: Page) -> list[DateClaim]:
    """The dates that a page states: in JSON-LD, in <meta>, to readers near its heading, in its address.

    A <meta> date that does not say of what it is counts as one of publication where nothing else in the page does.
    """
    found = [*_json_ld(page), *_meta(page), *_visible(page)]
    is_told = any(not one.is_update for one in found)
    some = [value for name in _SOME_DATE_META for value in page.meta.get(name, ())]
    found += _claims(DateSource.META, some[:_MOST_OF_A_KIND], page, is_update=is_told)
    found += _address(page)
    return list(dict.fromkeys(found)) or list(_elsewhere(page))


def _elsewhere(page: Page) -> Iterator[DateClaim]:
    """What htmldate finds in a page that states no date in any of these places. Its extensive search stays off: that
    one guesses a day for four of five pages that have none.
    """
    from htmldate import find_date as search  # few pages need it

    tree = copy(page.tree)
    for element in list(tree.iter("div", "section", "ul", *_APART)):
        marks = f"{element.get('class') or ''} {element.get('id') or ''}"
        if (element.tag in _APART and element.tag != "script") or _ELSEWHERE.search(marks):
            element.drop_tree()
    found = search(tree, url=page.url, original_date=True, extensive_search=False)
    if found:
        yield day_claim(DateSource.VISIBLE, date.fromisoformat(found))


def _json_ld(page: Page) -> Iterator[DateClaim]:
    article = page.article
    published = texts(article.get("datePublished")) or texts(article.get("dateCreated"))
    if not published:
        nodes = (node for node in page.nodes if {"datePublished", "headline"} <= node.keys())
        published = next((texts(node["datePublished"]) for node in nodes), [])
    yield from _claims(DateSource.JSON_LD, published[:1], page)
    yield from _claims(DateSource.JSON_LD, texts(article.get("dateModified"))[:1], page, is_update=True)


def _meta(page: Page) -> Iterator[DateClaim]:
    published = [value for name in _PUBLISHED_META for value in page.meta.get(name, ())]
    updated = [value for name in _UPDATED_META for value in page.meta.get(name, ())]
    yield from _claims(DateSource.META, published[:_MOST_OF_A_KIND], page)
    yield from _claims(DateSource.META, updated[:_MOST_OF_A_KIND], page, is_update=True)


def _claims(source: DateSource, written: Iterable[str], page: Page, *, is_update: bool = False) -> Iterator[DateClaim]:
    for one in written:
        found = read_date(one, language=page.language_claim)
        claim = found and _claim(source, found, is_update=is_update)
        if claim:
            yield claim


def _claim(source: DateSource, found: WrittenDate, *, is_update: bool = False) -> DateClaim | None:
    if found.detail < Detail.DAY:
        return None
    if found.detail is Detail.DAY:
        return day_claim(source, found.moment.date(), is_update=is_update, other_day=found.other_day)
    return moment_claim(source, found.moment, is_update=is_update)


def _address(page: Page) -> Iterator[DateClaim]:
    """A day in the path of the page's address; not the one at which an archive kept it."""
    for address in dict.fromkeys((page.url, page.canonical_url or page.url)):
        path = _ARCHIVED.sub("", address)
        for found in (*_SHORT_IN_URL.finditer(path), *_IN_URL.finditer(path)):
            try:
                yield day_claim(DateSource.URL, date(int(found["year"]), int(found["month"]), int(found["day"])))
            except ValueError:  # no day of that month
                continue
            return


def _visible(page: Page) -> Iterator[DateClaim]:
    """Dates that the page shows to readers: in elements marked for it, else in a short line near the heading."""
    found = list(_marked_dates(page)) or list(_lines_near_heading(page))
    yield from found[:_MOST_OF_A_KIND]


def _marked_dates(page: Page) -> Iterator[DateClaim]:
    seen = 0
    for element in filter(_is_marked, page.tree.iter(*_LINE_TAGS)):
        if seen >= _MOST_OF_A_KIND:
            return
        claims = list(_element_dates(element, page))
        if claims and not _is_elsewhere(element):
            seen += 1
            yield from claims


def _is_marked(element: HtmlElement) -> bool:
    if element.tag == "time" or "date" in (element.get("itemprop") or "").lower():
        return True
    marks = f"{element.get('class') or ''} {element.get('id') or ''}"
    return len(marks) > 1 and _MARKED.search(marks) is not None


def _is_elsewhere(element: HtmlElement) -> bool:
    """Whether it stands in a part of the page that is about something else."""
    for parent in element.iterancestors():
        if parent.tag in ("body", "main"):
            return False
        marks = f"{parent.get('class') or ''} {parent.get('id') or ''}"
        if parent.tag in _APART or _ELSEWHERE.search(marks):
            return True
    return False


def _element_dates(element: HtmlElement, page: Page) -> Iterator[DateClaim]:
    marks = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"
    stated = element.get("datetime") or element.get("content") or ""
    stated = stated or element.get("title") or ""
    found = read_date(stated, language=page.language_claim) if _YEAR.search(stated) else None
    text = " ".join(element.text_content().split()) if len(element) < 12 else ""
    if found:
        said = f"{_said_before(element)} {text}"
        is_update = bool(_UPDATE_MARK.search(marks) or _UPDATE_WORDS.search(said)) and not _PUBLISHED_WORDS.search(said)
        claim = _claim(DateSource.VISIBLE, found, is_update=is_update)
        if claim:
            yield claim
    elif text and len(text) <= _LONGEST_LINE * 2:
        yield from _line_dates(text, page, is_update=_UPDATE_MARK.search(marks) is not None)


def _said_before(element: HtmlElement) -> str:
    """The words right before an element, which say what its date is of."""
    previous, parent = element.getprevious(), element.getparent()
    if previous is not None:
        return str(previous.tail or previous.text or "")[-_LONGEST_LINE:]
    return str(parent.text or "")[-_LONGEST_LINE:] if parent is not None else ""


def _line_dates(text: str, page: Page, *, is_update: bool = False) -> Iterator[DateClaim]:
    """The dates of a line: what follows a word for a change is the date of the change."""
    change = _UPDATE_WORDS.search(text)
    parts = [(text, is_update)] if not change else [(text[: change.start()], is_update), (text[change.start() :], True)]
    if change and not _YEAR.search(parts[0][0]) and _PUBLISHED_WORDS.search(text[change.end() :]):
        second = _PUBLISHED_WORDS.search(text, change.end())
        parts = [(text[change.start() : second.start()], True), (text[second.start() :], False)] if second else parts
    for part, is_change in parts:
        if _YEAR.search(part):
            found = find_date(
                part[-_LONGEST_LINE:] if len(part) > _LONGEST_LINE else part, language=page.language_claim
            )
            claim = found and _claim(DateSource.VISIBLE, found, is_update=is_change)
            if claim:
                yield claim


def _lines_near_heading(page: Page) -> Iterator[DateClaim]:
    """Dates in lines that say little else, some lines above or below the heading; else at the end of the title."""
    in_head = page.tree.find(".//title")
    title = " ".join(in_head.text_content().split()) if in_head is not None else ""
    lines, heading = _lines(page.tree, "".join(filter(str.isalnum, title)))
    near = lines[max(0, heading - _LINES_ABOVE_HEADING) : heading + _LINES_BELOW_HEADING] if heading is not None else []
    for line in near:
        if len(line) <= _LONGEST_LINE and _YEAR.search(line) and sum(map(str.isalpha, line)) <= _MOST_OTHER_LETTERS:
            yield from _line_dates(line, page)
    dated = read_date(re.split(r"\s[|–-]\s", title)[-1], language=page.language_claim) if title else None
    claim = _claim(DateSource.VISIBLE, dated) if dated else None
    if claim:
        yield claim


def _lines(tree: HtmlElement, title: str) -> tuple[list[str], int | None]:
    """The runs of text of a page, and which of them is its heading: the first <h1>, else the longest that the title
    (letters and digits only) says too.
    """
    lines: list[str] = []
    heading: int | None = None
    longest, repeated = _SHORTEST_HEADING - 1, None
    body = tree.find("body")
    walk = iterwalk(body if body is not None else tree, events=("start", "end"))
    for event, element in walk:
        if event == "start" and element.tag in _SKIPPED:
            walk.skip_subtree()
            continue
        if event == "start" and element.tag == "h1" and heading is None:
            heading = len(lines)
        text = element.text if event == "start" else element.tail
        if text and not text.isspace() and len(lines) < _MAX_LINES:
            line = " ".join(text.split())
            if longest < len(line) <= len(title) * 2 and "".join(filter(str.isalnum, line)) in title:
                longest, repeated = len(line), len(lines)
            lines.append(line)
    return lines, heading if heading is not None else repeated
