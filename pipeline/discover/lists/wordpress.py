"""WordPress: its REST API (https://developer.wordpress.org/rest-api/reference/posts/), or its feed without it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from w3lib.html import remove_tags, remove_tags_with_content, replace_entities

from pipeline.discover.dates import stated_moment
from pipeline.discover.urls import absolute
from pipeline.errors import FeedError
from pipeline.extract.clean import clean_field
from pipeline.models.pages import Capture, Entry, Link, Reading

PER_PAGE = 100
"""How many posts a page of the API may have at most."""

_FIELDS = "link,date_gmt,modified_gmt,title,slug"
_OURS = frozenset(["per_page", "orderby", "order", "_fields", "page", "after", "before"])
# What the API's arguments are called in the address of a feed.
_FEED_ARGUMENTS = {"categories": "cat", "tags": "tag_id", "search": "s"}
_API = re.compile(r"/wp-json(?:/.*)?$|(?:/wp-json)?/wp/v2(?:/.*)?$")
_API_ROUTE = re.compile(r"/wp/v2(?P<type>/.*)?$")
_SITE = re.compile(r"/sites/[^/]+")  # a blog of wordpress.com: /wp/v2/sites/ada.wordpress.com
_MARKUP = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<", re.DOTALL)
_XML_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)\b")
_PAST_THE_LAST = "rest_post_invalid_page_number"


def api_links(capture: Capture) -> list[str]:
    """The roots of the REST API that a web page names (`<link rel="https://api.w.org/">`), absolute, in its order."""
    from lxml import html
    from lxml.etree import LxmlError

    try:
        links = html.document_fromstring(capture.body).iter("link")
    except LxmlError:  # a document without an element
        return []
    roots = [link.get("href") or "" for link in links if "https://api.w.org/" in (link.get("rel") or "").split()]
    return list(dict.fromkeys(url for root in roots if root and (url := absolute(root, capture.url))))


def posts_address(root: str, *, page: int = 1, after: datetime | None = None, before: datetime | None = None) -> str:
    """Where a page of a site's posts is, newest first; of those after and before the moments, where they are given.

    `root` is the address of the site, of its API, or of a list of posts; its other arguments (`categories=12`,
    `lang=ar`) are kept.
    """
    parts = urlsplit(root)
    arguments = parse_qsl(parts.query, keep_blank_values=True)
    route = dict(arguments).get("rest_route")
    kept = [(name, value) for name, value in arguments if name not in _OURS and name != "rest_route"]
    path = parts.path if route is not None else _posts_path(parts.path)
    routed = [("rest_route", _posts_route(route))] if route is not None else []
    ours = [("per_page", str(PER_PAGE)), ("orderby", "date"), ("order", "desc"), ("_fields", _FIELDS)]
    moments = [(name, _written(moment)) for name, moment in (("after", after), ("before", before)) if moment]
    return _address(parts, path, [*routed, *kept, *ours, ("page", str(page)), *moments])


def feed_address(address: str, page: int) -> str:
    """Where a page of the site's feed is; `address` is that of the site, of its API, or of a list of posts."""
    parts = urlsplit(address)
    path = _API.sub("", parts.path).rstrip("/")
    path = path.removesuffix("/index.php") if path != parts.path.rstrip("/") else path
    arguments = [
        (_FEED_ARGUMENTS.get(name, name), value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name not in _OURS and name not in ("rest_route", "paged")
    ]
    numbered = [("paged", str(page))] if page > 1 else []
    return _address(parts, f"{path.removesuffix('/feed')}/feed/", [*arguments, *numbered])


def read_posts(capture: Capture, *, per_page: int) -> Reading:
    """The posts of one page of the API; in `more` the next page, where this one is full.

    Raises FeedError where the answer is no list of posts: `empty`, `html_not_feed`, `unreadable` (broken JSON),
    `rest_disabled` (the API says that it may not be asked), `not_a_feed`. That the page is past the last is no error.
    """
    answer = _load(capture.body)
    if not isinstance(answer, list):
        return _read_refusal(answer)
    entries = [_entry(post, capture.url) for post in answer if isinstance(post, dict)]
    named = tuple(entry for entry in entries if entry)
    more = (Link(_next_address(capture.url)),) if answer and len(answer) >= per_page else ()
    return Reading(named, more, left_out=len(answer) - len(named))


def _posts_path(path: str) -> str:
    if _API_ROUTE.search(path):
        return _posts_route(path)
    site = path.rstrip("/")
    return f"{site}/wp/v2/posts" if site.endswith("/wp-json") else f"{site}/wp-json/wp/v2/posts"


def _posts_route(route: str) -> str:
    """The route of the posts; one of another type ("/wp/v2/news") stays."""
    route = route.rstrip("/")
    found = _API_ROUTE.search(route)
    if not found:
        return f"{route}/wp/v2/posts"
    return route if found["type"] and not _SITE.fullmatch(found["type"]) else f"{route}/posts"


def _address(parts: SplitResult, path: str, arguments: list[tuple[str, str]]) -> str:
    return parts._replace(path=path, query=urlencode(arguments, safe=",:/"), fragment="").geturl()


def _written(moment: datetime) -> str:
    """The API reads a moment without a zone in the site's own."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _next_address(url: str) -> str:
    parts = urlsplit(url)
    arguments = parse_qsl(parts.query, keep_blank_values=True)
    page = dict(arguments).get("page", "1")
    following = int(page) + 1 if page.isascii() and page.isdecimal() and len(page) < 10 else 2
    others = [(name, value) for name, value in arguments if name != "page"]
    return _address(parts, parts.path, [*others, ("page", str(following))])


def _load(body: bytes) -> Any:
    if not body.strip():
        raise FeedError("empty", "an empty body instead of posts")
    if _MARKUP.match(body):
        is_feed = _XML_FEED.search(body, 0, 2000)
        raise FeedError(
            *(("not_a_feed", "XML instead of posts") if is_feed else ("html_not_feed", "a web page instead of posts"))
        )
    try:
        return json.loads(body.decode(json.detect_encoding(body), "replace"), strict=False)
    except (ValueError, RecursionError) as exc:
        raise FeedError("unreadable", f"broken JSON ({type(exc).__name__})") from exc


def _read_refusal(answer: Any) -> Reading:
    """An error object of the API: {"code": "rest_forbidden", "message": "...", "data": {"status": 401}}."""
    code = answer.get("code") if isinstance(answer, dict) else None
    if not isinstance(code, str):
        raise FeedError("not_a_feed", "JSON, but no list of posts")
    if code == _PAST_THE_LAST:
        return Reading()
    message = answer.get("message")
    said = clean_field(f"{code}: {message}" if isinstance(message, str) else code)
    raise FeedError("rest_disabled", f"the REST API refuses ({(said or 'no reason')[:200]})")


def _entry(post: dict[str, Any], base: str) -> Entry | None:
    link = post.get("link")
    url = absolute(link, base) if isinstance(link, str) and link.strip() else None
    if url is None:
        return None
    published_at, modified_at = _moment(post, "date_gmt"), _moment(post, "modified_gmt")
    is_version = modified_at is not None and modified_at != published_at
    return Entry(
        url=url,
        title=_title(post.get("title")),
        published_at=published_at,
        version=clean_field(post["modified_gmt"]) if is_version else None,
        updated_at=modified_at if published_at is None else None,
    )


def _moment(post: dict[str, Any], key: str) -> datetime | None:
    written = post.get(key)
    return stated_moment(written) if isinstance(written, str) else None


def _title(title: object) -> str | None:
    """The title as people read it: the API writes HTML, "AT&#038;T <em>grows</em>"."""
    rendered = title.get("rendered") if isinstance(title, dict) else title
    if not isinstance(rendered, str):
        return None
    return clean_field(replace_entities(remove_tags(remove_tags_with_content(rendered, ("script", "style")))))
