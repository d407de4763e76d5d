"""Charsets: what the bytes are, whatever the server and the page call them."""

from __future__ import annotations

import pytest

from pipeline.extract.charset import charset_in_markup, decode

ARABIC = "قالت الوزارة إن المصنع الجديد سيفتح أبوابه في الربيع المقبل"
CHINESE = "市政府周一表示，新的图书馆将于明年春天开放。"
JAPANESE = "市は月曜日、新しい図書館を来春に開くと発表した。"
RUSSIAN = "Министерство сообщило, что новый мост откроют весной."
FRENCH = "Le musée rouvre après des travaux d’été — « enfin »."


@pytest.mark.parametrize(
    ("text", "encoded_as", "claim"),
    [
        (ARABIC, "utf-8", None),
        (ARABIC, "utf-8", "iso-8859-1"),
        (ARABIC, "utf-8", "windows-1256"),
        (ARABIC, "utf-8-sig", "windows-1256"),
        (ARABIC, "utf-16", None),
        (ARABIC, "utf-16", "utf-8"),
        (ARABIC, "utf-16-le", None),
        (ARABIC, "utf-16-be", None),
        (ARABIC, "utf-32", None),
        (ARABIC, "cp1256", "windows-1256"),
        (CHINESE, "gb18030", "gb2312"),
        (CHINESE, "gbk", None),
        (JAPANESE, "shift_jis", "Shift_JIS"),
        (JAPANESE, "euc_jp", "EUC-JP"),
        (JAPANESE, "iso2022_jp", "iso-2022-jp"),
        (RUSSIAN, "cp1251", "windows-1251"),
        (RUSSIAN, "koi8-r", "koi8-r"),
        (FRENCH, "cp1252", "iso-8859-1"),
        (FRENCH, "utf-8", "us-ascii"),
    ],
)
def test_bytes_become_the_text_that_was_written(text: str, encoded_as: str, claim: str | None) -> None:
    assert decode(text.encode(encoded_as), [claim]) == text


@pytest.mark.parametrize(
    ("text", "encoded_as", "header", "meta"),
    [
        (RUSSIAN, "utf-8-sig", "koi8-r", "windows-1251"),
        (RUSSIAN, "utf-16", "koi8-r", None),
        (RUSSIAN, "koi8-r", "koi8-r", "windows-1251"),
        (RUSSIAN, "cp1251", None, "windows-1251"),
        (RUSSIAN, "cp1251", "no-such-charset", "windows-1251"),
        (RUSSIAN, "utf-8", "koi8-r", "windows-1251"),
        (ARABIC, "cp1256", "windows-1256", "utf-8"),
        (CHINESE, "gb18030", "gb18030", "utf-8"),
        (JAPANESE, "cp932", "shift_jis", "euc-jp"),
        (JAPANESE, "cp932", "x-sjis", None),
        (CHINESE, "utf-16-le", "utf-16le", None),
        (CHINESE, "utf-16-be", "utf-16be", None),
        (CHINESE, "utf-16-le", "utf-16", None),
        (CHINESE, "utf-16-le", "ucs-2", None),
        (RUSSIAN, "utf-8", None, "utf-16"),
        (FRENCH, "cp1252", "x-user-defined", None),
        (FRENCH, "cp1252", None, "x-user-defined"),
        (RUSSIAN, "koi8-u", '"koi8-u"', None),
        (RUSSIAN, "koi8-r", "csKOI8R", None),
    ],
)
def test_the_mark_goes_before_the_header_and_the_header_before_the_markup(
    text: str, encoded_as: str, header: str | None, meta: str | None
) -> None:
    page = f"<meta charset={meta}><p>{text}" if meta else text
    body = page.encode(encoded_as)

    assert decode(body, [header, charset_in_markup(body)]) == page


@pytest.mark.parametrize(
    "claim", ["", "no-such-charset", "idna", "base64", "unicode_escape", "undefined", "x\x00y", "é"]
)
def test_a_claim_that_is_no_charset_is_passed_over(claim: str) -> None:
    assert decode(RUSSIAN.encode("cp1251"), [claim, "windows-1251"]) == RUSSIAN


def test_damaged_utf8_is_still_utf8() -> None:
    text = decode((RUSSIAN * 3).encode()[:-1], ["windows-1251"])
    assert text is not None
    assert text.startswith(RUSSIAN * 2)


def test_a_nul_within_text_is_still_text() -> None:
    assert decode(b"The bridge will open in\x00 spring.", [None]) == "The bridge will open in\x00 spring."


@pytest.mark.parametrize(
    "body",
    [
        b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj",
        b"\n\n%PDF-1.4 after blank lines",
        b"\x89PNG\r\n\x1a\n" + b"abc" * 30,
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"GIF89a and more",
        b"PK\x03\x04 a zip",
        b"\x00\x00\x00\x18ftypmp42",
        b"\x00" * 500,
        bytes(range(256)) * 20,
        b"text\x00\x01\x02\x03" * 50,
    ],
)
def test_bytes_that_nobody_wrote_are_no_text(body: bytes) -> None:
    assert decode(body, ["utf-8"]) is None


@pytest.mark.parametrize(
    ("markup", "charset"),
    [
        (b'<meta charset="windows-1256">', "windows-1256"),
        (b"<META http-equiv='Content-Type' content='text/html; charset=gb2312'>", "gb2312"),
        (b'<?xml version="1.0" encoding="koi8-r"?><html>', "koi8-r"),
        (b'<?xml version="1.0" encoding="koi8-r"?><meta charset="windows-1251">', "windows-1251"),
        (b"<!-- <meta charset=koi8-r> --><meta charset=windows-1251>", "windows-1251"),
        (b"<meta name=description content='charset=koi8-r'><meta charset=windows-1251>", "windows-1251"),
        (b"<meta charset=utf-16le>", "utf-8"),
        (b"<meta charset>", None),
        (b"<meta http-equiv=content-type content=text/html>", None),
        (b"<metadata charset=koi8-r>", None),
        (b"<p>the word charset=utf-7 in a text</p>", None),
        (b" " * 5000 + b"<meta charset=utf-8>", None),
    ],
)
def test_markup_names_its_charset_near_the_top(markup: bytes, charset: str | None) -> None:
    assert charset_in_markup(markup) == charset


@pytest.mark.parametrize("charset", ["latin-1", "cp1252"])
@pytest.mark.parametrize(
    "text", ["Zażółć gęślą jaźń – „tak”", "Он вернулся домой", "café à la crème, déjà vu", "東京の天気"]
)
def test_text_that_was_encoded_twice_is_read_once(text: str, charset: str) -> None:
    once = text.encode("utf-8")
    twice = "".join(chr(byte) if charset == "latin-1" else as_cp1252(byte) for byte in once).encode("utf-8")
    assert decode(twice, ["utf-8"]) == text


def as_cp1252(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


@pytest.mark.parametrize(
    "text",
    [
        "São Paulo, à noite: Ô, Ã e Â são letras",
        "Â© said the page, and café: one slip is no charset, naïve as it is; Ångström, über",
        "中文网页",
        "Å¡ and über alles, schön",
    ],
)
def test_text_that_was_encoded_once_stays(text: str) -> None:
    assert decode(text.encode("utf-8"), ["utf-8"]) == text
