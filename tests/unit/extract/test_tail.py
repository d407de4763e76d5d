"""Tails: buttons below an article are cut in any language, and an article about buttons is left alone."""

from __future__ import annotations

import pytest

from pipeline.extract.text.tail import cut_tail, read_buttons
from pipeline.extract.text.widgets import WIDGET_PHRASES, Widget

STORY = "\n\n".join(
    [
        "The harbour of the old town will be closed to cars from the first of May, the council decided on Tuesday.",
        "Shop owners had asked for a later date. They fear for the deliveries in the weeks before the summer festival.",
    ]
)


@pytest.mark.parametrize(
    "tail",
    [
        "View original\n\nLike\n\nComment\n\nShare",
        "👍 Like 12 · 💬 Comment 3 · Share",
        "View original. Like · Comment · Share",
        "شاهد النسخة الأصلية\n\n• أعجبني\n\n• تعليق\n\n• مشاركة\n\nتعليق\n\n0/400\n\nلا توجد تعليقات\n\n• تثبيت",
        "मूल लेख देखें • पसंद • टिप्पणी • साझा करें",
        "लाइक\n\nकमेंट करें\n\nशेयर करें",
        "原文を見る いいね！ コメント シェア",
        "查看原文\n\n赞 25\n\n评论\n\n分享\n\n暂无评论",
        "閱讀原文\n\n按讚\n\n留言\n\n分享",
        "Посмотреть оригинал\n\nНравится\n\nКомментарии (0)\n\nПоделиться",
        "Ver original · Me gusta · Comentar · Compartir",
        "Voir la version originale · J’aime · Commenter · Partager",
        "J'aime\n\nPartager sur : Facebook | X | WhatsApp",
        "Gefällt mir\n\nKommentieren\n\nTeilen\n\nNoch keine Kommentare",
        "Curtir\n\nComentar\n\nCompartilhar",
        "مشاهده نسخه اصلی\n\nپسندیدم\n\nنظرات\n\nاشتراک\u200cگذاری",
        "پسند کریں\n\nتبصرہ کریں\n\nشیئر کریں",
        "Beğen\n\nYorum yap\n\nPaylaş",
        "원문 보기\n\n좋아요 3\n\n댓글\n\n공유하기",
        "© 2026 Harbour Post. All rights reserved.",
        "Copyright © 2026 港口日报 版权所有",
        "Нравится\n\nПоделиться\n\n© 2026 Все права защищены",
    ],
)
def test_buttons_are_cut_and_kept(tail: str) -> None:
    assert cut_tail(f"{STORY}\n\n{tail}") == (STORY, tail)


@pytest.mark.parametrize(
    ("original", "disclaimer", "buttons"),
    [
        ("View original", "This page may hold content of third parties. It is no advice.", "Like\n\nShare"),
        ("شاهد النسخة الأصلية", "هذا المحتوى لأغراض إعلامية فقط ولا يعد نصيحة مالية.", "أعجبني\n\nمشاركة"),
        ("मूल लेख देखें", "यह सामग्री केवल सूचना के लिए है, सलाह नहीं।", "पसंद\n\nटिप्पणी"),
        ("查看原文", "本文内容仅供参考，不构成任何投资建议。", "点赞\n\n分享"),
        ("原文を見る", "本ページの内容は情報提供のみを目的としています。", "いいね\n\nコメント"),
        ("Показать оригинал", "Материал носит справочный характер.\n\nОн не является советом.", "Нравится\n\nОтветить"),
        ("Ver original", "El contenido es solo informativo y no es una recomendación.", "Me gusta\n\nCompartir"),
    ],
)
def test_a_disclaimer_between_view_original_and_buttons_goes_with_them(
    original: str, disclaimer: str, buttons: str
) -> None:
    tail = f"{original}\n\n{disclaimer}\n\n{buttons}"
    assert cut_tail(f"{STORY}\n\n{tail}") == (STORY, tail)


@pytest.mark.parametrize(
    "ending",
    [
        "He said it was the best thing that a neighbour could do: share.",
        "What should a reader do with such a story? Share it, like it, or comment.",
        "Share",
        "Comments",
        "Facebook\n\nInstagram",
        "42\n\n0/400",
        "Every post carries the same three buttons:\n\nLike\n\nComment\n\nShare",
        "Like the comment section of a newspaper, the square is where people share what they think.",
        "أغلقت الصحيفة قسم التعليق لأن كل مشاركة كانت تحتاج إلى مراجعة.",
        "टिप्पणी और साझा करने के बटन हटा दिए गए हैं।",
        "报社宣布关闭评论区，读者仍可点赞和分享文章。",
        "Газета закрыла комментарии, но кнопка «Поделиться» осталась.",
        "El diario cierra los comentarios; compartir seguirá siendo posible.",
    ],
)
def test_an_articles_own_words_are_not_cut(ending: str) -> None:
    assert cut_tail(f"{STORY}\n\n{ending}") == (f"{STORY}\n\n{ending}", "")


def test_buttons_in_the_middle_are_not_cut() -> None:
    text = f"{STORY}\n\nLike\n\nShare\n\n{STORY}"
    assert cut_tail(text) == (text, "")


def test_a_view_original_far_above_does_not_take_the_story_with_it() -> None:
    text = f"A first paragraph.\n\nView original\n\n{STORY}"
    assert cut_tail(f"{text}\n\nLike\n\nShare") == (text, "Like\n\nShare")


def test_a_view_original_above_many_paragraphs_is_not_the_tails() -> None:
    text = "\n\n".join([STORY, "View original", *["A short remark."] * 6])
    assert cut_tail(f"{text}\n\nLike\n\nShare") == (text, "Like\n\nShare")


def test_a_number_above_the_first_button_stays() -> None:
    assert cut_tail(f"{STORY}\n\n2024\n\nLike\n\nShare") == (f"{STORY}\n\n2024", "Like\n\nShare")


def test_nothing_is_lost() -> None:
    text = f"{STORY}\n\nLike\n\nShare"
    assert "\n\n".join(cut_tail(text)) == text


def test_every_phrase_of_the_table_is_read_as_its_button() -> None:
    phrases = [(kind, phrase) for kind in Widget for phrase in WIDGET_PHRASES[kind]]
    assert [(kind, phrase) for kind, phrase in phrases if read_buttons(phrase) != {kind}] == []
