"""What a page is: each kind that is no article in several languages, and articles that look like one."""

from __future__ import annotations

import gzip
import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.extract.extract import extract
from pipeline.models.articles import Document
from pipeline.models.pages import Capture, NotAnArticle, Reason

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://harbour.example/news/a"
NAV = {
    "en": ("Home", "News", "Sport", "Contact", "All rights reserved."),
    "de": ("Startseite", "Nachrichten", "Sport", "Kontakt", "Alle Rechte vorbehalten."),
    "fr": ("Accueil", "Actualités", "Sport", "Contact", "Tous droits réservés."),
    "es": ("Inicio", "Noticias", "Deportes", "Contacto", "Todos los derechos reservados."),
    "ru": ("Главная", "Новости", "Спорт", "Контакты", "Все права защищены."),
    "ar": ("الرئيسية", "أخبار", "رياضة", "اتصل بنا", "جميع الحقوق محفوظة."),
    "hi": ("होम", "समाचार", "खेल", "संपर्क", "सर्वाधिकार सुरक्षित।"),
    "zh": ("首页", "新闻", "体育", "联系我们", "版权所有。"),
    "ja": ("ホーム", "ニュース", "スポーツ", "お問い合わせ", "無断転載を禁じます。"),
    "ko": ("홈", "뉴스", "스포츠", "문의", "무단 전재 금지."),
    "tr": ("Ana sayfa", "Haberler", "Spor", "İletişim", "Tüm hakları saklıdır."),
    "fa": ("خانه", "اخبار", "ورزش", "تماس", "تمام حقوق محفوظ است."),
    "pl": ("Strona główna", "Wiadomości", "Sport", "Kontakt", "Wszelkie prawa zastrzeżone."),
    "it": ("Home", "Notizie", "Sport", "Contatti", "Tutti i diritti riservati."),
    "pt": ("Início", "Notícias", "Esporte", "Contato", "Todos os direitos reservados."),
}


def page(language: str, title: str, body: str, head: str = "") -> str:
    *links, rights = NAV[language]
    items = "".join(f'<li><a href="/{number}">{link}</a></li>' for number, link in enumerate(links))
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{title} | Harbour Post</title>'
        f"{head}</head><body><nav><ul>{items}</ul></nav><main>{body}</main>"
        f"<footer><p>© 2026 {rights}</p></footer></body></html>"
    )


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def kind(html: str | bytes) -> Reason | None:
    body = html.encode() if isinstance(html, str) else html
    found = extract(Capture(URL, body, "text/html", "utf-8" if isinstance(html, str) else None), now=NOW)
    return Reason(found.reason) if isinstance(found, NotAnArticle) else None


