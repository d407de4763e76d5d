"""Comments that no class names are told by their heading and their datelines."""

from __future__ import annotations

import pytest

from pipeline.extract.text.comments import comments_in

STORY = [
    "The harbour of the old town will be closed to cars from the first of May, the council said on Monday.",
    "Shop owners had asked for a later date; the mayor answered that the summer would be over by then.",
]
ANSWER = "I have had a shop there for thirty years and have never seen a customer who came to it by car."


def talk(*datelines: str) -> list[str]:
    return [line for dateline in datelines for line in (dateline, ANSWER)]


DATELINES = ("~anna [2012-01-04 14:39]", "~bert [2012-01-04 09:29]", "~carl [2012-01-03 22:10]")


@pytest.mark.parametrize(
    "heading", ["Comments (3)", "Opinie (3)", "Комментарии: 3", "网友评论", "コメント 3件", "التعليقات", "Σχόλια"]
)
def test_comments_begin_at_their_heading_in_any_language(heading: str) -> None:
    assert comments_in([*STORY, heading, *talk(*DATELINES), "About us"]) == range(2, 9)


@pytest.mark.parametrize(
    "datelines",
    [
        ("today, 18:10", "31 Dec 11, 20:23", "30 Dec 11, 11:52"),
        ("anna 03.01.2012 18:10", "bert 3/1/2012 9:05", "carl 02.01.2012 22:10"),
        ("2012年1月4日 14:39", "2012年1月4日 09:29", "2012年1月3日 22:10"),
    ],
)
def test_a_dateline_is_a_day_and_a_time_in_any_order(datelines: tuple[str, ...]) -> None:
    assert comments_in([*STORY, "Comments", *talk(*datelines)]) == range(2, 9)


def test_a_live_blog_without_a_heading_is_no_comments() -> None:
    assert not comments_in([*STORY, *talk(*DATELINES)])


def test_ratings_are_no_datelines() -> None:
    assert not comments_in([*STORY, "Comments", *talk("4,6 of 5,0", "Review of 15.08.2011", "Lake: 6.0 km")])


def test_a_link_to_comments_above_the_article_hides_nothing_of_it() -> None:
    assert not comments_in(["Comments (12)", "Monday 2 January 2012 14:39", *STORY, *STORY])
