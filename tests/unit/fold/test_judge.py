"""What the judge says of an article and its candidates."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from unit.fold.articles import (
    HARBOUR_DISPATCHES,
    HARBOUR_EN,
    HARBOUR_HI,
    HARBOUR_RU,
    MUSEUM_EN,
    MUSEUM_RU,
    Known,
    bonds,
    known,
)

from pipeline.fold.judge import told_from
from pipeline.models.folding import Bond, CopyKind

INTRO = (
    "From our correspondents. What follows was first reported by a partner and is published here with permission.\n\n"
)
OUTRO = (
    "\n\nWrite to the desk with your questions about this report, and read more of our coverage of the coast tomorrow."
)
TEMPLATE = (
    "{name} shares closed {percent}% higher at {price} on the main board today. Trading volume "
    "reached {volume} shares, analysts of the "
    "bank said. The company will publish its figures for the quarter in the coming weeks, and "
    "investors expect a dividend. "
    "The index of the main board ended the day little changed, while the currency gained slightly against the dollar. "
    "This summary was prepared automatically from the data of the exchange and checked by an editor "
    "before it was published."
)


NEW = 100


def verdicts(text: str, language: str | None, candidates: Sequence[Known], title: str | None = None) -> dict[int, Bond]:
    """By the number of the other article, the bonds of a new one that are rather there than not."""
    found = bonds(known(NEW, text, language, title=title), candidates)
    return {bond.one: bond for bond in found if bond.log_odds > 0}


def test_an_article_without_candidates_is_new() -> None:
    assert verdicts(HARBOUR_EN, "en", []) == {}


def test_the_same_text_in_other_case_spacing_and_punctuation_is_an_exact_copy() -> None:
    archive = [known(7, HARBOUR_EN, "en"), known(3, MUSEUM_EN, "en")]
    said = verdicts(HARBOUR_EN.upper().replace(",", " ,").replace("\n", " "), "en", archive)
    assert [(i, bond.kind, bond.similarity) for i, bond in said.items()] == [(7, CopyKind.EXACT, 1.0)]


@pytest.mark.parametrize(
    "reprint",
    [
        pytest.param(INTRO + HARBOUR_EN + OUTRO, id="with an editor's intro and outro"),
        pytest.param("\n\n".join(HARBOUR_EN.split("\n\n")[:4]), id="without its last paragraph"),
        pytest.param(HARBOUR_EN.replace("said on Tuesday", "told us on Tuesday evening"), id="with an edited sentence"),
    ],
)
def test_a_reprint_is_a_near_copy(reprint: str) -> None:
    said = verdicts(reprint, "en", [known(1, MUSEUM_EN, "en"), known(2, HARBOUR_EN, "en")])
    assert [(i, bond.kind) for i, bond in said.items()] == [(2, CopyKind.NEAR)]
    assert set(said[2].evidence) == {"jaccard", "containment", "share", "other_share", "passages"}


def test_a_template_with_another_name_and_other_figures_is_no_copy() -> None:
    one = TEMPLATE.format(name="Brauner Stahl", percent="2.41", price="118.30", volume="733,120")
    other = TEMPLATE.format(name="Ostwerke Lindau", percent="0.87", price="12.95", volume="90,455")
    assert verdicts(other, "en", [known(1, one, "en")]) == {}


@pytest.mark.parametrize(
    ("text", "language", "original", "original_language"),
    [
        (HARBOUR_RU, "ru", HARBOUR_EN, "en"),
        (HARBOUR_HI, "hi", HARBOUR_EN, "en-GB"),
        (HARBOUR_HI, "hi", HARBOUR_RU, "ru"),
        (HARBOUR_EN, "en", HARBOUR_HI, "hi"),
        (MUSEUM_RU, "ru", MUSEUM_EN, "en"),
        (INTRO + MUSEUM_EN, "en", MUSEUM_RU, "ru"),
    ],
)
def test_a_translation_is_told_from_other_news(text: str, language: str, original: str, original_language: str) -> None:
    stranger = HARBOUR_EN if original in (MUSEUM_EN, MUSEUM_RU) else MUSEUM_EN
    archive = [known(1, stranger, "en"), known(2, original, original_language)]
    said = verdicts(text, language, archive)
    assert [(i, bond.kind) for i, bond in said.items()] == [(2, CopyKind.TRANSLATION)]
    assert said[2].similarity > 0.9


@pytest.mark.parametrize("language", HARBOUR_DISPATCHES)
@pytest.mark.parametrize("original", [HARBOUR_EN, HARBOUR_RU], ids=["en", "ru"])
def test_a_translation_is_found_in_any_script(language: str, original: str) -> None:
    archive = [known(1, original, "en" if original is HARBOUR_EN else "ru"), known(2, MUSEUM_EN, "en")]
    said = verdicts(HARBOUR_DISPATCHES[language], language, archive)
    assert [(i, bond.kind) for i, bond in said.items()] == [(1, CopyKind.TRANSLATION)]


def test_the_evidence_of_a_translation_is_json_and_lists_the_shared_marks_strongest_first() -> None:
    [said] = bonds(known(2, HARBOUR_RU, "ru"), [known(1, HARBOUR_EN, "en")])
    evidence = json.loads(json.dumps(dict(told_from(2, said)), ensure_ascii=False))
    weights = [anchor["weight"] for anchor in evidence["anchors"]]
    assert weights == sorted(weights, reverse=True)
    assert set(evidence["anchors"][0]) == {"kind", "surface", "other_surface", "weight", "at", "other_at"}
    assert evidence["score"] == said.log_odds
    assert "Halvorsen" in {anchor["other_surface"] for anchor in evidence["anchors"]}


def test_other_news_in_another_language_is_new() -> None:
    assert verdicts(MUSEUM_RU, "ru", [known(1, HARBOUR_EN, "en"), known(2, HARBOUR_HI, "hi")]) == {}


@pytest.mark.parametrize("language", ["en", "en-US", None, "und"])
def test_two_texts_of_one_language_or_of_an_unknown_one_are_never_translations(language: str | None) -> None:
    retold = (
        "Ingrid Halvorsen: Tarvaston shuts 47 days. Bellatrix, Kobelmann, Domingo Estrada, Marek Kowalczyk, "
        "1,840, 3.75, 96."
    )
    assert verdicts(retold, language, [known(1, HARBOUR_EN, "en")]) == {}


@pytest.mark.parametrize("language", HARBOUR_DISPATCHES)
def test_what_is_found_is_the_same_from_either_side_and_in_either_order_of_arrival(language: str) -> None:
    text = HARBOUR_DISPATCHES[language]
    first, second = known(1, HARBOUR_EN, "en"), known(2, text, language)
    [here], [there] = bonds(first, [second]), bonds(second, [first])
    [later] = bonds(known(2, HARBOUR_EN, "en"), [known(1, text, language)])

    assert here.log_odds == there.log_odds == later.log_odds
    assert [mark["surface"] for mark in marks(told_from(1, here))] == [
        mark["other_surface"] for mark in marks(told_from(2, here))
    ]
    assert len(marks(here.evidence)) == len(marks(there.evidence)) == len(marks(later.evidence))


def marks(evidence: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = evidence["anchors"]
    return found


HOSTILE = {
    "empty": "",
    "blank": " \n\t",
    "twenty characters": "Breaking: more soon.",
    "one repeated word": "buffalo " * 500,
    "emoji only": "🎉🔥😀" * 30,
    "digits only": "1 2 3 4 5 6 7 8 9 10 11 12",
    "unknown script": "𐤀𐤁𐤂𐤃 𐤄𐤅𐤆 𐤇𐤈𐤉𐤊 " * 20,
    "mixed languages": "The minister said это правда और यह सच है 这是真的 それは本当です οὐκ ἔστιν",
    "lone surrogate and NUL": "text \ud800 with \x00 broken parts",
    "two megabytes": ("wort bild 17 " * 160_000)[:2_000_000],
    "no spaces": "ก" * 5000 + "漢" * 5000,
}


@pytest.fixture(scope="module")
def archive_of_bad_input() -> list[Known]:
    archive = [known(i, text, "de") for i, text in enumerate(HOSTILE.values())]
    return [*archive, known(98, HARBOUR_EN, "en"), known(99, HARBOUR_RU, "ru")]


@pytest.mark.parametrize("language", ["en", "tlh", None])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_bad_input_gets_an_answer_and_glues_nothing(
    text: str, language: str | None, archive_of_bad_input: list[Known]
) -> None:
    assert verdicts(text, language, [one for one in archive_of_bad_input if one.text != text]) == {}


def test_articles_with_a_title_only_fold_with_nothing() -> None:
    archive = [known(1, "", "en", title="Harbour closes"), known(2, "", "en", title=None)]
    assert verdicts("", "en", archive, title="Harbour closes") == {}


def test_short_texts_are_equal_only_under_equal_titles() -> None:
    archive = [known(1, "Subscribe to read on.", "en", title="Harbour closes")]
    assert verdicts("Subscribe to read on.", "en", archive, title="Museum opens") == {}
    assert set(verdicts("Subscribe to read on!", "en", archive, title="Harbour closes")) == {1}


def test_two_reports_that_name_the_same_people_and_other_numbers_are_two_stories() -> None:
    english = (
        "Zoe Lindqvist of Kvarnholm Foundry said on Tuesday that turnover rose 14 per cent to 480 million euros. "
        "Nvidia and OpenAI are among the customers of Kvarnholm Foundry, which Zoe Lindqvist wants to list in Oslo."
    )
    german = (
        "Zoe Lindqvist von Kvarnholm Foundry kündigte am Donnerstag an, für 62 Millionen Euro 35 Hektar zu kaufen. "
        "Nvidia und OpenAI sind Kunden von Kvarnholm Foundry, das Zoe Lindqvist in Oslo an die Börse bringen will."
    )
    same_numbers = german.replace("62", "480").replace("35 Hektar", "14 Prozent mehr")
    archive = [known(1, english, "en")]

    assert verdicts(german, "de", archive) == {}
    assert set(verdicts(same_numbers, "de", archive)) == {1}
