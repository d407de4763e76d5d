"""Slugs of names in any script."""

from __future__ import annotations

import re

import pytest

from pipeline.discover.sources.slugs import SlugSet, slug_of


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("The Verge", "the-verge"),
        ("L'Usine Digitale", "l-usine-digitale"),
        ("Le Monde Informatique – IA", "le-monde-informatique-ia"),
        ("Müller & Söhne", "muller-sohne"),
        ("www.heise.de", "heise-de"),
        ("feeds.bbci.co.uk", "bbci-co-uk"),
        ("blog.google", "google"),
        ("Blog", "blog"),
        ("新智元", "xinzhiyuan"),
        ("Хабр", "khabr"),
        ("हिन्दी", "hindi"),
        ("AI타임스", "aitaimseu"),
        ("import", "import-source"),
        ("Import!", "import-source"),
        ("", "source"),
        ("—", "source"),
        ("\ud800\x00", "source"),
    ],
)
def test_a_slug_is_the_name_in_plain_letters(name: str, slug: str) -> None:
    assert slug_of(name) == slug


@pytest.mark.parametrize(
    "name", ["a" * 500, "a-" * 500, "البوابة العربية للأخبار التقنية " * 9, "机器之心" * 99, "😀" * 50]
)
def test_a_long_name_makes_a_slug_that_is_one(name: str) -> None:
    slug = slug_of(name)

    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", slug)
    assert not slug.endswith("-")


def test_a_slug_of_a_slug_is_itself() -> None:
    assert slug_of("the-verge-2") == "the-verge-2"


def test_equal_names_are_numbered() -> None:
    slugs = SlugSet()

    assert [slugs.take("Bees") for _ in range(3)] == ["bees", "bees-2", "bees-3"]


def test_a_number_that_is_taken_is_passed_over() -> None:
    slugs = SlugSet(["bees", "bees-2"])

    assert [slugs.take("Bees"), slugs.take("Bees 3"), slugs.take("bees")] == ["bees-3", "bees-3-2", "bees-4"]


def test_a_numbered_slug_is_no_longer_than_others() -> None:
    slugs = SlugSet()

    taken = [slugs.take("a" * 100) for _ in range(11)]

    assert len(set(taken)) == 11
    assert max(map(len, taken)) == 63
