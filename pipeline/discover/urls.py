"""Canonical URL: equal for all addresses of one page, and only for those.

A false merge hides an article for ever, a missed one costs a row that folds by its text. So whatever may carry content
stays: other query arguments, the case of a path, `%2F`, sub-domains.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urljoin, urlsplit

from w3lib.url import canonicalize_url, url_query_cleaner

# Arguments that say how a reader came, never what the page shows. `ref` and `source` are content on too many sites.
_TRACKING = re.compile(
    r"^(utm_\w+|mtm_\w+|pk_\w+|hsa_\w+|_hs\w+|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|li_fat_id"
    r"|mc_cid|mc_eid|mkt_tok|oly_\w+_id|vero_id|_openstat|spm|wt_mc|cmpid|ocid|at_medium|at_campaign|__twitter_impression)$",
    re.IGNORECASE,
)
# Line ends and tabs inside a link are a feed's line wrapping: the URL standard drops them.
_WRAPPING = re.compile(r"[\t\n\r]")
_UNSTORABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_INDEX_FILE = re.compile(r"/index\.(html?|php|aspx?)/*$", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}


def absolute(link: str, base: str) -> str | None:
    """The absolute http(s) address of a link found at `base`, or None where it is no web address."""
    link = _WRAPPING.sub("", link).strip()
    if _UNSTORABLE.search(link):
        return None
    try:
        url = urljoin(base, link)
        parts = urlsplit(url)
        parts.port  # noqa: B018  raises for a port that is none
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def canonicalize(url: str) -> str:
    """The canonical form of a web address; any other URI is returned as it is.

    Host in lower case and punycode, no default port, there https for http, no tracking arguments, the others sorted, no
    fragment (but for `#!` and `#/`, which are routes), no index file, no trailing slash.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return url
    keep_fragment = parts.fragment.startswith(("!", "/"))
    tracking = [name for name in _argument_names(parts.query) if _TRACKING.match(name)]
    if tracking:
        url = url_query_cleaner(url, tracking, remove=True, unique=False, keep_fragments=keep_fragment)
    parts = urlsplit(canonicalize_url(url, keep_fragments=keep_fragment))
    path = _INDEX_FILE.sub("/", parts.path).rstrip("/") or "/"
    is_default = parts.port in (None, _DEFAULT_PORTS[parts.scheme])
    scheme, netloc = ("https", _host(parts)) if is_default else (parts.scheme, f"{_host(parts)}:{parts.port}")
    return parts._replace(scheme=scheme, netloc=netloc, path=path).geturl()


def is_front_page(url: str) -> bool:
    """Whether a web address is that of a whole site."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and parts.path in ("", "/") and not parts.query


def host(url: str) -> str:
    """The host of an address in lower case, empty where there is none."""
    return (urlsplit(url).hostname or "").lower()


def _argument_names(query: str) -> list[str]:
    return [argument.partition("=")[0] for argument in query.split("&") if argument]


def _host(parts: SplitResult) -> str:
    name = parts.hostname or ""
    return f"[{name}]" if ":" in name else name
