"""Which of several dates is the one of publication. The rule is written down in docs/dates.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from math import prod
from typing import Final

from pipeline.dates.written import Detail, WrittenDate
from pipeline.models.dates import DateChoice, DateClaim, DateFault, DateSource, Precision

GENERATED_WITHIN: Final = timedelta(minutes=10)
"""A page that dates itself to the moment it was fetched, give or take this, was most likely dated by its template."""

_STRENGTH: Final = {source: rank for rank, source in enumerate(DateSource)}
# JSON-LD and <meta> come out of one system and agree even where they are wrong: they have one voice.
_VOICES: Final = {source: source for source in DateSource} | {DateSource.META: DateSource.JSON_LD}
_WEIGHT: Final = {
    DateSource.RECORD: 100.0,
    DateSource.FEED: 4.0,
    DateSource.JSON_LD: 3.0,
    DateSource.META: 2.5,
    DateSource.VISIBLE: 1.8,
    DateSource.URL: 2.0,
    DateSource.SITEMAP: 0.5,
}
_RELIABILITY: Final = {
    DateSource.RECORD: 0.95,
    DateSource.FEED: 0.9,
    DateSource.JSON_LD: 0.9,
    DateSource.META: 0.85,
    DateSource.VISIBLE: 0.6,
    DateSource.URL: 0.8,
    DateSource.SITEMAP: 0.4,
}
_UPDATE_RELIABILITY: Final = 0.3
# Who knows which number is the month: an address is written by a program, a line for readers by a locale.
_TRUST_IN_ORDER: Final = (
    DateSource.RECORD,
    DateSource.URL,
    DateSource.FEED,
    DateSource.JSON_LD,
    DateSource.META,
    DateSource.SITEMAP,
    DateSource.VISIBLE,
)
_OF_THE_PAGE: Final = frozenset([DateSource.JSON_LD, DateSource.META, DateSource.VISIBLE])
# These saw the page, and do not say since when it was there.
_BOUNDS: Final = frozenset([DateSource.ARCHIVE, DateSource.FIRST_SEEN])
_UNIX_ZERO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = timedelta(days=1)


def choose_date(claims: Iterable[DateClaim], now: datetime) -> DateChoice:
    """The date of publication that the claims support, never after `now`, the moment of the fetch, nor after an archive
    captured the page.

    Claims that can be none (the future, a placeholder, the fetch itself, day and month exchanged) are kept with their
    fault. Of the days that are left the one with the most weight wins; a date of a change counts only where there is no
    other.
    """
    ordered = _in_order(claims)
    now = min([now, *(one.moment for one in ordered if one.source is DateSource.ARCHIVE)])
    judged = _judged(ordered, now)
    believed = [one for one in judged if not one.fault and one.source not in _BOUNDS]
    published = [one for one in believed if not one.is_update] or believed
    if not published:
        why = "every date that is stated can be none" if judged else "nobody states a date"
        return DateChoice(tuple(judged), why=why)
    winner = max(published, key=lambda one: (_weight(_agreeing(one, published)), -_STRENGTH[one.source]))
    agreeing = _agreeing(winner, published)
    chosen = min(agreeing, key=_exactness)
    settled = min(chosen.moment, now)
    return DateChoice(
        tuple(sorted(judged, key=lambda one: (one != chosen, one.fault is not None, one.is_update))),
        settled,
        chosen.source,
        _confidence(agreeing, published),
        _why(chosen, agreeing, published),
    )


def day_claim(source: DateSource, day: date, *, is_update: bool = False, other_day: date | None = None) -> DateClaim:
    """The claim of a day without a time: its midnight in UTC."""
    midnight = datetime.combine(day, time(), tzinfo=UTC)
    return DateClaim(source, midnight, Precision.DAY, is_update=is_update, other_day=other_day)


def moment_claim(source: DateSource, moment: datetime, *, is_update: bool = False) -> DateClaim:
    """The claim of a moment, in the zone it names, else UTC. Midnight in UTC is a day, whether it names that zone or
    none: docs/dates.md says why.
    """
    if moment.utcoffset() is None:
        moment = moment.replace(tzinfo=UTC)
        names_zone = False
    else:
        names_zone = True
    is_day = moment.timetz().replace(tzinfo=None) == time() and not moment.utcoffset()
    return DateClaim(source, moment, Precision.DAY if is_day else Precision.MINUTE, names_zone, is_update)


def written_claim(source: DateSource, found: WrittenDate, *, is_update: bool = False) -> DateClaim | None:
    """The claim of a date as it was written; None where it names no day."""
    if found.detail < Detail.DAY:
        return None
    if found.detail is Detail.DAY:
        return day_claim(source, found.moment.date(), is_update=is_update, other_day=found.other_day)
    return replace(moment_claim(source, found.moment, is_update=is_update), other_day=found.other_day)


def describe_claim(claim: DateClaim) -> dict[str, object]:
    """A claim as plain values: the date as it was stated, with its zone where it named one."""
    moment = claim.moment if claim.names_zone else claim.moment.replace(tzinfo=None)
    value = claim.moment.date().isoformat() if claim.precision is Precision.DAY else moment.isoformat()
    described: dict[str, object] = {"source": claim.source.value, "value": value, "precision": claim.precision.value}
    if claim.is_update:
        described["is_update"] = True
    if claim.other_day:
        described["or"] = claim.other_day.isoformat()
    if claim.fault:
        described["fault"] = claim.fault.value
    return described


def _in_order(claims: Iterable[DateClaim]) -> list[DateClaim]:
    """Strongest first, each once; of equal sources in the order in which they were found."""
    return sorted(dict.fromkeys(claims), key=lambda one: _STRENGTH[one.source])


def _judged(claims: list[DateClaim], now: datetime) -> list[DateClaim]:
    read = [_read_by_evidence(one, claims, now) for one in claims]
    possible = [replace(one, fault=_impossible(one, now)) if not one.fault else one for one in read]
    ordered = [replace(one, fault=DateFault.SWAPPED) if _is_swapped(one, possible) else one for one in possible]
    return [replace(one, fault=DateFault.GENERATED) if _is_generated(one, ordered, now) else one for one in ordered]


def _read_by_evidence(claim: DateClaim, claims: Sequence[DateClaim], now: datetime) -> DateClaim:
    """A claim of which nobody knows what is day and what is month, read as the others say, or as is possible."""
    if claim.other_day is None:
        return claim
    day = claim.other_day
    other = replace(claim, moment=claim.moment.replace(year=day.year, month=day.month, day=day.day), other_day=None)
    certain = [one for one in claims if one.other_day is None and one.source not in _BOUNDS]
    supports = (any(_agree(claim, one) for one in certain), any(_agree(other, one) for one in certain))
    if supports == (False, True) or (claim.moment > now >= other.moment and supports != (True, False)):
        return other
    return claim


def _impossible(claim: DateClaim, now: datetime) -> DateFault | None:
    # A date that is missing is printed as Unix time zero, or as 0001-01-01 by .NET.
    if claim.moment.year == 1 or abs(claim.moment - _UNIX_ZERO) < _DAY:
        return DateFault.PLACEHOLDER
    return DateFault.FUTURE if claim.moment - now > _DAY else None


def _is_swapped(claim: DateClaim, claims: Sequence[DateClaim]) -> bool:
    """Whether somebody who knows better names the day that this one names with day and month exchanged."""
    day = claim.moment.date()
    if claim.fault or day.day > 12 or day.day == day.month:
        return False
    exchanged = date(day.year, day.day, day.month)
    trust = _trust(claim)
    others = [one for one in claims if not one.fault and one.source is not claim.source]
    backed = any(_agree(one, claim) and _trust(one) < trust for one in others)
    return not backed and any(one.moment.date() == exchanged and _trust(one) < trust for one in others)


def _trust(claim: DateClaim) -> int:
    return _TRUST_IN_ORDER.index(claim.source) if claim.source in _TRUST_IN_ORDER else len(_TRUST_IN_ORDER)


def _is_generated(claim: DateClaim, claims: Sequence[DateClaim], now: datetime) -> bool:
    """Whether the page states the moment of its own fetch, and nobody else says so."""
    if claim.fault or not _is_now(claim, now):
        return False
    return not any(
        _agree(claim, one) and not one.fault and not one.is_update and not _is_now(one, now)
        for one in claims
        if one.source not in _BOUNDS
    )


def _is_now(claim: DateClaim, now: datetime) -> bool:
    is_close = abs(claim.moment - now) <= GENERATED_WITHIN
    return claim.source in _OF_THE_PAGE and claim.precision is Precision.MINUTE and is_close


def _agree(one: DateClaim, other: DateClaim) -> bool:
    """Whether two claims are of one day, or of neighbours: one and the same evening has two dates on the globe."""
    if one.precision is other.precision is Precision.DAY:
        return one.moment.date() == other.moment.date()
    return abs(one.moment.date() - other.moment.date()) <= _DAY


def _agreeing(claim: DateClaim, claims: Iterable[DateClaim]) -> list[DateClaim]:
    return [one for one in claims if _agree(claim, one)]


def _weight(claims: Iterable[DateClaim]) -> float:
    return sum(_voices(claims, _WEIGHT).values())


def _voices(claims: Iterable[DateClaim], values: dict[DateSource, float]) -> dict[DateSource, float]:
    voices: dict[DateSource, float] = {}
    for one in claims:
        voice = _VOICES[one.source]
        value = values[one.source] / (2 if one.other_day else 1)
        voices[voice] = max(voices.get(voice, 0.0), value)
    return voices


def _exactness(claim: DateClaim) -> tuple[bool, bool, int]:
    return (claim.precision is Precision.DAY, not claim.names_zone, _STRENGTH[claim.source])


def _confidence(agreeing: Sequence[DateClaim], published: Sequence[DateClaim]) -> float:
    if agreeing[0].is_update:
        return _UPDATE_RELIABILITY
    doubt = prod(1 - value for value in _voices(agreeing, _RELIABILITY).values())
    dissent = [one for one in published if one not in agreeing]
    share = _weight(agreeing) / (_weight(agreeing) + _weight(dissent))
    return round((1 - doubt) * share, 2)


def _why(chosen: DateClaim, agreeing: Sequence[DateClaim], published: Sequence[DateClaim]) -> str:
    if chosen.is_update:
        return "only the date of a change is stated"
    others = dict.fromkeys(str(one.source) for one in agreeing if one.source is not chosen.source)
    against = dict.fromkeys(str(one.source) for one in published if one not in agreeing)
    parts = [f"{', '.join(others)} agree" if others else "", f"{', '.join(against)} say otherwise" if against else ""]
    return "; ".join(filter(None, parts)) or "the only date that is stated"
