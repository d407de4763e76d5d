"""The date that a record of an import gives."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.dates.moments import epoch_moment, parse_moment
from pipeline.dates.read import read_date
from pipeline.dates.written import Detail, WrittenDate
from pipeline.extract.claims.language import is_language_tag

_NUMBER = re.compile(r"\d{9,13}(?:\.\d{1,9})?")


def given_date(record: Mapping[str, object]) -> WrittenDate | None:
    """What the record's `published_at` says; None where it is not given, and where it names no day that can be read.

    It is a number of seconds or milliseconds since 1970, or a string: that number, a date for machines (ISO 8601,
    RFC 2822), or one for readers, which is read in the record's `language` where that is a BCP 47 tag.
    """
    value = record.get("published_at")
    if isinstance(value, str):
        return _written_date(value.strip(), record.get("language"))
    moment = epoch_moment(value) if isinstance(value, int | float) else None
    return WrittenDate(moment, Detail.MINUTE) if moment else None


def unread_date(record: Mapping[str, object]) -> object | None:
    """The `published_at` that is given and cannot be read; None where it can, and where none is given."""
    value = record.get("published_at")
    is_given = value is not None and not (isinstance(value, str) and not value.strip())
    return value if is_given and given_date(record) is None else None


def _written_date(written: str, language: object) -> WrittenDate | None:
    moment = epoch_moment(float(written)) if _NUMBER.fullmatch(written) else None
    moment = moment or parse_moment(written)
    if moment:
        return WrittenDate(moment, Detail.MINUTE)
    tag = language.strip().replace("_", "-") if isinstance(language, str) else ""
    found = read_date(written, language=tag if is_language_tag(tag) else None)
    return found if found and found.detail >= Detail.DAY else None
