"""Bad articles, side by side in one archive: each gets a verdict, equal ones are copies and no two others are."""

from __future__ import annotations

import random
from typing import Any

import pytest
from unit.fold.articles import HARBOUR_EN, HARBOUR_HI, HARBOUR_RU, MUSEUM_EN

from benchmarks.fold_stories import Archive, Folded, fold
from pipeline.models.folding import CopyKind

_RANDOM = random.Random(3)
_VOWELS = "aeiou"
_NAMES = [
    [f"{a}{b} {c}{d}son" for a in first for b in _VOWELS for c in last for d in _VOWELS]
    for first, last in (
        (("Al", "Be", "Ca", "Do"), ("Har", "Lin", "Ott", "Pel", "Sim")),
        (("Ev", "Gu", "Mi", "Ru"), ("Dup", "Ken", "Mor", "Tib", "Vas")),
    )
]
_CONSENT = (
    "We value your privacy. {site} and its partners store and access information on a device, such as cookies, and "
    "process personal data, such as unique identifiers, for personalised ads and content, measurement and audience "
    "insights. With your permission {site} may use precise location data. You may click to consent to the processing "
    "by {site} as described above. You can change your settings at any time at the bottom of every page of {site}."
)
_LOREM = [
    "lorem",
    "ipsum",
    "dolor",
    "sit",
    "amet",
    "consectetur",
    "adipiscing",
    "elit",
    "sed",
    "do",
    "eiusmod",
    "tempor",
    "incididunt",
    "ut",
    "labore",
    "et",
    "dolore",
    "magna",
    "aliqua",
]

_FIRST, _SECOND = (" ".join(_RANDOM.choices(_LOREM, k=30)) for _ in range(2))

# Of each kind two that are not copies of each other.
PAIRS = {
    "twenty characters": ("Breaking: more soon.", "Markets: more later."),
    "twenty characters of Chinese": ("据新华社报道两国代表团周三举行了会谈", "据新华社报道两国代表团周五举行了会谈"),
    "one repeated word": ("buffalo " * 500, "oxen " * 500),
    "the same word more often": ("police " * 300, "police " * 700),
    "two megabytes": (("wort bild 17 " * 160_000)[:2_000_000], ("laut klang 23 " * 160_000)[:2_000_000]),
    "emoji": ("🎉🔥😀" * 30, "🚀🌍👍🏽" * 30),
    "digits": (
        " ".join(str(_RANDOM.randrange(10**5)) for _ in range(200)),
        " ".join(str(_RANDOM.randrange(10**5)) for _ in range(200)),
    ),
    "few digits": ("1 2 3 4 5 6 7 8 9 10 11 12", "1 2 3 4 5 6 7 8 9 10 11 13"),
    "a script no library knows": ("𐤀𐤁𐤂𐤃 𐤄𐤅𐤆 𐤇𐤈𐤉𐤊 " * 20, "𐤋𐤌𐤍 𐤎𐤏𐤐𐤑 𐤒𐤓𐤔𐤕 " * 20),
    "private use characters": ("\ue000\ue001 \ue002 " * 50, "\ue003\ue004 \ue005 " * 50),
    "three languages": (
        "The minister said это правда and यह सच है 这是真的 それは本当です οὐκ ἔστιν",
        "The mayor said это ложь and यह झूठ है 这不是真的 それは嘘です ἔστιν οὖν",
    ),
    "no text": ("", " \n\t"),
    "punctuation": ("... --- !!! " * 40, "??? *** ;;; " * 40),
    "a paragraph 500 times": (f"{_FIRST}\n\n" * 500, f"{_SECOND}\n\n" * 500),
    "lists of names": (", ".join(_RANDOM.sample(_NAMES[0], 250)), ", ".join(_RANDOM.sample(_NAMES[1], 250))),
    "cookie notices": (_CONSENT.format(site="The Kilmory Herald"), _CONSENT.format(site="Ashbourne Today")),
    "lorem ipsum": (" ".join(_RANDOM.choices(_LOREM, k=300)), " ".join(_RANDOM.choices(_LOREM, k=300))),
    "right to left mixed": (
        "\u202bقال Tim Cook في 2024 إن iPhone 15\u202c " + "שלום עולם 123 " * 20,
        "\u202bأعلن Satya Nadella أن Azure 7\u202c " + "ערב טוב 456 " * 20,
    ),
    "surrogates and controls": (
        "text \ud800 with \x00 broken\x08 parts \udfff",
        "word \udc00 and \x01 other\x0b pieces \ud83d",
    ),
    "combining marks only": ("\u0301\u0300 " * 60, "\u0302\u0303 " * 60),
    "one endless word": ("a" * 50_000, "b" * 50_000),
    "no spaces": ("ก" * 5000 + "漢" * 5000, "ข" * 5000 + "字" * 5000),
    "zero width": ("\u200b\u200c\u200d\ufeff" * 100, "\u2060\u00ad" * 100),
}
LANGUAGES = ["en", None, "zh", "tlh", "ar"]
GOOD = {"harbour": HARBOUR_EN, "museum": MUSEUM_EN, "harbour-ru": HARBOUR_RU, "harbour-hi": HARBOUR_HI}


@pytest.fixture(scope="module")
def folded() -> dict[str, Folded]:
    """Good articles and the first of each pair, the second ones, then all bad ones once more under another language."""
    records: list[dict[str, Any]] = [{"url": name, "text": text} for name, text in GOOD.items()]
    for i in (0, 1):
        records += [{"url": f"{kind}/{i}", "text": pair[i], "language": LANGUAGES[i]} for kind, pair in PAIRS.items()]
    again: list[dict[str, Any]] = [
        {"url": f"{kind}/{i}/again", "text": pair[i], "language": LANGUAGES[(n + i) % len(LANGUAGES)]}
        for n, (kind, pair) in enumerate(PAIRS.items())
        for i in (0, 1)
    ]
    return {one.url: one for one in fold([*records, *again], Archive())}


@pytest.mark.parametrize("kind", PAIRS)
def test_bad_articles_are_glued_to_nothing_else(kind: str, folded: dict[str, Folded]) -> None:
    for i in (0, 1):
        story = folded[f"{kind}/{i}"].story_id
        members = {url for url, one in folded.items() if one.story_id == story}
        assert members <= {f"{kind}/{i}", f"{kind}/{i}/again"}


@pytest.mark.parametrize("kind", [kind for kind in PAIRS if kind != "no text"])
def test_equal_bad_articles_are_exact_copies(kind: str, folded: dict[str, Folded]) -> None:
    for i in (0, 1):
        first, again = folded[f"{kind}/{i}"], folded[f"{kind}/{i}/again"]
        said = first.copy or again.copy
        assert first.story_id == again.story_id
        assert said is not None
        assert (said.bond.kind, said.bond.similarity) == (CopyKind.EXACT, 1.0)


def test_articles_with_a_title_only_are_articles_of_their_own() -> None:
    records = [{"url": str(i), "text": "", "title": "Harbour closes"} for i in range(2)]
    assert [one.copy for one in fold(records, Archive())] == [None, None]


def test_the_same_few_words_under_another_title_are_another_article() -> None:
    texts = [("a", "Read more"), ("b", "Read more"), ("a", "Read more!")]
    records = [{"url": str(i), "text": text, "title": title} for i, (title, text) in enumerate(texts)]
    stories = {one.url: one.story_id for one in fold(records, Archive())}
    assert stories["0"] == stories["2"] != stories["1"]