@pytest.mark.parametrize(
    ("language", "title", "texts"),
    [
        (
            "en",
            "Page not found",
            ["Sorry, the page you are looking for never was here.", "Go to the front."],
        ),
        (
            "en",
            "Harbour Post",
            ["We couldn't find the page. It may be gone, or the link has an error."],
        ),
        ("de", "Fehler 404", ["Die gesuchte Seite gibt es hier nicht mehr. Vielleicht hilft Ihnen die Suche weiter."]),
        ("fr", "Page introuvable", ["La page que vous recherchez a été déplacée ou supprimée de notre site."]),
        ("es", "Página no encontrada", ["La página que buscas ya no está en este sitio o cambió de dirección."]),
        ("ru", "Ошибка 404", ["Запрашиваемая страница удалена или никогда не существовала. Начните с главной."]),
        ("ar", "الصفحة غير موجودة", ["عذرا، الصفحة التي تبحث عنها نقلت أو حذفت من الموقع منذ مدة."]),
        ("hi", "पेज नहीं मिला", ["आप जिस पेज को खोज रहे हैं वह हटा दिया गया है या उसका पता बदल गया है।"]),
        ("zh", "页面不存在", ["抱歉,您访问的页面已经删除或者更换了地址,请从首页重新开始浏览本站内容。"]),
        (
            "ja",
            "ページが見つかりません",
            ["お探しのページは移動したか、削除された可能性があります。トップからお探しください。"],
        ),
        (
            "ko",
            "페이지를 찾을 수 없습니다",
            ["요청하신 페이지가 삭제되었거나 주소가 바뀌었습니다. 첫 화면에서 다시 찾아 주세요."],
        ),
        ("tr", "Sayfa bulunamadı", ["Aradığınız sayfa taşınmış veya silinmiş olabilir. Ana sayfadan yeniden deneyin."]),
        (
            "pl",
            "Strona nie istnieje",
            ["Strona, której szukasz, została przeniesiona albo usunięta z naszego serwisu."],
        ),
        ("fa", "صفحه یافت نشد", ["صفحه مورد نظر شما جابه‌جا شده یا از سایت حذف شده است. از صفحه اول شروع کنید."]),
    ],
)
def test_a_page_that_says_it_is_not_there(language: str, title: str, texts: list[str]) -> None:
    assert kind(page(language, title, f"<h1>{title}</h1>" + paragraphs(*texts))) is Reason.SOFT_404


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ["We value your privacy", "We and our partners use cookies to measure the audience.", "Accept all"]),
        ("de", ["Wir und unsere Partner verwenden Cookies, um Werbung auszuwählen.", "Alle akzeptieren", "Ablehnen"]),
        ("fr", ["Nous et nos partenaires utilisons des cookies pour la publicité.", "Tout accepter", "Tout refuser"]),
        ("es", ["Utilizamos cookies propias y de terceros para mostrar anuncios.", "Aceptar todo", "Rechazar todo"]),
        ("it", ["Noi e i nostri partner usiamo i cookie per la pubblicità.", "Accetta tutto", "Rifiuta tutto"]),
        ("pl", ["Szanujemy Twoją prywatność. Używamy plików cookie.", "Zaakceptuj wszystko", "Odrzuć wszystko"]),
        ("ru", ["Мы используем файлы cookie для показа рекламы.", "Принять все", "Отклонить все"]),
        ("ar", ["نستخدم ملفات تعريف الارتباط لعرض الإعلانات على هذا الموقع.", "قبول الكل", "رفض الكل"]),
        (
            "zh",
            ["我们重视您的隐私。我们和我们的合作伙伴会在您的设备上保存信息,用于统计和广告。", "全部接受", "全部拒绝"],
        ),
        (
            "ja",
            [
                "当サイトではクッキーを使用しています。広告の表示と閲覧状況の分析に使います。",
                "すべて同意",
                "すべて拒否",
            ],
        ),
        (
            "ko",
            ["이 사이트는 광고와 통계를 위해 쿠키를 사용합니다. 계속하려면 선택해 주세요.", "모두 동의", "모두 거부"],
        ),
        ("hi", ["हम कुकीज़ का उपयोग विज्ञापन दिखाने के लिए करते हैं।", "सभी स्वीकार करें", "सभी अस्वीकार करें"]),
        ("tr", ["Reklam göstermek için çerezleri kullanıyoruz.", "Tümünü kabul et", "Tümünü reddet"]),
    ],
)
def test_a_page_that_asks_for_consent(language: str, texts: list[str]) -> None:
    assert kind(page(language, "Harbour Post", paragraphs(*texts))) is Reason.CONSENT


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [
        (
            "en",
            "One moment",
            "Verify you are human by the action below. Checking your browser takes a second.",
        ),
        ("de", "Einen Moment", "Bitte bestätigen Sie, dass Sie kein Roboter sind. Ihr Browser wird überprüft."),
        ("fr", "Un instant", "Vérifiez que vous êtes humain. Nous avons vu un trafic inhabituel depuis votre réseau."),
        ("es", "Un momento", "Verifica que eres humano. Estamos comprobando tu navegador antes de seguir."),
        ("ru", "Минуточку", "Подтвердите, что вы не робот. Идёт проверка браузера, это займёт пару секунд."),
        ("ar", "لحظة من فضلك", "يرجى تأكيد أنك إنسان. التحقق من متصفحك يستغرق بضع ثوان."),
        ("zh", "请稍候", "请完成安全验证。我们发现您的网络存在异常流量，请确认您不是机器人。"),
        ("ja", "お待ちください", "人間であることを確認しています。ブラウザを確認しています。しばらくお待ちください。"),
        ("ko", "잠시만 기다려 주세요", "계속하려면 로봇이 아닙니다 상자를 누르세요. 브라우저를 확인하는 중입니다."),
        ("pl", "Chwileczkę", "Potwierdź, że jesteś człowiekiem. Trwa sprawdzanie przeglądarki."),
    ],
)
def test_a_page_that_wants_a_human(language: str, title: str, text: str) -> None:
    assert kind(page(language, title, f"<h1>{title}</h1>" + paragraphs(text))) is Reason.BOT_WALL


