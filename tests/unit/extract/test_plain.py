"""Plain text and Markdown: headline, byline and text; marks fall away."""

from __future__ import annotations

import pytest

from pipeline.extract.markdown import strip_marks
from pipeline.extract.plain import read_plain, read_titled

BODY = "The council decided on Tuesday evening that the harbour will be closed to cars from the first of May."


@pytest.mark.parametrize(
    "headline",
    [
        "Harbour closes to cars in May",
        "Will the harbour close to cars?",
        "«Порт закроют для машин», — мэр",
        "市政府：港口五月起禁止汽车通行",
        "ما وراء إغلاق الميناء أمام السيارات؟",
    ],
)
def test_a_short_first_line_that_stands_alone_is_the_title(headline: str) -> None:
    draft = read_plain(f"\n\n{headline}\n\n{BODY}\n{BODY}")
    assert (draft.title, draft.text) == (headline, f"{BODY}\n\n{BODY}")


@pytest.mark.parametrize(
    "text",
    [
        f"{BODY}\n\n{BODY}",
        f"Harbour closes to cars\n{BODY}",
        f"Harbour closes to cars\n{BODY}\n{BODY}",
        f"Last updated 13:48 17/01/2026\n\n{BODY}",
        f"It was late.\n\n{BODY}",
        f"They call it a harbour. But who is it for\n\n{BODY}",
        f"यह देर थी।\n\n{BODY}",
        f"那时已经很晚了。\n\n{BODY}",
        f"Three things were decided:\n\n{BODY}",
        f"1. The harbour\n\n{BODY}",
        f"- The harbour\n\n{BODY}",
        f"{'A very long line without a stop ' * 8}\n\n{BODY}",
        "Harbour closes to cars in May\n\nIn May.",
        "Harbour closes to cars in May",
        "",
    ],
)
def test_a_first_line_that_belongs_to_the_text_stays_in_it(text: str) -> None:
    draft = read_plain(text)
    assert draft.title is None
    assert draft.text.split() == text.split()


def test_a_byline_below_the_headline_is_read_and_kept_aside() -> None:
    byline = "Source: Harbour Post, Author: Jane Miller"
    draft = read_plain(f"Harbour closes to cars\n{byline}\n\n{BODY}")
    assert (draft.title, draft.author, draft.site) == ("Harbour closes to cars", "Jane Miller", "Harbour Post")
    assert (draft.text, draft.boilerplate) == (BODY, (byline,))


def test_a_byline_above_the_headline_is_read_too() -> None:
    draft = read_plain(f"By: Jane Miller\n\nHarbour closes to cars\n\n{BODY}")
    assert (draft.title, draft.author, draft.text) == ("Harbour closes to cars", "Jane Miller", BODY)


def test_a_byline_far_below_is_text() -> None:
    text = "\n\n".join([BODY] * 5 + ["Author: Jane Miller"])
    assert read_plain(text).author is None
    assert read_plain(text).text == text


def test_where_the_title_is_known_the_first_line_is_text() -> None:
    draft = read_titled(f"The old town\n\n{BODY}", "Harbour closes to cars")
    assert (draft.title, draft.text) == ("Harbour closes to cars", f"The old town\n\n{BODY}")


def test_a_top_heading_is_the_title_even_without_a_blank_line() -> None:
    draft = read_plain(f"# Harbour closes to cars\n{BODY}\n## Why\n{BODY}")
    assert (draft.title, draft.text) == ("Harbour closes to cars", f"{BODY}\n\nWhy\n\n{BODY}")


@pytest.mark.parametrize(
    ("marked", "plain"),
    [
        ("## Why now ##", "Why now"),
        ("** Why now **", " Why now "),
        ("the **first of May** it is", "the first of May it is"),
        ("这是**重点**内容", "这是重点内容"),
        ("a stray ** mark", "a stray  mark"),
        ("see [the minutes](https://example.org/a?b=1) here", "see the minutes here"),
        ("![the harbour](harbour.jpg)", "the harbour"),
        ("> he said", "he said"),
        ("* Picture: the council *", "Picture: the council"),
        ("---", ""),
        ("```python", ""),
        ("2**10 is 1024", "2**10 is 1024"),
        ("what the f**k", "what the f**k"),
        ("#harbour is no heading", "#harbour is no heading"),
        ("* a list item", "* a list item"),
        ("5 * 3 * 2", "5 * 3 * 2"),
        ("an [aside] and (another)", "an [aside] and (another)"),
    ],
)
def test_marks_fall_away_and_words_stay(marked: str, plain: str) -> None:
    assert strip_marks(marked) == plain
