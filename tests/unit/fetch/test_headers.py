"""What headers say against use by machines."""

from __future__ import annotations

import asyncio
from ipaddress import ip_network

import httpx
import pytest
from site_server import LOCAL, Site

from pipeline.fetch.headers import opt_out
from pipeline.fetch.request import Limits, Request
from pipeline.fetch.web import Web
from pipeline.models.pages import Fetched


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ([], []),
        ([("Content-Type", "text/html")], []),
        ([("X-Robots-Tag", "noai")], ["x-robots-tag: noai"]),
        ([("X-Robots-Tag", "NoAI, noimageai")], ["x-robots-tag: noai", "x-robots-tag: noimageai"]),
        ([("X-Robots-Tag", "noindex, nofollow, noml")], ["x-robots-tag: noml"]),
        ([("X-Robots-Tag", "noindex, nofollow")], []),
        ([("X-Robots-Tag", "otherbot: noai")], []),
        ([("X-Robots-Tag", "otherbot: noindex, noai")], []),
        ([("X-Robots-Tag", "otherbot: noindex, newsfold: noai")], ["x-robots-tag: noai"]),
        ([("X-Robots-Tag", "newsfold: noindex, noai")], ["x-robots-tag: noai"]),
        ([("X-Robots-Tag", "*: noai")], ["x-robots-tag: noai"]),
        ([("X-Robots-Tag", "otherbot: noai"), ("X-Robots-Tag", "noimageai")], ["x-robots-tag: noimageai"]),
        ([("X-Robots-Tag", "max-image-preview: large, noai")], ["x-robots-tag: noai"]),
        ([("X-Robots-Tag", "unavailable_after: 25 Jun 2030 15:00:00 PST, noai")], ["x-robots-tag: noai"]),
        ([("X-Robots-Tag", "noairplanes")], []),
        ([("TDM-Reservation", "1"), ("TDM-Policy", "https://a.example/p")], ["tdm-reservation: 1"]),
        ([("TDM-Reservation", "0")], []),
        ([("Content-Usage", "train-ai=n")], ["content-usage: train-ai=n"]),
        ([("Content-Usage", "search=y, train-ai=n;exp=1, bots=y")], ["content-usage: train-ai=n"]),
        ([("Content-Usage", "train-ai=n, train-ai=y")], []),
        ([("Content-Usage", "train-ai=y")], []),
        ([("Content-Usage", "search=n")], []),
        ([("Content-Usage", "bots=n")], ["content-usage: bots=n"]),
        ([("Content-Usage", "train-ai")], []),
        ([("Content-Signal", "search=yes, ai-train=no")], ["content-signal: ai-train=no"]),
        ([("Content-Signal", "ai-train=yes")], []),
        ([("X-Robots-Tag", ",:,"), ("Content-Usage", "=;,=n"), ("TDM-Reservation", "")], []),
    ],
)
def test_words_against_machines_count_where_they_are_said_to_all_or_to_us(
    headers: list[tuple[str, str]], said: list[str]
) -> None:
    assert list(opt_out(httpx.Headers(headers), "newsfold")) == said


def test_a_page_that_does_not_want_to_train_machines_is_fetched_and_says_so(site: Site) -> None:
    url = site.put("/bees", "Bees", headers={"X-Robots-Tag": "noai", "TDM-Reservation": "1"})

    async def get() -> object:
        async with Web(Limits(user_agent="newsfold/0.1", allow_networks=(ip_network(LOCAL),))) as web:
            return await web.get(Request(url))

    result = asyncio.run(get())

    assert isinstance(result, Fetched)
    assert result.opt_out == ("x-robots-tag: noai", "tdm-reservation: 1")
