"""A lexicon: which terms speak for a topic, and how strongly. TOML text in, a checked lexicon out."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import regex

from pipeline.errors import UserError
from pipeline.topic.finder import Finder
from pipeline.topic.words import is_capitals, is_unspaced, respell, words

_TOP_KEYS = {"threshold", "weights", "terms"}
_LEVELS = ("strong", "medium", "weak")
_DECOY = "not"
_LANGUAGE_KEYS = {*_LEVELS, _DECOY, "ambiguous", "drop"}
_TOO_OPEN = regex.compile(r"(?<![\p{L}\p{M}\p{N}]{2})\*")
_LANGUAGE = re.compile(r"[a-z]{2,3}|\*")


@dataclass(frozen=True, slots=True)
class Term:
    """A term as the lexicon writes it. `languages` are the only ones it counts in; None: in all."""

    text: str
    level: str
    languages: frozenset[str] | None = None


@dataclass(frozen=True)
class Lexicon:
    """The terms of a topic by their key, the weight of each level, and the relevance from which a text is on topic."""

    threshold: float
    weights: Mapping[str, float]
    terms: Mapping[str, Term]

    @cached_property
    def finder(self) -> Finder:
        """What finds the terms in a text; made once."""
        return Finder({key: term.text for key, term in self.terms.items()})

    def weight(self, term: Term) -> float:
        """How much one mention of the term says, 0 for a decoy."""
        return 0.0 if term.level == _DECOY else self.weights[term.level]


def parse_lexicon(text: str, origin: Path, *, base: Lexicon | None) -> Lexicon:
    """The lexicon of one TOML file, on top of `base` where one is given: terms are added or change their level, `drop`
    removes them, a threshold or weight replaces the base's.

    Raises UserError naming file and key.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise UserError(f"{origin}: not TOML: {exc}", "mend that line") from exc
    _check_keys(data, _TOP_KEYS, str(origin))
    threshold = _share(data, "threshold", str(origin), base.threshold if base else None)
    terms = dict(base.terms) if base else {}
    for language, table in _tables(data, str(origin)):
        where = f"{origin}: terms.{language}"
        _drop(table, terms, where)
        _add(table, language, terms, where)
    return Lexicon(threshold, _weights(data, base, str(origin)), terms)


def _weights(data: dict[str, Any], base: Lexicon | None, where: str) -> dict[str, float]:
    table = data.get("weights", {})
    if not isinstance(table, dict):
        raise UserError(f"{where}: key 'weights' is not a table", "begin it with a line [weights]")
    _check_keys(table, set(_LEVELS), f"{where}: weights")
    return {
        level: _share(table, level, f"{where}: weights", base.weights[level] if base else None) for level in _LEVELS
    }


def _share(table: dict[str, Any], key: str, where: str, default: float | None) -> float:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        problem = "is missing" if value is None else f"is {value!r}, not a number from 0 to 1"
        raise UserError(f"{where}: key '{key}' {problem}", f"write {key} = 0.5")
    return float(value)


def _tables(data: dict[str, Any], where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    tables = data.get("terms", {})
    if not isinstance(tables, dict):
        raise UserError(f"{where}: key 'terms' is not a table", "begin a language's terms with a line [terms.en]")
    for language, table in tables.items():
        if not isinstance(table, dict) or not _LANGUAGE.fullmatch(language):
            remedy = 'name the language by its code, as in [terms.en], or all languages by [terms."*"]'
            raise UserError(f"{where}: terms: key '{language}' is not a language's table", remedy)
        _check_keys(table, _LANGUAGE_KEYS, f"{where}: terms.{language}")
        yield language, table


def _add(table: dict[str, Any], language: str, terms: dict[str, Term], where: str) -> None:
    own: dict[str, Term] = {}
    for level in (*_LEVELS, _DECOY):
        for text in _texts(table, level, where):
            key = _key(text, where)
            if key in own and own[key].level != level:
                raise UserError(f"{where}: {text!r} is both '{own[key].level}' and '{level}'", "keep one of the two")
            own[key] = Term(text, level)
    for text in _texts(table, "ambiguous", where):
        if language == "*":
            raise UserError(f"{where}: key 'ambiguous': {text!r} has no language", "move it to a language's table")
        key = _key(text, where)
        if key not in own:
            raise UserError(f"{where}: key 'ambiguous': {text!r} is not a term of this table", "list it as strong, too")
        before = terms.get(key)
        shared = before.languages if before and before.languages else frozenset()
        own[key] = replace(own[key], languages=shared | {language})
    terms |= own


def _drop(table: dict[str, Any], terms: dict[str, Term], where: str) -> None:
    for text in _texts(table, "drop", where):
        if terms.pop(_key(text, where), None) is None:
            close = difflib.get_close_matches(text, [term.text for term in terms.values()], n=1)
            hint = f"did you mean {close[0]!r}?" if close else "take it out"
            raise UserError(f"{where}: key 'drop': {text!r} is not a term", hint)


def _texts(table: dict[str, Any], key: str, where: str) -> list[str]:
    values = table.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise UserError(f"{where}: key '{key}' is not a list of texts", f'write {key} = ["…", "…"]')
    return values


def _key(text: str, where: str) -> str:
    """Equal for two spellings of one term."""
    spelled = respell(text)
    if not (words(spelled) or is_unspaced(spelled)):
        raise UserError(f"{where}: {text!r} has no word to look for", "write a word or several")
    if _TOO_OPEN.search(spelled):
        raise UserError(f"{where}: {text!r} would fit too many words", "write two letters or more before each *")
    return " ".join(word if is_capitals(word) else word.lower() for word in spelled.split())


def _check_keys(table: dict[str, Any], known: set[str], where: str) -> None:
    for key in table:
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean '{close[0]}'?" if close else f"known keys: {', '.join(sorted(known))}"
            raise UserError(f"{where}: key '{key}' is not known", hint)
