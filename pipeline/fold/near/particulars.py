"""What a text tells of: its numbers and names, which another filling of the same form has not."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import regex

from pipeline.fold.words.tokens import MAX_CHARACTERS, Script, Token, tokens

_SENTENCE_END = regex.compile(r"(?:^|[.!?。！？؟।:\n•–—\"“«»„]\s*)$")
_TELLING_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Particulars:
    """How often each number, in ASCII digits, and each name stands in a text; and all its words, in small letters."""

    numbers: Mapping[str, int]
    names: Mapping[str, int]
    words: Set[str]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two texts tell of the same: of the one that has fewer particulars of its own, the share of them that the
    other has too, and how many different ones it has not.
    """

    share: float
    lost: int


def particulars(text: str) -> Particulars:
    """The numbers and names of a text, of its first MAX_CHARACTERS. A name has a capital within a sentence, or is
    written in Latin letters or katakana among others. Other scripts do not say what is a name.
    """
    text = text[:MAX_CHARACTERS]
    found = tokens(text)
    latin = sum(len(token.text) for token in found if token.script is Script.LATIN)
    is_latin = 2 * latin > sum(len(token.text) for token in found)
    numbers = Counter(_ascii(token.text) for token in found if token.script is Script.NUMBER)
    names = Counter(token.text.casefold() for token in found if _is_name(token, text, is_latin))
    return Particulars(numbers, names, frozenset(token.text.casefold() for token in found))


def numbers_agree(one: Particulars, other: Particulars) -> Agreement:
    """The agreement of the numbers of two texts."""
    return _lesser(_numbers_kept(one, other), _numbers_kept(other, one))


def names_agree(one: Particulars, other: Particulars) -> Agreement:
    """The agreement of the names of two texts."""
    return _lesser(_names_kept(one, other), _names_kept(other, one))


def all_agree(one: Particulars, other: Particulars) -> Agreement:
    """The agreement of numbers and names together."""
    mine = [*_numbers_kept(one, other), *_names_kept(one, other)]
    theirs = [*_numbers_kept(other, one), *_names_kept(other, one)]
    return _lesser(mine, theirs)


@dataclass(frozen=True, slots=True)
class _Particular:
    """What a number or name weighs, all its places together, and whether the other text has it."""

    weight: float
    is_kept: bool


def _numbers_kept(one: Particulars, other: Particulars) -> list[_Particular]:
    """A number of one or two digits stands in another text by chance, and weighs less."""
    return [
        _Particular(count * min(1.0, len(number) / _TELLING_DIGITS), number in other.numbers)
        for number, count in one.numbers.items()
    ]


def _names_kept(one: Particulars, other: Particulars) -> list[_Particular]:
    return [_Particular(count, name in other.words) for name, count in one.names.items()]


def _lesser(mine: Sequence[_Particular], theirs: Sequence[_Particular]) -> Agreement:
    """The agreement seen from the text that has fewer of its own. Texts without particulars agree."""
    return max(_agreement(mine), _agreement(theirs), key=lambda found: (found.share, -found.lost))


def _agreement(found: Sequence[_Particular]) -> Agreement:
    total = sum(one.weight for one in found)
    lost = [one.weight for one in found if not one.is_kept]
    return Agreement(1 - sum(lost) / total if total else 1.0, len(lost))


def _ascii(number: str) -> str:
    return "".join(str(unicodedata.decimal(c)) for c in number if c.isdecimal())


def _is_name(token: Token, text: str, is_latin: bool) -> bool:
    if token.script is Script.KATAKANA:
        return True
    if token.script is Script.LATIN and not is_latin:
        return len(token.text) > 1
    is_capital = token.text[0].isupper() and len(token.text) > 1
    return is_capital and not _SENTENCE_END.search(text[max(0, token.start - 4) : token.start])
