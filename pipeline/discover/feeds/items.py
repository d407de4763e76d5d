"""What a feed says, whatever format it is written in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.dates.moments import settle
from pipeline.extract.clean import clean_field
from pipeline.models.pages import Entry

_ONE_BUILD = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a feed. `url` is absolute, None where the item names no web address.

    `id` is the feed's own (guid, atom:id), as written. It is not trusted: feeds give all items one guid, and others a
    new one at each poll. What an item is, its canonical URL says.
    """

    id: str | None = None
    url: str | None = None
    title: str | None = None
    author: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """The items of a feed, in its order, and where those before them are, if it says so."""

    items: tuple[Item, ...]
    older: str | None = None

    @property
    def entries(self) -> list[Entry]:
        """The items that name a web address, as entries."""
        is_built_anew = self._is_built_anew()
        return [_entry(item, item.url, is_built_anew=is_built_anew) for item in self.items if item.url]

    @property
    def left_out(self) -> int:
        """How many items are no entries, because they name no web address."""
        return sum(item.url is None for item in self.items)

    def _is_built_anew(self) -> bool:
        """All updates within one minute tell when the feed was written, not when its articles were."""
        updates = [item.updated_at for item in self.items if item.updated_at]
        return len(updates) > 1 and max(updates) - min(updates) < _ONE_BUILD


def joined_names(names: Iterable[str]) -> str | None:
    """The authors of an item as one line, which the names are read from again; None where nobody is named."""
    return "; ".join(filter(None, map(clean_field, names))) or None


def settle_date(entry: Entry, *, now: datetime) -> Entry:
    """The entry as a poll at `now` may believe it: not dated after that poll."""
    if entry.published_at is None and entry.updated_at is None:
        return entry
    return replace(
        entry,
        published_at=entry.published_at and settle(entry.published_at, now=now),
        updated_at=entry.updated_at and settle(entry.updated_at, now=now),
    )


def _entry(item: Item, url: str, *, is_built_anew: bool) -> Entry:
    is_update = item.updated_at and item.updated_at != item.published_at and not is_built_anew
    return Entry(
        url=url,
        title=item.title,
        author=item.author,
        published_at=item.published_at or item.updated_at,
        version=item.updated_at.isoformat() if item.updated_at and is_update else None,
    )
