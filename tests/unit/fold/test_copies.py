"""Which texts are copies of each other in one language."""

from __future__ import annotations

import json
import random

import pytest
from unit.fold.articles import HARBOUR_EN, HARBOUR_HI, HARBOUR_RU, MUSEUM_EN, MUSEUM_RU

from benchmarks.near_cases import Case, copy_cases, invented, lookalike_cases, template_cases
from pipeline.fold.fingerprint import fingerprint
from pipeline.fold.near.copies import Likeness, compare
from pipeline.models.folding import CopyKind

INTRO = (
    "From our correspondents. What follows was first reported by a partner and is published here with permission.\n\n"
)
LATIN, CYRILLIC, THAI = "abcdefghiklmnoprstuvwy", "абвгдеклмнопрстуя", "กขคงจชดตถทนบปพมยรลวสหอะาิีุเแโ"
HAN = "".join(map(chr, range(0x4E00, 0x5200)))
KANA = "".join(map(chr, [*range(0x3042, 0x3094), *range(0x6700, 0x6780)]))


def likeness(one: str, other: str, languages: tuple[str | None, str | None] = ("en", "en")) -> Likeness | None:
    here, there = (fingerprint(t, title=None, language=c) for t, c in zip((one, other), languages, strict=True))
    return compare(here, one, there, other)


@pytest.mark.parametrize(
    ("one", "other"), [("sr", "hr"), ("no", "nb"), ("zh-Hans", "zh"), ("id", "ms"), ("en", "ru"), (None, "sw")]
)
def test_near_copies_fold_whatever_their_language_labels_say(one: str | None, other: str | None) -> None:
    said = likeness(HARBOUR_EN, INTRO + HARBOUR_EN, (one, other))
    assert said is not None
    assert (said.kind, said.similarity) == (CopyKind.NEAR, 1.0)


def test_what_is_said_of_two_texts_is_the_same_from_either_side() -> None:
    other = INTRO + HARBOUR_EN.replace("Domingo Estrada", "a union man")[:700]
    here, there = likeness(HARBOUR_EN, other), likeness(other, HARBOUR_EN)
    assert here is not None
    assert there is not None
    assert (here.kind, here.similarity) == (there.kind, there.similarity)
    assert (here.evidence["jaccard"], here.evidence["share"]) == (
        there.evidence["jaccard"],
        there.evidence["other_share"],
    )


def test_the_evidence_of_a_near_copy_is_json_and_shows_the_longest_shared_passages() -> None:
    other = INTRO + HARBOUR_EN.replace("Marek Kowalczyk", "a surveyor")
    said = likeness(other, HARBOUR_EN)
    assert said is not None
    evidence = json.loads(json.dumps(said.evidence))
    assert set(evidence) == {"jaccard", "containment", "share", "other_share", "passages"}
    shown = [(other[slice(*one["at"])], HARBOUR_EN[slice(*one["other_at"])]) for one in evidence["passages"]]
    assert [here for here, _ in shown] == [there for _, there in shown]
    assert shown[0][0].startswith("Tarvaston harbour closes")


@pytest.mark.parametrize(
    ("one", "other"),
    [(HARBOUR_EN, MUSEUM_EN), (HARBOUR_EN, HARBOUR_RU), (HARBOUR_RU, MUSEUM_RU), (HARBOUR_HI, HARBOUR_RU)],
)
def test_other_texts_and_translations_are_no_near_copies(one: str, other: str) -> None:
    assert likeness(one, other) is None


def test_an_item_of_a_long_page_and_the_page_are_two_articles() -> None:
    item = HARBOUR_EN[:250]
    page = "\n\n".join([MUSEUM_EN, item, *(invented(LATIN, " ", 3, random.Random(1)))])
    assert likeness(page, item) is None


def test_a_correction_of_one_number_folds() -> None:
    assert (
        likeness(HARBOUR_EN, HARBOUR_EN.replace("1,840", "1,480") + "\nCorrected: the number of dockers.") is not None
    )


def _cases() -> list[Case]:
    made = list(template_cases(1, random.Random(7)))
    scripts = {"en": (LATIN, " "), "ru": (CYRILLIC, " "), "zh": (HAN, ""), "ja": (KANA, ""), "th": (THAI, "")}
    for language, (alphabet, joint) in scripts.items():
        rng = random.Random(8)
        texts = invented(alphabet, joint, 34, rng)
        made += copy_cases(texts[:14], language, texts[19:], rng)
        made += lookalike_cases(texts[14:19], language, texts[19:], rng)
    return made


@pytest.mark.parametrize("case", [pytest.param(c, id=f"{c.language}-{i}-{c.kind}") for i, c in enumerate(_cases())])
def test_edits_of_a_text_fold_and_lookalikes_do_not(case: Case) -> None:
    said = likeness(case.first, case.second, (case.language, case.language))
    assert (said is not None) == case.is_copy
