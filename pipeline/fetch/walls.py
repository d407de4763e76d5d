"""Walls: answers that stand in front of a page instead of being it. Decided over values alone.

Precision first: every mark of a body counts only where the body is short, is there as a whole, and shows hardly any
text, because an article may speak of any wall, and an ordinary page may carry the scripts of each. The marks are
technical ones, so a wall is known in any language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from urllib.parse import urlsplit

from pipeline.models.pages import Reason

HEAD_BYTES = 65_536
"""How much of a body is looked at; a longer one is no wall by its body."""

REFUSALS = frozenset({401, 403, 405, 429, 503})
"""Statuses with which walls refuse; others are what they say. 405 is the captcha of Amazon's firewall."""

MOST_WALL_TEXT = 2_000
MOST_CAPTCHA_TEXT = 600
MOST_CONSENT_TEXT = 1_500
CONSENT_WORD_IN = 150
"""Of so many characters of a page that only asks for consent, one word at least is about that."""


_WALL_HEADERS = {
    "cf-mitigated": re.compile("challenge"),
    "x-amzn-waf-action": re.compile("challenge|captcha"),
    "x-vercel-mitigated": re.compile("challenge|deny"),
    "x-sucuri-block": re.compile(""),
}
# Headers that a protected site sends with good answers too.
_GUARD_HEADERS = ("x-datadome", "x-dd-b", "x-kpsdk-ct", "x-px-block")
_WALL_PLACES = re.compile(
    r"//(?:geo\.captcha-delivery\.com|validate\.perfdrive\.com|check\.ddos-guard\.net)/"
    r"|//[^/]*\bgoogle\.[a-z.]+/sorry/|//[^/]*\byandex\.[a-z.]+/showcaptcha|//[^/]+/cdn-cgi/l/chk_|//wappass\.baidu\.com/"
    r"|//[^/]+/\.within\.website/x/cmd/anubis/|//[^/]+/_incapsula_resource"
)
# Hosts and paths that sites send a reader to who has not yet consented.
_CONSENT_PLACES = re.compile(
    r"//consent\.(?:google|youtube|yahoo)\.|//guce\.|//(?:my)?privacy(?:gate)?\.(?:dpgmedia|persgroep)\."
    r"|//consent\.[^/]+/(?:\?|$|collectconsent|m\?)|//cmp\.[^/]+/(?:consent|gate)(?:[/?]|$)"
    r"|//[^/]+/(?:consent/tcf|zustimmung|privacy-?gate|(?:cookie|consent|gdpr)-?(?:wall|gate))(?:[/?]|$)"
)
_WALL_TITLE = re.compile(
    r"just a moment\.\.\.|attention required! \| cloudflare|access denied \| .* used cloudflare|ddos-guard"
    r"|ddos protection by .*|sucuri website firewall.*|vercel security checkpoint|making sure you(?:'|’)re not a bot!?"
    r"|pardon our interruption\.*|百度安全验证|human verification|are you a robot\??|robot check"
    r"|bot verification"
)
_WALL_MARK = re.compile(
    r"_cf_chl_opt|/cdn-cgi/challenge-platform/h/\w+/orchestrate|cf-browser-verification|cf_chl_(?:prog|jschl)|id=[\"']?cf-captcha"
    r"|captcha-delivery\.com/|var dd=\{[\"']rt"  # DataDome
    r"|id=[\"']?px-captcha|captcha\.px-c(?:dn|loud)\.net|/captcha/captcha\.js\?a=c&"  # PerimeterX, now HUMAN
    r"|incapsula incident id|_incapsula_resource\?(?:swudnsai|cwudnsai)|_incapsula_resource[^\"']{0,300}edet="
    r"|errors\.edgesuite\.net|sec-if-cpt-container|/_sec/cp_challenge/"  # Akamai
    r"|window\.gokuprops|captcha\.awswaf\.com"
    r"|/\.well-known/vercel/security/|_vcrcs="
    r"|sucuri_cloudproxy_js|sucuri website firewall"
    r"|check\.ddos-guard\.net|/\.well-known/ddos-guard/|data-ddg-"
    r"|/\.within\.website/x/|anubis_challenge"
    r"|window\.kpsdk|/ips\.js\?"  # Kasada
    r"|acw_sc__v2|aliyun_waf|__jsl_clearance|eo_bot_ssid|slardar_captcha"  # China's firewalls
    r"|smartcaptcha\.(?:yandex)?cloud|/showcaptcha\?|__qrator|servicepipe\.ru"
    r"|the requested url was rejected\. please consult|validate\.perfdrive\.com"
)
# Akamai's words, which it writes with escapes.
_DENIED = re.compile(r"access denied.{1,400}?reference #\d+\.[\da-f]+")
_CAPTCHA = re.compile(
    r"hcaptcha\.com/|class=[\"']?h-captcha|google\.com/recaptcha/|recaptcha\.net/|class=[\"']?g-recaptcha"
    r"|challenges\.cloudflare\.com/turnstile|class=[\"']?cf-turnstile|geetest\.com/|friendlycaptcha|frc-captcha|altcha"
)
# What a page has that is more than a captcha: something to fill in, somewhere to go, an article.
_OTHER_USE = re.compile(
    r"<(?:textarea|article|nav)\b|type=[\"']?(?:password|email|search)|og:type[\"'][^>]{0,40}article"
    r"|\"@type\"\s*:\s*\"\w*article"
)
_CONSENT_MARK = re.compile(
    r"sp_message_container|sourcepoint|privacy-mgmt\.com|sp-prod\.net|didomi|onetrust|otsdkstub|cookielaw\.org|usercentrics"
    r"|consensu\.org|cookiebot|trustarc|quantcast|inmobi\.com/choice|__tcfapi|iubenda|axeptio|sirdata|consentmanager\.net"
)
# What every such page speaks of, by the stems of the word in the languages of the web.
_CONSENT_WORDS = re.compile(
    r"cookie|consent|privacy|einwillig|zustimm|datenschutz|confidentialit|privacidad|privacidade|riservatezza|toestemming"
    r"|samtyck|samtykke|suostum|eväste|zgod[aęy]|prywatno|souhlas|soukrom|hozzájárul|adatvéd|consimț|çerez|gizlilik|συγκατάθεσ|απόρρητ"
    r"|соглас|куки|конфиденц|згод|приватн|موافق|خصوصي|ملفات تعريف|עוגיות|פרטיות"
    r"|同意|隐私|隱私|クッキー|プライバシー|동의|개인정보|쿠키"
    r"|सहमति|गोपनीयता|कुकी|ความยินยอม|persetujuan|đồng ý"
)
_TITLE = re.compile(r"<title[^>]{0,200}>(.{0,300}?)</title", re.DOTALL)
_UNSEEN = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style|template|svg|head)\b.*?(?:</\1\s*>|\Z)", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")


