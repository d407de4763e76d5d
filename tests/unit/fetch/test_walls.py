"""Walls: what stands in front of a page, told from what is a page."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_network
from pathlib import Path

import pytest
from site_server import LOCAL, PARAGRAPHS, Answer, Site, article_html

from pipeline.fetch.request import Limits, Request
from pipeline.fetch.walls import HEAD_BYTES, wall_of
from pipeline.fetch.web import Web
from pipeline.models.pages import Fetched, FetchFailure, FetchResult, Reason

URL = "https://a.example/news/bees"
LIMITS = Limits(timeout_seconds=5, user_agent="newsfold/0.1", allow_networks=(ip_network(LOCAL),))
TEXT = "".join(f"<p>{p}</p>" for p in PARAGRAPHS * 3).format(who="Ada", what="bees", where="Hue", number=4)

CLOUDFLARE = (
    "<!DOCTYPE html><html lang='{lang}'><head><title>{title}</title><meta name='robots' content='noindex'></head>"
    "<body><div class='main-wrapper' role='main'><h1>a.example</h1><noscript>{text}</noscript></div>"
    "<script>window._cf_chl_opt = {{cvId: '3', cType: 'managed'}};</script>"
    "<script src='/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page/v1?ray=8'></script></body></html>"
)
ONLY_CAPTCHA = (
    "<html lang={lang}><title>{title}</title><body><p>{text}</p><form><div class='{widget}'></div></form></body>"
)
GATE = (
    "<!doctype html><html lang={lang}><head><title>{title}</title><script src='{script}'></script></head>"
    "<body><h1>{title}</h1><p>{text}</p><button>OK</button></body></html>"
)
BOT_WALLS = {
    "Cloudflare": CLOUDFLARE.format(lang="en-US", title="Just a moment...", text="Enable JavaScript and cookies"),
    "Cloudflare, German": CLOUDFLARE.format(lang="de", title="Nur einen Moment…", text="Aktivieren Sie JavaScript"),
    "Cloudflare, Arabic": CLOUDFLARE.format(lang="ar", title="لحظة من فضلك...", text="قم بتمكين جافا سكريبت"),
    "Cloudflare's block": "<html><title>Attention Required! | Cloudflare</title><body><h1>You have been blocked</h1>"
    "<p>This website is using a security service to protect itself from online attacks.</p></body></html>",
    "DataDome": "<html><head><title>a.example</title></head><body><script>var dd={'rt':'c','cid':'AHr'}</script>"
    "<script src='https://ct.captcha-delivery.com/c.js'></script></body></html>",
    "HUMAN": "<html><title>Access to this page has been denied</title><body><div id='px-captcha'></div>"
    "<script>window._pxAppId='PXabc'</script></body></html>",
    "Imperva": "<html><head><META NAME='robots'></head><body><iframe src='/_Incapsula_Resource?"
    "SWUDNSAI=31&xinfo=1'>Request unsuccessful. Incapsula incident ID: 1230-456</iframe></body></html>",
    "Akamai": "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>You don't "
    "have permission to "
    "access this server.<P>Reference&#32;&#35;18&#46;2d351ab8&#46;1557333295&#46;a4e16ab</BODY></HTML>",
    "Akamai's challenge": "<html><body><div id='sec-if-cpt-container'></div><script "
    "src='/_sec/cp_challenge/a'></script>",
    "Amazon": "<html><head><script>window.gokuProps = {'key':'AQ'};</script></head><body><div id=container></div>",
    "Vercel": "<html lang=en><title>Vercel Security Checkpoint</title><body><p>We're verifying your "
    "browser</p></body></html>",
    "Sucuri": "<html><title>Sucuri WebSite Firewall - Access Denied</title><body>Block reason: geo</body></html>",
    "DDoS-Guard": "<html><title>DDoS-Guard</title><body><h1>Checking your browser</h1><script data-ddg-origin='true' "
    "src='https://check.ddos-guard.net/check.js'></script></body></html>",
    "Anubis": "<html><title>Making sure you&#39;re not a bot!</title><body><main><script "
    "id='anubis_challenge'>{}</script>"
    "<h1>Making sure you're not a bot!</h1><p>You are seeing this because of Anubis.</p></main></body></html>",
    "Anubis, German": "<html lang=de><title>Überprüfung, dass Sie kein Bot sind</title><body>"
    "<script type='module' "
    "src='/.within.website/x/cmd/anubis/static/js/main.mjs'></script><p>Berechne…</p></body></html>",
    "Kasada": "<html><body><script>window.KPSDK={};KPSDK.now=Date.now()</script><script "
    "src='/149e/ips.js?x=1'></script></body>",
    "Aliyun": "<html><script>var arg1='3A7';function reload(x){document.cookie='acw_sc__v2='+x}</script></html>",
    "Baidu": "<html><title>百度安全验证</title><body><div>请完成下方验证后继续操作</div></body></html>",
    "Yandex": "<html lang=ru><title>Вы не робот?</title><body><form action='/checkcaptcha'></form>"
    "<script src='https://smartcaptcha.yandexcloud.net/captcha.js'></script></body></html>",
    "hCaptcha": ONLY_CAPTCHA.format(lang="es", title="Un momento", text="Confirme que es humano", widget="h-captcha"),
    "reCAPTCHA": ONLY_CAPTCHA.format(lang="hi", title="सत्यापन", text="कृपया पुष्टि करें", widget="g-recaptcha"),
    "Turnstile": ONLY_CAPTCHA.format(lang="ru", title="Проверка", text="Подождите", widget="cf-turnstile"),
}
CONSENT_PAGES = {
    "Sourcepoint, German": GATE.format(
        lang="de",
        title="Weiterlesen mit Werbung",
        script="https://cdn.privacy-mgmt.com/unified/wrapperMessagingWithoutDetection.js",
        text="Mit Ihrer Zustimmung nutzen wir und unsere Partner Cookies.",
    ),
    "Didomi, French": GATE.format(
        lang="fr",
        title="Votre vie privée",
        script="https://sdk.privacy-center.org/didomi/loader.js",
        text="Nous demandons votre consentement pour déposer des traceurs.",
    ),
    "OneTrust, Japanese": GATE.format(
        lang="ja",
        title="続行する前に",
        script="https://cdn.cookielaw.org/scripttemplates/otSDKStub.js",
        text="プライバシー設定に同意してください。",
    ),
    "Usercentrics, Polish": GATE.format(
        lang="pl",
        title="Zanim przejdziesz dalej",
        script="https://app.usercentrics.eu/browser-ui/latest/loader.js",
        text="Potrzebujemy Twojej zgody na przetwarzanie danych.",
    ),
}
CONSENT_PLACES = [
    "https://consent.google.com/ml?continue=https://news.google.com/x",
    "https://consent.youtube.com/m?continue=x",
    "https://consent.yahoo.com/v2/collectConsent?sessionId=3_cc",
    "https://guce.yahoo.com/consent?brandType=eu",
    "https://guce.techcrunch.com/copyConsent?sessionId=1",
    "https://myprivacy.dpgmedia.nl/consent?siteKey=1",
    "https://www.derstandard.at/consent/tcf/story/3000",
    "https://www.zeit.de/zustimmung?url=https%3A%2F%2Fwww.zeit.de%2F",
]
PAGES = {
    "an article": article_html("Bees", who="Ada", what="bees", where="Hue", number=4),
    "an article about Cloudflare": article_html(
        "Just a moment... says Cloudflare", who="cdn-cgi/challenge-platform", what="px-captcha", where="Hue", number=4
    ),
    "an article behind Cloudflare": f"<html><body><article>{TEXT}</article>"
    "<script>d.src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'</script></body></html>",
    "an article without <article>": f"<html><title>Bees</title><body><div>{TEXT}</div>"
    "<script src='https://www.google.com/recaptcha/api.js'></script><div class=g-recaptcha></div></body></html>",
    "an article with a banner": f"<html><title>Bees</title><body><div>{TEXT}</div>"
    "<script src='https://cdn.cookielaw.org/scripttemplates/otSDKStub.js'></script><p>We use "
    "cookies.</p></body></html>",
    "an article with Sourcepoint": f"<html><title>Privacy at work</title><body><div>{TEXT}</div>"
    "<div id=sp_message_container_1></div></body></html>",
    "a short note with a form": "<html><title>Bees</title><body><p>Bees are back.</p><form><input "
    "type='email' name=mail>"
    "<div class=g-recaptcha></div></form></body></html>",
    "a short note with a banner": "<html><title>Bees</title><body><article><p>Bees are back. We use "
    "cookies.</p></article>"
    "<script src='https://cdn.cookielaw.org/scripttemplates/otSDKStub.js'></script></body></html>",
    "a login": "<html><title>Sign in</title><body><form><input type=password><div "
    "class=h-captcha></div></form></body></html>",
    "a shell": "<html><title>Bees</title><body><div id=root></div><script src='/otSDKStub.js'></script></body></html>",
    "nothing": "",
    "a short text": "<html><title>Access Denied</title><body><p>The band's new record, Access "
    "Denied, is out.</p></body></html>",
}


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """Lets answers that wait for it go on; at the latest when the test is over."""
    event = threading.Event()
    yield event
    event.set()


def _get(url: str, limits: Limits = LIMITS, *, accept: frozenset[str] | None = frozenset({"text/html"})) -> FetchResult:
    async def get() -> FetchResult:
        async with Web(limits) as web:
            return await web.get(Request(url, accept=accept))

    return asyncio.run(get())


@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.parametrize("body", BOT_WALLS.values(), ids=list(BOT_WALLS))
def test_a_wall_against_bots_is_known_in_any_language(status: int, body: str) -> None:
    assert wall_of(status, {}, URL, body.encode()) is Reason.BOT_WALL


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (403, {"cf-mitigated": "challenge"}),
        (200, {"cf-mitigated": "challenge"}),
        (202, {"x-amzn-waf-action": "challenge"}),
        (405, {"x-amzn-waf-action": "captcha"}),
        (429, {"x-vercel-mitigated": "challenge"}),
        (403, {"x-datadome": "protected"}),
        (429, {"x-kpsdk-ct": "0x"}),
    ],
)
def test_a_wall_is_known_by_its_headers(status: int, headers: dict[str, str]) -> None:
    assert wall_of(status, headers, URL, b"") is Reason.BOT_WALL


@pytest.mark.parametrize(
    ("status", "headers"),
    [(200, {}), (200, {"x-datadome": "protected"}), (200, {"server": "cloudflare", "cf-ray": "1"}), (403, {})],
)
def test_headers_of_a_good_or_plain_answer_are_no_wall(status: int, headers: dict[str, str]) -> None:
    assert wall_of(status, headers, URL, b"") is None


@pytest.mark.parametrize(
    "url",
    [
        "https://www.google.com/sorry/index?continue=x",
        "https://geo.captcha-delivery.com/captcha/?initialCid=1",
        "https://validate.perfdrive.com/?ssa=1",
        "https://a.example/.within.website/x/cmd/anubis/api/make-challenge",
    ],
)
def test_a_redirect_to_a_wall_is_one(url: str) -> None:
    assert wall_of(200, {}, url, b"<p>") is Reason.BOT_WALL


@pytest.mark.parametrize("body", CONSENT_PAGES.values(), ids=list(CONSENT_PAGES))
def test_a_page_that_only_asks_for_consent_is_no_article(body: str) -> None:
    assert wall_of(200, {}, URL, body.encode()) is Reason.CONSENT


@pytest.mark.parametrize("url", CONSENT_PLACES)
def test_a_redirect_to_a_consent_host_is_no_article(url: str) -> None:
    assert wall_of(200, {}, url, b"<p>") is Reason.CONSENT


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/consent/of-the-governed",
        "https://a.example/2026/consent.html?u=https://consent.google.com/",
        "https://a.example/sorry/index",
        "https://blog.google.com/about/sorry",
        "https://a.example/zustimmung-zum-haushalt",
        "https://a.example/cookie-wall-ruling",
        "https://a.example/news/privacy-gate/",
    ],
)
def test_an_address_that_speaks_of_consent_is_a_page(url: str) -> None:
    assert wall_of(200, {}, url, PAGES["an article"].encode()) is None


@pytest.mark.parametrize("body", PAGES.values(), ids=list(PAGES))
def test_a_page_is_no_wall(body: str) -> None:
    assert wall_of(200, {}, URL, body.encode()) is None


def test_a_long_page_is_no_wall_by_what_its_beginning_holds() -> None:
    body = BOT_WALLS["Cloudflare"].replace("<body>", f"<body><script>{'x = 1;' * HEAD_BYTES}</script>")

    assert wall_of(200, {}, URL, body.encode()[:HEAD_BYTES]) is None


@pytest.mark.parametrize(
    "unit", ["<title>", "<title", "<", "<!--", "<script>", "<main>", "access denied ", "_incapsula_resource"]
)
def test_a_body_made_to_be_slow_is_no_wall(unit: str) -> None:
    body = ("onetrust " + unit * HEAD_BYTES)[: HEAD_BYTES - 1]

    assert wall_of(200, {}, URL, body.encode()) is None


def test_no_real_article_is_a_wall(eval_folder: Path) -> None:
    pages = sorted((eval_folder / "extraction" / "html").glob("*.gz"))
    bodies = [gzip.decompress(page.read_bytes()) for page in pages]

    assert len(bodies) > 600
    assert [p.name for p, body in zip(pages, bodies, strict=True) if wall_of(200, {}, URL, body[:HEAD_BYTES])] == []


@pytest.mark.parametrize("status", [200, 401, 403, 429, 503])
def test_a_page_behind_a_wall_is_a_failure_for_now_that_names_it(site: Site, status: int) -> None:
    result = _get(site.put("/bees", BOT_WALLS["Cloudflare"], status=status))

    assert isinstance(result, FetchFailure)
    assert (result.reason, result.for_good) == (Reason.BOT_WALL, False)
    assert result.detail.startswith(f"http_{status} ")


def test_a_wall_that_says_how_long_to_wait_is_heard(site: Site) -> None:
    result = _get(site.put("/bees", BOT_WALLS["Cloudflare"], status=429, headers={"Retry-After": "90"}))

    assert isinstance(result, FetchFailure)
    assert result.retry_after is not None
    assert result.retry_after.total_seconds() == 90


def test_a_compressed_wall_is_read(site: Site) -> None:
    body = gzip.compress(BOT_WALLS["DataDome"].encode())

    result = _get(site.put("/bees", body, status=403, headers={"Content-Encoding": "gzip"}))

    assert isinstance(result, FetchFailure)
    assert result.reason == Reason.BOT_WALL


def test_a_feed_behind_a_consent_page_is_a_failure_for_now(site: Site) -> None:
    result = _get(site.put("/feed", CONSENT_PAGES["Didomi, French"]), accept=None)

    assert result == FetchFailure(Reason.CONSENT, "http_200 OK")


def test_what_is_no_html_is_no_wall(site: Site) -> None:
    assert isinstance(_get(site.put("/feed", BOT_WALLS["DataDome"], media_type="text/xml"), accept=None), Fetched)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"Forbidden", {}),
        (b"\x00\xff" * 40_000, {}),
        (b"x" * 70_000, {"Content-Encoding": "gzip"}),
        (gzip.compress(bytes(10_000_000), mtime=0), {"Content-Encoding": "gzip"}),
        (b"Forbidden", {"Content-Encoding": "br"}),
        (b"Forbidden", {"Content-Length": "100", "Connection": "close"}),
    ],
)
def test_a_refusal_of_any_other_form_is_what_it_was(site: Site, body: bytes, headers: dict[str, str]) -> None:
    assert _get(site.put("/bees", body, status=403, headers=headers)) == FetchFailure("http_403", "Forbidden")


def test_a_refusal_whose_body_does_not_end_is_still_one(site: Site, release: threading.Event) -> None:
    def pour(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n")
        while not release.is_set():
            handler.wfile.write(bytes(65_536))

    site.answers["/bees"] = Answer(speak=pour)

    assert _get(site.url + "/bees") == FetchFailure("http_403", "Forbidden")


@pytest.mark.parametrize(("status", "is_allowed"), [(200, True), (403, True), (429, False), (503, False)])
def test_a_wall_before_robots_txt_means_what_its_status_means(site: Site, status: int, is_allowed: bool) -> None:
    site.put("/robots.txt", BOT_WALLS["Cloudflare"], status=status)
    url = site.put("/bees", "Bees")

    async def get() -> FetchResult:
        async with Web(LIMITS) as web:
            return await web.get(Request(url, obeys_robots=True))

    assert isinstance(asyncio.run(get()), Fetched) is is_allowed
