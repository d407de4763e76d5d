"""How much a text is about artificial intelligence, by the terms that newsfold ships."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path

import pytest
from unit.topic.shipped import ai, paragraphs

from pipeline.topic.lexicon import parse_lexicon
from pipeline.topic.relevance import Relevance, relevance

SMALL = """
threshold = 0.5
[weights]
strong = 1.0
medium = 0.5
weak = 0.2
[terms.en]
strong = ["artificial intelligence", "AI", "language model*"]
weak = ["robot*"]
not = ["Air AI"]
"""

# Spellings in which each language's texts write a term.
FOUND = [
    ("ar", "الذكاء الاصطناعي"),
    ("ar", "ذكاء اصطناعي"),
    ("ar", "والذكاء الاصطناعي"),
    ("ar", "وبالذكاء الاصطناعى"),
    ("ar", "للذكاء الاصطناعي"),
    ("ar", "الذَّكاء الاصطِناعيّ"),
    ("ar", "الذكـــاء الاصطناعي"),
    ("ar", "ﺍﻟﺬﻛﺎﺀ ﺍﻻﺻﻄﻨﺎﻋﻲ"),
    ("ar", "والنماذج اللغوية"),
    ("ar", "أوبن إيه آي"),
    ("ar", "اوبن ايه اي"),
    ("hi", "आर्टिफ़िशियल इंटेलिजेंस"),
    ("hi", "आर्टिफिशियल इंटेलिजेंस की"),
    ("hi", "ए.आई. के लिए"),
    ("hi", "एआई-आधारित"),
    ("fa", "هوش مصنوعی"),
    ("fa", "هوش مصنوعي"),
    ("fa", "مدل‌های زبانی"),
    ("fa", "چت‌بات‌ها و هوش مصنوعی"),
    ("ur", "مصنوعی ذہانت"),
    ("he", "הבינה המלאכותית"),
    ("he", "ובבינה מלאכותית"),
    ("tr", "YAPAY ZEKÂ"),
    ("tr", "Yapay zekanın"),
    ("tr", "DERİN ÖĞRENME"),
    ("tr", "ChatGPT’nin"),
    ("el", "ΤΕΧΝΗΤΗ ΝΟΗΜΟΣΥΝΗ"),
    ("el", "τεχνητής νοημοσύνης"),
    ("ru", "искусственного интеллекта"),
    ("ru", "иску́сственный интелле́кт"),
    ("ru", "ИИ-модели"),
    ("ru", "нейросетями"),
    ("uk", "штучного інтелекту"),
    ("de", "Künstlicher Intelligenz"),
    ("de", "KI-Modelle"),
    ("de", "ChatGPTs Antwort"),
    ("fr", "l’intelligence artificielle"),
    ("fr", "l'IA"),
    ("es", "la IA"),
    ("pl", "sztucznej inteligencji"),
    ("cs", "umělou inteligencí"),
    ("zh", "中国人工智能产业"),
    ("zh", "AI时代"),
    ("zh", "ＡＩ時代"),
    ("ja", "ＣｈａｔＧＰＴを使う"),
    ("ja", "ﾃﾞｨｰﾌﾟﾗｰﾆﾝｸﾞの"),
    ("ja", "生成AIが"),
    ("ko", "인공지능이"),
    ("ko", "AI가"),
    ("ko", "챗GPT를"),
    ("th", "ใช้ปัญญาประดิษฐ์ช่วย"),
    ("bn", "কৃত্রিম বুদ্ধিমত্তার"),
    ("ta", "செயற்கை நுண்ணறிவின்"),
    ("vi", "trí tuệ nhân tạo"),
    ("vi", "TRÍ TUỆ NHÂN TẠO"),
    ("en", "A.I. policy"),
    ("en", "artificial intel\u00adligence"),
    ("en", "large-language-model"),
    ("en", "GPT‑5"),
    ("en", "AI Agents"),
    (None, "Artificial\u00a0Intelligence"),
]

# Look-alikes that no term may find.
NOT_FOUND = [
    ("pt", "ai ai ai"),
    ("vi", "Ai cũng biết"),
    ("it", "ai tifosi"),
    ("ro", "ai agent la poartă"),
    ("en", "AIS"),
    ("it", "ADDIO AI CAMPIONI DEL CICLISMO"),
    ("fr", "« J'AI TOUT PERDU HIER »"),
    ("es", "ia"),
    ("en", "IA, the state of Iowa"),
    ("en", "KI"),
    ("de", "Ki-moon"),
    ("en", "SAID"),
    ("en", "mermaids"),
    ("en", "an artificial lake. Intelligence services"),
    ("en", "artificial, intelligence"),
    ("en", "Jean-Claude"),
    ("en", "AI42"),
    ("th", "เอไอเอส"),
    ("ar", "العشب الاصطناعي"),
    ("ru", "ии"),
]


@pytest.mark.parametrize(("language", "text"), FOUND)
def test_a_term_is_found_however_it_is_written(language: str | None, text: str) -> None:
    found = relevance(None, text, language, ai())

    assert found.score >= 0.5, found


@pytest.mark.parametrize(("language", "text"), NOT_FOUND)
def test_a_word_that_looks_like_a_term_is_none(language: str, text: str) -> None:
    assert relevance(None, text, language, ai()) == Relevance(0.0, ())


@pytest.mark.parametrize(("language", "title", "text"), paragraphs("about"))
def test_a_paragraph_of_ai_news_is_on_topic(language: str, title: str, text: str) -> None:
    assert relevance(title, text, language, ai()).score >= ai().threshold


@pytest.mark.parametrize(("title", "text"), [paragraph[1:] for paragraph in paragraphs("about")])
def test_it_is_on_topic_also_where_its_language_is_unknown(title: str, text: str) -> None:
    assert relevance(title, text, None, ai()).score >= ai().threshold


@pytest.mark.parametrize(("language", "title", "text"), paragraphs("beside"))
def test_a_paragraph_that_only_sounds_like_it_is_off_topic(language: str, title: str, text: str) -> None:
    assert relevance(title, text, language, ai()).score < ai().threshold


def small(title: str | None, text: str) -> Relevance:
    return relevance(title, text, "en", parse_lexicon(SMALL, Path("small.toml"), base=None))


def test_a_text_without_terms_scores_nothing() -> None:
    assert small("The harbour", "A quiet day.") == Relevance(0.0, ())


def test_an_empty_text_scores_nothing() -> None:
    assert small(None, "") == Relevance(0.0, ())


def test_one_strong_term_in_a_short_text_scores_a_half() -> None:
    assert small(None, "About AI.").score == 0.5


def test_each_doubling_of_mentions_adds_one_weight() -> None:
    assert small(None, "AI AI AI").score == pytest.approx(2 / 3)


def test_a_term_in_the_title_adds_one_and_a_half_times_its_weight() -> None:
    assert small("AI", "").score == pytest.approx(2.5 / 3.5)


def test_a_text_four_times_as_long_needs_twice_the_points() -> None:
    short, long = (small(None, "AI " + "word " * number).score for number in (49, 199))

    assert long / (1 - long) == pytest.approx(short / (1 - short) / 2)


def test_one_mention_in_three_thousand_words_is_not_the_topic() -> None:
    match = "The keeper stopped a penalty and the crowd sang. " * 333

    assert relevance("Cup final", f"{match} He had asked ChatGPT.", "en", ai()).score < 0.15


def test_the_terms_are_named_strongest_first() -> None:
    found = small("Robots", "A robot, AI, AI and AI, and robotics. Language models.")

    assert [(hit.text, hit.count, hit.weight, hit.in_title) for hit in found.terms] == [
        ("AI", 3, 1.0, False),
        ("Language models", 1, 1.0, False),
        ("Robots", 3, 0.2, True),
    ]


def test_words_that_a_longer_term_covers_count_once() -> None:
    found = relevance(None, "generative AI", "en", ai())

    assert [hit.text for hit in found.terms] == ["generative AI"]


def test_what_a_decoy_covers_counts_nothing() -> None:
    assert small(None, "Air AI") == Relevance(0.0, ())


def test_what_stands_far_behind_is_left_out() -> None:
    assert small(None, "word " * 25_000 + "AI").score == 0.0


def test_a_region_of_a_language_has_its_ambiguous_terms() -> None:
    assert relevance(None, "KI", "de-AT", ai()).score == 0.5


@pytest.mark.parametrize(
    "text", ["AI " * 40_000, "人工智能" * 30_000, "والذكاء" * 20_000, "A." * 60_000, "robot-" * 20_000]
)
def test_no_text_takes_seconds(text: str) -> None:
    began = time.process_time()
    relevance(text[:1000], text, "en", ai())

    assert time.process_time() - began < 2


def test_general_news_is_off_topic(eval_folder: Path) -> None:
    lines = (eval_folder / "translations-dev.jsonl").read_text("utf-8").splitlines()
    scores = {
        row["story"]: relevance(row["title"], row["text"], row["language"], ai()).score
        for row in map(json.loads, lines)
    }

    # One story of the collection is about research money for AI.
    assert len(scores) == 62
    assert sum(score >= ai().threshold for score in scores.values()) <= 1
    assert math.fsum(scores.values()) / len(scores) < 0.05


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[3] / "seeds").glob("*.txt")), ids=lambda path: path.stem
)
def test_the_seed_articles_are_on_topic(path: Path) -> None:
    assert relevance(None, path.read_text("utf-8"), None, ai()).score >= ai().threshold
