"""The site's tail below an article: buttons, counters, a disclaimer above them, and a line of copyright."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict

from pipeline.extract.text.widgets import WIDGET_PHRASES, Widget

# One button may be the last word of an article; no article ends in two different ones.
_MIN_KINDS = 2
_MAX_LINE = 160
_MAX_DISCLAIMER_PARAGRAPHS = 4
_MAX_DISCLAIMER = 1_200
_RIGHTS = re.compile(r"(?:copyright\s*)?(?:©|\(c\))", re.IGNORECASE)
_APOSTROPHES = "'\u2019\u02bc"


def cut_tail(text: str) -> tuple[str, str]:
    """A clean text as (text without the site's tail, tail); the tail is '' where there is none."""
    paragraphs = text.split("\n\n")
    above = paragraphs[:-1] if _RIGHTS.match(paragraphs[-1]) and len(paragraphs[-1]) <= _MAX_LINE else paragraphs
    start = _with_disclaimer(above, _buttons_start(above))
    return "\n\n".join(paragraphs[:start]), "\n\n".join(paragraphs[start:])


def _buttons_start(paragraphs: list[str]) -> int:
    """Where the closing run of button lines begins: the number of paragraphs if it is no tail."""
    end = len(paragraphs)
    start, kinds = end, set[Widget]()
    for index in range(end - 1, -1, -1):
        found = read_buttons(paragraphs[index])
        if found is None:
            break
        if found:  # a lone number above the first button may be the article's own
            start = index
            kinds |= found
    if len(kinds) < _MIN_KINDS or _introduces(paragraphs[:start]):
        return end
    return start


def _introduces(paragraphs: list[str]) -> bool:
    """Whether the text announces a list: after 'Every post carries three buttons:' they are the article's own."""
    return bool(paragraphs) and paragraphs[-1].endswith((":", "："))


def _with_disclaimer(paragraphs: list[str], start: int) -> int:
    """Where the tail begins, if a 'view original' stands a short disclaimer above the buttons."""
    if start == len(paragraphs):
        return start
    for index in range(start - 1, max(-1, start - 2 - _MAX_DISCLAIMER_PARAGRAPHS), -1):
        if read_buttons(paragraphs[index]) == {Widget.ORIGINAL}:
            disclaimer, article = sum(map(len, paragraphs[index + 1 : start])), sum(map(len, paragraphs[:index]))
            return index if disclaimer < min(_MAX_DISCLAIMER, article) else start
    return start


def read_buttons(line: str) -> set[Widget] | None:
    """The buttons a line consists of, with numbers and symbols between them; None where it says anything else."""
    if len(line) > _MAX_LINE:
        return None
    kinds: set[Widget] = set()
    words = _words(line)
    while words:
        if words[0][0].isdigit():  # '0/400', '12', '1.2K'
            words = words[1:]
            continue
        for phrase, kind in _BY_FIRST_WORD.get(words[0], ()):
            if words[: len(phrase)] == phrase:
                kinds.add(kind)
                words = words[len(phrase) :]
                break
        else:
            return None
    return kinds


def _words(line: str) -> list[str]:
    """The words of a line, in any script: letters with their marks, and numbers; bullets, dots, emoji fall away.

    Not `\\w+`: it stops at the vowel signs of Hindi and Thai.
    """
    kept: list[str] = []
    for character in unicodedata.normalize("NFKC", line).casefold():
        category = unicodedata.category(character)
        if character in _APOSTROPHES:
            kept.append("'")
        elif category[0] in "LMN":
            kept.append(
                "" if "\ufe00" <= character <= "\ufe0f" else character
            )  # an emoji's variation selector is a mark
        elif category != "Cf":  # ZWNJ and direction marks are written or left out as it comes
            kept.append(" ")
    return [word for word in "".join(kept).split() if word.strip("'")]


def _index_phrases() -> dict[str, list[tuple[list[str], Widget]]]:
    index = defaultdict[str, list[tuple[list[str], Widget]]](list)
    for kind, phrases in WIDGET_PHRASES.items():
        for phrase in map(_words, phrases):
            index[phrase[0]].append((phrase, kind))
    for entries in index.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return dict(index)


_BY_FIRST_WORD = _index_phrases()
