"""The names and numbers of a text, and how far two texts agree in them."""

from __future__ import annotations

import pytest

from pipeline.fold.near.particulars import all_agree, names_agree, numbers_agree, particulars


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The mayor of Kilmory met Ada Quill. She left.", {"kilmory", "ada", "quill"}),
        ("Мэр города Каменка встретил Аду. Она ушла.", {"каменка", "аду"}),
        ("公司OpenAI今天发布了GPT产品，上周在北京举行了会议，参加的人很多", {"openai", "gpt"}),
        ("東京のトランプ大統領はきのう会見した", {"トランプ"}),
        ("قال الوزير اليوم إن العمل مستمر", set()),
    ],
    ids=["en", "ru", "zh", "ja", "ar"],
)
def test_a_name_has_a_capital_within_a_sentence_or_another_script(text: str, names: set[str]) -> None:
    assert set(particulars(text).names) == names


def test_numbers_are_the_same_in_any_digits() -> None:
    assert set(particulars("१,२३४ और ٥٦ और 78.9").numbers) == {"1234", "56", "789"}


def test_texts_without_particulars_agree() -> None:
    found = all_agree(particulars("nothing here"), particulars(""))
    assert (found.share, found.lost) == (1.0, 0)


def test_the_text_with_fewer_of_its_own_is_asked() -> None:
    """A cut of a text has lost names, and says nothing that the whole text does not."""
    whole = particulars("we saw Ada Quill and Bram Oost with 14 dogs and 250 cats")
    cut = particulars("we saw Ada Quill with 14 dogs")
    assert names_agree(whole, cut) == names_agree(cut, whole)
    assert (names_agree(whole, cut).share, numbers_agree(whole, cut).lost) == (1.0, 0)


def test_a_name_that_begins_a_sentence_in_the_other_text_is_kept() -> None:
    assert names_agree(particulars("they met Quill"), particulars("Quill met them")).lost == 0


def test_another_filling_of_a_form_loses_its_names_and_numbers() -> None:
    one = particulars("the shares of Halden rose 3.41 percent to 118.30 in Oslo")
    other = particulars("the shares of Corvo rose 0.87 percent to 12.95 in Oslo")
    assert (numbers_agree(one, other).share, numbers_agree(one, other).lost) == (0.0, 2)
    assert (names_agree(one, other).share, names_agree(one, other).lost) == (0.5, 1)
    assert all_agree(one, other).lost == 3
