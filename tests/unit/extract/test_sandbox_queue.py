"""The queue of the sandbox: later steps first, then older calls; few pages at a time, suspects one by one."""

from __future__ import annotations

import threading
from queue import SimpleQueue

import pytest

from pipeline.extract.sandbox.queue import Page, Queue


def pages(number: int, call: int = 0, precedence: int = 0) -> list[Page]:
    return [Page(precedence, call, n, str, f"{call}.{n}") for n in range(number)]


def queue(waiting: list[Page], takers: int = 1) -> Queue:
    made = Queue()
    for _ in range(takers):
        made.add_taker()
    made.put(waiting)
    return made


def names(taken: list[Page]) -> list[str]:
    return [page.argument for page in taken]


def test_older_calls_go_first_and_later_steps_before_them() -> None:
    found = queue([*pages(1, call=2), *pages(2, call=1), *pages(1, call=3, precedence=-1)])

    assert names(found.take(10)) == ["3.0", "1.0", "1.1", "2.0"]


@pytest.mark.parametrize(
    ("number", "takers", "most", "taken"), [(20, 2, 9, 5), (6, 2, 9, 3), (6, 2, 1, 1), (3, 2, 9, 2)]
)
def test_a_group_is_small_and_no_more_than_a_share(number: int, takers: int, most: int, taken: int) -> None:
    assert len(queue(pages(number), takers).take(most)) == taken


def test_a_suspect_is_taken_by_itself_and_not_as_one_more() -> None:
    suspect, *others = pages(3)
    suspect.is_suspect = True
    found = queue([suspect, *others])

    assert found.take_more(9) == []
    assert names(found.take(9)) == ["0.0"]
    assert names(found.take(9)) == ["0.1", "0.2"]


def test_a_group_ends_before_a_suspect() -> None:
    waiting = pages(3)
    waiting[1].is_suspect = True

    assert names(queue(waiting).take(9)) == ["0.0"]


def test_what_nobody_waits_for_is_not_taken() -> None:
    waiting = pages(4)
    for page in waiting[:2]:
        page.answer.cancel()

    assert names(queue(waiting).take(9)) == ["0.2", "0.3"]


def test_who_waits_gets_what_comes_and_nothing_when_it_is_closed() -> None:
    found = queue([])
    taken: SimpleQueue[list[str]] = SimpleQueue()

    def take_all() -> None:
        while group := found.take(9):
            taken.put(names(group))

    thread = threading.Thread(target=take_all)
    thread.start()
    found.put(pages(1))
    assert taken.get(timeout=20) == ["0.0"]
    found.put(pages(1, call=1))
    assert taken.get(timeout=20) == ["1.0"]
    found.close()
    thread.join(20)

    assert not thread.is_alive()
    assert found.take(9) == []
