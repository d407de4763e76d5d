"""The slots of hosts: one connection at a time, a rest between two questions, nothing left by the dead."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine

from db import hosts
from db.hosts import HELD_SECONDS, Wanted
from pipeline.models.hosts import Busy, Rest
from pipeline.models.pages import FetchFailure

LONG = 3600.0
HOST, DOMAIN = "host bees.example", "domain bees.example"


@pytest.fixture
def one(engine: Engine) -> Iterator[Connection]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        yield conn


@pytest.fixture
def other(engine: Engine) -> Iterator[Connection]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        yield conn


def take(conn: Connection, *keys: str) -> Busy | None:
    return hosts.take(conn, [Wanted(keys, LONG)])[0]


def test_a_slot_is_held_by_one_until_it_is_given_back(one: Connection, other: Connection) -> None:
    assert take(one, HOST) is None
    assert take(other, HOST) == Busy(HELD_SECONDS)

    hosts.free(one, [Rest({HOST: 0.0})])

    assert take(other, HOST) is None
    assert take(one, HOST) == Busy(HELD_SECONDS)


def test_after_a_question_the_host_has_its_interval(one: Connection, other: Connection) -> None:
    take(one, HOST)
    hosts.free(one, [Rest({HOST: LONG})])

    busy = take(other, HOST)

    assert busy is not None
    assert busy.failure is None
    assert LONG - 100 < busy.seconds <= LONG


def test_who_wants_to_be_left_alone_is_left_alone_by_all_and_says_why(one: Connection, other: Connection) -> None:
    take(one, HOST)
    hosts.free(one, [Rest({HOST: 0.0}, LONG, FetchFailure("http_429", "429 Too Many Requests"))])

    busy = take(other, HOST)

    assert busy is not None
    assert busy.failure == FetchFailure("http_429", "429 Too Many Requests")
    assert LONG - 100 < busy.seconds <= LONG


def test_the_slot_of_a_connection_that_is_gone_is_free(one: Connection, other: Connection) -> None:
    take(one, HOST)
    one.detach()
    one.close()

    pause = threading.Event()
    while take(other, HOST) is not None:  # the server needs a moment to see it
        pause.wait(HELD_SECONDS)


def test_of_two_keys_both_are_taken_or_none(one: Connection, other: Connection) -> None:
    take(one, HOST)

    assert take(other, DOMAIN, HOST) == Busy(HELD_SECONDS)
    assert take(one, DOMAIN) is None


def test_many_are_taken_at_once(one: Connection, other: Connection) -> None:
    take(other, "host 3")

    answers = hosts.take(one, [Wanted((f"host {number}",), LONG) for number in range(5)])

    assert answers == [None, None, None, Busy(HELD_SECONDS), None]


def test_a_slot_that_was_lost_is_not_given_back_by_who_had_it(one: Connection, other: Connection) -> None:
    hosts.take(one, [Wanted((HOST,), 0.0)])
    assert take(other, HOST) is None

    hosts.free(one, [Rest({HOST: 0.0})])

    assert take(one, HOST) == Busy(HELD_SECONDS)


def test_hosts_that_nobody_asks_are_forgotten(one: Connection) -> None:
    hosts.take(one, [Wanted((HOST,), -2 * 86_400), Wanted((DOMAIN,), LONG)])

    hosts.forget(one)

    assert one.exec_driver_sql("select key from ingest.host").scalars().all() == [DOMAIN]
