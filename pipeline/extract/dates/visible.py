"""The dates that a page shows to its readers, those that are most likely the article's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice, takewhile

from lxml.etree import XPath
from lxml.html import HtmlElement

from pipeline.dates.read import find_date, read_date
from pipeline.dates.written import WrittenDate
from pipeline.extract.dates.choose import written_claim
from pipeline.extract.dates.marks import (
    BOX,
    BOX_TAGS,
    ELSEWHERE,
    MARKED,
    PUBLISHED_MARK,
    PUBLISHED_WORDS,
    UPDATE_MARK,
    UPDATE_WORDS,
)
from pipeline.extract.dates.writing import order_in
from pipeline.extract.text.markup import find_elements
from pipeline.models.dates import DateClaim, DateSource

_STATED = XPath(
    "descendant::*/@datetime/..|descendant::*/@itemprop[contains(., 'date') or contains(., 'Date')]/.."
    "|descendant::abbr[@title and not(@itemprop)]"
)
_SKIPPED = frozenset(["script", "style", "noscript", "template", "svg", "option", "title", "textarea"])
_YEAR = re.compile(r"(?<!\d)(?:1[349]|20|25)\d\d(?!\d)|[٠-٩۰-۹०-९০-৯๐-๙０-９]{4}|令和|民[國国]|(?<!\d)1\d\d\s*年")
# What every year has, and few lines; it begins with a set of characters, which are searched for without backtracking.
_DIGITS = re.compile(r"[\d令民](?:(?<=[令民])|\d\d(?:\d|\s*年))")
_FIRST_YEAR = 1900
_LONGEST_RUN = 400
_LONGEST_BLOCK = 180
_LONGEST_LINE = 90
_MOST_OTHER_LETTERS = 45
_MOST_DATES = 6
_LINES_BELOW_HEADING = 14
_LINES_ABOVE_HEADING = 6
_AROUND = 2
_MOST_RUNS = 60
_MOST_SPOTS = 500
_LONGEST_LABEL = 40


class Rank(IntEnum):
    """How likely a shown date is the article's, by what is said of it and where it stands; the lowest goes first."""

    LABELLED = 1
    BESIDE_HEADING = 2
    JUST_ABOVE = 3
    BELOW = 4
    ABOVE = 5


