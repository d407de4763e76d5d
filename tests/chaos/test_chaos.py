"""A short share of `make chaos`, and that it would see what is lost and what is doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from chaos.compare import contents, difference, size
from chaos.figures import line
from chaos.trial import Laboratory, laboratory

from db.engine import connect

SEED = 1


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laboratory]:
    with laboratory(tmp_path_factory.mktemp("chaos")) as made:
        yield made


@pytest.mark.parametrize("number", range(4))
def test_a_job_that_is_disturbed_ends_as_one_that_nobody_disturbed(here: Laboratory, number: int) -> None:
    trial = here.planned(SEED, number)

    here.perform(trial)

    assert trial.is_well, line(trial)
    assert any(trial.met)
    assert "completed" in trial.ends


def test_a_seed_and_a_number_make_the_same_choices(here: Laboratory) -> None:
    plans = [here.planned(SEED, number).strikes for number in (*range(8), *range(8))]

    assert plans[:8] == plans[8:]
    assert len(set(map(str, plans))) == 8


@pytest.mark.parametrize(
    ("damage", "lost", "doubled"),
    [
        ("delete from ingest.copy where article_id = (select max(article_id) from ingest.copy)", {"copies"}, set()),
        ("insert into ingest.revision (article_id, text) select id, text from ingest.article", set(), {"revisions"}),
        ("update ingest.page set relevance = 0.123 where id = 1", {"pages"}, {"pages"}),
        ("update ingest.run set state = 'running', finished_at = null", set(), {"runs"}),
        ("update ingest.article set first_seen_at = now()", set(), set()),
    ],
)
def test_what_is_lost_and_what_is_doubled_is_seen(
    here: Laboratory, damage: str, lost: set[str], doubled: set[str]
) -> None:
    with here.server.cloned("outdated", "damaged") as url:
        engine = connect(url)
        with engine.begin() as conn:
            before = contents(conn)
            conn.exec_driver_sql(damage)
            found = difference(before, contents(conn))
        engine.dispose()

    assert lost <= set(found.lost)
    assert doubled <= set(found.doubled)
    assert bool(lost or doubled) == bool(list(found.lines()))


def test_a_row_that_is_there_twice_is_one_too_many() -> None:
    once, twice = {"articles": Counter(["{}"])}, {"articles": Counter(["{}", "{}"])}

    assert (size(difference(once, twice).lost), size(difference(once, twice).doubled)) == (0, 1)
    assert (size(difference(twice, once).lost), size(difference(twice, once).doubled)) == (1, 0)
