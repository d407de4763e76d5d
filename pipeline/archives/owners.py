"""Whose a page of the web is: the source that follows its host."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from pipeline.discover.urls import host
from pipeline.models.sources import Source, SourceKind

_ON_THE_WEB = frozenset({SourceKind.FEED, SourceKind.SITEMAP, SourceKind.WORDPRESS, SourceKind.LISTING})

Owners = Mapping[str, Sequence[Source]]
"""Sources by their hosts, without `www.`."""


def owners_of(sources: Iterable[Source]) -> Owners:
    """The sources that a page of the web may belong to."""
    found = defaultdict[str, list[Source]](list)
    for source in sorted(sources, key=lambda one: one.slug):
        if source.kind in _ON_THE_WEB and (name := followed_host(source)):
            found[name].append(source)
    return found


def followed_host(source: Source) -> str:
    """The host that a source is about, without `www.`; empty where it has none."""
    return host(source.address).removeprefix("www.")


def owner(owners: Owners, url: str) -> str | None:
    """The slug of the source that owns a page: of the nearest host above it, the one with the longest of the `paths`
    that the page is below; None where nobody follows it.
    """
    try:
        parts = urlsplit(url)
        name = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https"):
        return None
    while name:
        found = [(_reach(one, parts.path), one) for one in owners.get(name, ())]
        if below := [(reach, one) for reach, one in found if reach is not None]:
            return max(below, key=lambda one: one[0])[1].slug
        name = name.partition(".")[2]
    return None


def _reach(source: Source, path: str) -> int | None:
    """How much of a path a source names, None where it leaves the path out."""
    if not source.options.paths:
        return 0
    return max((len(begin) for begin in source.options.paths if path.startswith(begin)), default=None)


def described(owners: Owners) -> Mapping[str, Sequence[Sequence[str]]]:
    """What is followed, as plain values: for each host the slugs and paths of its sources."""
    return {name: [[one.slug, *one.options.paths] for one in followed] for name, followed in sorted(owners.items())}
