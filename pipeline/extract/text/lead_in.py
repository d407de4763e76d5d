"""Marks what a re-publisher puts before or after a text to say where it comes from, so that folding can ignore it.

The text keeps it. Marked is a short paragraph at either end that begins as such notes do, in the words of many
languages, and the dateline of a news agency at the head of the first paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pipeline.extract.text.origins import EDITORS_NOTE, REPUBLISHED, SOURCE, WIRE
from pipeline.models.articles import Span

_ENDS = 2
_MAX_NOTE, _MAX_SOURCE = 500, 100
# What is marked says little of the text: more than this share of it is the text.
_MAX_SHARE = 0.4


def _one_of(patterns: Sequence[str]) -> str:
    return "|".join(pattern.replace(" ", r"\s") for pattern in patterns)


_OPENING = r"[\W_]{0,4}"
_NOTE = re.compile(
    rf"{_OPENING}(?:(?:{_one_of(EDITORS_NOTE)})\s*[:：\-–—)\]】）|]|(?:{_one_of(REPUBLISHED)}))", re.IGNORECASE
)
_SOURCE = re.compile(rf"{_OPENING}(?:{_one_of(SOURCE)})\s*[:：|｜]\s*\S", re.IGNORECASE)
_VIA = re.compile(rf"{_OPENING}via\s+\S+(?:\s+\S+){{0,3}}$", re.IGNORECASE)
_BRACKETED = rf"[(（](?:{_one_of(WIRE)})(?:\s?[/,]\s?[\w ]{{2,20}})?[)）]"
_DATELINE = re.compile(
    rf"{_BRACKETED}\s*[-–—―:：]*\s*"
    rf"|[^!?\n()（）]{{1,60}}{_BRACKETED}\s*[-–—―:：]+\s*"  # without the dash it is a name with its abbreviation
    r"|(?:新华社|新華社|中新社|中新网)[^\s，。]{2,14}[日电電讯訊](?:\s?[(（][^()（）]{1,40}[)）])?\s*",
    re.IGNORECASE,
)


def find_lead_ins(text: str) -> tuple[Span, ...]:
    """The stretches of a clean text that only say where it comes from, in their order, with the space beside them."""
    found = list(_notes(text))
    if sum(span.end - span.begin for span in found) > _MAX_SHARE * len(text):
        return ()
    return tuple(found)


def blanked(text: str, spans: Iterable[Span]) -> str:
    """The text with blanks for some stretches, so that all else stays in its place."""
    for span in spans:
        text = text[: span.begin] + " " * (span.end - span.begin) + text[span.end :]
    return text


def _notes(text: str) -> Iterator[Span]:
    paragraphs = list(_paragraphs(text))
    first = 0
    while first < min(_ENDS, len(paragraphs) - 1) and _is_note(text[slice(*paragraphs[first])]):
        yield Span(paragraphs[first][0], paragraphs[first + 1][0])
        first += 1
    begin, end = paragraphs[first]
    if dateline := _DATELINE.match(text, begin, end):
        yield Span(begin, dateline.end())
    last = len(paragraphs)
    while last - 1 > first and len(paragraphs) - last < _ENDS and _is_note(text[slice(*paragraphs[last - 1])]):
        last -= 1
    for at in range(last, len(paragraphs)):
        yield Span(paragraphs[at - 1][1], paragraphs[at][1])


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    begin = 0
    for paragraph in text.split("\n\n"):
        yield begin, begin + len(paragraph)
        begin += len(paragraph) + 2


def _is_note(paragraph: str) -> bool:
    if len(paragraph) > _MAX_NOTE:
        return False
    is_source = len(paragraph) <= _MAX_SOURCE and bool(_SOURCE.match(paragraph) or _VIA.fullmatch(paragraph))
    return is_source or bool(_NOTE.match(paragraph))
