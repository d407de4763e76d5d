"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
import re
from typing import Any

from pipeline.discover.dates import stated_moment
from pipeline.discover.feeds.items import Feed, Item, joined_names
from pipeline.discover.urls import absolute
from pipeline.errors import FeedError
from pipeline.extract.clean import clean_field
from pipeline.models.pages import Capture

_START = re.compile(rb"^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\x00]*\{")
# Published feeds write the version's address, with or without "www.", or only its number.
_VERSION = re.compile(r"(?:https?://(?:www\.)?jsonfeed\.org/version/)?\d+(?:\.\d+)*/?")


def is_json(body: bytes) -> bool:
    """Whether a body can only be JSON: its first character is a brace."""
    return bool(_START.match(body))


def read_json_feed(capture: Capture) -> Feed:
    """The items of a JSON Feed, in its order; what stands in `items` and is no object is not an item. `next_url` leads
    to older ones.

    Raises FeedError where the body is JSON and no JSON Feed (`not_a_feed`), or no JSON (`unreadable`).
    """
    feed = _load(capture)
    version, items = feed.get("version"), feed.get("items")
    if not isinstance(version, str) or not _VERSION.fullmatch(version.strip()) or not isinstance(items, list):
        raise FeedError("not_a_feed", "JSON, but no JSON Feed: it has no version or no list of items")
    author, language = _author(feed), _text(feed, "language")
    made = tuple(_item(item, capture.url, author, language) for item in items if isinstance(item, dict))
    older = _text(feed, "next_url")
    return Feed(made, absolute(older, capture.url) if older else None)


def _load(capture: Capture) -> dict[str, Any]:
    try:
        loaded = json.loads(_decode(capture), strict=False)  # strict forbids line ends and tabs inside strings
    except (ValueError, RecursionError) as exc:
        raise FeedError("unreadable", f"broken JSON ({type(exc).__name__})") from exc
    return loaded if isinstance(loaded, dict) else {}


def _decode(capture: Capture) -> str:
    """RFC 8259 asks for UTF-8 and forbids a byte order mark; a declared charset counts where the body is not UTF-8."""
    found = json.detect_encoding(capture.body)
    try:
        return capture.body.decode(found)
    except UnicodeDecodeError:
        pass
    try:
        return capture.body.decode(capture.charset or found, errors="replace")
    except (LookupError, ValueError):
        return capture.body.decode(found, errors="replace")


def _item(item: dict[str, Any], base: str, feed_author: str | None, feed_language: str) -> Item:
    language = _text(item, "language") or feed_language or None
    return Item(
        id=_id(item),
        url=_url(item, base),
        title=clean_field(_text(item, "title")),
        author=_author(item) or feed_author,
        published_at=stated_moment(_text(item, "date_published"), language),
        updated_at=stated_moment(_text(item, "date_modified"), language),
    )


def _id(item: dict[str, Any]) -> str | None:
    """The standard asks readers to take a number as text."""
    given = item.get("id")
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    return clean_field(str(given)) if is_number else clean_field(_text(item, "id"))


def _url(item: dict[str, Any], base: str) -> str | None:
    """Its own page, else the page it speaks of, else its id where that is a web address, as the standard wishes."""
    named = (absolute(link, base) for key in ("url", "external_url") if (link := _text(item, key)))
    return next(filter(None, named), None) or absolute(_text(item, "id"), "")


def _author(holder: dict[str, Any]) -> str | None:
    """The names in `authors` (1.1), else in `author` (1.0); either may hold a list or one object."""
    for key in ("authors", "author"):
        given = holder.get(key)
        people = given if isinstance(given, list) else [given]
        if names := joined_names(_text(person, "name") for person in people if isinstance(person, dict)):
            return names
    return None


def _text(holder: dict[str, Any], key: str) -> str:
    given = holder.get(key)
    return given.strip() if isinstance(given, str) else ""
