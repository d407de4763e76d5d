"""What headers say, of a request and of its answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from pipeline.models.pages import FetchFailure, Reason, Validators

# httpcore itself refuses a block of headers over 100 KiB (h11) or 64 KiB (HTTP/2), and counts no lines.
MAX_HEADER_LINES = 100
MAX_HEADER_BYTES = 65_536
PERMANENT = {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT}
BUSY_REST = timedelta(seconds=60)
"""How long a host is left alone after a 429 that names no time."""

FORBIDDEN_REST = timedelta(hours=1)
"""How long at least, after a 403 that means "too many requests"."""

# Answers that a later try may better. 401 and 403 are among them: bot walls and misconfigured servers come and go.
_FOR_NOW = {304, 401, 403, 408, 409, 423, 425, 429}
_NO_AI = {"noai", "noimageai", "noml"}  # DeviantArt's, and noml.info's
_RULES_WITH_VALUES = {"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"}
# The drafts' words for training, and for the wider uses that hold it.
_USAGE = {"train-ai", "train-genai", "genai", "ai", "bots", "tdm"}
_OPT_OUT_HEADERS = ("x-robots-tag", "tdm-reservation", "content-usage", "content-signal")


def conditions(known: Validators) -> dict[str, str]:
    """The headers that ask for a body only where it changed. An ETag is the stronger mark, so it goes alone where both
    are known (RFC 9110, section 13.2.2).

    A mark beyond ASCII is none: it cannot be sent back.
    """
    if known.etag and known.etag.isascii():
        return {"If-None-Match": known.etag}
    if known.last_modified and known.last_modified.isascii():
        return {"If-Modified-Since": known.last_modified}
    return {}


def excess(headers: httpx.Headers) -> FetchFailure | None:
    """Why an answer has more headers than we bear, if it has."""
    lines = headers.raw
    if len(lines) > MAX_HEADER_LINES:
        return FetchFailure(Reason.TOO_LARGE, f"more than {MAX_HEADER_LINES} header lines", for_good=True)
    if sum(len(name) + len(value) for name, value in lines) > MAX_HEADER_BYTES:
        return FetchFailure(Reason.TOO_LARGE, f"more than {MAX_HEADER_BYTES:,} bytes of headers", for_good=True)
    return None


def refusal(response: httpx.Response, now: datetime) -> FetchFailure:
    """What a status other than 2xx means, and how long the server asks to wait."""
    status = response.status_code
    for_now = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _FOR_NOW
    wish = retry_after(response.headers.get("retry-after"), now) if for_now else None
    return FetchFailure(f"http_{status}", response.reason_phrase, for_good=not for_now, retry_after=wish)


def rest(status: int, wish: timedelta | None, busy: frozenset[int]) -> timedelta | None:
    """How long others are to leave the host alone after such an answer; `busy` are the statuses that ask for it."""
    if status not in busy:
        return None
    if status == HTTPStatus.FORBIDDEN:
        return max(wish or FORBIDDEN_REST, FORBIDDEN_REST)
    return BUSY_REST if wish is None and status == HTTPStatus.TOO_MANY_REQUESTS else wish


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """Both forms of RFC 9110, section 10.2.3: seconds, and a date."""
    if not value:
        return None
    try:
        if value.strip().isdecimal():
            return timedelta(seconds=min(int(value), 10**7))
        return max(parsedate_to_datetime(value) - now, timedelta())
    except (TypeError, ValueError, OverflowError):
        return None


def opt_out(headers: httpx.Headers, agent: str) -> tuple[str, ...]:
    """What an answer says against use by machines, each as `header: words`; `agent` is our product token.

    Read are X-Robots-Tag (for all, or for us), W3C TDMRep (`tdm-reservation: 1`), the IETF's AIPREF drafts
    (`content-usage: train-ai=n`) and their forerunner at contentsignals.org (`content-signal: ai-train=no`).
    """
    if not any(name in headers for name in _OPT_OUT_HEADERS):
        return ()
    said = [
        *(f"x-robots-tag: {rule}" for line in headers.get_list("x-robots-tag") for rule in _robots_rules(line, agent)),
        *("tdm-reservation: 1" for value in headers.get_list("tdm-reservation") if value.strip() == "1"),
        *(
            f"content-usage: {key}=n"
            for key, value in _members(headers.get("content-usage", ""))
            if key in _USAGE and value == "n"
        ),
        *(
            "content-signal: ai-train=no"
            for member in _members(headers.get("content-signal", ""))
            if member == ("ai-train", "no")
        ),
    ]
    return tuple(dict.fromkeys(said))


def _robots_rules(line: str, agent: str) -> list[str]:
    """The rules of one X-Robots-Tag against AI. `otherbot: noai, nofollow` speaks to that bot up to the next name."""
    found = []
    is_ours = True
    for part in line.lower().split(","):
        name, colon, rule = part.partition(":")
        if colon and name.strip() not in _RULES_WITH_VALUES:
            is_ours = name.strip() in ("*", agent.lower())
        else:
            rule = part
        if is_ours and rule.strip() in _NO_AI:
            found.append(rule.strip())
    return found


def _members(value: str) -> list[tuple[str, str]]:
    """The members of a dictionary of tokens (RFC 9651, section 3.2), without their parameters; the last of a key."""
    members = {}
    for member in value.lower().split(","):
        key, _, token = member.partition(";")[0].partition("=")
        members[key.strip()] = token.strip()
    return list(members.items())
