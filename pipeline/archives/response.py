"""An HTTP answer as an archive holds it: bytes in, a capture or the reason why there is none out.

Crawlers differ: some keep the body as it came over the wire, others store it decoded and leave the headers as they
were. So a coding is taken off where the body has it.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Mapping
from datetime import datetime
from email.message import Message

from fastwarc.stream_io import BrotliReader

from pipeline.extract.extract import HTML_MEDIA_TYPES
from pipeline.models.pages import Capture
from pipeline.unpack import GZIP_MAGIC, UNPACKERS

MAX_HEADER_BYTES = 65_536
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})(?:\s|$)")
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")  # RFC 9112, section 7.1
_STEP_BYTES = 65_536


class DamageError(ValueError):
    """A record that is not what it says; the message says how."""


def read_response(block: bytes, url: str, archived_at: datetime, *, max_bytes: int) -> Capture | None:
    """The page in the block of a response record, or None where it is no page: another status than 200, no HTML.

    Raises DamageError for what is no HTTP answer, breaks off, or has more than `max_bytes` when it is unpacked.
    """
    status = _STATUS.match(block)
    end = _END_OF_HEADERS.search(block, 0, MAX_HEADER_BYTES)
    if status is None or end is None:
        raise DamageError("no HTTP answer")
    headers = _headers(block[: end.start()])
    kind = Message()
    kind["Content-Type"] = headers.get("content-type", "text/html")
    media_type = kind.get_content_type()
    if int(status[1]) != 200 or media_type not in HTML_MEDIA_TYPES:
        return None
    body = _body(block[end.end() :], headers, max_bytes)
    return Capture(url, body, media_type, kind.get_content_charset(), archived_at)


def _headers(lines: bytes) -> Mapping[str, str]:
    """The fields by their names in lower case; of one that is there more than once, the last."""
    fields = (line.partition(":") for line in lines.decode("latin-1").splitlines()[1:])
    return {name.strip().lower(): value.strip() for name, _, value in fields}


def _body(wire: bytes, headers: Mapping[str, str], max_bytes: int) -> bytes:
    codings = [word for part in headers.get("content-encoding", "").lower().split(",") if (word := part.strip())]
    length = headers.get("content-length", "")
    if not codings and length.isdecimal() and len(wire) < int(length):
        raise DamageError(f"breaks off: {len(wire):,} of {int(length):,} bytes")
    if "chunked" in headers.get("transfer-encoding", "").lower() and _CHUNK.match(wire):
        wire = _without_chunks(wire)
    for coding in reversed(codings):
        wire = _unpacked(wire, coding, max_bytes)
    if len(wire) > max_bytes:
        raise DamageError(f"more than {max_bytes:,} bytes")
    return wire


def _without_chunks(wire: bytes) -> bytes:
    """The body of a chunked message (RFC 9112, section 7.1)."""
    body = bytearray()
    at = 0
    while head := _CHUNK.match(wire, at):
        size = int(head[1], 16)
        if size == 0:
            return bytes(body)
        body += wire[head.end() : head.end() + size]
        at = head.end() + size
        at += len(wire[at : at + 2]) - len(wire[at : at + 2].lstrip(b"\r\n"))
    raise DamageError("its chunks break off")


def _unpacked(packed: bytes, coding: str, max_bytes: int) -> bytes:
    if coding == "identity" or (coding in ("gzip", "x-gzip") and not packed.startswith(GZIP_MAGIC)):
        return packed
    if coding == "br":
        return _without_brotli(packed, max_bytes)
    if coding not in UNPACKERS:
        raise DamageError(f"packed as {coding}, which is not read")
    unpacker = UNPACKERS[coding]()
    try:
        body = unpacker.feed(packed, max_bytes + 1)
    except zlib.error as exc:
        if packed.lstrip().startswith(b"<"):
            return packed
        raise DamageError(f"not {coding} as it says: {exc}") from exc
    if len(body) <= max_bytes and unpacker.is_cut():
        raise DamageError(f"its {coding} breaks off")
    return body


def _without_brotli(packed: bytes, max_bytes: int) -> bytes:
    """Unpacked in small steps: asked for all at once, the reader takes seconds for a body that grows a lot."""
    reader = BrotliReader(io.BytesIO(packed))
    body = bytearray()
    try:
        while len(body) <= max_bytes and (more := reader.read(_STEP_BYTES)):
            body += more
    except OSError as exc:
        if packed.lstrip().startswith(b"<"):
            return packed
        raise DamageError(f"not br as it says: {exc}") from exc
    return bytes(body)
