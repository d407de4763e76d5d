"""Clean text: nothing that Postgres refuses, nothing that only looks like text, paragraphs kept."""

from __future__ import annotations

import json
import unicodedata

import pytest

from pipeline.extract.clean import clean_field, clean_text, count_letters

CASES = [
    ("decomposed letters are composed", "Ame\u0301lie", "Amélie"),
    ("NUL falls away", "ta\x00ble", "table"),
    ("C0 and C1 controls fall away", "a\x07b\x1fc\x7fd\x90e", "abcde"),
    ("a lone surrogate falls away", json.loads('"before \\ud800after"'), "before after"),
    ("two halves of a surrogate pair are joined", "ok \ud83d\ude00", "ok 😀"),
    ("a byte order mark falls away anywhere", "\ufefffirst \ufeffword", "first word"),
    ("zero-width space falls away at the ends", "\u200bword\u200b", "word"),
    ("zero-width space stays between Thai words", "ข่าว\u200bวันนี้", "ข่าว\u200bวันนี้"),
    ("a soft hyphen falls away", "Ver\xadlag", "Verlag"),
    ("noncharacters fall away", "a\ufffeb\uffffc\ufdd0", "abc"),
    ("runs of spaces become one", "a \t\xa0\u3000 b", "a b"),
    ("a Persian zero-width non-joiner stays", "می\u200cرود", "می\u200cرود"),
    ("a Hindi zero-width joiner stays", "क्\u200dष", "क्\u200dष"),
    ("a right-to-left mark stays inside", "قال\u200f GPT", "قال\u200f GPT"),
    ("an embedding that is not closed falls away", "a \u202bb", "a b"),
    ("an override that is not closed falls away", "\u202etxt.exe", "txt.exe"),
    ("a closed embedding stays", "a \u202bשלום\u202c b", "a \u202bשלום\u202c b"),
    ("a closed isolate stays", "\u2067سلام\u2069!", "\u2067سلام\u2069!"),
    ("a pop that closes nothing falls away", "a\u202c\u2069b", "ab"),
    ("an isolate closed by the wrong pop falls away", "\u2067a\u202cb", "ab"),
    ("balance is judged within a paragraph", "\u202ba\nb\u202c", "a\n\nb"),
    ("each line is a paragraph", "one\ntwo\n\n\n\nthree", "one\n\ntwo\n\nthree"),
    (
        "all line ends count",
        "one\r\ntwo\rthree\u2028four\u2029five\x85six",
        "one\n\ntwo\n\nthree\n\nfour\n\nfive\n\nsix",
    ),
    ("a line of invisible characters is blank", "one\n\u200f\u200b\ntwo", "one\n\ntwo"),
    ("white space alone is nothing", " \n\t\u3000\n", ""),
]


@pytest.mark.parametrize(("_what", "written", "clean"), CASES, ids=[what for what, _, _ in CASES])
def test_text_is_cleaned(_what: str, written: str, clean: str) -> None:
    assert clean_text(written) == clean


def test_cleaning_twice_changes_nothing_and_every_character_can_be_stored() -> None:
    everything = "".join(map(chr, range(0x3000))) + "".join(map(chr, range(0xD700, 0x10000))) + "e\u0301 \n\n x"
    once = clean_text(everything)
    assert clean_text(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert "\x00" not in once
    assert once.encode("utf-8").decode("utf-8") == once
    assert not [c for c in once if unicodedata.category(c) in ("Cc", "Cs") and c != "\n"]


def test_a_field_is_one_line_or_nothing() -> None:
    assert clean_field("  A title\n in two\x00 lines ") == "A title in two lines"
    assert clean_field(" \u200b\n") is None
    assert clean_field(None) is None


def test_letters_are_counted_in_any_script() -> None:
    assert count_letters("GPT-4: 12 %!") == 3
    assert count_letters("新闻 أخبار") == 7
