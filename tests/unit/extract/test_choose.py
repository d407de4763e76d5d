"""Which reading of a page is taken, and why."""

from __future__ import annotations

import pytest
from lxml.html import document_fromstring

from pipeline.extract.claims.json_ld import article_body
from pipeline.extract.claims.page import read_page
from pipeline.extract.text.blocks import letters_of, page_blocks
from pipeline.extract.text.choose import Reader, Reading, agreement, best_text, with_opening
from pipeline.extract.text.clues import Clues, read_clues
from pipeline.extract.text.dense import densest_text

SENTENCES = (
    "The harbour of the old town will be closed to cars from the first of May, the council decided on Tuesday.",
    "Shop owners had asked for a later date, because they fear for the deliveries before the summer festival.",
    "The mayor answered that the new car park behind the station will be ready by then, with room for 400 cars.",
)
OPENING = "The opening says what is to come, in one line of text."
PARAGRAPHS = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)


def reading(*lines: str) -> Reading:
    return Reading(Reader.DENSE, "\n".join(lines), lines, lines, "".join(lines))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("ab", "cd"), ("ab", "cd"), 1.0),
        (("abcd",), ("ab", "cd"), 1.0),
        (("ab", "cd"), ("ab", "xy"), 0.5),
        (("ab",), ("xy",), 0.0),
        ((), ("xy",), 0.0),
        ((), (), 0.0),
    ],
)
def test_agreement_is_what_two_readings_share(one: tuple[str, ...], other: tuple[str, ...], expected: float) -> None:
    assert agreement(reading(*one), reading(*other)) == expected


def test_a_plain_article_is_taken_on_the_cheap_path() -> None:
    tree = document_fromstring(f"<html><body><article>{PARAGRAPHS}</article></body></html>")
    chosen = best_text(tree, "https://a.example/", Clues(names_article=True))
    assert (chosen.reader, chosen.text) == (Reader.FAST, "\n\n".join(SENTENCES))


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        (OPENING, [OPENING, "Then."]),
        ("Something that stands nowhere on the page, as it happens.", ["Then."]),
    ],
)
def test_a_reading_gets_the_opening_back_that_the_page_describes_itself_with(
    description: str, expected: list[str]
) -> None:
    lines = ("Picture: agency", OPENING, "Then.")
    dense = Reading(Reader.DENSE, "\n\n".join(lines), lines, tuple(map(letters_of, lines)), "")
    chosen = with_opening(Reading(Reader.FAST, "Then.", ("Then.",), ("then",), "then"), dense, (description,))
    assert (chosen.reader, chosen.text.split("\n\n")) == (Reader.FAST, expected)


def test_the_densest_text_leaves_comments_teasers_and_menus_out() -> None:
    comments = "".join(f'<div class="comment"><p>I do not agree at all, {n} times no.</p></div>' for n in range(5))
    teasers = '<h3><a href="/b">A bakery in the north burned down</a></h3><p>Nobody was hurt, they said.</p>' * 3
    menu = '<ul class="x"><li><a href="/">Home</a></li><li><a href="/s">Sport</a></li></ul>'
    page = (
        f"<html><body><div>{menu}<div>{PARAGRAPHS}{teasers}</div></div><div id=comments>{comments}</div></body></html>"
    )
    assert densest_text(page_blocks(document_fromstring(page))) == "\n".join(SENTENCES)


def test_an_article_that_the_page_appends_is_not_the_pages() -> None:
    other = (
        f"<article><h1>Bakery</h1>{'<p>A bakery in the north burned down on Monday night, nobody was hurt.</p>' * 4}"
    )
    page = f"<html><body><main><article><h1>Harbour</h1>{PARAGRAPHS}</article>{other}</article></main></body></html>"
    assert "bakery" not in densest_text(page_blocks(document_fromstring(page)))


def test_a_wrapper_named_like_chrome_that_holds_the_text_is_no_chrome() -> None:
    tree = document_fromstring(f'<html><body><div class="has-sidebar">{PARAGRAPHS}</div></body></html>')
    assert densest_text(page_blocks(tree)) == "\n".join(SENTENCES)


def test_a_page_without_prose_has_no_densest_text() -> None:
    assert densest_text(page_blocks(document_fromstring("<html><body><a href='/'>Home</a></body></html>"))) == ""


@pytest.mark.parametrize(
    ("script", "body"),
    [
        ('{"@type": "NewsArticle", "articleBody": "%s"}' % ("Word and word. " * 10), "Word and word. " * 10),
        ('[{"@graph": [{"articleBody": "%s"}]}]' % ("Word. " * 30), "Word. " * 30),
        ('{"articleBody": "too short"}', ""),
        ('{"articleBody": 7}', ""),
        ("{broken", ""),
    ],
)
def test_the_body_that_json_ld_states_is_found(script: str, body: str) -> None:
    tree = document_fromstring(f'<html><script type="application/ld+json">{script}</script></html>')
    assert article_body(read_page(tree, "https://a.example/x").nodes) == body


@pytest.mark.parametrize(
    ("markup", "names"),
    [
        ("<article>a</article>", True),
        ('<div itemprop="articleBody">a</div>', True),
        ('<meta property="og:type" content="article">', True),
        ('<script type="application/ld+json">{"@type": "BlogPosting"}</script>', True),
        ("<div>a</div>", False),
    ],
)
def test_markup_that_names_the_article_is_told(markup: str, names: bool) -> None:
    tree = document_fromstring(f"<html><body>{markup}</body></html>")
    assert read_clues(tree, read_page(tree, "https://a.example/x").nodes).names_article is names
