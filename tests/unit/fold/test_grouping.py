"""Grouping, canonical articles and story ids: pure functions of what was found between articles."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations

import pytest

from pipeline.fold.stories.canonical import canonical, copies
from pipeline.fold.stories.grouping import group
from pipeline.fold.stories.moves import Change, Named, describe, name_groups
from pipeline.models.folding import Bond, CopyKind, Member

LANGUAGES = ("ar", "bn", "el", "he", "hi", "ko", "tr", "vi")


def member(number: int, language: str | None = None, *, day: int | None = None, fullness: float = 1) -> Member:
    stated = datetime(2026, 1, day, tzinfo=UTC) if day else None
    return Member(number, number, language or LANGUAGES[number % 8], stated, fullness, f"https://n.example/{number}")


def bond(one: int, other: int, log_odds: float, kind: CopyKind = CopyKind.TRANSLATION) -> Bond:
    return Bond(min(one, other), max(one, other), kind, log_odds, 0.9)


def random_case(seed: int) -> tuple[list[Member], list[Bond]]:
    """Forty articles in thirteen events: strong bonds within most events, weak and misleading ones across."""
    chance = random.Random(seed)
    members = [member(i, chance.choice(LANGUAGES)) for i in range(40)]
    bonds = []
    for a, b in combinations(members, 2):
        is_one = a.article_id % 13 == b.article_id % 13
        if chance.random() < (0.8 if is_one else 0.05):
            kind = CopyKind.NEAR if a.language == b.language else CopyKind.TRANSLATION
            log_odds = round(chance.gauss(5 if is_one else -1, 3), 3)
            bonds.append(bond(a.article_id, b.article_id, log_odds, kind))
    return members, bonds


def renumbered(found: list[frozenset[int]], number_of: dict[int, int]) -> set[frozenset[int]]:
    return {frozenset(number_of[i] for i in one) for one in found}


@pytest.mark.parametrize("seed", range(20))
def test_neither_order_nor_ids_change_the_groups(seed: int) -> None:
    members, bonds = random_case(seed)
    chance = random.Random(seed + 1000)
    ids = chance.sample(range(1000), len(members))
    shuffled = [
        Member(ids[m.article_id], 0, m.language, m.stated_at, m.fullness, m.url)
        for m in chance.sample(members, len(members))
    ]
    moved = [bond(ids[b.one], ids[b.other], b.log_odds, b.kind) for b in chance.sample(bonds, len(bonds))]

    back = {number: i for i, number in enumerate(ids)}
    assert renumbered(group(shuffled, moved, 0.0), back) == set(group(members, bonds, 0.0))


@pytest.mark.parametrize("seed", range(5))
def test_an_article_that_hangs_together_with_none_changes_nothing(seed: int) -> None:
    members, bonds = random_case(seed)
    more = [*members, member(99)]
    weak = [bond(i, 99, -0.5) for i in range(0, 40, 7)]
    assert set(group(more, bonds + weak, 0.0)) == {*group(members, bonds, 0.0), frozenset({99})}


@pytest.mark.parametrize("seed", range(5))
def test_what_hangs_together_can_be_grouped_apart_from_the_rest(seed: int) -> None:
    members, bonds = random_case(seed)
    others, other_bonds = random_case(seed + 50)
    others = [member(m.article_id + 100, m.language) for m in others]
    other_bonds = [bond(b.one + 100, b.other + 100, b.log_odds, b.kind) for b in other_bonds]
    together = group([*members, *others], [*bonds, *other_bonds], 0.0)
    assert set(together) == {*group(members, bonds, 0.0), *group(others, other_bonds, 0.0)}


def test_a_chain_of_single_links_is_no_story() -> None:
    chain = [member(i) for i in range(6)]
    links = [bond(i, i + 1, 3.0) for i in range(5)]
    assert max(map(len, group(chain, links, 0.0))) == 2


def test_an_article_joins_a_story_that_it_matches_as_a_whole() -> None:
    members = [member(i) for i in range(4)]
    bonds = [bond(a, b, 3.0) for a, b in combinations(range(4), 2)]
    assert group(members, bonds, 0.0) == [frozenset(range(4))]
    weaker = [one if one.other != 3 else bond(one.one, 3, -2.0) for one in bonds]
    assert set(group(members, weaker, 0.0)) == {frozenset({0, 1, 2}), frozenset({3})}


def test_a_higher_threshold_asks_for_more() -> None:
    members, bonds = [member(0), member(1)], [bond(0, 1, 1.0)]
    assert len(group(members, bonds, 0.9)) == 1
    assert len(group(members, bonds, 1.1)) == 2


def test_texts_that_are_equally_likely_to_be_the_translation_glue_nothing() -> None:
    members = [member(0, "de"), *(member(i, "en") for i in range(1, 4))]
    assert len(group(members, [bond(0, i, 6.0) for i in range(1, 4)], 0.0)) == 4


def test_the_clearly_best_of_several_is_the_translation() -> None:
    members = [member(0, "de"), *(member(i, "en") for i in range(1, 4))]
    bonds = [bond(0, 1, 6.0), bond(0, 2, 2.0), bond(0, 3, 1.0)]
    assert frozenset({0, 1}) in group(members, bonds, 0.0)


def test_a_reprint_is_no_rival_of_what_it_reprints() -> None:
    members = [member(0, "de"), member(1, "en"), member(2, "en")]
    bonds = [bond(0, 1, 6.0), bond(0, 2, 6.0), bond(1, 2, 8.0, CopyKind.NEAR)]
    assert group(members, bonds, 0.0) == [frozenset({0, 1, 2})]


def test_equal_texts_are_one_story_however_many_there_are() -> None:
    members = [member(i, "en") for i in range(300)]
    assert len(group(members, [bond(0, i, 8.0, CopyKind.EXACT) for i in range(1, 300)], 0.0)) == 1


def test_a_story_of_more_reprints_than_are_ever_looked_at_stays_one() -> None:
    members = [member(i, "en") for i in range(200)]
    bonds = [bond(i, j, 8.0, CopyKind.NEAR) for i in range(200) for j in random.Random(i).sample(range(i), min(i, 20))]
    assert len(group(members, bonds, 0.0)) == 1


def test_the_canonical_article_is_the_earliest_and_among_undated_ones_the_fullest() -> None:
    assert canonical([member(1, day=3), member(2, day=2), member(3, fullness=9)]).article_id == 2
    assert canonical([member(1, fullness=3), member(2, fullness=5)]).article_id == 2
    assert canonical([member(1, day=2, fullness=3), member(2, day=2, fullness=5)]).article_id == 2


def test_every_copy_leads_to_the_canonical_article_by_its_best_match() -> None:
    members = [member(i, day=i + 1) for i in range(4)]
    bonds = [bond(0, 1, 5.0), bond(0, 2, 1.0), bond(1, 2, 4.0), bond(2, 3, 3.0), bond(0, 3, 2.0)]
    assert {one.article_id: one.copy_of for one in copies(members, bonds)} == {1: 0, 2: 1, 3: 2}


@pytest.mark.parametrize("seed", range(5))
def test_ids_do_not_decide_of_which_of_several_equal_texts_one_is_a_copy(seed: int) -> None:
    days = dict(zip(random.Random(seed).sample(range(1000), 4), (1, 2, 2, 3), strict=True))
    members = [
        replace(member(i, "en", day=day), url=f"https://n.example/{place}")
        for place, (i, day) in enumerate(days.items())
    ]
    bonds = [bond(one, other, 9.0, CopyKind.EXACT) for one, other in combinations(days, 2)]
    first, *others = days

    assert {one.article_id: one.copy_of for one in copies(members, bonds)} == dict.fromkeys(others, first)


def test_a_story_id_stays_with_most_of_its_articles() -> None:
    before = {1: 10, 2: 10, 3: 10, 4: 11, 5: 11}
    named = name_groups([frozenset({1, 2}), frozenset({3, 4, 5})], before)
    assert named == [Named(frozenset({1, 2}), 10), Named(frozenset({3, 4, 5}), 11)]


def test_of_two_stories_that_become_one_the_older_stays_where_they_are_of_one_size() -> None:
    assert name_groups([frozenset({1, 2})], {1: 12, 2: 11}) == [Named(frozenset({1, 2}), 11)]
    before, after = {1: 12, 2: 11}, {1: 11, 2: 11}
    assert describe(before, after) == {(12, 11): Change.MERGED}


def test_a_split_makes_a_story_and_a_move_finds_one() -> None:
    before = {1: 10, 2: 10, 3: 10, 4: 11}
    assert describe(before, {1: 10, 2: 10, 3: 12, 4: 11}) == {(10, 12): Change.SPLIT}
    assert describe(before, {1: 10, 2: 10, 3: 11, 4: 11}) == {(10, 11): Change.MOVED}
