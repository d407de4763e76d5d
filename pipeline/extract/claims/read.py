"""What a page says of itself besides its text: title, people, site, picture, subjects, what it costs and permits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from lxml.etree import XPath
from lxml.html import HtmlElement

from pipeline.extract.claims.byline import split_names
from pipeline.extract.claims.json_ld import names, of_kind, texts
from pipeline.extract.claims.page import Page, web_address
from pipeline.extract.clean import clean_field
from pipeline.extract.text.markup import find_elements

_AUTHOR_META = (
    *("author", "article:author", "article:author_name", "parsely-author", "sailthru.author", "dc.creator"),
    *("dcterms.creator", "byl", "citation_author", "article.author", "og:article:author", "cxenseparse:author"),
)
_SITE_META = ("og:site_name", "application-name", "al:android:app_name", "apple-mobile-web-app-title", "dc.publisher")
_TITLE_META = ("og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "dcterms.title", "headline")
_IMAGE_META = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src", "thumbnail")
_TAG_META = ("article:tag", "news_keywords", "keywords", "parsely-tags", "sailthru.tags", "og:article:tag")
_SECTION_META = ("article:section", "parsely-section", "og:article:section", "og:section")
_MAX_TAGS = 30
_MAX_AUTHORS = 30
_MAX_TAG = 80
_MAX_NAME = 100
_MAX_NAME_WORDS = 8
_LONGEST_TITLE = 1_000
_MOST_MARKED = 8
_NO_AI = ("noai", "noimageai", "noml")  # DeviantArt's, and noml.info's

# "Headline | Site", "Site: Headline". A hyphen counts only between spaces.
_SEPARATOR = re.compile(r"\s+[-–—•·>»|/:_~]+\s+|\s*[|｜»·•]+\s*|:\s+|(?<=\S)_(?=\S)|\s+[–—]|[–—]\s+|::")
_IN_HOST_NAMES = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae"})
_NO_AUTHOR = re.compile(r"comment(?!ary)|related|recommend|reply|respond", re.IGNORECASE)
_NO_NAME = re.compile(r"[:?!]\s*$|^(?:posted|share|follow|sign|log|von|by|author|about|more)\b\s*$", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://|^www\.|^@|\S+@\S+\.\S+|^/")
_AUTHORS = XPath("//@itemprop[. = 'author']/..|//@rel[. = 'author']/..")
_NAMED_ELEMENTS = "parent::*[self::span or self::a or self::p or self::div or self::address]"
_CALLED_AUTHORS = XPath(
    f"//@class[contains(., 'author') or contains(., 'byline') or contains(., 'Author')]/{_NAMED_ELEMENTS}"
    f"|//@id[contains(., 'author')]/{_NAMED_ELEMENTS}"
)


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of a page, each clean; None or empty where it makes none. `language` is as the page writes it."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    site: str | None = None
    canonical_url: str | None = None
    language: str | None = None
    image: str | None = None
    tags: tuple[str, ...] = ()
    section: str | None = None
    is_free: bool | None = None
    opt_out: tuple[str, ...] = ()


def read_claims(page: Page) -> Claims:
    """What a page says of itself, in JSON-LD, in <meta> and in its markup."""
    site = _site(page)
    return Claims(
        title=_title(page, site),
        authors=_authors(page),
        site=site or _host(page.url),
        canonical_url=page.canonical_url,
        language=page.language_claim,
        image=_image(page),
        tags=_tags(page),
        section=next(iter(_sections(page)), None),
        is_free=_is_free(page),
        opt_out=_opt_out(page),
    )


def without_site(title: str, site_names: Iterable[str]) -> str:
    """A title without the name of its site at an end: 'Headline | Site', 'Site: Headline'. What is too long to be a
    title stays as it is: trying all its ends takes the square of their number.
    """
    if len(title) > _LONGEST_TITLE:
        return title
    known = {_bare(name) for name in site_names} - {""}
    for _ in range(2):  # 'Headline | Section of Site | Site'
        ends = list(_SEPARATOR.finditer(title))
        cut = next((title[: end.start()] for end in ends if _bare(title[end.end() :]) in known), None)
        cut = cut or next((title[end.end() :] for end in reversed(ends) if _bare(title[: end.start()]) in known), None)
        if not cut or not cut.strip():
            break
        title = cut.strip()
    return title


def _bare(name: str) -> str:
    """Letters and digits only, as host names write them: "Börsen-Zeitung" is "boersenzeitung"."""
    spelled = name.casefold().translate(_IN_HOST_NAMES)
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", spelled)))


def _title(page: Page, site: str | None) -> str | None:
    headings = list(page.tree.iter("h1"))
    heading = _text(headings[0]) if len(headings) == 1 else None
    in_head = page.tree.find(".//title")
    candidates = [
        *texts(page.article.get("headline"))[:1],
        page.first(_TITLE_META),
        heading,
        _text(in_head) if in_head is not None else None,
        *map(_text, headings[:1]),
    ]
    found = next((title for one in candidates if (title := clean_field(unescape(one or "")))), None)
    return without_site(found, _site_names(page, site)) if found else None


def _text(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def _site_names(page: Page, site: str | None) -> list[str]:
    host = _host(page.url) or ""
    publishers = names(page.article.get("publisher"), page.by_id)
    meta = [value for name in _SITE_META for value in page.meta.get(name, ())]
    return [site or "", host, host.split(".")[0], *host.split(".")[-2:-1], *publishers, *meta]


def _site(page: Page) -> str | None:
    stated = page.first(_SITE_META[:1])
    publishers = names(page.article.get("publisher"), page.by_id)
    webs = [name for node in page.nodes if of_kind(node, "WebSite") for name in texts(node.get("name"))]
    candidates = _names_only(filter(None, (stated, *publishers, *webs, page.first(_SITE_META))))
    return clean_field(next(iter(candidates), None))


def _host(url: str) -> str | None:
    try:
        host = urlsplit(url).hostname
    except ValueError:  # a bracket that opens no IPv6 address
        return None
    return host.removeprefix("www.") if host else None


def _authors(page: Page) -> tuple[str, ...]:
    stated = names(page.article.get("author"), page.by_id) or names(page.article.get("creator"), page.by_id)
    if not stated:
        in_meta = (page.meta.get(name, ()) for name in _AUTHOR_META)
        stated = next((values for group in in_meta if (values := _names_only(group))), [])
    if not stated:
        stated = _names_only(_marked_names(page.tree))
    found = [name for one in _names_only(stated) for name in split_names(unescape(one))]
    return tuple({name.casefold(): name for name in reversed(found)}.values())[::-1][:_MAX_AUTHORS]


def _names_only(values: Iterable[str]) -> list[str]:
    return [value for value in values if not _ADDRESS.search(value)]


def _marked_names(tree: HtmlElement) -> Iterator[str]:
    """Names that the markup marks as the author's, below the heading."""
    for element in (find_elements(_AUTHORS, tree) or find_elements(_CALLED_AUTHORS, tree))[:_MOST_MARKED]:
        inner = element.xpath('.//*[@itemprop="name"]')
        written = _text(inner[0] if inner else element)
        if _is_name(written) and not any(_NO_AUTHOR.search(_marks(one)) for one in (element, *element.iterancestors())):
            yield written
            return


