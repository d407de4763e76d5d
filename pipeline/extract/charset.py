"""From bytes to text: by the mark, then by what the transport says, then by what the markup says, then by the bytes.

That is the order of the WHATWG's Encoding and HTML standards, and for XML of RFC 7303, with one thing put before:
servers and pages are often wrong about the charset, while UTF-8 is hard to mistake, because bytes of another charset
almost never form it by chance. So what is UTF-8 by its form is read as that.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable
from itertools import islice

from pipeline.extract.clean import parted

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
    "utf-16": "utf-16-le",
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
# Names of the Encoding Standard, and common slips, that Python does not know.
_NAMES = {
    "x-user-defined": "cp1252",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
    "x-cp1253": "cp1253",
    "x-cp1254": "cp1254",
    "x-cp1255": "cp1255",
    "x-cp1256": "cp1256",
    "x-cp1257": "cp1257",
    "x-cp1258": "cp1258",
    "windows-874": "cp874",
    "dos-874": "cp874",
    "windows-949": "cp949",
    "ks_c_5601-1989": "cp949",
    "ksc_5601": "cp949",
    "x-sjis": "cp932",
    "ms932": "cp932",
    "x-euc-jp": "euc_jp",
    "x-gbk": "gb18030",
    "gb_2312": "gb18030",
    "cn-gb": "gb18030",
    "cn-big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "logical": "iso8859-8",
    "visual": "iso8859-8",
    "koi": "koi8-r",
    "koi8": "koi8-r",
    "koi8-ru": "koi8-u",
    "x-mac-roman": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-mac-ukrainian": "mac-cyrillic",
    "unicode-1-1-utf-8": "utf-8",
    "x-unicode20utf8": "utf-8",
    "utf8mb4": "utf-8",
    "unicode": "utf-16-le",
    "unicodefeff": "utf-16-le",
    "unicodefffe": "utf-16-be",
    "ucs-2": "utf-16-le",
    "iso-10646-ucs-2": "utf-16-le",
    "csunicode": "utf-16-le",
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
_NOT_WRITTEN = bytes([*range(0x09), *range(0x0E, 0x1B), *range(0x1C, 0x20)])
_HEAD_BYTES = 4096
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_META = re.compile(rb"<meta[\s/]([^>]{1,1000})", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""([\w-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s>"']+)""")
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w:-]{2,40})""", re.IGNORECASE)
_NAME = re.compile(rb"[\w:-]{2,40}")
_ASCII_SPACES = bytes([*range(0x09, 0x0E), *range(0x1C, 0x21)])
_ODD_ASCII = bytes([*range(0x09), *range(0x0E, 0x20), 0x7F])
_ODD = re.compile(r"[\x80-\x9f\ufffd\ue000-\uf8ff]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
# A lead byte of UTF-8 read as Latin-1, and a byte that goes on; and what may be such a pair in bytes, where it is found
# ten times as fast.
_TWICE = re.compile(r"[\xc2-\xf4][\x80-\xbf\u0152-\u02dc\u2013-\u2122]")
_MAYBE_TWICE = re.compile(rb"\xc3[\x82-\xb4](?:\xc2|[\xc5-\xcb]|\xe2[\x80-\x84])")
_SAMPLE_RUNS = 50
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
    ascii_letters, others, beyond = parted(sample)
    visible = ascii_letters + len(others.translate(None, _ASCII_SPACES)) + len("".join(beyond.split())) or 1
    if (_count_bytes(others, _ODD_ASCII) + len(_ODD.findall(beyond))) * 50 >= visible:
        written = sum(c.isalnum() or unicodedata.category(c).startswith("M") for c in sample)
        return written * 4 < visible * 3
    if 2 * len(beyond) <= ascii_letters:
        return False
    beyond_letters = "".join(filter(str.isalpha, beyond))
    letters = ascii_letters + len(beyond_letters)
    # No language writes every other letter with a mark of Latin-1; Cyrillic or Arabic read as Latin-1 is all of those.
    return letters >= 25 and 2 * sum(c <= "\xff" for c in beyond_letters) > letters


def _count_bytes(body: bytes, wanted: bytes) -> int:
    return len(body) - len(body.translate(None, wanted))


def charset_in_markup(body: bytes) -> str | None:
    """The charset that an HTML or XML body names for itself within its first 4 KB: in a `<meta>`, else in its XML
    declaration.

    One of 16 bits cannot be named in bytes that are read one by one: it is UTF-8 (HTML, section 13.2.3.2).
    """
    head = body[:_HEAD_BYTES]
    found = _charset_in_meta(_COMMENT.sub(b"", head)) or _charset_in_declaration(head)
    if found is None:
        return None
    return "utf-8" if (_charset_name(found) or "").startswith("utf-16") else found


def charset_in_xml(body: bytes) -> str | None:
    """The charset that the XML declaration of a body names, where it can be read byte by byte."""
    found = _charset_in_declaration(body[:_HEAD_BYTES])
    return None if (_charset_name(found) or "").startswith("utf-16") else found


def _charset_in_meta(head: bytes) -> str | None:
    for tag in _META.finditer(head):
        attributes = {name.lower(): value.strip(b"\"' ") for name, value in _ATTRIBUTE.findall(tag[1])}
        named = _NAME.match(attributes.get(b"charset", b""))
        if named:
            return named[0].decode("ascii", "replace")
        if attributes.get(b"http-equiv", b"").lower() == b"content-type":
            said = _CHARSET.search(attributes.get(b"content", b""))
            if said:
                return said[1].decode("ascii", "replace")
    return None


def _charset_in_declaration(head: bytes) -> str | None:
    found = _XML_ENCODING.search(head)
    return found[1].decode("ascii", "replace") if found else None


def _decode_bytewise(body: bytes, charsets: list[str]) -> str:
    if "iso2022_jp" in charsets and b"\x1b" in body:  # seven bits, so it would pass for UTF-8
        return body.decode("iso2022_jp", "replace")
    text = body.decode("utf-8", "replace")
    if _is_utf8_by_form(text):
        return _once_encoded(text) if _MAYBE_TWICE.search(body) else text
    for charset in charsets:
        claimed = body.decode(charset, "replace")
        if claimed.count(_REPLACEMENT) * 20 <= _count_beyond_ascii(claimed):
            return claimed
    return _guess(body) or body.decode("cp1252", "replace")


def _is_utf8_by_form(text: str) -> bool:
    """Whether at most one in fifty characters beyond ASCII is broken: a cut or damaged UTF-8 body is still UTF-8."""
    broken = text.count(_REPLACEMENT)
    return not broken or broken * 50 <= _count_beyond_ascii(text)


def _once_encoded(text: str) -> str:
    """The text that was UTF-8, read as Latin-1 or windows-1252, and then encoded once more: 'cafÃ©' for 'café'.

    Only where nine in ten of the runs beyond ASCII are UTF-8 once more, which no language writes by itself.
    """
    if not any(_TWICE.match(run[0]) for run in islice(_BEYOND_ASCII.finditer(text), _SAMPLE_RUNS)):
        return text
    runs = _BEYOND_ASCII.findall(text)
    mended = [_undone(run) for run in runs]
    if sum(one is not None for one in mended) * 10 < len(runs) * 9:
        return text
    answers = iter(mended)
    return _BEYOND_ASCII.sub(lambda run: next(answers) or run[0], text)


def _undone(run: str) -> str | None:
    try:
        return b"".join(_single_byte(character) for character in run).decode("utf-8")
    except UnicodeError:
        return None


def _single_byte(character: str) -> bytes:
    """The byte that was read as a character: of windows-1252, or of Latin-1 where that has none."""
    return character.encode("latin-1" if character <= "\xff" else "cp1252")


def _count_beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _guess(body: bytes) -> str | None:
    from charset_normalizer import from_bytes  # costs 30 ms to load, and few pages come here

    best = from_bytes(body[:_SAMPLE_BYTES]).best()
    return body.decode(best.encoding, "replace") if best else None


def _charset_name(claim: str | None) -> str | None:
    called = (claim or "").strip("\"' \t\r\n\f;").lower()
    try:
        name = _NAMES.get(called) or codecs.lookup(called).name
    except (LookupError, ValueError):  # unknown; a NUL in the name
        return None
    name = _AS_READ.get(name, name)
    return name if name in _CHARSETS else None


def _sixteen_bit_charset(body: bytes) -> str | None:
    """UTF-16 without a byte order mark: the high bytes of spaces, digits and markup are NUL, all on one side."""
    sample = body[:_SAMPLE_BYTES]
    if 0 not in sample:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 20 < len(sample) or min(even, odd) * 20 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _written(text: str) -> str | None:
    """The text, or None where more than one character in ten is a control or undecodable: nobody wrote that."""
    sample = text[:_SAMPLE_BYTES]
    not_written = _count_bytes(sample.encode("utf-8", "surrogatepass"), _NOT_WRITTEN) + sample.count(_REPLACEMENT)
    return None if not_written * 10 > len(sample) else text
