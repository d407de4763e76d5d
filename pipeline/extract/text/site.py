"""What recurs across the pages of one site: share bars, disclaimers, 'read also', newsletter boxes.

Learned from the site's own pages as they come, and cut from the text of each. All of it is plain data: a site is a
number of pages and, for each block's hash, on how many of them it stood.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from pipeline.extract.text.blocks import letters_of
from pipeline.models.articles import CutBlock

# A block is the site's where it stood on so many pages and on such a share of them, of so many that were seen.
_MIN_SEEN, _MIN_PAGES, _MIN_SHARE = 5, 3, 0.15
# A page that is mostly recurring blocks is an article that stands under several addresses, not boilerplate.
_MAX_CUT_SHARE = 0.6
# Two pages that share so much of their blocks are one.
_SAME = 0.6
# 'Comments (12)' recurs as 'Comments (7)', but the numbers of a longer line are its news.
_MAX_COUNTER = 60
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class SitePage:
    """The blocks of one page's text: for each hash, how many letters it stands for."""

    blocks: Mapping[int, int]

    @classmethod
    def of(cls, text: str) -> SitePage:
        """The blocks of a clean text, a paragraph each."""
        blocks = text.split("\n\n")
        return cls({found: len(block) for block in blocks if (found := block_hash(block)) != _NO_LETTERS})

    def is_same(self, other: SitePage) -> bool:
        """Whether two pages are one text, but for a few blocks."""
        shared = sum(length for block, length in self.blocks.items() if block in other.blocks)
        return shared > _SAME * min(sum(self.blocks.values()), sum(other.blocks.values()))


@dataclass(frozen=True, slots=True)
class SiteBlocks:
    """What is known of a site: how many pages were seen, and on how many of them each block stood."""

    pages: int = 0
    counts: Mapping[int, int] = field(default_factory=dict)

    def is_boilerplate(self, block: int) -> bool:
        """Whether a block, by its hash, recurs on enough of the site's pages."""
        count = self.counts.get(block, 0)
        return self.pages >= _MIN_SEEN and count >= _MIN_PAGES and count >= _MIN_SHARE * self.pages

    @property
    def boilerplate(self) -> frozenset[int]:
        """The hashes of all blocks that recur."""
        return frozenset(filter(self.is_boilerplate, self.counts))


@dataclass(frozen=True, slots=True)
class Cut:
    """A text without its site's blocks, and these in the order in which they stood."""

    text: str
    blocks: tuple[CutBlock, ...] = ()


def block_hash(block: str) -> int:
    """A signed 64-bit hash of a block's letters; in a short block all numbers are one."""
    letters = letters_of(block)
    if len(letters) <= _MAX_COUNTER:
        letters = _DIGITS.sub("0", letters)
    return int.from_bytes(blake2b(letters.encode(), digest_size=8).digest(), signed=True)


_NO_LETTERS = block_hash("")


def learn_pages(pages: Iterable[SitePage], seen: SiteBlocks = SiteBlocks()) -> SiteBlocks:
    """What is known after some more pages. Texts that are one under several addresses count once among them."""
    kept: list[SitePage] = []
    for page in pages:
        if not any(page.is_same(other) for other in kept):
            kept.append(page)
    counts = Counter(seen.counts)
    for page in kept:
        counts.update(page.blocks.keys())
    return SiteBlocks(seen.pages + len(kept), counts)


def cut_blocks(text: str, seen: SiteBlocks, before: Sequence[CutBlock] = ()) -> Cut:
    """A clean text without what recurs on its site. `before` is what was cut from it already, which stays cut.

    Nothing more is cut where that would be most of the whole text. `seen` holds the page itself.
    """
    blocks = restore(text, before).split("\n\n")
    places = {block.at for block in before} | _places(blocks, seen.boilerplate)
    return _without(blocks, places) or Cut(text, tuple(before))


def _places(blocks: Sequence[str], wanted: Collection[int]) -> set[int]:
    """Which of some paragraphs are among the wanted ones, which are hashes."""
    return {at for at, block in enumerate(blocks) if block_hash(block) in wanted} if wanted else set()


def _without(blocks: Sequence[str], places: Collection[int]) -> Cut | None:
    """What is left of some paragraphs; None where that would be too little."""
    if sum(len(blocks[at]) for at in places) > _MAX_CUT_SHARE * sum(map(len, blocks)):
        return None
    kept = [block for at, block in enumerate(blocks) if at not in places]
    return Cut("\n\n".join(kept), tuple(CutBlock(at, blocks[at]) for at in sorted(places)))


def cut_again(text: str, before: Iterable[CutBlock]) -> Cut:
    """A clean text without the paragraphs that were cut from an earlier text of its page, unless that is most of it."""
    gone = {block_hash(block.text) for block in before} - {_NO_LETTERS}
    blocks = text.split("\n\n")
    return _without(blocks, _places(blocks, gone)) or Cut(text)


def restore(text: str, cut: Iterable[CutBlock]) -> str:
    """The whole text that a cut was made of."""
    blocks = text.split("\n\n")
    for block in sorted(cut, key=lambda one: one.at):
        blocks.insert(block.at, block.text)
    return "\n\n".join(blocks)
