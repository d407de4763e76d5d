"""What a page says of itself besides its text."""

from __future__ import annotations

import pytest
from lxml.html import document_fromstring

from pipeline.extract.claims.byline import split_names
from pipeline.extract.claims.page import read_page
from pipeline.extract.claims.read import Claims, read_claims, without_site

URL = "https://www.harbour-post.example/news/closed-to-cars"


def claims(head: str, body: str = "", url: str = URL) -> Claims:
    html = f"<html lang='en'><head>{head}</head><body>{body}<p>Text.</p></body></html>"
    return read_claims(read_page(document_fromstring(html), url))


def json_ld(fields: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", {fields}}}</script>'


@pytest.mark.parametrize(
    ("title", "bare"),
    [
        ("Harbour closes | Harbour Post", "Harbour closes"),
        ("Harbour closes - harbour-post.example", "Harbour closes"),
        ("Harbour Post: Harbour closes", "Harbour closes"),
        ("Harbour closes – News – Harbour Post", "Harbour closes – News"),
        ("Harbour closes: what now?", "Harbour closes: what now?"),
        ("Harbour closes | Opinion", "Harbour closes | Opinion"),
        ("Well-known quay – Harbour Post", "Well-known quay"),
        ("港が閉まる｜ハーバー", "港が閉まる"),
        ("Harbour Post", "Harbour Post"),
    ],
)
def test_a_title_loses_the_name_of_its_site_and_nothing_else(title: str, bare: str) -> None:
    assert without_site(title, ["Harbour Post", "harbour-post.example", "ハーバー"]) == bare


def test_the_name_of_the_site_is_known_by_its_host_too() -> None:
    assert claims("<title>Harbour closes | Harbour-Post</title>", url="https://harbour-post.example/a").title == (
        "Harbour closes"
    )


@pytest.mark.parametrize(
    ("head", "body", "authors"),
    [
        (json_ld('"author": [{"name": "Ada Byron"}, {"name": "Max Born"}]'), "", ("Ada Byron", "Max Born")),
        (json_ld('"author": "Ada Byron"'), "", ("Ada Byron",)),
        (json_ld('"author": {"@id": "#ada"}, "about": {"@id": "#ada", "name": "Ada Byron"}'), "", ("Ada Byron",)),
        ('<meta name="author" content="By Ada Byron and Max Born">', "", ("Ada Byron", "Max Born")),
        ('<meta property="article:author" content="https://social.example/ada">', "", ()),
        ("", '<a rel="author" href="/ada">Ada Byron</a>', ("Ada Byron",)),
        ("", '<div class="comment"><span class="author">Max Born</span></div>', ()),
        ('<meta name="author" content="Ada Byron"><meta name="author" content="ada byron">', "", ("Ada Byron",)),
        ("", "", ()),
    ],
)  # fmt: skip
def test_authors_are_names_one_by_one(head: str, body: str, authors: tuple[str, ...]) -> None:
    assert claims(head, body).authors == authors


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Ada Byron, Max Born and Lise Meitner", ["Ada Byron", "Max Born", "Lise Meitner"]),
        ("Ada Byron, Jr.", ["Ada Byron, Jr."]),
        ("张三、李四", ["张三、李四"]),
        ("  ", []),
    ],
)
def test_a_byline_is_split_into_names(byline: str, names: list[str]) -> None:
    assert split_names(byline) == names


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("Της Μαρίας Παπαδοπούλου", ["Μαρίας Παπαδοπούλου"]),
        ("ΤΗΣ ΜΑΡΙΑΣ ΠΑΠΑΔΟΠΟΥΛΟΥ", ["ΜΑΡΙΑΣ ΠΑΠΑΔΟΠΟΥΛΟΥ"]),
        ("Του Γιώργου Νικολάου", ["Γιώργου Νικολάου"]),
        ("Των Μαρίας Παππά, Νίκου Δήμα", ["Μαρίας Παππά", "Νίκου Δήμα"]),
        ("Γράφει ο Γιώργος Νικολάου", ["Γιώργος Νικολάου"]),
        ("Γράφει η Μαρία Παππά", ["Μαρία Παππά"]),
        ("Από τον Γιώργο Νικολάου", ["Γιώργο Νικολάου"]),
        ("Από την Μαρία Παππά", ["Μαρία Παππά"]),
        ("Yazan: Ayşe Yılmaz", ["Ayşe Yılmaz"]),
        ("Autor: Jan Kowalski", ["Jan Kowalski"]),
        ("Napisała Anna Nowak", ["Anna Nowak"]),
        ("Napsal: Petr Novák", ["Petr Novák"]),
        ("Szerző: Kiss Anna", ["Kiss Anna"]),
        ("Írta Kiss Anna", ["Kiss Anna"]),
        ("Scris de Ion Popescu", ["Ion Popescu"]),
        ("Авторка: Олена Коваль", ["Олена Коваль"]),
        ("מאת דנה כהן", ["דנה כהן"]),
        ("מאת: דנה כהן", ["דנה כהן"]),
        ("به قلم مریم رضایی", ["مریم رضایی"]),
        ("نویسنده: مریم رضایی", ["مریم رضایی"]),
        ("Tác giả: Nguyễn Văn An", ["Nguyễn Văn An"]),
        ("Oleh: Budi Santoso", ["Budi Santoso"]),
        ("Ditulis oleh Budi Santoso", ["Budi Santoso"]),
        ("김민수 기자", ["김민수"]),
        ("글 김민수", ["김민수"]),
        ("文・山田太郎", ["山田太郎"]),
        ("取材・文／山田太郎", ["山田太郎"]),
        ("文：山田太郎", ["山田太郎"]),
        ("लेखक: राम कुमार", ["राम कुमार"]),
        ("राम कुमार द्वारा", ["राम कुमार"]),
        ("প্রতিবেদক: রহিম উদ্দিন", ["রহিম উদ্দিন"]),
        ("লিখেছেন রহিম উদ্দিন", ["রহিম উদ্দিন"]),
        ("Text: Eva Kurz, Foto: Max Lang", ["Eva Kurz"]),
        ("Source: Harbour Post, Author: Ada Byron", ["Ada Byron"]),
    ],
)
def test_what_says_by_in_any_language_is_no_part_of_a_name(byline: str, names: list[str]) -> None:
    assert split_names(byline) == names


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Του Γιουγιού",
            "Τουλα Παππά",
            "Oleh Skrypka",
            "Yazan Halwani",
            "Theo Angelopoulos",
            "De Vries Jan",
            "Bai Ling",
        ),
        *("Byron Ada", "Autorino Anna", "文在寅", "文太郎", "김기자", "द्वारका प्रसाद", "Textor Eva", "Írtás Anna"),
    ],
)
def test_a_name_that_begins_or_ends_as_such_a_word_stays_whole(name: str) -> None:
    assert split_names(name) == [name]


