"""What newsfold promises of everything that it makes of strangers' bytes."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import FrameType

from pipeline.discover.feeds.items import settle_date
from pipeline.discover.urls import absolute, canonicalize
from pipeline.extract.clean import clean_field, clean_text
from pipeline.models.pages import Entry, Reading

MOST_SECONDS = 5.0
"""Processor time after which reading one input counts as a hang."""


class BrokenPromiseError(Exception):
    """Something was made that newsfold says it never makes."""


@contextmanager
def ended_in_time(seconds: float = MOST_SECONDS) -> Iterator[None]:
    """Raises BrokenPromiseError in a block that takes more processor time. For the main thread."""

    def give_up(_number: int, frame: FrameType | None) -> None:
        where = f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame else "nowhere"
        raise BrokenPromiseError(f"more than {seconds:g} s of processor time, at {where}")

    began = time.process_time()
    before = signal.signal(signal.SIGVTALRM, give_up)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    if time.process_time() - began > seconds:  # a library may have swallowed the error, or held the interpreter
        give_up(0, None)


def check(is_kept: bool, what: str, value: object) -> None:
    """Raises BrokenPromiseError, with the value, where a promise is not kept."""
    if not is_kept:
        raise BrokenPromiseError(f"{what}: {ascii(value)[:300]}")


def check_fields(*fields: str | None) -> None:
    """Fields are one clean line each (NFC; no controls, no surrogates), or None: nothing is ''."""
    for one in fields:
        check(one is None or (one != "" and clean_field(one) == one), "no clean field", one)


def check_text(text: str) -> None:
    """A text is clean paragraphs."""
    check(clean_text(text) == text, "no clean text", text)


def check_storable(*texts: str | None) -> None:
    """Postgres takes it: no NUL, no surrogate."""
    for one in filter(None, texts):
        check("\0" not in one and not any("\ud800" <= c <= "\udfff" for c in one), "not storable", one)


def check_address(url: str | None) -> None:
    """An address is of the web and absolute, and so is its canonical form, which has no other one; or it is None."""
    if url is None:
        return
    check_storable(url)
    check(absolute(url, "") == url, "no web address", url)
    once = canonicalize(url)
    check(absolute(once, "") == once, "canonical form is no web address", (url, once))
    check(canonicalize(once) == once, "canonical form has another canonical form", (url, once, canonicalize(once)))


def check_moments(moments: Iterable[datetime | None], now: datetime) -> None:
    """Dates name their zone, can be written down in UTC, and none is after `now`."""
    for one in moments:
        if one is not None:
            check(one.utcoffset() is not None, "a date without a zone", one)
            check(one <= now, "a date in the future", one)


def check_entry(entry: Entry, now: datetime) -> None:
    """An entry of any source, as it came and as a poll at `now` believes it."""
    check_address(entry.url)
    check_fields(entry.title, entry.author, entry.version)
    for one in (entry.published_at, entry.updated_at):
        check(one is None or one.utcoffset() == timedelta(), "a date that is not in UTC", one)
    settled = settle_date(entry, now=now)
    check_moments((settled.published_at, settled.updated_at), now)


def check_reading(reading: Reading, now: datetime) -> None:
    """What a document of a source says."""
    check(reading.left_out >= 0, "fewer than none left out", reading.left_out)
    for entry in reading.entries:
        check_entry(entry, now)
    for link in reading.more:
        check_address(link.url)
