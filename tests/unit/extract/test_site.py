"""What recurs on a site is learned from its pages and cut."""

from __future__ import annotations

import pytest

from pipeline.extract.text.site import SiteBlocks, SitePage, block_hash, cut_blocks, learn_pages

DISCLAIMER = "The opinions of our guest authors are their own."
STORIES = (
    "The harbour of the old town will be closed to cars.\n\nShop owners had asked for a later date.",
    "A bakery in the north burned down on Monday night.\n\nNobody was hurt, the fire service said.",
    "The train to the coast will run every half hour.\n\nTickets become cheaper in the evening.",
    "Two museums open their cellars for one weekend.\n\nVisitors may bring their own finds.",
)


def seen(*texts: str) -> SiteBlocks:
    return learn_pages([SitePage.of(text) for text in texts])


def test_a_block_of_several_pages_is_cut_and_kept() -> None:
    site = seen(*(f"{story}\n\n{DISCLAIMER}" for story in STORIES[1:]))
    found = cut_blocks(f"{STORIES[0]}\n\n{DISCLAIMER}", site)
    assert (found.text, found.boilerplate) == (STORIES[0], (DISCLAIMER,))


def test_numbers_do_not_make_another_block() -> None:
    site = seen(*(f"{story}\n\nComments ({n})" for n, story in enumerate(STORIES[1:])))
    assert cut_blocks(f"{STORIES[0]}\n\nComments (128)", site).boilerplate == ("Comments (128)",)


def test_a_lead_in_above_the_text_is_cut_in_any_script() -> None:
    lead = "编者按：本文转载自合作媒体。"
    site = seen(*(f"{lead}\n\n{story}" for story in STORIES[1:]))
    assert cut_blocks(f"{lead}\n\n{STORIES[0]}", site).boilerplate == (lead,)


@pytest.mark.parametrize("pages", [0, 1])
def test_one_page_teaches_nothing(pages: int) -> None:
    text = f"{STORIES[0]}\n\n{DISCLAIMER}"
    assert cut_blocks(text, seen(*[f"{STORIES[1]}\n\n{DISCLAIMER}"] * pages)).text == text


def test_a_sentence_that_two_of_many_pages_share_is_no_boilerplate() -> None:
    others = [f"Report number {chr(97 + n)} of the year.\n\nIt was a {chr(97 + n)} day." for n in range(20)]
    site = seen(*others, *(f"{story}\n\n{DISCLAIMER}" for story in STORIES[1:3]))
    assert cut_blocks(f"{STORIES[0]}\n\n{DISCLAIMER}", site).boilerplate == ()


def test_an_article_under_many_addresses_is_not_erased() -> None:
    assert cut_blocks(STORIES[0], seen(*[STORIES[0]] * 6, *STORIES[1:])).text == STORIES[0]


def test_an_article_that_came_again_and_again_over_time_is_not_erased() -> None:
    site = SiteBlocks()
    for _ in range(6):
        site = learn_pages([SitePage.of(STORIES[0])], site)
    assert cut_blocks(STORIES[0], site).text == STORIES[0]


def test_learning_in_parts_is_learning_at_once() -> None:
    pages = [SitePage.of(story) for story in STORIES]
    assert learn_pages(pages[2:], learn_pages(pages[:2])) == learn_pages(pages)


def test_a_hash_fits_a_signed_64_bit_column_and_stays_the_same() -> None:
    assert block_hash("Read also:") == block_hash("READ ALSO")
    assert all(-(2**63) <= block_hash(story) < 2**63 for story in STORIES)
