"""Clean text: what every text field of a document has been through, whatever the page was.

Postgres refuses NUL and lone surrogates, XML parsers refuse control characters, and matching must not see two spellings
of one word; so this is done once, here, and nowhere else.
"""

from __future__ import annotations

import re
import unicodedata

_LINE_ENDS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Tabs and the Unicode spaces, among them the no-break space of French and the ideographic indent U+3000 of Chinese.
_OTHER_SPACES = r"\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
# Whatever is not a single plain space, of which there is one between each two words.
_SPACES = re.compile(rf"[{_OTHER_SPACES}][ {_OTHER_SPACES}]*| [ {_OTHER_SPACES}]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# C0 and C1 controls, byte order mark, soft hyphen, interlinear annotation marks, noncharacters. Not ZWNJ, ZWJ, LRM,
# RLM, ALM: Persian, Hindi and Arabic are written with them.
_DIRT = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\xad\ufeff\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff]")
# Zero-width space separates words in Thai and Khmer, so it stays inside a line; at the ends it is a page's leftover.
_EDGE = " \u200b\u2060"
_BIDI_CONTROL = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
# A letter of Chinese, Japanese or Korean says as much as two or three of a spaced script, and the vowel signs of India
# and Thailand are as much as letters.
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")
_VOWEL_SIGN = re.compile(r"[\u0900-\u0dff\u0e31-\u0e4e]")
_ASCII, _NO_ASCII = bytes(range(0x80)), bytes(range(0x80, 0x100))
_ASCII_LETTERS = bytes(code for code in range(0x80) if chr(code).isalpha())
_INVISIBLE = frozenset("\u200b\u200c\u200d\u200e\u200f\u061c\u2060")
_ISOLATES, _POP_ISOLATE = "\u2066\u2067\u2068", "\u2069"
_EMBEDDINGS, _POP_EMBEDDING = "\u202a\u202b\u202d\u202e", "\u202c"


def clean_lines(text: str) -> list[str]:
    """The lines of a text, each clean; a line without visible characters is ''."""
    return [_clean_line(line) for line in _LINE_ENDS.split(_mend_surrogates(text))]


def clean_text(text: str) -> str:
    """Paragraphs separated by exactly one blank line: each line that says something is a paragraph."""
    return join_paragraphs(clean_lines(text))


def clean_field(text: str | None) -> str | None:
    """One line, or None where nothing is left: titles, names."""
    return " ".join(filter(None, clean_lines(text))) or None if text else None


def join_paragraphs(lines: list[str]) -> str:
    """Paragraphs from clean lines."""
    return "\n\n".join(filter(None, lines))


def count_letters(text: str) -> int:
    """How many letters a text has, in any script. A Devanagari vowel sign or an Arabic vowel mark is no letter."""
    ascii_letters, _, beyond = parted(text)
    return ascii_letters + sum(map(str.isalpha, beyond))


def size_of(text: str) -> int:
    """How much a text says, whatever its script: in letters of a spaced one."""
    ascii_letters, _, beyond = parted(text)
    letters = ascii_letters + sum(map(str.isalpha, beyond))
    signs = sum(not c.isalpha() for c in _VOWEL_SIGN.findall(beyond))
    return letters + 2 * len(_DENSE.findall(beyond)) + signs


def parted(text: str) -> tuple[int, bytes, str]:
    """How many letters of ASCII a text has, what else it has of it, and what beyond: bytes are sorted and counted many
    times as fast as text.
    """
    encoded = text.encode("utf-8", "surrogatepass")
    others = encoded.translate(None, _ASCII_LETTERS)
    beyond = others.translate(None, _ASCII).decode("utf-8", "surrogatepass")
    return len(encoded) - len(others), others.translate(None, _NO_ASCII), beyond


def _mend_surrogates(text: str) -> str:
    """Joins surrogate pairs that were decoded one by one (JSON "\\ud83d" and "\\ude00" apart), drops lone ones."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")


def _clean_line(line: str) -> str:
    visible = unicodedata.normalize("NFC", _balance_bidi(_DIRT.sub("", line)))
    stripped = _SPACES.sub(" ", visible).strip(_EDGE)
    return "" if _INVISIBLE.issuperset(stripped) else stripped


def _balance_bidi(line: str) -> str:
    """Drops directional embeddings, overrides and isolates that are not closed, and pops that close nothing.

    The scope of each is its paragraph (UAX 9), so balance is judged a line at a time.
    """
    if not _BIDI_CONTROL.search(line):
        return line
    opened: list[int] = []
    keep: set[int] = set()
    for index, character in enumerate(line):
        if character in _ISOLATES or character in _EMBEDDINGS:
            opened.append(index)
        elif character in (_POP_ISOLATE, _POP_EMBEDDING) and opened:
            openers = _ISOLATES if character == _POP_ISOLATE else _EMBEDDINGS
            if line[opened[-1]] in openers:
                keep |= {opened.pop(), index}
    return "".join(c for i, c in enumerate(line) if i in keep or not _BIDI_CONTROL.match(c))
