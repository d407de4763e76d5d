"""Carries joiners and direction marks past trafilatura, which drops all that is not printable.

Persian and the scripts of India are written with joiners, Thai and Khmer with zero-width spaces, Arabic and Hebrew with
direction marks beside Latin words. Symbols that no article contains stand in for them while readers work.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

_MARKS = "\u200b\u200c\u200d\u200e\u200f\u061c"
# Printable, and neither letters nor punctuation: the first signs of the Tai Xuan Jing.
_SYMBOLS = "".join(chr(0x1D306 + index) for index in range(len(_MARKS)))
_TO_SYMBOLS = str.maketrans(_MARKS, _SYMBOLS)
_TO_MARKS = str.maketrans(_SYMBOLS, _MARKS)
_MARKED = re.compile(f"[{_MARKS}]")
_SHIELDED = re.compile(f"[{_SYMBOLS}]")


def shield_joiners(tree: HtmlElement) -> None:
    """Puts symbols in their place, in all of a tree's texts."""
    if not _MARKED.search(str(tree.text_content())):
        return
    for element in tree.iter():
        element.text = element.text and element.text.translate(_TO_SYMBOLS)
        element.tail = element.tail and element.tail.translate(_TO_SYMBOLS)


def restore_joiners(text: str) -> str:
    """A text that was read from such a tree, as it was."""
    return text.translate(_TO_MARKS) if _SHIELDED.search(text) else text
