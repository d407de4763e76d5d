"""Pairs of texts with a known answer, made of real or invented texts: edits that must fold, look-alikes that must
not.
"""

from __future__ import annotations

import random
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import regex

FORMS: Mapping[str, Mapping[str, Any]] = tomllib.loads(Path(__file__).with_name("templates.toml").read_text("utf-8"))
_SENTENCE = regex.compile(r"(?s).+?(?:[.!?。！？؟।]+[”\"»)]*(?=\s|$)|(?<=[。！？])|\n+|$)")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_NUMBER = regex.compile(r"\p{Nd}+")
_NAME = regex.compile(r"(?<=[\p{Ll},] )\p{Lu}[\p{L}\p{M}]{2,}")
_SLOT = regex.compile(r"\{(?:n(\d)|(\w+))\}")
_WORD = regex.compile(r"\S+\s*")
# About a word: two characters of Han or kana, four letters of an alphabet without spaces.
_CHUNK = regex.compile(r"(?s)[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]{1,4}|.{1,2}")
_FEWEST_REFILLED, _LEAST_REFILLED = 8, 0.05


@dataclass(frozen=True)
class Case:
    """Two texts of one language and whether they are copies. `first` stands in the archive under its own name."""

    kind: str
    language: str
    first: str
    second: str
    is_copy: bool


def sentences(text: str) -> list[str]:
    """The sentences of a text with the space around them; joined they are the text."""
    return [found for found in _SENTENCE.findall(text) if found.strip()]


def words(text: str) -> list[str]:
    """The words of a text, or pairs of characters where it writes no spaces, with the space around them."""
    return (_CHUNK if len(_UNSPACED.findall(text)) * 3 > len(text) else _WORD).findall(text)


def edited(text: str, rate: float, others: Sequence[str], rng: random.Random) -> str:
    """The text with this share of its words replaced by words of `others`, left out or followed by another one."""
    made = []
    for word in words(text):
        if rng.random() >= rate:
            made.append(word)
            continue
        other = rng.choice(others)
        made.append(rng.choice(("", other, other, word + other)))
    return "".join(made)


def cut(text: str, share: float) -> str:
    """The first sentences of a text, about this share of it."""
    kept: list[str] = []
    for sentence in sentences(text):
        if kept and sum(map(len, kept)) + len(sentence) / 2 > share * len(text):
            break
        kept.append(sentence)
    return "".join(kept)


def item(text: str, rng: random.Random) -> str:
    """Two sentences in a row from anywhere in a text."""
    found = sentences(text)
    at = rng.randrange(max(1, len(found) - 1))
    return "".join(found[at : at + 2]).strip()


def shuffled(text: str, rng: random.Random) -> str:
    """The sentences of a text in another order."""
    found = sentences(text)
    return " ".join(sentence.strip() for sentence in rng.sample(found, len(found)))


def corrected(text: str, others: Sequence[str], rng: random.Random) -> str:
    """The text with one number and one sentence changed, and a line that says so."""
    found = sentences(text)
    at = rng.randrange(len(found))
    if len(found) > 4:
        found[at] = edited(found[at], 0.4, others, rng)
    once = _NUMBER.sub(lambda number: str(int(number.group()[:9]) + 1), "".join(found), count=1)
    return f"{once}\n{''.join(rng.choices(others, k=8))}"


def refilled(text: str, names: Sequence[str], rng: random.Random) -> str | None:
    """The text with all its numbers and names exchanged, each for the same one wherever it stands; None where they are
    too few to make another story of it.
    """
    places = Counter(_NAME.findall(text))
    if (changed := sum(places.values()) + len(_NUMBER.findall(text))) < _FEWEST_REFILLED:
        return None
    if changed < _LEAST_REFILLED * len(words(text)):
        return None
    exchanged = {name: rng.choice(names) for name in places}
    text = regex.sub(r"\p{Lu}[\p{L}\p{M}]{2,}", lambda found: exchanged.get(found.group(), found.group()), text)
    return _NUMBER.sub(lambda number: _digits(len(number.group()), rng), text)


def filled(form: str, fillings: Mapping[str, Any], rng: random.Random) -> str:
    """A form with its slots filled."""

    def fill(slot: regex.Match[str]) -> str:
        return _digits(int(slot[1]), rng) if slot[1] else str(rng.choice(fillings[slot[2] + "s"]))

    return _SLOT.sub(fill, form)


