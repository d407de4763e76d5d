"""In which language and region a page writes its dates, as far as that tells day from month."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from pipeline.extract.claims.page import Page

# The language that each script is most often met in: none of them writes the month first.
_LANGUAGE_OF_SCRIPT = {
    "GREEK": "el",
    "CYRILLIC": "ru",
    "ARABIC": "ar",
    "HEBREW": "he",
    "DEVANAGARI": "hi",
    "BENGALI": "bn",
    "THAI": "th",
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "CJK": "zh",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "TAMIL": "ta",
    "TELUGU": "te",
}
# Two letters that are no country that writes the day first: sold to everybody, or America's.
_NOT_DAY_FIRST = frozenset(
    ["us", "ca", "ph", "io", "ai", "co", "me", "tv", "fm", "cc", "ws", "to", "ly", "gg", "im", "la", "am"]
)
_TAG = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]+)*", re.IGNORECASE)
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})\s?([/-])\s?(\d{1,2})\s?\2\s?\d{4}(?!\d)")
_SAMPLE_LETTERS = 60


def date_language(page: Page, title: str) -> str | None:
    """The BCP 47 tag by which the page's dates are read; None where nothing tells.

    The page's claim goes first. Where that is none, or English without a region, which templates say of anything, the
    script of the title tells, then the country of the address.
    """
    claims = (page.language_claim, page.first(["og:locale"]))
    tags = [one.replace("_", "-") for one in claims if one and _TAG.fullmatch(one)]
    claimed = next((tag for tag in tags if "-" in tag), tags[0] if tags else None)
    of_script = _LANGUAGE_OF_SCRIPT.get(_script(title))
    if of_script and (claimed is None or claimed.casefold().startswith("en")):
        return of_script
    if claimed is None or claimed.casefold() == "en":
        domain = (urlsplit(page.url).hostname or "").rpartition(".")[2]
        return f"{claimed or 'und'}-{domain}" if len(domain) == 2 and domain not in _NOT_DAY_FIRST else claimed
    return claimed


def order_in(lines: Iterable[str]) -> str | None:
    """The tag by which to read dates like 01/02/2026 beside lines in which some date tells day from month."""
    for line in lines:
        for first, _, second in _YEAR_LAST.findall(line):
            if int(first) > 12 >= int(second):
                return "en-GB"
            if int(second) > 12 >= int(first):
                return "en-US"
    return None


def _script(text: str) -> str:
    letters = [one for one in text if one.isalpha()][:_SAMPLE_LETTERS]
    scripts = Counter(unicodedata.name(one, "").split(" ")[0].split("-")[0] for one in letters)
    return scripts.most_common(1)[0][0] if scripts else ""