def wall_of(status: int, headers: Mapping[str, str], url: str, body_head: bytes) -> Reason | None:
    """Which wall an answer is, if any: one for bots, or one that wants consent first.

    `headers` have lower-case names; `url` is where redirects ended; `body_head` are the first HEAD_BYTES of the body.
    """
    place = url.lower()
    if _is_wall_by_headers(status, headers) or _WALL_PLACES.search(_before_query(place)):
        return Reason.BOT_WALL
    if status in range(200, 300) and _CONSENT_PLACES.search(_before_query(place)):
        return Reason.CONSENT
    if len(body_head) >= HEAD_BYTES:
        return None
    return _wall_by_body(body_head)


def _is_wall_by_headers(status: int, headers: Mapping[str, str]) -> bool:
    if any(mark.search(headers[name].lower()) for name, mark in _WALL_HEADERS.items() if name in headers):
        return True
    return status in REFUSALS and any(name in headers for name in _GUARD_HEADERS)


def _before_query(url: str) -> str:
    """The address without its arguments, which may be another address."""
    parts = urlsplit(url)
    return f"//{parts.netloc}{parts.path}" + ("?" if parts.query else "")


def _wall_by_body(body: bytes) -> Reason | None:
    markup = body.decode("utf-8", "replace").lower()
    found = _TITLE.search(markup)
    title = " ".join(unescape(found[1]).split()) if found else ""
    is_wall = bool(_WALL_TITLE.fullmatch(title) or _WALL_MARK.search(markup))
    is_captcha = bool(_CAPTCHA.search(markup))
    is_consent = bool(_CONSENT_MARK.search(markup))
    is_denied = title == "access denied"
    if not (is_wall or is_captcha or is_consent or is_denied) or _OTHER_USE.search(markup):
        return None
    text = _text(markup)
    if len(text) <= MOST_WALL_TEXT and (is_wall or (is_denied and _DENIED.search(text))):
        return Reason.BOT_WALL
    if is_consent and len(text) <= MOST_CONSENT_TEXT:
        words = f"{title} {text}"
        if len(_CONSENT_WORDS.findall(words)) * CONSENT_WORD_IN >= len(words):
            return Reason.CONSENT
    return Reason.BOT_WALL if is_captcha and len(text) <= MOST_CAPTCHA_TEXT else None


def _text(markup: str) -> str:
    """What a reader sees, roughly."""
    return " ".join(unescape(_TAG.sub(" ", _UNSEEN.sub(" ", markup))).split())
