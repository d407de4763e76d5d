"""Reading is linear: four times as much of whatever takes about four times as long."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from fuzz.targets import TARGETS
from fuzz.tokens import TOKENS

OPENINGS = {
    "feed": "<rss version='2.0'><channel><item><title>",
    "sitemap": "<urlset><url><loc>https://a.example/",
    "robots": "User-agent: *\n",
    "url": "https://a.example/",
    "date": "\x002026-03-01",
    "claims": "<title>",
    "plain": "# a",
    "warc": "WARC/1.0\r\nWARC-Type: response\r\n",
    "jsonl": '{"url": "https://a.example/x", "text": "',
    "wordpress": '[{"link": "',
    "listing": "a\n<body>",
    "opml": "<opml><body><outline xmlUrl='",
    "sources": "x = ",
}
OTHER_PIECES = {
    "feed": ["\n", "\n<!DOCTYPE", "\n<!ENTITY", '<?xml version="1.0" encoding="'],
    "date": [" "],
    "plain": [" "],
    "claims": ["é | ", "Ж - "],
}
EVERY_NTH_TOKEN = 9
BYTES = 8_000
NOISE_SECONDS = 0.3


def pieces(name: str) -> Iterator[tuple[str, str]]:
    """What is repeated before an end that fits nothing, and behind which beginning: none, and the format's opening."""
    for piece in (*OTHER_PIECES.get(name, ()), *TOKENS[name][::EVERY_NTH_TOKEN]):
        for opening in dict.fromkeys(("", OPENINGS.get(name, ""))):
            yield opening, piece


@pytest.mark.parametrize("name", sorted(TARGETS.keys() - {"page"}))  # of a page see test_hostile.py
def test_four_times_as_much_takes_no_more_than_eight_times_as_long(name: str) -> None:
    _seconds(name, OPENINGS.get(name, ""), "x", 1)  # loads what is loaded once

    for opening, piece in pieces(name):
        times = BYTES // len(piece)
        short, long = (_seconds(name, opening, piece, many) for many in (times, 4 * times))
        assert long <= 8 * short + NOISE_SECONDS, (opening, piece)


def _seconds(name: str, opening: str, piece: str, times: int) -> float:
    data = (opening + piece * times + "!").encode()
    began = time.process_time()
    TARGETS[name](data)
    return time.process_time() - began
