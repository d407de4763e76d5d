"""Two texts side by side, the marks they share highlighted, each line in its own direction."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from rich.cells import cell_len
from rich.text import Text

from flows.cli.console import is_right_to_left, out, plain

_GAP = 3
_MARK, _PASSAGE = "bold black on yellow", "green"
_RIGHT_TO_LEFT_ISOLATE, _POP_ISOLATE = "\u2067", "\u2069"
_WIDE = 2


def side_by_side(
    original: Mapping[str, Any], copy: Mapping[str, Any], evidence: Mapping[str, Any], *, width: int
) -> Text:
    """Two columns: the original's text on the left, the copy's on the right, with the marks or the passages highlighted
    that the evidence names. Print it without wrapping.
    """
    column = max((width - _GAP) // 2, 20)
    anchors, passages = evidence.get("anchors", []), evidence.get("passages", [])
    left = _column(original["text"], (one["other_surface"] for one in anchors), _spans(passages, "other_at"), column)
    right = _column(copy["text"], (one["surface"] for one in anchors), _spans(passages, "at"), column)
    rows = (_beside(*pair, column) for pair in zip_longest(left, right, fillvalue=Text()))
    return Text("\n").join(rows)


def _beside(left: Text, right: Text, width: int) -> Text:
    padding = " " * (width + _GAP - _width(left))
    return left.copy().append(padding).append_text(right) if right else left


def _spans(passages: Sequence[Mapping[str, Any]], side: str) -> list[tuple[int, int]]:
    return [(begin, end) for begin, end in (one[side] for one in passages)]


def _column(text: str, surfaces: Iterable[str], spans: Iterable[tuple[int, int]], width: int) -> list[Text]:
    """A text as lines of at most `width` cells."""
    shown = Text("\n".join(map(plain, text.split("\n"))))
    for span in spans:
        shown.stylize(_PASSAGE, *span)
    pattern = "|".join(re.escape(surface) for surface in sorted(set(surfaces), key=len, reverse=True) if surface)
    if pattern:
        shown.highlight_regex(rf"(?<!\w)(?:{pattern})(?!\w)", _MARK)
    lines = [line for paragraph in shown.split("\n", allow_blank=True) for line in _wrap(paragraph, width)]
    return [_to_the_right(line, width) for line in lines] if is_right_to_left(shown.plain) else lines


def _to_the_right(line: Text, width: int) -> Text:
    """A right-to-left line, flush right.

    A terminal that knows directions takes a whole screen line for one paragraph. So each line is isolated by itself,
    and the padding stays outside: then it reads right there too, and the columns stay where they are.
    """
    padding = Text(" " * (width - _width(line)))
    if not (out.is_terminal and line.plain):
        return padding.append_text(line)
    return padding.append(_RIGHT_TO_LEFT_ISOLATE).append_text(line).append(_POP_ISOLATE)


def _wrap(paragraph: Text, width: int) -> list[Text]:
    """The lines of a paragraph, broken after spaces and around wide characters, none over `width` cells."""
    breaks, start, used = [], 0, 0
    for begin, end in _unbroken(paragraph.plain):
        cells = sum(map(_cells, paragraph.plain[begin:end].rstrip(" ")))
        if used + cells > width and begin > start:
            breaks.append(begin)
            start, used = begin, 0
        used += sum(map(_cells, paragraph.plain[begin:end]))
    lines = list(paragraph.divide(breaks)) if breaks else [paragraph]
    for line in lines:
        line.rstrip()
    return lines


def _unbroken(text: str) -> Iterator[tuple[int, int]]:
    """Spans of text that stay on one line: words with the space behind them, single wide characters."""
    begin = 0
    for place, character in enumerate(text):
        if begin < place and (text[place - 1] == " " or _cells(character) == _WIDE or _cells(text[place - 1]) == _WIDE):
            yield begin, place
            begin = place
    if begin < len(text):
        yield begin, len(text)


def _width(line: Text) -> int:
    return sum(map(_cells, line.plain))


def _cells(character: str) -> int:
    """Terminals disagree on spacing vowel signs (0 or 1 cell): counted as 1, no line runs over in any of them."""
    return 1 if unicodedata.category(character) == "Mc" else cell_len(character)
