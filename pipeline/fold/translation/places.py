"""Where a text has something that may be an anchor: its keys, each with its places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from pipeline.fold.words import han, numerals
from pipeline.fold.words.marks import coarse_key, remembered_keys
from pipeline.fold.words.remembered import Remembered
from pipeline.fold.words.skeleton import skeletons
from pipeline.fold.words.tokens import Script, has_kana, words

LIST_RUN = 5
_UNSPACED_WINDOWS = (4, 5, 6)


@dataclass(frozen=True, slots=True)
class Places:
    """Where each key stands in a text, in characters, and how the text writes it: `shown` at the first place, `firsts`
    has its first character, a small letter where the text has it so anywhere, for then it is no name.
    """

    starts: dict[str, list[int]] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    firsts: dict[str, str] = field(default_factory=dict)


def places(text: str, language: str | None) -> Places:
    """Every key of the text, in a language (primary subtag), with its places."""
    is_japanese = has_kana(text)
    found = Places()
    for script, written in words(text).items():
        if script is Script.NUMBER:
            _keep(found, _number_occurrences(text, _in_order(written), language))
        elif script is Script.HAN:
            _keep(found, _han_occurrences(_in_order(written), is_japanese))
        elif script is Script.UNSPACED:
            _keep(found, _unspaced_occurrences(_in_order(written)))
        else:
            _keep_words(found, written, script)
    return found


Word = tuple[int, str]
"""A word and its start in the text."""


def _in_order(written: Mapping[str, Sequence[int]]) -> list[Word]:
    return sorted((start, word) for word, starts in written.items() for start in starts)


def _keep(found: Places, occurrences: Iterable[tuple[str, str, int]]) -> None:
    """Add (key, surface, start), in the order of the text."""
    for key, surface, start in occurrences:
        if key in found.starts:
            found.starts[key].append(start)
        else:
            found.starts[key], found.shown[key], found.firsts[key] = [start], surface, surface[0]


def _keep_words(found: Places, written: Mapping[str, list[int]], script: Script) -> None:
    """Add all keys of the words of a script, each word with all its places."""
    keys = remembered_keys(written, script)
    for word, starts in written.items():
        for key in keys[word]:
            if key not in found.starts:
                found.starts[key], found.shown[key], found.firsts[key] = starts, word, word[0]
                continue
            if starts[0] < found.starts[key][0]:
                found.shown[key] = word
            if word[0].islower():
                found.firsts[key] = word[0]
            found.starts[key] = sorted(found.starts[key] + starts)


def _number_occurrences(text: str, found: list[Word], language: str | None) -> Iterator[tuple[str, str, int]]:
    read = [(start, number, _VALUES[number]) for start, number in found]
    counted = _counted({value for _, _, values in read for value, _ in values})
    for start, number, values in read:
        factor = numerals.magnitude_after(text, start + len(number), language) if len(values) == 1 else 1
        for value, key in values:
            if value not in counted:
                yield key, number, start
            if factor > 1 and value:
                yield _number_key(value * factor), number, start


def _number_key(value: Decimal) -> str:
    return "n:" + numerals.written(value)


# Of a number as it is written: what it says, each with its key.
_VALUES = Remembered(lambda number: [(value, _number_key(value)) for value in numerals.values(number)])


def _counted(values: set[Decimal]) -> set[Decimal]:
    """The values that come in runs of LIST_RUN whole numbers without a gap: a numbered list, a table, a calendar. Two
    lists share them all and in order, and say nothing.
    """
    if len(values) < LIST_RUN:
        return set()
    whole = {value for value in values if value == value.to_integral_value()}
    starts = [value for value in whole if value - 1 not in whole]
    runs = []
    for start in starts:
        run = [start]
        while run[-1] + 1 in whole:
            run.append(run[-1] + 1)
        runs.append(run)
    return {value for run in runs if len(run) >= LIST_RUN for value in run}


def _han_occurrences(found: list[Word], is_japanese: bool) -> Iterator[tuple[str, str, int]]:
    """Windows for other Han texts; in Chinese also what may be a foreign name (Japanese writes those in katakana)."""
    for at, run in found:
        for start, end, reading in han.windows(run):
            yield "h:" + reading, run[start:end], at + start
        for numeral in numerals.HAN_NUMERAL.finditer(run):
            value = numerals.han_value(numeral.group())
            yield _number_key(value), numeral.group(), at + numeral.start()
        if not is_japanese:
            for start, end, skeleton in han.name_spans(run):
                if key := coarse_key(skeleton):
                    yield key, run[start:end], at + start


def _unspaced_occurrences(found: list[Word]) -> Iterator[tuple[str, str, int]]:
    """Windows over the consonants of a run without spaces: a name in it starts and ends anywhere."""
    for at, run in found:
        sounds = [(c, i) for i, sound in enumerate(skeletons(list(run))) for c in sound]
        for size in _UNSPACED_WINDOWS:
            for first in range(len(sounds) - size + 1):
                window = sounds[first : first + size]
                start, end = window[0][1], window[-1][1] + 1
                if key := coarse_key("".join(c for c, _ in window)):
                    yield key, run[start:end], at + start
