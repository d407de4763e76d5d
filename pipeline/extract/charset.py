"""From bytes to text: the charset is decided by the bytes first and by what others say of them second.

Servers and pages are often wrong about the charset, while UTF-8 is hard to mistake: bytes of another charset almost
never form it by chance.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable

# Longer marks first: the mark of UTF-32 LE begins with that of UTF-16 LE.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Beginnings of formats that arrive under a text media type: PDF, PNG, GIF, JPEG, ZIP, gzip, RIFF (WebP), Ogg, MP3,
# TIFF, ICO, ELF, 7z, RAR, web fonts, old Office, RTF, PostScript.
_BINARY = (
    *(
        b"%PDF-",
        b"\x89PNG",
        b"GIF87a",
        b"GIF89a",
        b"\xff\xd8\xff",
        b"PK\x03\x04",
        b"\x1f\x8b\x08",
        b"RIFF",
        b"OggS",
        b"ID3",
    ),
    *(b"II*\x00", b"MM\x00*", b"\x00\x00\x01\x00", b"\x7fELF", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a", b"wOFF", b"wOF2"),
    *(b"\xd0\xcf\x11\xe0", b"{\\rtf", b"%!PS"),
)
# What a name means in practice, after the WHATWG Encoding Standard: pages that say Latin-1 use the quotation marks of
# windows-1252, pages that say GB2312 use characters of GBK.
_AS_READ = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
# Some of Python's codecs are no charset of a page (punycode, idna, unicode_escape, undefined): only these are taken.
_CHARSETS = frozenset(
    [
        *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp874", "cp932", "cp949", "gb18030", "big5hkscs"),
        *("euc_jp", "iso2022_jp", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "cp866", "johab"),
        *(f"cp{number}" for number in range(1250, 1259)),
        *(f"iso8859-{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
    ]
)
_SAMPLE_BYTES = 65_536
_REPLACEMENT = "\ufffd"
_NOT_WRITTEN = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]")
_ODD = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff]")
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:-]{2,40})""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w:-]{2,40})""", re.IGNORECASE)


def decode(body: bytes, claims: Iterable[str | None]) -> str | None:
    """The text of a body, or None where it is no text in any charset. `claims` name charsets, most trusted first."""
    if body.lstrip()[:8].startswith(_BINARY) or body[4:8] == b"ftyp":
        return None
    for mark, charset in _MARKS:
        if body.startswith(mark):
            return _written(body[len(mark) :].decode(charset, "replace"))
    unmarked = _sixteen_bit_charset(body)
    if unmarked is not None:
        return _written(body.decode(unmarked, "replace"))
    return _written(_decode_bytewise(body, [name for claim in claims if (name := _charset_name(claim))]))


def is_garbled(text: str) -> bool:
    """Whether a text is bytes of something else, or was read in a charset that is not its own."""
    sample = text[:_SAMPLE_BYTES]
    visible = sum(not c.isspace() for c in sample) or 1
    if len(_ODD.findall(sample)) * 50 >= visible:
        written = sum(c.isalnum() or unicodedata.category(c).startswith("M") for c in sample)
        return written * 4 < visible * 3
    letters = sum(map(str.isalpha, sample))
    # No language writes every other letter with a mark of Latin-1; Cyrillic or Arabic read as Latin-1 is all of those.
    return letters >= 25 and 2 * sum("\x80" <= c <= "\xff" for c in sample if c.isalpha()) > letters


def charset_in_markup(body: bytes) -> str | None:
    """The charset that an HTML or XML body names for itself within its first 4 KB."""
    found = _XML_ENCODING.search(body, 0, 4096) or _META_CHARSET.search(body, 0, 4096)
    return found[1].decode("ascii", "replace") if found else None


def _decode_bytewise(body: bytes, charsets: list[str]) -> str:
    if "iso2022_jp" in charsets and b"\x1b" in body:  # seven bits, so it would pass for UTF-8
        return body.decode("iso2022_jp", "replace")
    text = body.decode("utf-8", "replace")
    if _is_utf8_by_form(text):
        return text
    for charset in charsets:
        claimed = body.decode(charset, "replace")
        if claimed.count(_REPLACEMENT) * 20 <= sum(c > "\x7f" for c in claimed):
            return claimed
    return _guess(body) or body.decode("cp1252", "replace")


def _is_utf8_by_form(text: str) -> bool:
    """Whether at most one in fifty characters beyond ASCII is broken: a cut or damaged UTF-8 body is still UTF-8."""
    return text.count(_REPLACEMENT) * 50 <= sum(c > "\x7f" for c in text)


def _guess(body: bytes) -> str | None:
    from charset_normalizer import from_bytes  # costs 30 ms to load, and few pages come here

    best = from_bytes(body[:_SAMPLE_BYTES]).best()
    return body.decode(best.encoding, "replace") if best else None


def _charset_name(claim: str | None) -> str | None:
    try:
        name = codecs.lookup((claim or "").strip().lower()).name
    except (LookupError, ValueError):  # unknown; a NUL in the name
        return None
    name = _AS_READ.get(name, name)
    return name if name in _CHARSETS else None


def _sixteen_bit_charset(body: bytes) -> str | None:
    """UTF-16 without a byte order mark: the high bytes of spaces, digits and markup are NUL, all on one side."""
    sample = body[:_SAMPLE_BYTES]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 20 < len(sample) or min(even, odd) * 20 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _written(text: str) -> str | None:
    """The text, or None where more than one character in ten is a control or undecodable: nobody wrote that."""
    sample = text[:_SAMPLE_BYTES]
    return None if len(_NOT_WRITTEN.findall(sample)) * 10 > len(sample) else text