def template_cases(count: int, rng: random.Random) -> Iterator[Case]:
    """`count` pairs of fillings of each form in each language."""
    for language, form in FORMS.items():
        for kind, text in form.items():
            for _ in range(count if isinstance(text, str) else 0):
                yield Case(f"template {kind}", language, filled(text, form, rng), filled(text, form, rng), False)


def copy_cases(texts: Sequence[str], language: str, pool: Sequence[str], rng: random.Random) -> Iterator[Case]:
    """For each text one copy, edited in one of the known ways, turn by turn. `pool` are other texts of the language."""
    others = [word if word[-1:].isspace() or len(word) < 3 else word + " " for text in pool for word in words(text)]
    intro, outro = (" ".join(s.strip() for s in sentences(text)[:2]) for text in rng.sample(list(pool), 2))
    edits: dict[str, Callable[[str], str]] = {
        "intro": lambda text: f"{intro}\n\n{text}\n\n{outro}",
        "intro shuffled": lambda text: f"{intro}\n\n{shuffled(text, rng)}\n\n{outro}",
        "cut to 60%": lambda text: cut(text, 0.6),
        "cut to 60% shuffled": lambda text: shuffled(cut(text, 0.6), rng),
        "10% edited": lambda text: edited(text, 0.1, others, rng),
        "10% edited shuffled": lambda text: shuffled(edited(text, 0.1, others, rng), rng),
        "corrected": lambda text: corrected(text, others, rng),
    }
    for i, text in enumerate(texts):
        kind = list(edits)[i % len(edits)]
        yield Case(kind, language, text, edits[kind](text), True)


def lookalike_cases(texts: Sequence[str], language: str, pool: Sequence[str], rng: random.Random) -> Iterator[Case]:
    """Pairs of other stories that share much: a site's chrome, half the items of a round-up, quoted paragraphs, a form
    filled in anew.
    """
    names = sorted({name for text in pool for name in _NAME.findall(text)}) or ["X"]
    disclaimer = "\n".join(item(text, rng) for text in pool)[:500]
    for one, other, told, later, form in zip(*(texts[i::5] for i in range(5)), strict=False):
        yield Case(
            "one site's chrome",
            language,
            f"{cut(one, 300 / len(one))}\n\n{disclaimer}",
            f"{cut(other, 300 / len(other))}\n\n{disclaimer}",
            False,
        )
        items = [item(text, rng) for text in rng.sample(list(pool), 12)]
        yield Case("round-ups", language, "\n\n".join(items[:8]), "\n\n".join(items[4:]), False)
        quoted = "".join(sentences(told)[: min(3, len(sentences(told)) // 2)])
        begun = cut(later, 0.5)
        yield Case("follow-up", language, told, f"{begun}\n\n{quoted}\n\n{later[len(begun) :]}", False)
        if again := refilled(form, names, rng):
            yield Case("refilled", language, form, again, False)


def invented(alphabet: str, joint: str, count: int, rng: random.Random) -> list[str]:
    """Texts of invented words with Zipf's frequencies, names and numbers, for where no real ones are at hand. `joint`
    stands between words.
    """
    lengths = (2, 9) if joint else (1, 3)
    vocabulary = ["".join(rng.choices(alphabet, k=rng.randint(*lengths))) for _ in range(5000)]
    weights = [1 / (rank + 3) for rank in range(len(vocabulary))]
    texts = []
    for _ in range(count):
        topic = [rng.choice(vocabulary).capitalize() for _ in range(8)]
        made = []
        for _ in range(rng.randint(6, 25)):
            sentence = rng.choices(vocabulary, weights, k=rng.randint(8, 22))
            for at in rng.sample(range(len(sentence)), rng.randint(0, 3)):
                sentence[at] = rng.choice([*topic, _digits(rng.randint(1, 4), rng)])
            made.append(joint.join(sentence).capitalize() + (". " if joint else "。"))
        texts.append("".join(made))
    return texts


def _digits(count: int, rng: random.Random) -> str:
    return str(rng.randint(10 ** (count - 1), 10**count - 1))
