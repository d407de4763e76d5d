"""Bylines of plain texts: 'Source: …, Author: …' in a line of its own near the top."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.extract.claims.labels import AFTER_NAME, BY_WORDS, BYLINE_LABELS, Role
from pipeline.extract.clean import clean_field

_MAX_LINE = 200
_MAX_NAME = 80
_MAX_WORDS = 10


def _any_of(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


_LABEL = re.compile(
    r"(?:^|(?<=[\s،,;；、|｜/·•(（]))(?:"
    + "|".join(f"(?P<{role}>{_any_of(labels)})" for role, labels in BYLINE_LABELS.items())
    + r")\s?[:：｜丨]\s*",
    re.IGNORECASE,
)
_LEAD = "*•-–—·([（【 "
_AROUND_NAME = " \t،,;；、|｜丨/·•*-–—\"'«»“”„‘’「」『』《》()（）[]【】"
_ASIDE = re.compile(r"[(（【\[][^)）】\]]*[)）】\]]")
# A stop after a word of four letters or more ends a sentence; 'Jr.' and 'St. Louis' are names. A colon or a year means
# that more than a name follows: 'GM FRK. Data publikacji Pią, 2010-11-19', '北京商报字号:T|T0人参与0条评论'.
_NO_NAME = re.compile(r"[!?！？؟。।:：]|[^\W\d]{4,}\.(?:\s|$)|\d{4}")

# Names begin with του and with 文 too: Του Γιουγιού, 文在寅.
_BY = re.compile(
    rf"^\s*(?:(?:{_any_of(BY_WORDS)}|του(?=\s+\S+\s+\S))\s*[:：]?\s+|(?:取材・)?文(?:・写真)?\s*[・／/=＝]\s*)",
    re.IGNORECASE,
)
_AFTER_NAME = re.compile(rf"\s(?:{_any_of(AFTER_NAME)})\s*$")
_BETWEEN_NAMES = re.compile(
    r"\s*(?:[;|/]|,(?!\s*(?:jr|sr|ii|iii|iv|phd|md)\b)|\s(?:and|und|et|y|e|i|en|och|og|&)\s)\s*", re.IGNORECASE
)
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Byline:
    """Whom a byline names."""

    author: str | None
    site: str | None


def read_byline(line: str) -> Byline | None:
    """The byline that a clean line is, or None: it begins with a label, and names follow, not sentences."""
    line = line.strip(_LEAD)
    labels = list(_LABEL.finditer(line)) if len(line) <= _MAX_LINE else []
    if not labels or labels[0].start() > 0:
        return None
    names: dict[Role, str] = {}
    ends = [*(label.start() for label in labels[1:]), len(line)]
    for label, end in zip(labels, ends, strict=True):
        name = line[label.end() : end]
        if _NO_NAME.search(name):
            return None
        names.setdefault(
            Role(label.lastgroup or Role.OTHER), _ASIDE.sub("", _before_open_aside(name)).strip(_AROUND_NAME)
        )
    author, site = names.get(Role.AUTHOR), names.get(Role.SITE)
    if not (author or site) or any(len(name) > _MAX_NAME or len(name.split()) > _MAX_WORDS for name in names.values()):
        return None
    return Byline(author or None, site or None)


def split_names(written: str) -> list[str]:
    """The names in a byline: "By Ada Lovelace and Max Born" are two."""
    byline = read_byline(written)
    named = byline.author if byline and byline.author else _BY.sub("", written)
    parts = (_AFTER_NAME.sub("", part) for part in _BETWEEN_NAMES.split(named))
    return [name for part in parts if (name := clean_field(part)) and len(name) <= _LONGEST_NAME]


def _before_open_aside(name: str) -> str:
    """The name without a bracket that the next label broke open: '"Xinmou" (المعرف: xinmouls)' ends at '(' here."""
    opened = max(name.rfind("("), name.rfind("（"))
    return name if opened < 0 or re.search(r"[)）]", name[opened:]) else name[:opened]
