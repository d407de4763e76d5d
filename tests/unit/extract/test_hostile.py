"""Pages made to hang or to fill memory are read or refused at once, with their text where they have one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml.html import document_fromstring

from pipeline.extract.extract import extract
from pipeline.extract.text.tame import tame
from pipeline.models.articles import Document
from pipeline.models.pages import Capture

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SENTENCE = "The council decided on Tuesday evening, after a long debate, that the harbour will be closed to cars."
ARTICLE = f"<article><h1>Harbour</h1>{f'<p>{SENTENCE}</p>' * 3}</article>"


@pytest.mark.parametrize(
    "extra",
    [
        '<table><tr><td colspan="9007199254740991" rowspan="9007199254740991">1</td><td>2</td></tr></table>',
        f"<table>{'<tr><td>1</td><td>2</td></tr>' * 50_000}</table>",
        "<div>" * 5_000 + "x" + "</div>" * 5_000,
        f"<script>{'a=[1,2,3];' * 500_000}</script>",
        f"<script>{'a=[1,2,3];' * 100_000}",
        "<b>" * 20_000,
        f'<script type="application/ld+json">{"[" * 100_000}</script>',
        "<i>x</i>" * 100_000,
    ],
    ids=["span", "rows", "depth", "script", "open script", "open inline", "nested JSON", "elements"],
)
def test_the_article_above_is_read(extra: str) -> None:
    page = f"<html><head><title>Harbour</title></head><body>{ARTICLE}{extra}</body></html>"
    found = extract(Capture("https://news.example/a", page.encode(), "text/html", "utf-8"), now=NOW)
    assert isinstance(found, Document)
    assert found.text.startswith(SENTENCE)


def test_a_real_tables_spans_and_rows_stay() -> None:
    tree = document_fromstring('<table><tr><td colspan="3">a</td></tr><tr><td>b</td></tr></table>')
    tame(tree)
    assert [cell.get("colspan") for cell in tree.iter("td")] == ["3", None]


def test_rows_beyond_any_real_table_go() -> None:
    tree = document_fromstring(f"<table>{'<tr><td>1</td></tr>' * 5_000}</table>")
    tame(tree)
    assert sum(1 for _ in tree.iter("tr")) == 2_000
