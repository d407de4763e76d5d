"""Slugs: the short names of sources, in lower-case ASCII."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from difflib import get_close_matches

from anyascii import anyascii

from pipeline.errors import UserError
from pipeline.models.sources import IMPORT_SLUG

MAX_SLUG = 63
"""Characters in a slug, at most."""

_HOST_PREFIX = re.compile(r"^(?:www|rss|feeds?|blog)\.(?=\S)")
_NO_SLUG_CHARACTER = re.compile(r"[^a-z0-9]+")
_NAMELESS = "source"


def slug_of(name: str) -> str:
    """A slug for a name in any script, or for a host, whose leading `www.`, `rss.`, `feeds.` or `blog.` says nothing.

    It matches `^[a-z0-9][a-z0-9_-]{0,62}$` and is not the one of imported articles. Romanised by anyascii.
    """
    words = _HOST_PREFIX.sub("", anyascii(name).lower().strip())
    slug = _NO_SLUG_CHARACTER.sub("-", words).strip("-")[:MAX_SLUG].rstrip("-")
    return f"{slug}-{_NAMELESS}" if slug == IMPORT_SLUG else slug or _NAMELESS


class SlugSet:
    """Slugs that are taken; each further one differs from all of them."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._numbers: Counter[str] = Counter()

    def take(self, name: str) -> str:
        """The slug of a name, with -2, -3 and so on where it is taken; it is taken from then on."""
        base = slug = slug_of(name)
        while slug in self._taken:
            self._numbers[base] += 1
            suffix = f"-{self._numbers[base] + 1}"
            slug = base[: MAX_SLUG - len(suffix)].rstrip("-") + suffix
        self._taken.add(slug)
        return slug


def check_known(slugs: Iterable[str], known: Collection[str], *, where: str = "the sources file") -> None:
    """Raises UserError for the first slug that is not known there, naming those that are most like it."""
    for slug in slugs:
        if slug not in known:
            close = get_close_matches(slug, known, n=3)
            guess = f"did you mean {' or '.join(close)}? " if close else ""
            raise UserError(f"no source {slug!r} in {where}", f"{guess}newsfold sources lists all")
