"""Chooses the main text of a page among what several readers found, by evidence on the page.

The cheap path is trafilatura's fast precision mode beside the densest text: where the two agree, nothing else runs.
Where they do not, trafilatura's full cascade, readability (the fork that ships inside trafilatura) and the page's own
JSON-LD give their opinion, and each is weighed: how far it agrees with the others, whether it begins where the page's
headline says, whether it holds the page's own description, and how much of it is links, chrome and scraps.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lxml.etree import LxmlError
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.external import sanitize_tree
from trafilatura.readability_lxml import Document as Readability
from trafilatura.settings import Document as Extracted
from trafilatura.settings import Extractor
from trafilatura.utils import fromstring_bytes
from trafilatura.xml import xmltotxt

from pipeline.extract.clean import clean_text
from pipeline.extract.text.blocks import Block, letters_of, page_blocks
from pipeline.extract.text.clues import Clues
from pipeline.extract.text.dense import densest_text
from pipeline.extract.text.joiners import restore_joiners, shield_joiners


class Reader(StrEnum):
    """Whose reading of a page was taken."""

    FAST = "trafilatura fast"
    PRECISE = "trafilatura precision"
    BALANCED = "trafilatura"
    DENSE = "densest text"
    READABILITY = "readability"
    JSON_LD = "JSON-LD articleBody"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader takes for the main text. `keys` are its `lines` and `key` all of it, letters and digits only."""

    reader: Reader
    text: str
    lines: tuple[str, ...]
    keys: tuple[str, ...]
    key: str


# How far the cheap readings agree where nothing else needs to run. Where the markup names the article, trafilatura's
# rules go by it, and less agreement will do.
_AGREED, _AGREED_BY_MARKUP = 0.95, 0.8
_TINY = 200
_MOSTLY_ROWS = 0.3
_LEAD_BLOCKS = 2
_LEAD_PROSE = 60
_MIN_TITLE = 8
_MIN_DESCRIPTION, _DESCRIPTION_BEGINNING = 20, 40
_SCRAP = 30
_STOP = re.compile(r"[.!?…。！？।॥؟۔։።”»\"')」』]\s*$")
# Weights of the evidence, first fitted by least squares against the F1 of 276 pages on which readers disagree (fits on
# either half held on the other), then rounded and adjusted by hand on all of them.
_AGREEMENT, _LEAD, _DESCRIBED, _ENDS = 0.45, 0.25, 0.04, 0.12
_PROSE_SHARE, _LINKS, _CHROME, _SCRAPS, _TINY_COST = 0.1, -0.3, -0.2, -0.08, -0.1
_ROWS = -0.1
_FRAGMENT, _FRAGMENT_COST = 0.25, -0.15
_BY_MARKUP = 0.1
# Made once: each asks a ConfigParser for its numbers, a quarter of the time of a fast reading.
_OPTIONS = {
    reader: Extractor(
        output_format="python", fast=reader is Reader.FAST, precision=reader is not Reader.BALANCED, comments=False
    )
    for reader in (Reader.FAST, Reader.PRECISE, Reader.BALANCED)
}
_BY_READER = {Reader.PRECISE: 0.08, Reader.READABILITY: 0.04, Reader.JSON_LD: 0.04}


def best_text(tree: HtmlElement, url: str, clues: Clues) -> Reading:
    """The reading to take. `tree` is stripped of scripts; but for its joiners it stays as it is."""
    shield_joiners(tree)
    blocks = page_blocks(tree)
    dense = _reading(Reader.DENSE, densest_text(blocks))
    chosen = without_links(_choose(tree, url, clues, blocks, dense), blocks)
    return with_opening(chosen, dense, clues.descriptions)


def without_links(reading: Reading, blocks: Sequence[Block]) -> Reading:
    """The reading without the lines that are little but links, and no sentences: menus, and what to read besides."""
    links = {block.key for block in blocks if block.is_links and not block.is_sentence}
    kept = [line for line, key in zip(reading.lines, reading.keys, strict=True) if key not in links]
    return _reading(reading.reader, "\n\n".join(kept)) if len(kept) < len(reading.keys) else reading


def with_opening(reading: Reading, dense: Reading, descriptions: Sequence[str]) -> Reading:
    """The reading with the paragraph that the page gives as its description, where it stands right before it.

    Pages set their first paragraph apart from the article, between headline and picture, and readers lose it there.
    """
    begins = next((index for index, key in enumerate(dense.keys) if key in reading.key), None)
    if not begins:
        return reading
    beginnings = _beginnings(descriptions)
    above = zip(dense.lines[:begins], dense.keys[:begins], strict=True)
    opening = [line for line, key in above if _holds_any(key, beginnings)]
    return _reading(reading.reader, "\n\n".join([*opening, reading.text])) if opening else reading


def _choose(tree: HtmlElement, url: str, clues: Clues, blocks: Sequence[Block], dense: Reading) -> Reading:
    agreed = _AGREED_BY_MARKUP if clues.names_article else _AGREED
    fast = _by_trafilatura(Reader.FAST, tree, url)
    if agreement(fast, dense) >= agreed and _row_share(fast) < _MOSTLY_ROWS:
        return fast
    precise = _by_trafilatura(Reader.PRECISE, tree, url)
    if agreement(precise, dense) >= agreed and _row_share(precise) < _MOSTLY_ROWS:
        return precise
    readings = (precise, dense, _by_readability(tree), _reading(Reader.JSON_LD, clues.article_body))
    found = [reading for reading in readings if reading.key]
    return weigh(found, blocks, clues) if found else _by_trafilatura(Reader.BALANCED, tree, url)