def closed(free: str) -> str:
    return (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "x", '
        f'"isAccessibleForFree": {free}}}</script>'
    )


TEASERS = [
    ("en", "The harbour of the old town will be closed to cars from May, the council decided on Tuesday evening."),
    ("de", "Der Hafen der Altstadt wird ab Mai für Autos gesperrt, beschloss der Rat am Dienstagabend."),
    ("zh", "市议会星期二晚上决定，从五月一日起，老城港口将禁止汽车通行，商户对此表示担忧。"),
    ("ar", "قرر مجلس المدينة مساء الثلاثاء إغلاق الميناء القديم أمام السيارات ابتداء من أول مايو."),
    ("hi", "नगर परिषद ने मंगलवार शाम को फैसला किया कि पुराने शहर का बंदरगाह मई से कारों के लिए बंद रहेगा।"),
    ("ja", "市議会は火曜日の夜、旧市街の港を五月一日から自動車通行止めにすることを決めた。"),
]


@pytest.mark.parametrize(("language", "teaser"), TEASERS)
@pytest.mark.parametrize("free", ["false", '"False"', '"http://schema.org/False"'])
def test_a_teaser_of_what_is_not_free(language: str, teaser: str, free: str) -> None:
    assert kind(page(language, "x", f"<article>{paragraphs(teaser)}</article>", closed(free))) is Reason.PAYWALL_STUB


@pytest.mark.parametrize(
    ("language", "teaser", "notice"),
    [
        (*TEASERS[0], "To continue reading, choose a plan."),
        (*TEASERS[1], "Sie möchten weiterlesen? Dann wählen Sie ein Abo."),
        (*TEASERS[2], "本文为会员专享，登录后阅读全文。"),
        (*TEASERS[3], "لمتابعة القراءة اختر اشتراكك."),
        (*TEASERS[4], "पूरी खबर पढ़ने के लिए योजना चुनें।"),
        (*TEASERS[5], "この記事は有料会員限定です。続きを読むにはログインしてください。"),
    ],
)
def test_a_teaser_with_a_notice_below(language: str, teaser: str, notice: str) -> None:
    html = page(language, "x", f"<article>{paragraphs(teaser, notice)}</article>")

    assert kind(html) is Reason.PAYWALL_STUB


@pytest.mark.parametrize(
    ("language", "notice"),
    [
        ("en", "You need to enable JavaScript to run this app."),
        ("de", "Bitte aktivieren Sie JavaScript, um diese Seite zu sehen."),
        ("fr", "Veuillez activer JavaScript pour afficher cette page."),
        ("ru", "Пожалуйста, включите JavaScript, чтобы увидеть эту страницу."),
        ("ar", "يرجى تفعيل JavaScript لعرض هذه الصفحة."),
        ("zh", "请启用 JavaScript 以查看本页面。"),
        ("ja", "このページを表示するには JavaScript を有効にしてください。"),
        ("es", "Habilite JavaScript para ver esta página."),
    ],
)
def test_a_page_that_is_only_scripts(language: str, notice: str) -> None:
    html = (
        f'<html lang="{language}"><head><title>Harbour Post</title><script src="/main.js"></script></head>'
        f'<body><noscript>{notice}</noscript><div id="root"></div></body></html>'
    )

    assert kind(html) is Reason.JS_SHELL
    assert kind(html.replace(notice, "")) is Reason.JS_SHELL


HEADLINES = {
    "en": (
        "Council closes the harbour to cars in part {}",
        "The decision of district {} came late on Tuesday evening.",
    ),
    "de": (
        "Der Rat sperrt den Hafen im Bezirk {} für Autos",
        "Die Entscheidung für Bezirk {} fiel spät am Dienstagabend.",
    ),
    "zh": ("市议会决定第{}区港口禁止汽车通行", "第{}区的决定于星期二深夜作出，商户对此表示担忧。"),
    "ar": ("المجلس يغلق ميناء الحي رقم {} أمام السيارات", "جاء قرار الحي رقم {} في ساعة متأخرة من مساء الثلاثاء."),
    "hi": ("परिषद ने क्षेत्र {} का बंदरगाह कारों के लिए बंद किया", "क्षेत्र {} का फैसला मंगलवार की देर शाम को आया।"),
    "ru": ("Совет закрыл гавань района {} для машин", "Решение по району {} было принято поздно вечером во вторник."),
}


