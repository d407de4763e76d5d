"""Canonical URL: equal for all addresses of one page, and only for those. A key: people are shown the address as found.

A false merge hides an article for ever, a missed one costs a row that folds by its text. So whatever may carry content
stays: other query arguments, the case of a path, `%2F`, sub-domains. The tables in the tests say each rule by example.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import takewhile
from urllib.parse import SplitResult, urljoin, urlsplit

from w3lib.url import canonicalize_url

# Arguments that say how a reader came or in what dress the page is shown, never what it says. `ref`, `source` and their
# kin are content on too many sites: only values that name no content go. So do `amp` and `print`.
_IDLE_ARGUMENT = re.compile(
    r"""
    (?: utm[_-]\w+ | mtm_\w+ | matomo_\w+ | (?:pk|piwik)_(?:campaign|cpn|keyword|kwd|source|medium|content|cid)
      | hsa_\w+ | _{1,2}hs\w+ | hsctatracking | fbclid | fb_(?:action_ids|action_types|comment_id|ref|source)
      | gclid | gclsrc | gad_(?:source|campaignid) | dclid | gbraid | wbraid | _ga | _gl | usqp | srsltid
      | msclkid | yclid | ysclid | twclid | ttclid | igshid | igsh | li_fat_id | rdt_cid | sccid | mibextid | mc_[ce]id
      | mkt_tok | oly_\w+_id | vero_id | _openstat | spm | wt_z?mc | wt\.z?mc_id | cmpid | ocid | s_cid | ftag | xtor
      | at_(?:medium|campaign|format|ptr_name|bbc_team|link_\w+|custom\d) | ns_(?:mchannel|source|campaign|linkname|fee)
      | xtref | replytocom | guccounter | guce_referrer(?:_sig)? | _guc_consent_skip | __twitter_impression
      | amp_(?:analytics|gsa|js_v|kit|r) | phpsessid | jsessionid | aspsessionid\w*
    )=.*
    | (?:ref|source|src|from|via|partner)=(?:rss(?:[_-]?feed)?|feed|newsletter|e-?mail|push|social|share)
    | ref=(?:twitter|tw|tw_i|facebook|fb|linkedin|reddit|hn|hackernews|producthunt|telegram|whatsapp)
    | amp=(?:|0|1|true|false|yes|no)
    | (?:outputtype|output|mode|format|view|facet)=amp
    | print=(?:|1|true|yes|print)
    """,
    re.IGNORECASE | re.VERBOSE,
)
# A feed that escaped its links twice, or more often.
_ESCAPED_AMPERSAND = re.compile(r"&(?:(?:amp|#0*38);)+", re.IGNORECASE)
# Copies that Google serves: https://a-com.cdn.ampproject.org/c/s/a.com/x, https://www.google.com/amp/s/a.com/x
_AMP_COPY = re.compile(
    r"https?://(?:(?:[\w-]+\.)?cdn\.ampproject\.org/[cv]|(?:www\.)?google(?:\.[a-z]{2,3}){1,2}/amp)"
    r"/(?:s/)?([\w-]+(?:\.[\w-]+)+(?:[/?].*)?)",
    re.IGNORECASE | re.DOTALL,
)
# Hosts that serve the pages of the site they are named after. m.com and m.co.uk are sites of their own.
_SAME_SITE = re.compile(
    r"(?<![^.])(?:(?:www|m|mobile|amp)\.)+(?=[^.]+\.[^.])(?!(?:ac|co|com|edu|go|gov|ne|net|or|org)\.[a-z]{2}$)"
)
_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_INDEX_FILE = re.compile(r"index\.(?:s?html?|php|aspx?|jsp)|default\.aspx?", re.IGNORECASE)
# Not of one or two dots, which would then stand for a folder.
_AMP_FILE = re.compile(r"(?!\.\.?\.amp)(.+)\.amp(\.html?)?", re.IGNORECASE | re.DOTALL)
_ENCODED = re.compile(r"%[0-9A-F]{2}")
# A % that begins no escape, and would where the digit behind it is written as it should be: %4%30, %%34%30.
_STRAY_PERCENT = re.compile(r"%(?=[0-9a-f]?%(?:3[0-9]|[46][1-6]))", re.IGNORECASE)
# The name of one article (with a hyphen, a dot, a number), not of a list or a day: an `amp` beside it is the format,
# while /tags/amp and /amp/guitars are about amplifiers.
_ARTICLE_NAME = re.compile(r"(?!(?:(?:19|20)[0-9]{2}(?:-[0-9]{1,2}){0,2}|[0-9]{1,2})$)[^-_.0-9]*[-_.0-9].*", re.DOTALL)
_ROUTE = re.compile(r"(?:!/?|/)(?=[^/])")
# Line ends and tabs inside a link are a feed's line wrapping: the URL standard drops them.
_WRAPPING = re.compile(r"[\t\n\r]")
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
# What no domain has (https://url.spec.whatwg.org/#forbidden-domain-code-point, and &; an empty part), also once its
# letters are composed. An ideographic full stop is a dot in a domain.
_NO_DOMAIN = re.compile(r"[\x00-\x20#%&/:<>?@\[\\\]^|\x7f]|^[.。]|[.。]{2}")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def absolute(link: str, base: str) -> str | None:
    """The absolute http(s) address of a link found at `base`, or None where it is no web address."""
    link = _WRAPPING.sub("", link).strip()
    if _UNSTORABLE.search(link):
        return None
    try:
        url = urljoin(base, link).strip()  # it drops an empty ? or # at the end, which may have stood behind spaces
        parts = urlsplit(url)
        parts.port  # noqa: B018  raises for a port that is none
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and _has_host(parts) else None


def canonicalize(url: str) -> str:
    """The canonical form of a web address; what is none is returned as it is.

    Host in lower case and punycode, without www., m., mobile., amp.; no default port, there https for http; no idle
    arguments, the others sorted; no fragment (but for `#!` and `#/`, which are routes); no index file, no trailing or
    double slash, no session; the page itself for its AMP and print views.
    """
    try:
        parts = urlsplit(_original(url))
        if parts.scheme not in ("http", "https") or not _has_host(parts):
            return url
        # w3lib leaves what follows a ; in the last name as it is; the slash makes that name one like the others.
        whole = parts._replace(path=f"{parts.path}/").geturl()
        parts = urlsplit(canonicalize_url(whole, keep_fragments=True))
        is_default = parts.port in (None, _DEFAULT_PORTS[parts.scheme])
    except ValueError:
        return url
    scheme, netloc = ("https", _host(parts)) if is_default else (parts.scheme, f"{_host(parts)}:{parts.port}")
    found = SplitResult(scheme, netloc, _path(parts.path), _query(parts.query), _route(parts.fragment)).geturl()
    return canonicalize(found) if _AMP_COPY.fullmatch(found) else found


def is_front_page(url: str) -> bool:
    """Whether a web address is that of a whole site."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and parts.path in ("", "/") and not parts.query