def test_site_section_tags_and_image_are_read() -> None:
    found = claims(
        '<meta property="og:site_name" content="Harbour Post"><meta property="og:image" content="/quay.jpg">'
        '<meta property="article:tag" content="Harbour"><meta name="keywords" content="harbour, cars &amp;amp; trucks">'
        '<meta property="article:section" content="Town">'
    )

    assert (found.site, found.section, found.tags) == ("Harbour Post", "Town", ("harbour", "cars & trucks"))
    assert found.image == "https://www.harbour-post.example/quay.jpg"


def test_a_page_that_names_no_site_is_of_its_host() -> None:
    assert claims("").site == "harbour-post.example"


def test_tags_are_bounded() -> None:
    many = ", ".join(f"tag {number}" for number in range(500))

    assert len(claims(f'<meta name="keywords" content="{many}, {"x" * 500}">').tags) == 30


@pytest.mark.parametrize(
    ("head", "is_free"),
    [
        (json_ld('"isAccessibleForFree": false'), False),
        (json_ld('"isAccessibleForFree": "True"'), True),
        (json_ld('"isAccessibleForFree": "http://schema.org/False"'), False),
        (json_ld('"isAccessibleForFree": "perhaps"'), None),
        ('<meta property="article:content_tier" content="locked">', False),
        ("", None),
    ],
)
def test_whether_a_page_is_free_is_what_it_says(head: str, is_free: bool | None) -> None:
    assert claims(head).is_free is is_free


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ('<meta name="robots" content="index, NoAI, noimageai">', ("meta robots: noai", "meta robots: noimageai")),
        ('<meta name="tdm-reservation" content="1">', ("meta tdm-reservation: 1",)),
        ('<meta name="tdm-reservation" content="0"><meta name="robots" content="noindex">', ()),
    ],
)
def test_what_a_page_says_against_machine_use_is_kept(head: str, said: tuple[str, ...]) -> None:
    assert claims(head).opt_out == said


def test_json_ld_that_is_no_json_still_gives_its_headline() -> None:
    broken = '<script type="application/ld+json">{"@type": "Article", "headline": "Harbour closes", oops}</script>'

    assert claims(broken).title == "Harbour closes"
