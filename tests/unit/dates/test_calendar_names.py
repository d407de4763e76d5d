"""What months are called: by language, whatever was looked up before."""

from __future__ import annotations

import pytest

from pipeline.dates.calendar_names import long_month_names, month_names, month_of_prefix


def test_names_of_one_language_stay_out_of_others() -> None:
    for read in (month_names, long_month_names):
        read.cache_clear()
        read("he")
        assert "ינואר" in read("he")
        assert "ינואר" not in read("bn")


@pytest.mark.parametrize(
    ("language", "name", "month"),
    [
        ("nb", "desember", 12),  # which nb has from no
        ("de", "jänner", 1),  # Austria's
        ("ar", "نيسان", 4),  # the Levant's
        ("en", "sept", 9),  # Australia's, by way of en_001
        ("xx", "january", None),
    ],
)
def test_names_come_from_all_regions_and_from_what_they_inherit(language: str, name: str, month: int | None) -> None:
    assert month_names(language).get(name) == month


@pytest.mark.parametrize(("word", "months"), [("верес", [9]), ("studenom", [11]), ("ju", []), ("zzz", []), ("я", [1])])
def test_the_beginning_of_a_name_tells_the_month_where_it_is_one(word: str, months: list[int]) -> None:
    assert month_of_prefix(word, ("en", "ru", "uk", "hr")) == months
