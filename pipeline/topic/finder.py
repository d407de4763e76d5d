"""Find the terms of a lexicon in a text, in time that hardly grows with their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import regex

from pipeline.topic.words import WORD, Word, is_capitals, is_unspaced, may_have_clitic, readings, respell, words

_TERM_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+\*?")
_JOINTS = frozenset(" \t\r\n\xa0-‐‑–'\".·/«»“”")
_LONGEST_JOINT = 2
# Where all is in capitals they tell nothing: "ADDIO AI CAMPIONI DEL CICLISMO".
_HEADLINE_WORDS = 4


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a term stands in a respelled text."""

    key: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Stem:
    """A word of a term: in lower case, whether it may go on, and its spelling where that must be in capitals."""

    lower: str
    is_open: bool
    capitals: str | None

    def fits(self, word: Word) -> bool:
        if self.capitals:
            return word.written == self.capitals
        if self.is_open:
            return any(reading.startswith(self.lower) for reading in readings(word.lower))
        return self.lower in readings(word.lower)


class Finder:
    """Terms by the first word of each: looked up for every word of a text, whole or by its first two letters."""

    def __init__(self, terms: Mapping[str, str]) -> None:
        self._whole: dict[str, list[tuple[str, tuple[_Stem, ...]]]] = defaultdict(list)
        self._begun: dict[str, list[tuple[str, tuple[_Stem, ...]]]] = defaultdict(list)
        self._unspaced: list[tuple[str, str]] = []
        for key, text in terms.items():
            if is_unspaced(text):
                self._unspaced.append((key, respell(text).lower().replace("*", "")))
                continue
            stems = _stems(text)
            if stems[0].is_open:
                self._begun[stems[0].lower[:2]].append((key, stems))
            else:
                self._whole[stems[0].lower].append((key, stems))

    def mentions(self, respelled: str) -> list[Mention]:
        """The terms in a respelled text, in order; where two overlap, the one that begins first, then the longer."""
        found = [*self._in_words(respelled), *self._between_letters(respelled.lower())]
        found.sort(key=lambda mention: (mention.start, -mention.end))
        kept: list[Mention] = []
        for mention in found:
            if not kept or mention.start >= kept[-1].end:
                kept.append(mention)
        return kept

    def _in_words(self, text: str) -> Iterator[Mention]:
        is_headline_in_capitals = text.isupper() and len(words(text)) >= _HEADLINE_WORDS
        for word in WORD.finditer(text):
            lower = word[0].lower()
            if not (lower in self._whole or lower[:2] in self._begun or may_have_clitic(lower)):
                continue
            for key, stems in self._beginning_with(lower):
                if is_headline_in_capitals and any(stem.capitals for stem in stems):
                    continue
                run = words(text, begin=word.start(), most=len(stems))
                if len(run) == len(stems) and _is_phrase(run, text) and all(map(_Stem.fits, stems, run)):
                    yield Mention(key, word.start(), run[-1].end)

    def _beginning_with(self, lower: str) -> Iterator[tuple[str, tuple[_Stem, ...]]]:
        for reading in readings(lower):
            yield from self._whole.get(reading, ())
            for key, stems in self._begun.get(reading[:2], ()):
                if reading.startswith(stems[0].lower):
                    yield key, stems

    def _between_letters(self, lower: str) -> Iterator[Mention]:
        for key, term in self._unspaced:
            start = lower.find(term)
            while start >= 0:
                yield Mention(key, start, start + len(term))
                start = lower.find(term, start + len(term))


def _stems(text: str) -> tuple[_Stem, ...]:
    return tuple(
        _Stem(_without_article(word.lower), part.endswith("*"), word.written if is_capitals(word.written) else None)
        for part in _TERM_WORD.findall(respell(text))
        for word in words(part)
    )


def _without_article(word: str) -> str:
    return word.removeprefix("ال") if len(word) > len("ال") + 2 else word


def _is_phrase(run: Iterable[Word], text: str) -> bool:
    ends = None
    for word in run:
        if ends is not None and (word.start - ends > _LONGEST_JOINT or not _JOINTS.issuperset(text[ends : word.start])):
            return False
        ends = word.end
    return True
