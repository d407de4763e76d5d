"""Languages: told from the text, from the hint where the text does not tell."""

from __future__ import annotations

import numpy as np
import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from pipeline.extract.claims.language import detect_language, load_model, primary_tag
from pipeline.extract.claims.language_model import LONGEST_NGRAM, LanguageModel

TEXTS = {
    "ar": "أعلن مجلس المدينة مساء الثلاثاء أن الميناء القديم سيغلق أمام السيارات ابتداء من أول مايو المقبل.",
    "de": "Der Hafen der Altstadt wird vom ersten Mai an für Autos gesperrt, beschloss der Stadtrat am Dienstagabend.",
    "en": "The harbour of the old town will be closed to cars from the first of May, the council decided on Tuesday.",
    "es": "El puerto del casco antiguo quedará cerrado a los coches desde el primero de mayo, decidió el ayuntamiento.",
    "fa": "شورای شهر سه‌شنبه شب تصمیم گرفت که بندر شهر قدیم از اول ماه مه به روی خودروها بسته شود.",
    "fr": "Le port de la vieille ville sera fermé aux voitures à partir du premier mai, a décidé le conseil municipal.",
    "he": "נמל העיר העתיקה ייסגר לכלי רכב החל מהראשון במאי, כך החליטה המועצה ביום שלישי בערב.",
    "hi": "नगर परिषद ने मंगलवार शाम को फैसला किया कि पुराने शहर का बंदरगाह पहली मई से कारों के लिए बंद रहेगा।",
    "ja": "旧市街の港は五月一日から自動車の通行が禁止されると、市議会が火曜日の夜に決定した。",
    "ko": "구시가지 항구는 5월 1일부터 자동차 통행이 금지된다고 시의회가 화요일 저녁에 결정했다.",
    "pt": "O porto da cidade velha será fechado aos carros a partir do primeiro de maio, decidiu a câmara municipal.",
    "ru": "Порт старого города с первого мая закроют для автомобилей, решил городской совет во вторник вечером.",
    "tr": "Eski şehrin limanı bir Mayıs'tan itibaren araçlara kapatılacak, belediye meclisi salı akşamı karar verdi.",
    "ur": "شہر کی کونسل نے منگل کی شام فیصلہ کیا کہ پرانے شہر کی بندرگاہ یکم مئی سے گاڑیوں کے لیے بند رہے گی۔",
    "zh": "市议会周二晚上决定，老城的港口将从五月一日起禁止汽车通行，商店老板们曾要求推迟。",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_paragraph_tells_its_language_whatever_the_hint(language: str) -> None:
    assert detect_language(TEXTS[language], None) == language
    assert detect_language(TEXTS[language], "sw") == language


def test_a_chinese_headline_is_chinese() -> None:
    assert detect_language("港口（老城）:汽车禁行", None) == "zh"


def test_a_few_names_in_latin_script_do_not_change_the_language() -> None:
    assert detect_language(TEXTS["ar"] + " OpenAI وAnthropic وGPT-4 وClaude", None) == "ar"


@pytest.mark.parametrize("text", ["", "12.5 %", "GPT-4", "Killer pig mauls farmer", "Москва"])
def test_a_text_that_does_not_tell_is_in_the_hinted_language(text: str) -> None:
    assert detect_language(text, "pt-BR") == "pt"


def test_without_letters_and_hint_there_is_no_language() -> None:
    assert detect_language("12.5 %", None) is None


@pytest.mark.parametrize(
    ("tag", "primary"),
    [
        ("ar-EG", "ar"),
        ("zh_CN", "zh"),
        (" EN ", "en"),
        ("iw", "he"),
        ("fil", "fil"),
        ("", None),
        (None, None),
        ("english", None),
    ],
)
def test_a_tag_is_reduced_to_its_primary_language(tag: str | None, primary: str | None) -> None:
    assert primary_tag(tag) == primary


@pytest.fixture(scope="module")
def library() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(load_model().labels)
    return identifier


@pytest.mark.parametrize(
    "text",
    [
        *TEXTS.values(),
        *["\n\n".join(TEXTS.values()), "А", "é", "日", "AB", "12.5 %", "\ud800", "", "TOUT EN CAPITALES", "a" * 9_000],
        *[TEXTS["hi"][:length] for length in range(2, 9)],
    ],
)
def test_the_model_says_what_the_library_says(text: str, library: LanguageIdentifier) -> None:
    assert load_model().rank(text) == library.rank(text)
    assert load_model().classify(text) == library.classify(text)


def test_no_ngram_of_the_model_is_longer_than_the_walk_looks_back() -> None:
    model = LanguageModel.from_model_file(MODEL_FILE)
    moves, rows = np.asarray(model.tk_nextmove).reshape(-1, 256), np.asarray(model.tk_row)
    reached = np.array([0])
    for _ in range(LONGEST_NGRAM):
        reached = np.union1d(reached, moves[rows[reached]])
    assert len(reached) == len(rows)