def host(url: str) -> str:
    """The host of an address in lower case, empty where there is none."""
    return (urlsplit(url).hostname or "").lower()


def _has_host(parts: SplitResult) -> bool:
    name = parts.hostname or ""
    is_domain = not _NO_DOMAIN.search(unicodedata.normalize("NFKC", name))
    # A browser takes a backslash for the end of the host. An IPv6 address is checked as the URL is split.
    return "\\" not in parts.netloc and name != "" and (is_domain or ":" in name)


def _original(url: str) -> str:
    """The address that a cache of AMP pages serves, else the address itself."""
    url = _ESCAPED_AMPERSAND.sub("&", f"https:{url}" if url.startswith("//") else url)
    url = _STRAY_PERCENT.sub("%25", url)
    while copy := _AMP_COPY.fullmatch(url):
        url = f"https://{copy[1]}"
    return url


def _host(parts: SplitResult) -> str:
    name = (parts.hostname or "").rstrip(".")
    return f"[{name}]" if ":" in name else _SAME_SITE.sub("", name)


def _path(path: str) -> str:
    names = [name for name in _SESSION.sub("", path).split("/") if name]
    while names:
        if _INDEX_FILE.fullmatch(names[-1]) or (names[-1] in ("amp", "print") and _names_article(*names[-2:-1])):
            names.pop()
        elif file := _AMP_FILE.fullmatch(names[-1]):
            names[-1] = file[1] + (file[2] or "")
        else:
            break
    folders = len(list(takewhile("amp".__eq__, names))) if _names_article(*names[-1:]) else 0
    return "/" + "/".join(names[folders:])


def _names_article(name: str = "") -> bool:
    return _ARTICLE_NAME.fullmatch(_ENCODED.sub("", name)) is not None


def _query(query: str) -> str:
    return "&".join(argument for argument in query.split("&") if not _IDLE_ARGUMENT.fullmatch(argument))


def _route(fragment: str) -> str:
    fragment = fragment.partition(":~:")[0]
    return fragment if _ROUTE.match(fragment) else ""
