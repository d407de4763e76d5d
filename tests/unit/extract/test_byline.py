"""Bylines: a line of labels and names, in any language, and nothing that only looks like one."""

from __future__ import annotations

from collections import Counter

import pytest

from pipeline.extract.claims.byline import read_byline
from pipeline.extract.claims.labels import BYLINE_LABELS


@pytest.mark.parametrize(
    ("line", "author", "site"),
    [
        ("Source: The Harbour Post, Author: Jane Miller", "Jane Miller", "The Harbour Post"),
        ("By: J. R. Miller Jr.", "J. R. Miller Jr.", None),
        ('المصدر: "ميناء" (المعرف: mina24) ، المؤلف: ليلى حداد', "ليلى حداد", "ميناء"),
        ("بقلم: سامي نجار", "سامي نجار", None),
        ("स्रोत: बंदरगाह समाचार | लेखक: राम कुमार", "राम कुमार", "बंदरगाह समाचार"),
        ("来源：港口日报 作者：李小明 编辑：王芳", "李小明", "港口日报"),
        ("作者｜陈大文", "陈大文", None),
        ("出典：港新聞、著者：山田太郎", "山田太郎", "港新聞"),
        ("Источник: Портовые вести; Автор: Иван Петров", "Иван Петров", "Портовые вести"),
        ("Fuente: Diario del Puerto. Autor: Ana Ruiz".replace(".", ","), "Ana Ruiz", "Diario del Puerto"),
        ("Auteur : Marie Dupont", "Marie Dupont", None),
        ("Quelle: Hafenblatt | Autorin: Eva Kurz | Redaktion: Max Lang", "Eva Kurz", "Hafenblatt"),
        ("Fonte: Jornal do Porto / Por: João Silva", "João Silva", "Jornal do Porto"),
        ("منبع: بندر نیوز، نویسنده: مریم رضایی", "مریم رضایی", "بندر نیوز"),
        ("ماخذ: بندرگاہ، تحریر: علی خان", "علی خان", "بندرگاہ"),
        ("Kaynak: Liman Haber, Yazar: Ayşe Demir", "Ayşe Demir", "Liman Haber"),
        ("출처: 항구일보, 기자: 김민수", "김민수", "항구일보"),
        ("(Source: Harbour Post)", None, "Harbour Post"),
        ("KAYNAK: LIMAN HABER", None, "LIMAN HABER"),
        ("vıa: Liman Haber", None, "Liman Haber"),
    ],
)
def test_a_byline_names_author_and_site(line: str, author: str | None, site: str | None) -> None:
    byline = read_byline(line)
    assert byline is not None
    assert (byline.author, byline.site) == (author, site)


@pytest.mark.parametrize(
    "line",
    [
        "The source: nobody knows it",
        "Source: the minister said on Monday that he would not resign. He did.",
        "Source: https://example.org/news/1",
        "By the end of the week: rain",
        "Author",
        "Author: Jane Miller Published on Monday, 2026-02-03",
        "来源：港口日报字号:T|T0人参与0条评论",
        "Editor: Max Lang",
        "مصدر الصورة: وكالة الميناء",
        "来源：据本报记者了解，这座桥明年春天通车。市政府没有回应。",
        "Source: " + "a very long list of words that is no name at all " * 2,
        "Source: " + "word " * 60,
    ],
)
def test_other_lines_are_no_bylines(line: str) -> None:
    assert read_byline(line) is None


def test_no_label_has_two_roles() -> None:
    counts = Counter(label for labels in BYLINE_LABELS.values() for label in labels)
    assert [label for label, times in counts.items() if times > 1] == []