@pytest.mark.parametrize("language", HEADLINES)
@pytest.mark.parametrize(
    "card",
    [
        '<article><h3><a href="/{n}">{headline}</a></h3><p>{teaser}</p></article>',
        '<li><a href="/{n}"><h3>{headline}</h3><p>{teaser}</p></a></li>',
        '<div><a href="/{n}">{headline}</a></div>',
        '<div><h2><a href="/{n}">{headline}</a></h2><span>12:30</span><p>{teaser}</p></div>',
    ],
)
def test_a_page_of_headlines(language: str, card: str) -> None:
    headline, teaser = HEADLINES[language]
    cards = "".join(
        card.format(n=number, headline=headline.format(number), teaser=teaser.format(number)) for number in range(20)
    )

    html = page(language, NAV[language][1], f"<h1>{NAV[language][1]}</h1><section>{cards}</section>")

    assert kind(html) is Reason.INDEX_PAGE


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Photo: J. Miller"), ("en", "Loading…"), ("de", "Foto: dpa"), ("zh", "图片来源"), ("ar", "صورة أرشيفية")],
)
def test_a_page_with_hardly_a_word(language: str, text: str) -> None:
    assert kind(page(language, "Harbour", f"<article><h1>Harbour</h1>{paragraphs(text)}</article>")) is Reason.TOO_SHORT


@pytest.mark.parametrize(
    "body",
    [
        b"%PDF-1.4\n1 0 obj",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"PK\x03\x04\x14\x00",
        "<p>Совет решил закрыть гавань старого города для автомобилей с первого мая, сообщили вечером.</p>".encode(
            "cp1251"
        )
        .decode("latin-1")
        .encode(),
    ],
    ids=["pdf", "png", "jpeg", "zip", "letters of another charset"],
)
def test_what_is_no_text(body: bytes) -> None:
    assert kind(body) is Reason.NOT_TEXT


@pytest.mark.parametrize(
    ("language", "teaser"),
    [
        *TEASERS[2:],
        ("ru", "Совет решил закрыть гавань старого города для автомобилей с первого мая, сообщили вечером."),
        ("ko", "시의회는 화요일 저녁 구시가지 항구를 오월 일일부터 자동차가 다닐 수 없게 하기로 결정했다."),
    ],
)
def test_what_lost_its_letters_is_no_text(language: str, teaser: str) -> None:
    lost = teaser.encode().decode("ascii", "replace")
    assert kind(page(language, "x", f"<article>{paragraphs(teaser, teaser)}</article>")) is not Reason.NOT_TEXT
    assert kind(page(language, "x", f"<article>{paragraphs(lost, lost)}</article>")) is Reason.NOT_TEXT


@pytest.mark.parametrize("media_type", ["text/html", "text/plain"])
@pytest.mark.parametrize("size", [100, 200, 500, 5000])
def test_random_bytes_are_no_article(size: int, media_type: str) -> None:
    for seed in range(40):
        body = random.Random(seed).randbytes(size)
        assert isinstance(extract(Capture(URL, body, media_type), now=NOW), NotAnArticle)


