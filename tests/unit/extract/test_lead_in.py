"""What re-publishers say of a text's origin is marked, in many languages, and nothing else is."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest

from pipeline.extract.text.lead_in import blanked, find_lead_ins
from pipeline.models.articles import Span

STORY = (
    "The harbour of the old town will be closed to cars from the first of May, the council said on Monday.\n\n"
    "Shop owners had asked for a later date; the mayor answered that the summer would be over by then.\n\n"
    "A ferry is to bring visitors from the car parks outside to the quay, every ten minutes and free of charge."
)
NOTES = (
    "This article was originally published by The Harbour Post.",
    "This story first appeared in the Coast Gazette and is republished with permission.",
    "Originally published on harbour.example.",
    "Republished from The Conversation under a Creative Commons licence.",
    "Editor's note: the author is a member of the council.",
    "[Editor’s Note: we thank the author.]",
    "Source: Harbour Post",
    "via Harbour Post",
    "编者按：本文作者是本市居民。",
    "本文转载自《港口日报》，作者李明。",
    "来源：港口日报",
    "編集部注：筆者は市の住民です。",
    "本記事は「港新聞」より転載したものです。",
    "От редакции: автор живёт в этом городе.",
    "Эта статья была впервые опубликована в газете «Порт».",
    "Источник: газета «Порт»",
    "ملاحظة المحرر: كاتب المقال من سكان المدينة.",
    "نقلا عن صحيفة الميناء",
    "المصدر: صحيفة الميناء",
    "Nota del editor: el autor vive en la ciudad.",
    "Este artículo fue publicado originalmente en El Puerto.",
    "Note de la rédaction : l'auteur vit dans la ville.",
    "Cet article a été initialement publié par Le Port.",
    "Anmerkung der Redaktion: Der Autor lebt in der Stadt.",
    "Dieser Artikel erschien zuerst in der Hafenzeitung.",
    "संपादक का नोट: लेखक इसी शहर के हैं।",
    "यह लेख मूल रूप से बंदरगाह समाचार में छपा था।",
    "편집자 주: 글쓴이는 이 도시에 산다.",
    "یادداشت سردبیر: نویسنده ساکن شهر است.",
    "Nota da redação: o autor mora na cidade.",
    "Editörün notu: yazar bu şehirde yaşıyor.",
)
# How articles do begin and end.
NO_NOTES = (
    "This story is about a harbour that nobody wanted, and about the people who built it all the same.",
    "The editors of the paper had noted the silence first.",
    "Reuters said on Monday that it would close its office in the town.",
    "The Automobile Association (AA) said that it would move its office from the town to the coast.",
    "Source code of the program was found in the harbour on Monday, the police said.",
    "Published in 1951, the novel tells of a harbour.",
    "Via della Conciliazione was closed on Monday.",
    "来源不明的汽车周一停在港口。",
    "Источник в мэрии сообщил, что порт закроют.",
    "Редакция газеты переехала в порт.",
    "Fuentes del puerto dicen que se cerrará.",
    "صدر المقال الجديد يوم الاثنين في المدينة.",
    "Der Artikel 5 des Grundgesetzes gilt auch im Hafen.",
)


@pytest.mark.parametrize("note", NOTES)
def test_a_note_on_the_origin_is_marked_above_and_below_a_text(note: str) -> None:
    for text in (f"{note}\n\n{STORY}", f"{STORY}\n\n{note}"):
        spans = find_lead_ins(text)
        own = blanked(text, spans)
        assert (own.strip(), len(own)) == (STORY, len(text))
        assert [text[one.begin : one.end].strip() for one in spans] == [note]


@pytest.mark.parametrize("opening", NO_NOTES)
def test_the_first_paragraph_of_an_article_is_not_marked(opening: str) -> None:
    assert find_lead_ins(f"{opening}\n\n{STORY}") == find_lead_ins(f"{STORY}\n\n{opening}") == ()


@pytest.mark.parametrize(
    "dateline",
    [
        "LONDON (Reuters) - ",
        "OSLO, Jan. 3 (AP) — ",
        "(CNN) ",
        "МОСКВА (ТАСС) - ",
        "دبي (رويترز) - ",
        "新华社北京4月24日电 ",
    ],
)
def test_the_dateline_of_an_agency_is_marked_and_the_news_behind_it_is_not(dateline: str) -> None:
    assert blanked(dateline + STORY, find_lead_ins(dateline + STORY)).lstrip() == STORY


def test_notes_at_both_ends_are_marked() -> None:
    text = f"{NOTES[0]}\n\n{NOTES[4]}\n\nOSLO (AP) - {STORY}\n\n{NOTES[6]}"
    assert blanked(text, find_lead_ins(text)).strip() == STORY


def test_a_text_that_is_mostly_notes_is_left_alone() -> None:
    assert find_lead_ins(f"{NOTES[0]}\n\nThe harbour is closed.") == ()


@pytest.mark.parametrize("length", range(5))
def test_spans_are_apart_in_order_and_within_the_text(length: int) -> None:
    parts = (NOTES[0], NOTES[8], "OSLO (AP) - The harbour is closed.", STORY, "", "x")
    for text in map("\n\n".join, product(parts, repeat=length)):
        spans = find_lead_ins(text)
        ends = [at for one in spans for at in (one.begin, one.end)]
        assert ends == sorted(ends)
        assert all(0 <= one.begin < one.end <= len(text) for one in spans)


def test_nothing_is_blanked_where_nothing_is_marked() -> None:
    assert blanked(STORY, ()) == STORY
    assert blanked("abcdef", (Span(0, 1), Span(3, 5))) == " bc  f"


def test_news_of_many_languages_is_hardly_ever_marked(eval_folder: Path) -> None:
    rows = [json.loads(line) for line in (eval_folder / "translations-dev.jsonl").read_text("utf-8").splitlines()]
    texts = [row["text"] for row in rows]
    assert len(texts) > 100
    assert sum(bool(find_lead_ins(text)) for text in texts) <= 0.02 * len(texts)
