"""Light Markdown: marks fall away, words stay. Also for plain text, where stray marks come from copied Markdown."""

from __future__ import annotations

import re

_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+")
_HEADING_END = re.compile(r"(?<!\s)\s++#+$")
_QUOTE = re.compile(r"^\s{0,3}(?:>\s)+")
# A line of marks only: thematic break, underline of a heading, fence of a code block.
_RULE = re.compile(r"^\s*(?:[-*_=]\s*){3,}$|^\s*(?:```|~~~).*$")
_IMAGE = re.compile(r"!\[([^\]\n]{0,200})\]\([^()\s]{0,2000}(?:\s\"[^\"\n]*\")?\)")
_LINK = re.compile(r"\[([^\]\n]{1,200})\]\([^()\s]{0,2000}(?:\s\"[^\"\n]*\")?\)")
# Between two letters of these scripts the stars stand for something else: 2**10, f**k.
_WORD = "A-Za-z0-9\u00c0-\u04ff"
_BOLD = re.compile(rf"(?<![{_WORD}])\*\*|\*\*(?![{_WORD}])")
_STARRED_LINE = re.compile(r"^\s*\*(?!\*)\s?([^*]+?)\s?\*\s*$")


def strip_marks(line: str) -> str:
    """A line of text without Markdown marks."""
    if _RULE.match(line):
        return ""
    line = _QUOTE.sub("", line)
    if heading := _HEADING.match(line):
        line = _HEADING_END.sub("", line[heading.end() :].rstrip())
    line = _LINK.sub(r"\1", _IMAGE.sub(r"\1", line))
    return _BOLD.sub("", _STARRED_LINE.sub(r"\1", line))


def is_top_heading(line: str) -> bool:
    """Whether a line is a heading of the first level."""
    return line.lstrip().startswith("# ")