ARTICLES = {
    "about a missing page": page(
        "en",
        "Why the 404 page of the ministry made history",
        "<h1>Why the 404 page of the ministry made history</h1>"
        + paragraphs(
            "For three days the site of the ministry answered every visitor with the words “page not found”.",
            "The page you are looking for does not exist, it said, and a poet made a book of it.",
            "The minister said on Friday that more people had read the notice than any of his speeches, and that "
            "he would leave it where it was until the end of the month.",
        ),
    ),
    "about a paywall": page(
        "en",
        "Harbour Post ends its paywall",
        "<h1>Harbour Post ends its paywall</h1>"
        + paragraphs(
            "The words “subscribe to continue” are gone from the site of the Harbour Post since Monday.",
            "The publisher said that members had asked for it, and that gifts now bring in more than plans did.",
            "Other papers of the region want to wait and see, their publishers said in a joint letter on Tuesday.",
        ),
    ),
    "about cookies": page(
        "de",
        "Gericht untersagt Werbung ohne Einwilligung",
        "<h1>Gericht untersagt Werbung ohne Einwilligung</h1>"
        + paragraphs(
            "Ein Verlag darf keine Cookies setzen, bevor Leser ihre Einwilligung gegeben haben, entschied das Gericht.",
            "Der Knopf „Alle akzeptieren“ reiche nicht aus, wenn „Alle ablehnen“ fehle. Geklagt hatte ein Leser, "
            "der den Hafen liebt und mit Politik nichts zu tun haben will.",
            "Die Stadt feierte das Urteil am Abend mit einem Konzert, zu dem mehr als tausend Menschen kamen.",
        ),
    ),
    "about robots": page(
        "ru",
        "Роботы прошли проверку",
        "<h1>Роботы прошли проверку</h1>"
        + paragraphs(
            "Исследователи показали, что программы решают задачи «я не робот» быстрее людей.",
            "Доступ ограничен был лишь на одном сайте из ста, говорится в отчёте, опубликованном во вторник вечером.",
        ),
    ),
    "two sentences in Chinese": page(
        "zh",
        "大火被扑灭",
        f"<h1>大火被扑灭</h1>{paragraphs('十五日下午，旧港仓库发生火灾。截至发稿时，大火已被扑灭。')}",
    ),
    "two sentences in Japanese": page(
        "ja",
        "港で火災",
        f"<h1>港で火災</h1>{paragraphs('十五日午後、旧港の倉庫で火災があった。けが人はいないという。')}",
    ),
    "two sentences in Arabic": page(
        "ar",
        "حريق في الميناء",
        f"<h1>حريق</h1>{paragraphs('اندلع حريق في مخزن بالميناء. وقال رجال الإطفاء إنهم سيطروا عليه.')}",
    ),
    "not free, but whole": page(
        "en",
        "Harbour closes",
        "<article>"
        + paragraphs(
            *(
                f"In district {number} the council heard shop owners who fear for deliveries before the summer "
                "festival, and the mayor, who promised a car park behind the station with room for many cars."
                for number in range(12)
            )
        )
        + "</article>",
        closed("false"),
    ),
    "a live blog": page(
        "en",
        "Live: the harbour vote",
        "<h1>Live: the harbour vote</h1>"
        + "".join(
            f'<section><h3><a href="#e{hour}">{hour}:00 The council goes on with motion {hour} of the day</a></h3>'
            f"<p>Speaker after speaker took the floor on motion {hour}; the gallery was full and not always quiet.</p>"
            "<p>The mayor answered that the new car park would be ready by then, and that the shops would be heard "
            "again before the summer, whatever came of the vote tonight.</p></section>"
            for hour in range(8, 20)
        ),
    ),
    "a newsletter full of links": page(
        "en",
        "The week in ports",
        "<h1>The week in ports</h1>"
        + "".join(
            f'<h2>Port {number}</h2><p>In port {number} <a href="/{number}">the council closed the quay to cars</a>, '
            f'which <a href="/{number}b">shop owners had feared since the spring</a>, to the mayor.</p>'
            for number in range(12)
        ),
    ),
}


@pytest.mark.parametrize("html", ARTICLES.values(), ids=ARTICLES)
def test_an_article_is_an_article(html: str) -> None:
    assert kind(html) is None


def test_no_page_of_the_collections_is_called_anything_else_but_a_teaser(eval_folder: Path) -> None:
    # Every third: two of all are the first lines of articles that say of themselves that they are not free.
    folder = eval_folder / "extraction"
    rows = [json.loads(line) for line in (folder / "gold.jsonl").read_text("utf-8").splitlines()]
    found = {
        row["html"]: extract(
            Capture(row.get("url") or URL, gzip.decompress((folder / row["html"]).read_bytes()), "text/html"), now=NOW
        )
        for row in rows[::3]
    }
    others = {name: answer for name, answer in found.items() if not isinstance(answer, Document)}

    assert [answer for answer in others.values() if answer.reason != Reason.PAYWALL_STUB] == []
    assert len(others) <= 2
