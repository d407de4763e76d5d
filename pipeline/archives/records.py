"""The records of a WARC file (ISO 28500), read one after another from any byte offset at which one begins.

What is damaged is said and passed over: reading goes on at the next place where a record begins.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from pipeline.archives.response import MAX_HEADER_BYTES, DamageError, read_response
from pipeline.models.pages import Capture
from pipeline.unpack import GZIP_MAGIC

MOST_DAMAGES = 1_000
"""After so many damaged records the rest of a file is not worth the search."""

_STEP_BYTES = 1 << 20
_HEAD_BYTES = 512
_MAGIC = b"WARC/"
_PACKED_MAGIC = GZIP_MAGIC + b"\x08"
_SWALLOWED = b"\r\n\r\nWARC/1."
_LENGTH = re.compile(rb"\r?\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r?\n", re.IGNORECASE)
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")

Wants = Callable[[str, datetime], bool]


@dataclass(frozen=True, slots=True)
class Record:
    """A record that was read: where it begins and where the next one does (bytes of the file as it is stored), its
    address, the page in it where that is wanted, and what is wrong with it where something is.
    """

    start: int
    end: int
    url: str = ""
    capture: Capture | None = None
    damage: str | None = None


@dataclass(frozen=True, slots=True)
class _Broken:
    """Where reading came to an end before the file did: in the record at `start`, or behind it where that was fine."""

    start: int
    fine: Record | None
    problem: str
    url: str = ""


def is_archive(stream: BinaryIO) -> bool:
    """Whether a stream begins as a WARC file does, packed with gzip or not."""
    return _begins_at(stream, 0)


def read_records(stream: BinaryIO, *, start: int, wants: Wants, max_bytes: int) -> Iterator[Record]:
    """All records from `start` on, which is where one begins. `wants` says which responses are read, by their address
    and the moment of the crawl; a body may have `max_bytes`, packed and unpacked.

    What is raised while the stream is read must be no OSError: fastwarc uses that for what is damaged.
    """
    position: int | None = start
    damages = 0
    while position is not None and damages < MOST_DAMAGES:
        broken = yield from _read_on(stream, position, wants, max_bytes)
        if broken is None:
            return
        end = _honest_end(stream, broken.start) if broken.fine else None
        if broken.fine and end is not None:
            yield replace(broken.fine, end=end)
            position = end  # there it breaks again, or ends
            continue
        problem = "its Content-Length is wrong" if broken.fine else broken.problem
        position = _next_start(stream, broken.start)
        damages += 1
        yield Record(broken.start, position or _size(stream), broken.url, damage=problem)


def _read_on(stream: BinaryIO, position: int, wants: Wants, max_bytes: int) -> Generator[Record, None, _Broken | None]:
    """The records from a position up to the end of the file, or up to damage that nothing can be read behind."""
    fine: Record | None = None
    url = ""
    stream.seek(position)
    try:
        for found in ArchiveIterator(stream, parse_http=False):
            position = found.stream_pos
            if fine is not None:
                yield replace(fine, end=position)
                fine = None
            url = (found.headers.get("WARC-Target-URI") or "").strip("<> ")
            fine = _take(found, url, wants, max_bytes)
    except OSError as exc:
        return _Broken(position, fine, str(exc), url)
    except _FramingError as exc:
        return _Broken(position, None, str(exc), url)
    if fine is not None:
        end, size = _honest_end(stream, fine.start), _size(stream)
        if end is not None and end < size:  # the reader takes headers that break off for the end
            yield replace(fine, end=end)
            return _Broken(end, None, "breaks off")
        yield replace(fine, end=size)
    return None


class _FramingError(ValueError):
    """A record that does not end where it says."""


def _take(found: WarcRecord, url: str, wants: Wants, max_bytes: int) -> Record:
    moment = found.record_date
    length = found.content_length
    if not (found.headers.get("Content-Length") or "").isdecimal():
        raise _FramingError("has no Content-Length")
    is_wanted = found.record_type == WarcRecordType.response and moment is not None and wants(url, moment)
    if not is_wanted or length > max_bytes + MAX_HEADER_BYTES:
        if found.consume() < length:
            raise _FramingError("breaks off, or its Content-Length is wrong")
        damage = f"more than {max_bytes:,} bytes" if is_wanted else None
        return Record(found.stream_pos, found.stream_pos, url, damage=damage)
    block = found.reader.read(length)
    if len(block) < length:
        raise _FramingError("breaks off, or its Content-Length is wrong")
    if _SWALLOWED in block:
        raise _FramingError("its Content-Length is wrong")
    try:
        capture = read_response(block, url, moment, max_bytes=max_bytes)
    except DamageError as exc:
        return Record(found.stream_pos, found.stream_pos, url, damage=str(exc))
    return Record(found.stream_pos, found.stream_pos, url, capture)


def _size(stream: BinaryIO) -> int:
    return stream.seek(0, os.SEEK_END)


def _begins_at(stream: BinaryIO, position: int) -> bool:
    """Whether a record begins there."""
    stream.seek(position)
    head = stream.read(_HEAD_BYTES)
    if not head.startswith(_PACKED_MAGIC):
        return head.startswith(_MAGIC)
    try:
        return zlib.decompressobj(wbits=31).decompress(head, len(_MAGIC)) == _MAGIC
    except zlib.error:
        return False


def _next_start(stream: BinaryIO, position: int) -> int | None:
    """Where the next record begins behind this position, in a file that is packed or not as it begins."""
    stream.seek(0)
    mark = _PACKED_MAGIC if stream.read(len(GZIP_MAGIC)) == GZIP_MAGIC else b"\n" + _MAGIC
    at = position + 1
    while True:
        stream.seek(at)
        block = stream.read(_STEP_BYTES)
        found = block.find(mark)
        while found >= 0:
            start = at + found + mark.startswith(b"\n")
            if _begins_at(stream, start):
                return start
            found = block.find(mark, found + 1)
        if len(block) < _STEP_BYTES:
            return None
        at += len(block) - len(mark) + 1


def _honest_end(stream: BinaryIO, start: int) -> int | None:
    """Where the record at `start` ends, told by how it is stored; None where its Content-Length says otherwise."""
    stream.seek(start)
    block = stream.read(_STEP_BYTES)
    if not block.startswith(GZIP_MAGIC):
        length = _block_end(block)
        end = start + (length or 0)
        stream.seek(end)
        return end + 4 if length and stream.read(4) == b"\r\n\r\n" else None
    member = zlib.decompressobj(wbits=31)
    head = b""
    unpacked = came = 0
    while block and not member.eof:
        came += len(block)
        while block and not member.eof:
            part = member.decompress(block, _STEP_BYTES)
            head = head or part
            unpacked += len(part)
            block = member.unconsumed_tail
        if not member.eof:
            block = stream.read(_STEP_BYTES)
    length = _block_end(head)
    return start + came - len(member.unused_data) if length and unpacked - length == 4 else None


def _block_end(head: bytes) -> int | None:
    """How many bytes a record has with its headers and without the blank lines behind it, by its Content-Length."""
    end = _END_OF_HEADERS.search(head)
    length = _LENGTH.search(head, 0, end.end()) if end else None
    return end.end() + int(length[1]) if end and length else None
