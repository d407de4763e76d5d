"""Tokens, skeletons, numbers and anchors."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from pipeline.fold.near.shingles import hash64
from pipeline.fold.translation.anchors import anchors
from pipeline.fold.translation.background import background
from pipeline.fold.translation.carriage import CARRIAGES, Carriage
from pipeline.fold.translation.occurrences import occurrences
from pipeline.fold.words import numerals
from pipeline.fold.words.marks import word_keys
from pipeline.fold.words.tokens import Script, folded_unit, letters_and_digits, primary, tokens, unit_spans

NAMES = [b"l:president", b"l:kowalczyk"]
HASHES = [hash64(name.decode()) for name in NAMES]


def keys(text: str, language: str | None) -> set[str]:
    return {key.decode() for key in anchors(text, language, background(language)).keys.tolist()}


def way_of(key: bytes, text: str) -> Carriage:
    found = anchors(text, None, background(None))
    return CARRIAGES[int(found.ways[found.keys.tolist().index(key)])]


@pytest.mark.parametrize(
    ("latin", "word", "script"),
    [
        ("Trump", "ترامب", Script.CLITIC),
        ("Trump", "وترامب", Script.CLITIC),
        ("Trump", "ट्रम्प", Script.OTHER),
        ("Trump", "ট্রাম্প", Script.OTHER),
        ("Trump", "Трамп", Script.OTHER),
        ("Trump", "Τραμπ", Script.OTHER),
        ("Trump", "טראמפ", Script.CLITIC),
        ("Trump", "トランプ", Script.KATAKANA),
        ("Trump", "트럼프는", Script.HANGUL),
        ("Gomez", "Гомес", Script.OTHER),
        ("Hamilton", "Хамильтон", Script.OTHER),
        ("Washington", "वाशिंगटन", Script.OTHER),
    ],
)
def test_a_transliterated_name_shares_a_key_with_the_latin_one(latin: str, word: str, script: Script) -> None:
    [there] = word_keys([latin], Script.LATIN)
    [here] = word_keys([word], script)
    assert set(here) & set(there)


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("1,234,567.50", ["1234567.50"]),
        ("1.234.567,50", ["1234567.50"]),
        ("1 500", ["1500"]),
        ("3,75", ["3.75"]),
        ("١٬٢٣٤", ["1234"]),
        ("١٨٫٦٨", ["18.68"]),
        ("२०२५", ["2025"]),
        ("２０", ["20"]),
        ("12.03.2025", ["12", "3", "2025"]),
        ("007", ["7"]),
        ("9" * 60, []),
    ],
)
def test_a_number_is_read_in_any_digits_and_format(written: str, values: list[str]) -> None:
    assert numerals.values(written.replace(" ", "\u00a0")) == [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("5 billion", "en"),
        ("5 миллиардов", "ru"),
        ("5 अरब", "hi"),
        ("50亿", "zh"),
        ("50億", "ja"),
        ("5 مليار", "ar"),
        ("5 Milliarden", "de"),
        ("5 tỷ", "vi"),
    ],
)
def test_a_magnitude_word_multiplies_the_number_before_it(text: str, language: str) -> None:
    assert "n:5000000000" in keys(text + " x", language)


@pytest.mark.parametrize(
    ("numeral", "value"),
    [("二十", 20), ("三万五千", 35000), ("二〇一八", 2018), ("一亿二千万", 120_000_000), ("十五", 15)],
)
def test_a_numeral_in_han_characters_has_its_value(numeral: str, value: int) -> None:
    assert numerals.han_value(numeral) == value


def test_a_numbered_list_leaves_no_anchors() -> None:
    assert not {"n:11", "n:14"} & keys("11. egg 12. milk 13. bread 14. salt 15. rice", "en")
    assert {"n:11", "n:14"} <= keys("11 eggs and 14 loaves", "en")


def test_traditional_simplified_and_japanese_forms_share_windows() -> None:
    assert {"h:lianbang"} <= keys("连邦", "zh") & keys("連邦", "zh") & keys("連邦の", "ja")


def test_the_surface_of_an_anchor_stands_where_it_starts() -> None:
    found = anchors("xx Kowalczyk yyyyyyyyyyy Kowalczyk", "en", background("en"))
    i = found.keys.tolist().index(b"l:kowalczyk")
    begin = found.counts[:i].sum()
    assert found.sizes[i] == len("Kowalczyk")
    assert found.places[begin : begin + found.counts[i]].tolist() == [3, 25]


def test_a_key_of_several_scripts_is_the_least_name_like_of_its_ways() -> None:
    for text in ("Trump and Трамп met Трампа and Trump", "Трамп met Trump, Трампа"):
        assert way_of(b"s:trmb", text) is Carriage.NAME
    for text in ("Trump met ترامب today", "ترامب met Trump today", "Trump met ترامب and trump today"):
        assert way_of(b"s:trmb", text) is (Carriage.WORD if "trump" in text else Carriage.PLAIN)


def test_words_stand_where_they_are_whatever_is_between_them() -> None:
    rows = occurrences("Oslo, 1200 Oslo\n\n\tOslo\u00a0port Осло", "en")
    places = {key: sorted(rows["at"][rows["key"] == key].tolist()) for key in rows["key"].tolist()}
    assert places == {b"l:oslo": [0, 11, 18], b"l:port": [23], b"s:brt": [23], b"c:brt": [23], b"n:1200": [6]}


def test_places_of_a_key_ascend_whatever_writes_it() -> None:
    found = anchors("三万人 30000 三万人", "zh", background("zh"))
    i = found.keys.tolist().index(b"n:30000")
    begin = found.counts[:i].sum()
    assert found.places[begin : begin + found.counts[i]].tolist() == [0, 4, 10]


def test_a_rare_name_is_rarer_than_a_common_word_in_each_language() -> None:
    for language in ("en", "tr", "xx", None):
        common, rare = background(language).rarities(np.array(NAMES), np.array(HASHES), 300)
        assert rare > 5.3
        assert common < 3.9 or language == "tr"


@pytest.mark.parametrize(
    ("tag", "language"),
    [("zh-Hant-TW", "zh"), ("EN_us", "en"), ("", None), (None, None), ("und", None), ("mul", None), ("hi", "hi")],
)
def test_the_primary_language_of_a_tag(tag: str | None, language: str | None) -> None:
    assert primary(tag) == language


def test_combining_marks_stay_in_their_word() -> None:
    assert [token.text for token in tokens("हाल्वोर्सन ने")] == ["हाल्वोर्सन", "ने"]


def test_letters_and_digits_forget_case_width_and_punctuation_but_no_script() -> None:
    assert letters_and_digits("Ａb, 1-2!") == "ab12"
    assert letters_and_digits("سلام، दुनिया") == "سلامदुनिया"


def test_shingle_units_are_words_and_single_characters_without_spaces() -> None:
    text = "Port 漢字かな ไทย"
    assert [folded_unit(text[start:end]) for start, end in unit_spans(text)] == [
        "port",
        "漢",
        "字",
        "か",
        "な",
        "ไ",
        "ท",
        "ย",
    ]
