"""Where the readers' comments of a page begin, told by what stands there: their heading, and a dateline for each.

Most pages name the element that holds them; `blocks` goes by that name. This is for those that do not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_MAX_HEADING, _MAX_DATELINE = 60, 60
_MIN_DATELINES = 3
# A comment may have several paragraphs; the heading stands above the first one or its dateline.
_MAX_BETWEEN = 8
_LONG = 60
_HEADING = re.compile(
    r"\b(?:comments|comentarios|comentários|commentaires|kommentare|kommentarer|kommentit|commenti|comentarii|reacties|"
    r"opinie|dyskusja|komentarze|komentarzy|komentáře|komentari|hozzászólások|yorumlar|bình luận|"
    r"комментари[ий]|комментариев|отзывы|обсуждение|мнения|коментарі|коментари|σχόλια|תגובות|댓글)\b"
    r"|评论|評論|留言|跟帖|网友|網友|コメント|تعليقات|التعليقات|نظرات|دیدگاه|تبصرے|टिप्पणियाँ|टिप्पणी|ความคิดเห็น|의견",
    re.IGNORECASE,
)
_TIME = re.compile(r"(?<![\d.])\d{1,2}[:.]\d{2}(?![\d.])")
_DATE = re.compile(
    r"\d{1,4}[-./年]\s?\d{1,2}[-./月]\s?\d{1,4}"
    r"|(?<!\d)\d{1,2}[. ]+\w{3,}|\w{3,}[. ]+\d{1,2}(?!\d)|^[^\W\d]+\W+\d"  # 31 Dec; Dec 31; today, 18:10
)


def comments_in(lines: Sequence[str]) -> range:
    """Which of a page's lines, by index, are its comments with their heading; an empty range where none are told."""
    for at, line in enumerate(lines):
        if len(line) <= _MAX_HEADING and _HEADING.search(line):
            datelines = list(_datelines_below(lines, at))
            if len(datelines) >= _MIN_DATELINES:
                return range(at, min(len(lines), datelines[-1] + 1 + _paragraphs(lines[datelines[-1] + 1 :])))
    return range(0)


def _datelines_below(lines: Sequence[str], heading: int) -> list[int]:
    """The datelines after a heading, as long as they follow one another."""
    found: list[int] = []
    between = 0
    for at in range(heading + 1, len(lines)):
        if _is_dateline(lines[at]):
            found.append(at)
            between = 0
        elif len(lines[at]) >= _LONG:
            between += 1
            if between > (_MAX_BETWEEN if found else 1):
                break
    return found


def _paragraphs(lines: Sequence[str]) -> int:
    """How many lines the last comment has below its dateline: its first long one."""
    return next((at + 1 for at, line in enumerate(lines[:3]) if len(line) >= _LONG), 0)


def _is_dateline(line: str) -> bool:
    return len(line) <= _MAX_DATELINE and bool(_TIME.search(line) and _DATE.search(line))
