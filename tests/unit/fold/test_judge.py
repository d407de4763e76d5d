"""What the judge says of an article and its candidates."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from unit.fold.articles import HARBOUR_DISPATCHES, HARBOUR_EN, HARBOUR_HI, HARBOUR_RU, MUSEUM_EN, MUSEUM_RU, candidate

from pipeline.fold.fingerprint import fingerprint
from pipeline.fold.judge import judge
from pipeline.models import Candidate, CopyKind, Verdict

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


def verdict(
    text: str, language: str | None, candidates: Sequence[Candidate], title: str | None = None
) -> Verdict | None:
    return judge(fingerprint(text, title=title, language=language), text, language, candidates)


def test_an_article_without_candidates_is_new() -> None:
    assert verdict(HARBOUR_EN, "en", []) is None


def test_the_same_text_in_other_case_spacing_and_punctuation_is_an_exact_copy_of_the_first() -> None:
    known = [candidate(7, HARBOUR_EN, "en"), candidate(3, HARBOUR_EN, "en")]
    said = verdict(HARBOUR_EN.upper().replace(",", " ,").replace("\n", " "), "en", known)
    assert said is not None
    assert (said.kind, said.copy_of, said.similarity) == (CopyKind.EXACT, 3, 1.0)


@pytest.mark.parametrize(
    "reprint",
    [
        pytest.param(INTRO + HARBOUR_EN + OUTRO, id="with an editor's intro and outro"),
        pytest.param("\n\n".join(HARBOUR_EN.split("\n\n")[:4]), id="without its last paragraph"),
        pytest.param(HARBOUR_EN.replace("said on Tuesday", "told us on Tuesday evening"), id="with an edited sentence"),
    ],
)
def test_a_reprint_is_a_near_copy(reprint: str) -> None:
    said = verdict(reprint, "en", [candidate(1, MUSEUM_EN, "en"), candidate(2, HARBOUR_EN, "en")])
    assert said is not None
    assert (said.kind, said.copy_of) == (CopyKind.NEAR, 2)
    assert set(said.evidence) == {"jaccard", "containment"}


def test_a_template_with_another_name_and_other_figures_is_no_copy() -> None:
    one = TEMPLATE.format(name="Brauner Stahl", percent="2.41", price="118.30", volume="733,120")
    other = TEMPLATE.format(name="Ostwerke Lindau", percent="0.87", price="12.95", volume="90,455")
    assert verdict(other, "en", [candidate(1, one, "en")]) is None


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
def test_a_translation_joins_the_story_of_its_original(
    text: str, language: str, original: str, original_language: str
) -> None:
    stranger = HARBOUR_EN if original in (MUSEUM_EN, MUSEUM_RU) else MUSEUM_EN
    known = [candidate(1, stranger, "en"), candidate(2, original, original_language, story=20)]
    said = verdict(text, language, known)
    assert said is not None
    assert (said.kind, said.copy_of, said.story_id) == (CopyKind.TRANSLATION, 2, 20)
    assert said.similarity > 0.9


@pytest.mark.parametrize("language", HARBOUR_DISPATCHES)
@pytest.mark.parametrize("original", [HARBOUR_EN, HARBOUR_RU], ids=["en", "ru"])
def test_a_translation_is_found_in_any_script(language: str, original: str) -> None:
    known = [candidate(1, original, "en" if original is HARBOUR_EN else "ru"), candidate(2, MUSEUM_EN, "en")]
    said = verdict(HARBOUR_DISPATCHES[language], language, known)
    assert said is not None
    assert (said.kind, said.copy_of) == (CopyKind.TRANSLATION, 1)


def test_the_evidence_of_a_translation_is_json_and_lists_the_shared_marks_strongest_first() -> None:
    said = verdict(HARBOUR_RU, "ru", [candidate(1, HARBOUR_EN, "en")])
    assert said is not None
    evidence = json.loads(json.dumps(dict(said.evidence), ensure_ascii=False))
    weights = [anchor["weight"] for anchor in evidence["anchors"]]
    assert weights == sorted(weights, reverse=True)
    assert set(evidence["anchors"][0]) == {"kind", "surface", "other_surface", "weight", "at", "other_at"}
    assert {"score", "margin"} <= set(evidence)
    assert "Halvorsen" in {anchor["other_surface"] for anchor in evidence["anchors"]}


def test_other_news_in_another_language_is_new() -> None:
    assert verdict(MUSEUM_RU, "ru", [candidate(1, HARBOUR_EN, "en"), candidate(2, HARBOUR_HI, "hi")]) is None


@pytest.mark.parametrize("language", ["en", "en-US", None, "und"])
def test_two_texts_of_one_language_or_of_an_unknown_one_are_never_translations(language: str | None) -> None:
    retold = (
        "Ingrid Halvorsen: Tarvaston shuts 47 days. Bellatrix, Kobelmann, Domingo Estrada, Marek Kowalczyk, "
        "1,840, 3.75, 96."
    )
    assert verdict(retold, language, [candidate(1, HARBOUR_EN, "en")]) is None


def test_members_of_one_story_are_allies_and_not_rivals() -> None:
    alone = verdict(HARBOUR_HI, "hi", [candidate(1, HARBOUR_EN, "en", story=1)])
    together = verdict(
        HARBOUR_HI, "hi", [candidate(1, HARBOUR_EN, "en", story=1), candidate(2, HARBOUR_RU, "ru", story=1)]
    )
    assert alone is not None
    assert together is not None
    assert together.similarity >= alone.similarity


def test_a_rival_story_with_the_same_marks_makes_the_verdict_less_sure() -> None:
    def score(said: Verdict | None) -> float:
        assert said is not None
        value = said.evidence["score"]
        assert isinstance(value, float)
        return value

    alone = verdict(HARBOUR_HI, "hi", [candidate(1, HARBOUR_EN, "en")])
    report = (
        "Domingo Estrada met Ingrid Halvorsen in Tarvaston. The dockers and Kobelmann talk again in Port Evangeline."
    )
    contested = verdict(HARBOUR_HI, "hi", [candidate(1, HARBOUR_EN, "en"), candidate(2, report, "en")])
    assert score(contested) < score(alone)


def test_a_name_that_all_candidates_carry_does_not_make_a_translation() -> None:
    short = "Ingrid Halvorsen besuchte Osterlund und lobte Philippa Nakamura."
    crowd = [
        candidate(i, f"Ingrid Halvorsen spoke about topic {w}. Philippa Nakamura answered.", "en")
        for i, w in enumerate("abcdef")
    ]
    assert verdict(short, "de", crowd) is None


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
def archive_of_bad_input() -> list[Candidate]:
    known = [candidate(i, text, "de") for i, text in enumerate(HOSTILE.values())]
    return [*known, candidate(98, HARBOUR_EN, "en"), candidate(99, HARBOUR_RU, "ru")]


@pytest.mark.parametrize("language", ["en", "tlh", None])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_bad_input_gets_an_answer_and_glues_nothing(
    text: str, language: str | None, archive_of_bad_input: list[Candidate]
) -> None:
    assert verdict(text, language, [known for known in archive_of_bad_input if known.text != text]) is None


def test_articles_with_a_title_only_fold_with_nothing() -> None:
    known = [candidate(1, "", "en", title="Harbour closes"), candidate(2, "", "en", title=None)]
    assert verdict("", "en", known, title="Harbour closes") is None


def test_short_texts_are_equal_only_under_equal_titles() -> None:
    known = [candidate(1, "Subscribe to read on.", "en", title="Harbour closes")]
    assert verdict("Subscribe to read on.", "en", known, title="Museum opens") is None
    assert verdict("Subscribe to read on!", "en", known, title="Harbour closes") is not None


def test_two_reports_that_name_the_same_people_and_other_numbers_are_two_stories() -> None:
    english = (
        "Zoe Lindqvist of Kvarnholm Foundry said on Tuesday that turnover rose 14 per cent to 480 million euros. "
        "Nvidia and OpenAI are among the customers of Kvarnholm Foundry, which Zoe Lindqvist wants to list in Oslo."
    )
    german = (
        "Zoe Lindqvist von Kvarnholm Foundry kündigte am Donnerstag an, für 62 Millionen Euro 35 Hektar zu kaufen. "
        "Nvidia und OpenAI sind Kunden von Kvarnholm Foundry, das Zoe Lindqvist in Oslo an die Börse bringen will."
    )
    first = fingerprint(english, title=None, language="en")
    second = fingerprint(german, title=None, language="de")
    same_numbers = german.replace("62", "480").replace("35 Hektar", "14 Prozent mehr")
    control = fingerprint(same_numbers, title=None, language="de")
    candidate = Candidate(1, 1, "en", english, first)

    assert judge(second, german, "de", [candidate]) is None
    assert judge(control, same_numbers, "de", [candidate]) is not None
