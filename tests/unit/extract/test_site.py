"""What recurs on a site is learned from its pages and cut."""

from __future__ import annotations

import random

import pytest

from pipeline.extract.text.site import SiteBlocks, SitePage, block_hash, cut_blocks, learn_pages, restore
from pipeline.models.articles import CutBlock

DISCLAIMER = "The opinions of our guest authors are their own."
STORIES = (
    "The harbour of the old town will be closed to cars.\n\nShop owners had asked for a later date.",
    "A bakery in the north burned down on Monday night.\n\nNobody was hurt, the fire service said.",
    "The train to the coast will run every half hour.\n\nTickets become cheaper in the evening.",
    "Two museums open their cellars for one weekend.\n\nVisitors may bring their own finds.",
    "The old mill gets a new wheel made of oak.\n\nIts miller is looking for an apprentice.",
)


def seen(*texts: str) -> SiteBlocks:
    return learn_pages([SitePage.of(text) for text in texts])


def cut_texts(text: str, site: SiteBlocks) -> list[str]:
    return [block.text for block in cut_blocks(text, site).blocks]


def test_a_block_of_several_pages_is_cut_and_kept_with_its_place() -> None:
    texts = [f"{story}\n\n{DISCLAIMER}" for story in STORIES]
    found = cut_blocks(texts[0], seen(*texts))
    assert (found.text, found.blocks) == (STORIES[0], (CutBlock(2, DISCLAIMER),))


def test_counters_are_one_block_and_the_numbers_of_news_are_not() -> None:
    counters = [f"{story}\n\nComments ({n})" for n, story in enumerate(STORIES)]
    assert cut_texts(counters[0], seen(*counters)) == ["Comments (0)"]
    rates = "The index of the harbour companies closed at {} points on Monday, which is more than a week before."
    news = [f"{story}\n\n{rates.format(n)}" for n, story in enumerate(STORIES)]
    assert cut_texts(news[0], seen(*news)) == []


@pytest.mark.parametrize(
    "block", ["訂閱我們的電子報，每天早上收到新聞。", "اشترك في نشرتنا البريدية", "हमारे न्यूज़लेटर की सदस्यता लें"]
)
def test_a_block_is_cut_in_any_script_wherever_it_stands(block: str) -> None:
    texts = [f"{first}\n\n{block}\n\n{second}" for first, second in (story.split("\n\n") for story in STORIES)]
    assert cut_blocks(texts[0], seen(*texts)).text == STORIES[0]


@pytest.mark.parametrize("pages", range(5))
def test_few_pages_teach_nothing(pages: int) -> None:
    texts = [f"{story}\n\n{DISCLAIMER}" for story in STORIES[:pages]]
    assert cut_texts(f"{STORIES[0]}\n\n{DISCLAIMER}", seen(*texts)) == []


def test_a_sentence_that_two_pages_share_is_no_boilerplate() -> None:
    texts = [f"{story}\n\n{DISCLAIMER}" for story in STORIES[:2]]
    assert cut_texts(texts[0], seen(*texts, *STORIES[2:])) == []


def test_a_sentence_that_few_of_many_pages_share_is_no_boilerplate() -> None:
    others = [f"Report {chr(97 + n)} of the year.\n\nIt was a {chr(97 + n)} day." for n in range(26)]
    texts = [f"{story}\n\n{DISCLAIMER}" for story in STORIES[:3]]
    assert cut_texts(texts[0], seen(*others, *texts)) == []


def test_an_article_under_many_addresses_counts_once_and_is_not_erased() -> None:
    site = seen(*[STORIES[0]] * 6, *STORIES[1:])
    assert site.pages == len(STORIES)
    assert cut_blocks(STORIES[0], site).text == STORIES[0]


def test_corrected_versions_of_one_article_keep_their_text() -> None:
    versions = [f"{STORIES[0]}\n\nVersion of the hour {chr(97 + n)}." for n in range(5)]
    site = seen(*versions, *STORIES[1:])
    assert [cut_blocks(one, site).text for one in versions] == versions


def test_a_page_that_would_lose_most_of_its_text_keeps_all() -> None:
    chrome = "\n\n".join(f"{word} us on the network of your choice." for word in ("Follow", "Like", "Share", "Hear"))
    site = SiteBlocks(20, {block_hash(block): 20 for block in chrome.split("\n\n")})
    brief = f"Fire in the harbour.\n\n{chrome}"
    assert cut_blocks(brief, site).text == brief


def test_what_was_cut_before_stays_cut_and_more_is_cut_beside_it() -> None:
    text = f"Share this\n\n{STORIES[0]}\n\n{DISCLAIMER}\n\nRead also"
    first = cut_blocks(text, SiteBlocks(9, {block_hash(DISCLAIMER): 9}))
    site = SiteBlocks(9, {block_hash("Share this"): 9, block_hash("Read also"): 9})
    second = cut_blocks(first.text, site, first.blocks)
    assert [block.at for block in first.blocks] == [3]
    assert (second.text, [block.at for block in second.blocks]) == (STORIES[0], [0, 3, 4])
    assert restore(second.text, second.blocks) == text
    assert cut_blocks(second.text, site, second.blocks) == second


@pytest.mark.parametrize("seed", range(50))
def test_text_and_cut_give_the_whole_whatever_was_cut_in_whatever_order(seed: int) -> None:
    chance = random.Random(seed)
    blocks = [chance.choice("abcdefgh") * chance.randint(1, 90) for _ in range(chance.randint(1, 12))]
    whole = "\n\n".join(blocks)
    found = cut_blocks(whole, SiteBlocks())
    for _ in range(4):
        site = SiteBlocks(9, {block_hash(block): chance.randint(0, 9) for block in blocks})
        found = cut_blocks(found.text, site, found.blocks)
        assert restore(found.text, found.blocks) == whole
        assert len(found.text) >= 0.3 * len(whole)


def test_learning_in_parts_is_learning_at_once() -> None:
    pages = [SitePage.of(story) for story in STORIES]
    assert learn_pages(pages[2:], learn_pages(pages[:2])) == learn_pages(pages)


def test_a_hash_fits_a_signed_64_bit_column_and_stays_the_same() -> None:
    assert block_hash("Read also:") == block_hash("READ ALSO")
    assert all(-(2**63) <= block_hash(story) < 2**63 for story in STORIES)
