"""Bylines of plain texts: 'Source: …, Author: …' in a line of its own near the top."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.extract.claims.labels import BYLINE_LABELS, Role
from pipeline.extract.clean import clean_field

_MAX_LINE = 200
_MAX_NAME = 80
_MAX_WORDS = 10
_ROLES = {label: role for role, labels in BYLINE_LABELS.items() for label in labels}
_LABEL = re.compile(
    r"(?:^|(?<=[\s،,;；、|｜/·•(（]))("
    + "|".join(map(re.escape, sorted(_ROLES, key=len, reverse=True)))
    + r")\s?[:：｜丨]\s*",
    re.IGNORECASE,
)
_LEAD = "*•-–—·([（【 "
_AROUND_NAME = " \t،,;；、|｜丨/·•*-–—\"'«»“”„‘’「」『』《》()（）[]【】"
_ASIDE = re.compile(r"[(（【\[][^)）】\]]*[)）】\]]")
# A stop after a word of four letters or more ends a sentence; 'Jr.' and 'St. Louis' are names. A colon or a year means
# that more than a name follows: 'GM FRK. Data publikacji Pią, 2010-11-19', '北京商报字号:T|T0人参与0条评论'.
_NO_NAME = re.compile(r"[!?！？؟。।:：]|[^\W\d]{4,}\.(?:\s|$)|\d{4}")

_BY = re.compile(
    r"^\s*(?:(?:written |story |words )?by|von|par|por|di|door|av|af|przez|автор|текст|作者|文|記者|记者|بقلم)"
    r"\s*[:：]?\s+",
    re.IGNORECASE,
)
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
        names.setdefault(_ROLES[label[1].lower()], _ASIDE.sub("", _before_open_aside(name)).strip(_AROUND_NAME))
    author, site = names.get(Role.AUTHOR), names.get(Role.SITE)
    if not (author or site) or any(len(name) > _MAX_NAME or len(name.split()) > _MAX_WORDS for name in names.values()):
        return None
    return Byline(author or None, site or None)


def split_names(written: str) -> list[str]:
    """The names in a byline: "By Ada Lovelace and Max Born" are two."""
    parts = _BETWEEN_NAMES.split(_BY.sub("", written))
    return [name for part in parts if (name := clean_field(part)) and len(name) <= _LONGEST_NAME]


def _before_open_aside(name: str) -> str:
    """The name without a bracket that the next label broke open: '"Xinmou" (المعرف: xinmouls)' ends at '(' here."""
    opened = max(name.rfind("("), name.rfind("（"))
    return name if opened < 0 or re.search(r"[)）]", name[opened:]) else name[:opened]
