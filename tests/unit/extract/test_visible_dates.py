"""Dates that a page shows: the article's own, not those of its banner, its teasers or its comments."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from lxml.html import document_fromstring

from pipeline.extract.claims.page import read_page
from pipeline.extract.dates.choose import choose_date
from pipeline.extract.dates.page_dates import page_dates

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = "".join(
    f"<p>The harbour of the old town will be closed to cars, the council decided in {year} on a Tuesday evening.</p>"
    for year in range(2000, 2016)
)
MENU = (
    "<ul>" + "".join(f"<li><a href='/{name}'>{name}</a></li>" for name in ("a", "b", "c", "d", "e", "f", "g")) + "</ul>"
)
TITLE = "Harbour closes to cars"


def day_of(body: str, *, head: str = "", url: str = "https://a.example/x", language: str = "en") -> date | None:
    html = f'<html lang="{language}"><head><title>{TITLE} | The Post</title>{head}</head><body>{body}</body></html>'
    at = choose_date(page_dates(read_page(document_fromstring(html), url)), NOW).at
    return at.date() if at else None


@pytest.mark.parametrize(
    ("body", "day"),
    [
        (f"<p class=date>Sunday, 1 March 2026</p>{MENU}<h1>{TITLE}</h1><p>3 February 2026</p>{TEXT}", date(2026, 2, 3)),
        (f"<p>Sunday, 1 March 2026</p>{MENU}<h1>{TITLE}</h1><p>By Ada | 3 Feb 2026</p>{TEXT}", date(2026, 2, 3)),
        (f"<h1>The Post</h1>{MENU}<h2>{TITLE}</h2><i>3 February 2026</i>{TEXT}", date(2026, 2, 3)),
        (f"{MENU}<b>{TITLE}</b><br>3 February 2026<br>{TEXT}", date(2026, 2, 3)),
        (f"<p>3 February 2026</p><h1>{TITLE}</h1>{TEXT}", date(2026, 2, 3)),
        (f"<p>Edition of 4 February 2026</p><h1>{TITLE}</h1><p>3 February 2026</p>{TEXT}", date(2026, 2, 3)),
        (f"<h1>{TITLE}</h1><p class=meta>3.<a href='/2026/02'>February 2026</a> at 9:40</p>{TEXT}", date(2026, 2, 3)),
        (f"<h1>{TITLE}</h1><div><i>Feb</i><b>3</b><span class=year>2026</span></div>{TEXT}", date(2026, 2, 3)),
        (f"<h1>{TITLE}</h1><p>03 | 02 | 2026</p><p>23 | 01 | 2026</p>{TEXT}", date(2026, 2, 3)),
        (f"<h1>{TITLE}</h1>{TEXT}<div class=postfoot>Posted on 3 February 2026</div>", date(2026, 2, 3)),
        (f"<h1>{TITLE}</h1>{TEXT}<div class=footerRow><p>发布日期： 2026-02-03 9:23</p></div>", date(2026, 2, 3)),
        (f"<h1>{TITLE}</h1>{TEXT}<p>Δημοσίευση: 3/2/2026</p><p>14/2/2026</p>", date(2026, 2, 3)),
        (
            f"<form><div class=teaser-x><h1>{TITLE}</h1><p>3 February 2026</p>{TEXT}</div></form>",
            date(2026, 2, 3),
        ),
        (
            f"<aside><time itemprop=datePublished datetime='2026-02-03'></time></aside><h1>{TITLE}</h1>{TEXT}",
            date(2026, 2, 3),
        ),
        (f"<h1>3.2.2026 - {TITLE}</h1>{TEXT}", date(2026, 2, 3)),
    ],
)
def test_the_date_is_the_one_beside_the_heading(body: str, day: date | None) -> None:
    assert day_of(body) == day


@pytest.mark.parametrize(
    "body",
    [
        f"<p class=date>Sunday, 1 February 2026</p>{MENU}<h1>{TITLE}</h1>{TEXT}",
        f"<div id=today><span>1 February 2026</span></div>{MENU}<h1>{TITLE}</h1>{TEXT}",
        f"{MENU}<h1>{TITLE}</h1>{TEXT}<ul><li class=date>3 Feb 2026</li><li class=date>5 Feb 2026</li></ul>",
        f"<time datetime=2026-02-03>A</time><time datetime=2026-02-05>B</time>{MENU}<h1>{TITLE}</h1>{TEXT}",
        f"<h1>{TITLE}</h1>{TEXT}<div class=comments><p>Posted on 3 February 2026 by Bo</p></div>",
        f"<h1>{TITLE}</h1>{TEXT}<ol class=commentlist><li><time datetime=2026-02-03>Bo</time></li></ol>",
        f"<h1>{TITLE}</h1><aside><p>3 February 2026</p></aside>{TEXT}",
        f"<h1>{TITLE}</h1><p>The vote of 3 February 2026 was the first of many that the council will take.</p>{TEXT}",
        f"<h1>{TITLE}</h1>{TEXT}<div class=related><time datetime=2026-02-03>Another story</time></div>",
        f"<h1>{TITLE}</h1>{TEXT}<p>© 2019-2026 The Post. Version 4.8.12</p>",
        f"<h1>{TITLE}</h1><p>12066 readers</p><p>Call 0171 2026 03</p>{TEXT}",
        f"<h1>{TITLE}</h1>{TEXT}<script>var a = [{{'publishedAt': 1}}];</script>",
    ],
)
def test_a_page_that_shows_no_date_of_its_own_gets_none(body: str) -> None:
    assert day_of(body) is None


@pytest.mark.parametrize(
    ("shown", "url", "language", "day"),
    [
        ("05/01/2026", "https://a.example/x", "en", date(2026, 5, 1)),
        ("05/01/2026", "https://a.example/x", "en-GB", date(2026, 1, 5)),
        ("05/01/2026", "https://a.co.uk/x", "en", date(2026, 1, 5)),
        ("05/01/2026", "https://a.fr/x", "", date(2026, 1, 5)),
        ("05/01/2026 08:04</p><p>28/12/2025", "https://a.example/x", "en", date(2026, 1, 5)),
        ("05/01/2026</p><p>12/28/2025", "https://a.example/x", "", date(2026, 1, 5)),
    ],
)
def test_day_and_month_are_told_apart_by_what_the_page_is(shown: str, url: str, language: str, day: date) -> None:
    later = datetime(2026, 6, 1, tzinfo=UTC)
    html = f"<html lang='{language}'><title>{TITLE}</title><body><h1>{TITLE}</h1><p>{shown}</p>{TEXT}</body></html>"
    at = choose_date(page_dates(read_page(document_fromstring(html), url)), later).at

    expected = date(2026, 5, 1) if "12/28" in shown else day
    assert at and at.date() == expected


def test_the_script_of_the_title_goes_before_english_that_a_template_says() -> None:
    title = "Пожаров стало меньше"
    html = f"<html lang=en><title>{title}</title><body><h1>{title}</h1><p>09/01/2026</p></body></html>"
    at = choose_date(page_dates(read_page(document_fromstring(html), "https://a.example/x")), NOW).at

    assert at and at.date() == date(2026, 1, 9)


@pytest.mark.parametrize(
    ("script", "day"),
    [
        (
            '<script type="application/ld+json">{"headline": "a\nb" "datePublished": "2026-02-03"}</script>',
            date(2026, 2, 3),
        ),
        ('<script>var x = {"published_at":"2026-02-03T08:00:00Z"}</script>', date(2026, 2, 3)),
        ('<script>var x = [{"published_at":"2026-02-03"},{"published_at":"2026-02-05"}]</script>', None),
    ],
)
def test_a_day_in_a_script_counts_where_nothing_else_says_any(script: str, day: date | None) -> None:
    assert day_of(f"<h1>{TITLE}</h1>{TEXT}{script}") == day


def test_an_archives_address_says_by_when_a_page_was_there() -> None:
    url = "https://web.archive.org/web/20260120030403/https://a.example/x"
    shown = f"<h1>{TITLE}</h1><p>12 January 2026</p>{TEXT}"
    meta = '<meta property="article:published_time" content="2026-02-12T08:00:00Z">'

    assert day_of(shown, head=meta, url=url) == date(2026, 1, 12)


def test_a_day_stands_first_in_an_address_too() -> None:
    assert day_of(f"<h1>{TITLE}</h1>{TEXT}", url="https://a.example/23-02-2026-cars/") == date(2026, 2, 23)
