"""The README's queries are queries."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db.reader import answering

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
SOURCES = (Path(__file__).parents[2] / "seeds" / "sources.toml").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.+?)```", README, re.DOTALL)


def test_the_readme_has_three_queries() -> None:
    assert len(QUERIES) >= 3


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_of_the_readme_runs_as_news_reader(query: str, engine: Engine) -> None:
    with answering(engine, query, timeout_seconds=5) as answer:
        assert list(answer.rows) == []


def test_the_readme_counts_the_sources_that_come_with_newsfold() -> None:
    assert f"follows the {SOURCES.count('[[sources]]')} sources that come with it" in README