def _is_name(written: str) -> bool:
    is_short = 2 < len(written) <= _MAX_NAME and len(written.split()) <= _MAX_NAME_WORDS
    return is_short and not any(map(str.isdigit, written)) and not _NO_NAME.search(written)


def _marks(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"


def _image(page: Page) -> str | None:
    stated = page.first(_IMAGE_META)
    image = page.article.get("image") or page.article.get("thumbnailUrl")
    for one in (stated, *(image if isinstance(image, list) else [image])):
        written = one.get("url") or one.get("contentUrl") if isinstance(one, dict) else one
        address = web_address(written, page.url) if isinstance(written, str) else None
        if address:
            return address
    return None


def _tags(page: Page) -> tuple[str, ...]:
    stated = [value for name in _TAG_META for value in page.meta.get(name, ())]
    stated += texts(page.article.get("keywords"))
    split = (clean_field(part) for value in stated for part in re.split(r"[,;،、，|]", unescape(unescape(value))))
    unique = {tag.casefold(): tag for tag in split if tag and len(tag) <= _MAX_TAG and ":" not in tag[1:12]}
    return tuple(unique.values())[:_MAX_TAGS]


def _sections(page: Page) -> Iterator[str]:
    for value in (page.first(_SECTION_META), *texts(page.article.get("articleSection"))):
        section = clean_field(unescape(value or ""))
        if section and len(section) <= _MAX_NAME and not _ADDRESS.search(section):
            yield section


def _is_free(page: Page) -> bool | None:
    """Whether people may read it without paying: schema.org's isAccessibleForFree, Facebook's article:content_tier."""
    for node in (page.article, *page.nodes):
        value = node.get("isAccessibleForFree")
        if isinstance(value, bool):
            return value
        said = next(iter(texts(value)), "").casefold().rpartition("/")[2]
        if said in ("true", "false"):
            return said == "true"
    tier = page.first(["article:content_tier"])
    return {"free": True, "metered": False, "locked": False}.get((tier or "").casefold())


def _opt_out(page: Page) -> tuple[str, ...]:
    """What the page says against machine use: meta robots, and W3C TDMRep."""
    rules = {rule.strip().lower() for value in page.meta.get("robots", ()) for rule in value.split(",")}
    said = [f"meta robots: {rule}" for rule in _NO_AI if rule in rules]
    if any(value == "1" for value in page.meta.get("tdm-reservation", ())):
        said.append("meta tdm-reservation: 1")
    return tuple(said)
