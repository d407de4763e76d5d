"""What is asked for an article's candidates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from unit.fold.articles import HARBOUR_EN

from pipeline.fold.candidates import Ranking, posted_keys, query
from pipeline.fold.fingerprint import fingerprint


@pytest.mark.parametrize("dated_at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_an_article_of_the_first_or_the_last_day_of_all_is_asked_for_as_any_other(dated_at: datetime) -> None:
    article = fingerprint(HARBOUR_EN, title=None, language="en")

    asked = query(article, dated_at, window=timedelta(days=365))

    assert set(posted_keys(article, dated_at).tolist()) <= set(asked.keys.tolist())


@pytest.mark.parametrize("dated_at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_translations_of_the_first_or_the_last_day_of_all_are_told_from_those_of_other_days(dated_at: datetime) -> None:
    ranking = Ranking(copies=(1,), translations=(2, 3))
    dates = {2: dated_at, 3: datetime(2026, 1, 1, tzinfo=UTC)}

    assert ranking.within(timedelta(days=365), dated_at, dates) == [1, 2]