def agreement(one: Reading, other: Reading) -> float:
    """How far two readings are the same text: twice what they share over the length of both, in letters.

    Shared are whole lines of one that stand in the other, either way round: one of them may glue paragraphs together.
    """
    if not (one.key and other.key):
        return 0.0
    shared = max(_letters_within(one, other), _letters_within(other, one))
    return 2 * shared / (len(one.key) + len(other.key))


def weigh(readings: Sequence[Reading], blocks: Sequence[Block], clues: Clues) -> Reading:
    """The reading with most evidence; the first of equals."""
    lead = _lead(blocks, clues.titles)
    return max(readings, key=lambda reading: _evidence(reading, readings, blocks, lead, clues))


def _evidence(
    reading: Reading, readings: Sequence[Reading], blocks: Sequence[Block], lead: Sequence[str], clues: Clues
) -> float:
    others = [agreement(reading, other) for other in readings if other is not reading]
    within = [block for block in blocks if block.key and block.key in reading.key]
    shown = sum(len(block.text) for block in within) or 1
    share = sum(block.prose for block in within) / (sum(block.prose for block in blocks) or 1)
    lines = [line for line in reading.text.split("\n") if line]
    return (
        _AGREEMENT * (sum(others) / len(others) if others else 0)
        + _LEAD * (sum(key in reading.key for key in lead) / len(lead) if lead else 0)
        + _DESCRIBED * _holds_any(reading.key, _beginnings(clues.descriptions))
        + _PROSE_SHARE * share
        + _FRAGMENT_COST * (share < _FRAGMENT)
        + _LINKS * sum(block.linked for block in within) / shown
        + _CHROME * sum(len(block.text) for block in within if block.is_chrome) / shown
        + _ENDS * sum(len(line) for line in lines if _STOP.search(line)) / max(1, sum(map(len, lines)))
        + _SCRAPS * sum(len(line) < _SCRAP for line in lines) / max(1, len(lines))
        + _ROWS * _row_share(reading)
        + _TINY_COST * (len(reading.key) < _TINY)
        + _BY_READER.get(reading.reader, 0)
        + _BY_MARKUP * (clues.names_article and reading.reader is Reader.PRECISE)
    )


def _beginnings(descriptions: Sequence[str]) -> list[str]:
    letters = map(letters_of, descriptions)
    return [key[:_DESCRIPTION_BEGINNING] for key in letters if len(key) >= _MIN_DESCRIPTION]


def _holds_any(key: str, beginnings: Sequence[str]) -> bool:
    return any(letters in key for letters in beginnings)


def _lead(blocks: Sequence[Block], titles: Sequence[str]) -> list[str]:
    """The first prose below the page's headline, as letters."""
    keys = [key for key in map(letters_of, titles) if len(key) >= _MIN_TITLE]
    at, best = None, -1
    for index, block in enumerate(blocks):
        if keys and (rank := _rank_headline(block, keys)) > best:
            at, best = index, rank
    if at is None:
        return []
    return [block.key for block in blocks[at + 1 :] if block.prose >= _LEAD_PROSE and not block.is_chrome][
        :_LEAD_BLOCKS
    ]


def _rank_headline(block: Block, titles: Sequence[str]) -> int:
    """How surely a block is the page's headline: -1 where it is none."""
    key = block.key
    if len(key) < _MIN_TITLE or block.is_links:
        return -1
    if not any(key in title or (title in key and len(key) < 2 * len(title)) for title in titles):
        return -1
    return (len(key) >= 0.4 * min(map(len, titles))) + block.is_heading


def _letters_within(one: Reading, other: Reading) -> int:
    return sum(len(key) for key in one.keys if key in other.key)


def _row_share(reading: Reading) -> float:
    """The share of a text that stands in rows of tables: data, or a layout taken for data."""
    lines = reading.text.split("\n")
    return sum(len(line) for line in lines if line.startswith("|")) / max(1, len(reading.text))


def _reading(reader: Reader, text: str) -> Reading:
    cleaned = clean_text(restore_joiners(text))
    keyed = [(line, key) for line in cleaned.split("\n") if (key := letters_of(line))]
    keys = tuple(key for _, key in keyed)
    return Reading(reader, cleaned, tuple(line for line, _ in keyed), keys, "".join(keys))


def _by_trafilatura(reader: Reader, tree: HtmlElement, url: str) -> Reading:
    options = copy.copy(_OPTIONS[reader])
    options.url = options.source = url
    found = bare_extraction(tree, options=options)
    return _reading(reader, (found.text or "") if isinstance(found, Extracted) else "")


def _by_readability(tree: HtmlElement) -> Reading:
    try:
        summary = fromstring_bytes(Readability(copy.copy(tree), min_text_length=25).summary())
    except (LxmlError, ValueError, AssertionError):  # a page without a body, a tree that lost its root
        summary = None
    if summary is None:
        return _reading(Reader.READABILITY, "")
    body, _ = sanitize_tree(summary, Extractor(precision=True, comments=False))
    return _reading(Reader.READABILITY, xmltotxt(body, include_formatting=False))