_NEAR = (Rank.BESIDE_HEADING, Rank.JUST_ABOVE)


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a date may be: in which line of the page and in which element; what that shows, or states for machines."""

    line: int
    element: HtmlElement
    text: str = ""
    stated: str = ""


def visible_dates(body: HtmlElement, heading: HtmlElement | None, language: str | None) -> list[DateClaim]:
    """The dates that a page shows and that are most likely its article's: those that it calls the publication's, else
    those beside its heading, else marked ones further below, else ones that it states for machines above.

    `language` is the BCP 47 tag that its dates are read by. A date above that is only shown is today's.
    """
    spots, heading_line = _spots(body, heading)
    around_heading = frozenset([heading, *heading.iterancestors()]) if heading is not None else frozenset()
    found = _best(spots, heading_line, around_heading, language)
    if any(one.other_day for one in found):
        order = order_in(one.text or one.stated for one in spots)
        found = _best(spots, heading_line, around_heading, order) if order else found
    return found


def _best(
    spots: Iterable[_Spot], heading_line: int | None, around_heading: frozenset[HtmlElement], language: str | None
) -> list[DateClaim]:
    by_rank: dict[Rank, list[DateClaim]] = {}
    for spot in spots:
        place = _place(spot.line, heading_line)
        for rank, claim in _dated(spot, place, around_heading, language):
            by_rank.setdefault(rank, []).append(claim)
    for rank, claims in sorted(by_rank.items()):
        # Dates of several days away from the heading are those of teasers.
        if rank <= Rank.JUST_ABOVE or len({one.moment.date() for one in claims}) == 1:
            nearest_first = reversed(claims) if rank is Rank.JUST_ABOVE else claims
            return list(dict.fromkeys(nearest_first))[:_MOST_DATES]
    return []


def _spots(body: HtmlElement, heading: HtmlElement | None) -> tuple[list[_Spot], int | None]:
    """Where the page may show a date, in its order, and the line of its heading."""
    stating = frozenset(find_elements(_STATED, body))
    found: list[_Spot] = []
    heading_line: int | None = None
    line = 0
    for element in body.iter("*"):
        if len(found) >= _MOST_SPOTS:
            break
        if element is heading:
            heading_line = line + 1
        stated = _stated(element) if element in stating else ""
        if stated:
            found.append(_Spot(line + 1, element, "", stated))
        text, tail = element.text, element.tail
        if text and not text.isspace() and element.tag not in _SKIPPED:
            line += 1
            if not stated and _DIGITS.search(text) and _may_be_dated(text):
                found.append(_Spot(line, element, " ".join(text.split())))
        if tail and not tail.isspace():
            line += 1
            if _DIGITS.search(tail) and _may_be_dated(tail):
                found.append(_Spot(line, element.getparent(), " ".join(tail.split())))
    return found, heading_line


def _may_be_dated(text: str) -> bool:
    return len(text) <= _LONGEST_RUN and _YEAR.search(text) is not None


def _place(line: int, heading_line: int | None) -> Rank:
    if heading_line is None:
        return Rank.BELOW
    if line >= heading_line:
        return Rank.BESIDE_HEADING if line - heading_line <= _LINES_BELOW_HEADING else Rank.BELOW
    return Rank.JUST_ABOVE if heading_line - line <= _LINES_ABOVE_HEADING else Rank.ABOVE


def _stated(element: HtmlElement) -> str:
    stated = element.get("datetime") or element.get("content") or element.get("title") or ""
    return stated if _YEAR.search(stated) else ""


def _dated(
    spot: _Spot, place: Rank, around_heading: frozenset[HtmlElement], language: str | None
) -> Iterator[tuple[Rank, DateClaim]]:
    dates = list(_stated_dates(spot, language) if spot.stated else _shown_dates(spot, place, language))
    within = _within(spot.element, around_heading) if dates else []
    if any(map(ELSEWHERE.search, map(_marks, within))):
        return
    is_near = place in _NEAR
    is_in_box = any(one.tag in BOX_TAGS or (not is_near and BOX.search(_marks(one))) for one in within)
    for is_labelled, claim in dates:
        if is_labelled and not claim.is_update:
            yield Rank.LABELLED, claim
        elif not is_in_box:
            yield place, claim


def _stated_dates(spot: _Spot, language: str | None) -> Iterator[tuple[bool, DateClaim]]:
    found = read_date(spot.stated, language=language)
    if not found:
        return
    marks = _marks(spot.element)
    said = f"{_said_before(spot.element)} {_short_text(spot.element)}"
    is_published = PUBLISHED_WORDS.search(said) is not None or spot.element.get("pubdate") is not None
    is_update = not is_published and bool(UPDATE_MARK.search(marks) or UPDATE_WORDS.search(said))
    is_named = "datepublished" in (spot.element.get("itemprop") or "").lower()
    claim = _claim(found, is_update=is_update)
    if claim:
        yield is_published or is_named, claim


def _shown_dates(spot: _Spot, place: Rank, language: str | None) -> Iterator[tuple[bool, DateClaim]]:
    marks = _marks(spot.element)
    is_marked = (
        MARKED.search(" ".join([marks, *map(_marks, islice(spot.element.iterancestors(), _AROUND))])) is not None
    )
    for text in _readings(spot):
        said = f"{_said_before(spot.element)} {_short_text(spot.element)} {text}"
        is_labelled = bool(PUBLISHED_WORDS.search(said) or PUBLISHED_MARK.search(marks))
        is_short = len(text) <= _LONGEST_LINE and sum(map(str.isalpha, text)) <= _MOST_OTHER_LETTERS
        if is_labelled or (is_marked and place is not Rank.ABOVE) or (is_short and place in _NEAR):
            is_update = UPDATE_MARK.search(marks) is not None and not is_labelled
            written = _line_dates(text, language)
            claims = [(is_labelled, _claim(found, is_update=is_change or is_update)) for found, is_change in written]
            if claims:
                yield from ((labelled, claim) for labelled, claim in claims if claim)
                return


def _readings(spot: _Spot) -> Iterator[str]:
    """The texts that may hold the whole day: the line, then what is around it: "8.<a>Dezember 2010</a>"."""
    if len(spot.text) <= _LONGEST_BLOCK:
        yield spot.text
    for one in (spot.element, *islice(spot.element.iterancestors(), _AROUND)):
        text = _short_text(one)
        if not text:
            return
        yield text


def _line_dates(text: str, language: str | None) -> Iterator[tuple[WrittenDate, bool]]:
    """The dates of a line, and whether each is of a change: what follows a word for a change is."""
    change = UPDATE_WORDS.search(text)
    parts = [(text, False)] if not change else [(text[: change.start()], False), (text[change.start() :], True)]
    if change and not _YEAR.search(parts[0][0]) and (second := PUBLISHED_WORDS.search(text, change.end())):
        parts = [(text[change.start() : second.start()], True), (text[second.start() :], False)]
    for part, is_change in parts:
        found = find_date(part[-_LONGEST_LINE:], language=language) if _YEAR.search(part) else None
        if found:
            yield found, is_change


def _short_text(element: HtmlElement) -> str:
    runs = list(islice(element.itertext(), _MOST_RUNS + 1))
    text = " ".join(" ".join(runs).split()) if len(runs) <= _MOST_RUNS else ""
    return text if len(text) <= _LONGEST_BLOCK else ""


def _said_before(element: HtmlElement) -> str:
    """The words right before an element, which say what its date is of."""
    previous, parent = element.getprevious(), element.getparent()
    if previous is not None:
        return str(previous.tail or _short_text(previous))[-_LONGEST_LABEL:]
    return str(parent.text or "")[-_LONGEST_LABEL:] if parent is not None else ""


def _marks(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"


def _within(element: HtmlElement, around_heading: frozenset[HtmlElement]) -> list[HtmlElement]:
    """The parts of the page that an element stands in, up to one that the heading stands in too."""
    own = takewhile(lambda one: one not in around_heading and one.tag not in ("body", "main"), element.iterancestors())
    return [*([element] if element not in around_heading else []), *own]


def _claim(found: WrittenDate, *, is_update: bool) -> DateClaim | None:
    return written_claim(DateSource.VISIBLE, found, is_update=is_update) if found.moment.year >= _FIRST_YEAR else None
