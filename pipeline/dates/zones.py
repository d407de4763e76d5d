"""Time zones as dates name them: by offset, by abbreviation, by place."""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Hours east of UTC. Where two zones share an abbreviation, the one that more news is dated in: IST is India's, CST and
# the like are North America's (RFC 5322 has it so).
_ABBREVIATIONS: Final[dict[str, float]] = {
    name: float(hours)
    for name, hours in re.findall(
        r"(\w+) (\S+)",
        """
        z 0, ut 0, utc 0, gmt 0, wet 0, est -5, edt -4, et -5, cst -6, cdt -5, ct -6, mst -7, mdt -6, mt -7, pst -8,
        pdt -7, pt -8, akst -9, akdt -8, hst -10, nst -3.5, ndt -2.5, ast -4, adt -3, brt -3, art -3, clt -4, bst 1,
        west 1, cet 1, met 1, mez 1, cest 2, mest 2, mesz 2, eet 2, eest 3, sast 2, wat 1, cat 2, eat 3, msk 3, trt 3,
        gst 4, pkt 5, ist 5.5, npt 5.75, ict 7, wib 7, wita 8, wit 9, hkt 8, sgt 8, pht 8, awst 8, jst 9, kst 9,
        acst 9.5, acdt 10.5, aest 10, aedt 11, nzst 12, nzdt 13
        """.replace(",", ""),
    )
}
_OFFSET = re.compile(r"(?:(?:utc|gmt)\s*)?([+-]|−)\s?(\d{1,2})(?::?(\d{2}))?\s*z?(?:\s*[(\[]?\s*(?:utc|gmt)\b.*)?$")
_NAME = re.compile(r"(?<![^\W\d_])([a-z]{1,4})\.?$")
_PLACE = re.compile(r"([a-z]+(?:/[a-z_+-]+\d{0,2}){1,2})$")
_DAY = timedelta(days=1)


def cut_zone(text: str) -> tuple[str, tzinfo | None]:
    """A date (case-folded) without the zone it ends with, and the zone."""
    for pattern, zone_of in ((_OFFSET, _offset), (_PLACE, _place), (_NAME, _abbreviation)):
        found = pattern.search(text)
        zone = zone_of(found) if found else None
        if found and zone:
            return text[: found.start()].rstrip(), zone
    return text, None


def _offset(found: re.Match[str]) -> tzinfo | None:
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(offset if found[1] == "+" else -offset) if offset < _DAY else None


def _abbreviation(found: re.Match[str]) -> tzinfo | None:
    hours = _ABBREVIATIONS.get(found[1])
    return None if hours is None else timezone(timedelta(hours=hours))


def _place(found: re.Match[str]) -> tzinfo | None:
    area, _, place = found[1].partition("/")
    if (area, place) in (("etc", "gmt"), ("etc", "utc")):
        return timezone(timedelta(0))
    try:
        return ZoneInfo(f"{area.title()}/{'_'.join(part.title() for part in place.split('_'))}")
    except (ZoneInfoNotFoundError, ValueError):
        return None
