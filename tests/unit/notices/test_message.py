"""How notices are said: one message that chats take as it is, and that obeys nobody's words."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from pipeline.notices.message import MOST_CHARACTERS, MOST_LISTED, Item, payload
from pipeline.notices.problems import Kind

SINCE = datetime(2026, 3, 1, 6, tzinfo=UTC)


def _item(kind: Kind = Kind.SOURCE_SILENT, subject: str = "bees", detail: str = "", **more: object) -> Item:
    facts: dict[str, object] = {"run_id": None, "ended_at": None, "was_said": False} | more
    return Item(1, kind, subject, SINCE, detail, **facts)  # type: ignore[arg-type]


def _text(*items: Item) -> str:
    message = payload(items, "0.1.0")
    assert message["text"] == message["content"]
    return str(message["text"])


def test_one_notice_is_one_line() -> None:
    failed = _item(Kind.RUN_FAILED, "ingest", "failed: no bees", run_id=7)

    assert _text(failed) == "newsfold: run `ingest` failed, since 2026-03-01 06:00 UTC: `failed: no bees` (run 7)"


def test_that_it_is_well_again_is_said_without_the_detail_that_was_said_before() -> None:
    end = SINCE + timedelta(days=1)
    span = "(2026-03-01 06:00 UTC to 2026-03-02 06:00 UTC)"

    assert _text(_item(detail="why", ended_at=end, was_said=True)) == f"newsfold: source `bees` speaks again {span}"
    assert _text(_item(detail="why", ended_at=end)) == f"newsfold: source `bees` speaks again {span}: `why`"


def test_many_notices_are_one_message_that_no_chat_refuses_for_its_length() -> None:
    items = [_item(Kind.SOURCE_FAILING, f"source-{number}", "x" * 500) for number in range(190)]

    message = payload(items, "0.1.0")

    assert len(message["text"]) <= MOST_CHARACTERS
    assert message["text"].startswith("newsfold: 190 wrong\n• source `source-0` fails")
    assert message["text"].endswith(" more: newsfold notices")
    assert (message["count"], len(message["notices"])) == (190, MOST_LISTED)


def test_programs_get_the_facts() -> None:
    message = payload([_item(detail="why"), _item(Kind.RUN_FAILED, "ingest", run_id=7, ended_at=SINCE)], "0.1.0")

    assert message["newsfold"] == "0.1.0"
    assert message["notices"] == [
        {
            "id": 1,
            "kind": "source_silent",
            "state": "open",
            "subject": "bees",
            "source": "bees",
            "since": "2026-03-01T06:00:00+00:00",
            "ended_at": None,
            "detail": "why",
            "run_id": None,
        },
        {
            "id": 1,
            "kind": "run_failed",
            "state": "ended",
            "subject": "ingest",
            "source": None,
            "since": "2026-03-01T06:00:00+00:00",
            "ended_at": "2026-03-01T06:00:00+00:00",
            "detail": "",
            "run_id": 7,
        },
    ]


def test_words_from_outside_command_neither_a_terminal_nor_a_chat() -> None:
    hostile = "\x1b[31m@everyone\u202e <!channel>\x00\n`@here` [win](http://evil.example) <https://evil.example|x>" * 99

    message = payload([_item(detail=hostile)], "0.1.0")
    outside = message["text"].split("`")[::2]

    assert not any(character in json.dumps(message, ensure_ascii=False) for character in "\x1b\u202e\x00")
    assert "\n" not in message["text"]
    assert not any(mark in message["text"] for mark in ("<", ">"))
    assert all("@" not in part and "[" not in part for part in outside)
    assert message["allowed_mentions"] == {"parse": []}
    assert len(message["notices"][0]["detail"]) == 200
