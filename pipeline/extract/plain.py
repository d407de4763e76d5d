"""Reads plain text and Markdown: headline, byline, text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.extract.claims.byline import Byline, read_byline
from pipeline.extract.clean import clean_lines, count_letters, join_paragraphs
from pipeline.extract.draft import Draft
from pipeline.extract.markdown import is_top_heading, strip_marks

_MAX_HEADLINE = 180
# A byline stands within the first lines that say something: below the headline, perhaps a subtitle and a credit.
_BYLINE_WITHIN = 4
# A headline does not end in the stop of a sentence or in a mark that announces more, nor hold two sentences. It may
# end in ? ! … or quotes.
_NO_HEADLINE = re.compile(r"[.。｡।۔։,،、;；:：]$|[。।۔]|[^\W\d]{4,}\.\s")
# Two megabytes of line ends are a page that somebody sent: one blank says as much.
_BLANKS = re.compile(r"\n\s*\n")
_LIST_ITEM = re.compile(r"(?:[-*•]|\d{1,3}[.)])\s")


@dataclass(frozen=True, slots=True)
class _Opened:
    """Clean lines from the first that says something, a blank where the byline was."""

    lines: list[str]
    byline: Byline
    byline_line: str


def read_plain(text: str) -> Draft:
    """What a plain text says of itself. A first line that is short and stands alone, or a top heading, is the title."""
    opened = _open(text)
    if _is_headline(opened.lines) or (opened.lines and is_top_heading(text)):
        return _draft(opened, opened.lines[1:], opened.lines[0])
    return _draft(opened, opened.lines, None)


def read_titled(text: str, title: str) -> Draft:
    """What a plain text says of itself where its title is known: its first line is then no title."""
    opened = _open(text)
    return _draft(opened, opened.lines, title)


def _open(text: str) -> _Opened:
    lines = clean_lines("\n".join(map(strip_marks, _BLANKS.sub("\n\n", text).splitlines())))
    top = [index for index, line in enumerate(lines) if line][:_BYLINE_WITHIN]
    for index in top:
        byline = read_byline(lines[index])
        if byline:
            rest = [*lines[:index], "", *lines[index + 1 :]]
            return _Opened(_from_first(rest), byline, lines[index])
    return _Opened(_from_first(lines), Byline(author=None, site=None), "")


def _from_first(lines: list[str]) -> list[str]:
    first = next((index for index, line in enumerate(lines) if line), len(lines))
    return lines[first:]


def _is_headline(lines: list[str]) -> bool:
    if len(lines) < 3 or lines[1]:
        return False
    line = lines[0]
    if len(line) > _MAX_HEADLINE or _NO_HEADLINE.search(line) or _LIST_ITEM.match(line):
        return False
    # 'Last updated 13:48 17/01/2012' stands where a headline would.
    if sum(map(str.isdigit, line)) * 3 > count_letters(line):
        return False
    return sum(map(len, lines[2:])) > len(line)


def _draft(opened: _Opened, lines: list[str], title: str | None) -> Draft:
    return Draft(
        text=join_paragraphs(lines),
        title=title,
        author=opened.byline.author,
        site=opened.byline.site,
        boilerplate=(opened.byline_line,),
    )
