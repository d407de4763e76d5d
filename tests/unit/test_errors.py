"""Errors travel between processes and read as one line."""

from __future__ import annotations

import copy
import pickle

import pytest

from pipeline.errors import FeedError, NewsfoldError, UserError

ERRORS = [
    (UserError("the file is missing", "name another"), "the file is missing; name another"),
    (UserError("the file is missing"), "the file is missing"),
    (FeedError("html_not_feed", "a web page instead of a feed"), "html_not_feed: a web page instead of a feed"),
]


@pytest.mark.parametrize(("error", "line"), ERRORS)
def test_an_error_reads_as_one_line(error: NewsfoldError, line: str) -> None:
    assert str(error) == line


@pytest.mark.parametrize("error", [error for error, _ in ERRORS])
def test_an_error_comes_through_pickle_whole(error: NewsfoldError) -> None:
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is type(error)
        assert vars(twin) == vars(error)
        assert str(twin) == str(error)


def test_every_error_raised_on_purpose_has_the_one_base() -> None:
    assert all(issubclass(kind, NewsfoldError) for kind in (UserError, FeedError))
