"""What a page is, where it is no article: decided from what was extracted, the markup and the notices sites write.

Precision first: a real article may speak of paywalls, cookies or missing pages, be two sentences long, or be full of
links. So notices count only where hardly any other text is, and only in the place where a site would write them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from lxml.etree import LxmlError, iterwalk
from lxml.html import HtmlElement

from pipeline.extract.clean import count_letters, size_of
from pipeline.extract.kinds.notices import (
    BOT_PARTS,
    CONSENT_PARTS,
    MISSING_OPENINGS,
    MISSING_TITLES,
    PAYWALL_OPENINGS,
    SCRIPT_PARTS,
)
from pipeline.extract.text.markup import parse_markup
from pipeline.models.articles import Document
from pipeline.models.pages import NotAnArticle, Reason

# Sizes are those of `size_of`.
MUCH = 2_000
TEASER = 900
LITTLE = 600
A_LINE = 60
HEADLINE = 20
MANY = 8
_BEFORE_OPENING = 24
# Between a headline and its teaser may stand a date, a name and a section.
_TEASER_WITHIN = 3

_SEGMENTS = re.compile(r"\s[-–—|·•:»«/]\s|\s*[|»«]\s*|:\s|\s-\s")
_NUMBER_404 = re.compile(
    r"\b404\b|\bhttp\b|\berror\b|\berreur\b|\bfehler\b|\berrore\b|\berro\b|ошибка|помилка|błąd|خطأ|خطا|エラー|오류|错误|錯誤"
)
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")
# One pattern each: a search for what begins with a literal is ten times as fast as one for several things at once.
_ARTICLE_MARKS = (
    re.compile(r"article:published_time"),
    re.compile(r"og:type[\"']?\s+content=[\"']?article"),
    re.compile(r"content=[\"']?article[\"']?\s+property=[\"']?og:type"),
    re.compile(r"\"@type\"\s*:\s*(?:\[\s*)?\"(?:\w*NewsArticle|Article|BlogPosting|LiveBlogPosting|Report)\""),
)
_CLAIMS_OF_PRICE = (
    re.compile(r"isAccessibleForFree[\"']?\s*(?::|content=)\s*[\"']?(?:https?://schema\.org/)?(\w+)"),
    re.compile(r"article:content_tier[\"']?\s+content=[\"']?(\w+)"),
)
_INLINE = frozenset(
    ["a", "abbr", "b", "br", "code", "em", "font", "i", "mark", "small", "span", "strong", "sub", "sup", "time", "u"]
)
_UNSEEN = frozenset(["script", "style", "template", "svg", "title", "select"])
_FRAME = frozenset(["footer", "nav", "aside", "form"])
_CHALLENGE = re.compile(r"captcha|challenge|turnstile|cf[-_]chl|incapsula|datadome|ray id", re.IGNORECASE)
_ROOT_IDS = frozenset(["root", "app", "__next", "__nuxt", "react-root", "app-root", "ember-app", "main-app", "svelte"])
_CUT = re.compile(r"(?:\.\.\.|…|\[…\]|\[\.\.\.\])[\"'”»)\]]*$")
_CITED = re.compile(r"[«“„‚‘「『《\"][^\n]{1,80}?[»”“’」』》\"]")
_SENTENCE = re.compile(r"[.!?。!?।۔؟…]")
# What paragraphs of a page that asks for consent speak of, by the stems of the words.
_CONSENT_STEM = re.compile(
    r"cookie|consent|privac|gdpr|partner|advertis|personal data|vendor|einwillig|zustimm|datenschutz|werbung"
    r"|confidentialit|publicit|privacidad|datos personales|socios|anuncios|riservat|pubblicit|privacidade"
    r"|parceiros|toestemming|zgod[aęy]|prywatno|reklam|çerez|gizlilik|rıza|ortak|απόρρητ|συγκατάθεσ|соглас|куки"
    r"|конфиденц|реклам|партн|згод|приватн|موافق|خصوصي|ملفات تعريف|شركا|إعلان|کوکی|حریم خصوصی|رضایت|עוגיות|פרטיות"
    r"|同意|隐私|隱私|广告|クッキー|プライバシー|広告|동의|개인정보|쿠키|광고|सहमति|गोपनीयता|कुकी|निजता|विज्ञापन"
    r"|persetujuan|privasi|đồng ý|quyền riêng tư"
)


def not_an_article(html: str, found: Document | NotAnArticle) -> NotAnArticle | None:
    """Why a page is no article, or None where it may be one. `found` is what extraction took for its text."""
    text = found.text if isinstance(found, Document) else ""
    if _is_plain_article(html, text):
        return None
    try:
        page = _Page(html, text)
    except (LxmlError, ValueError):  # no document in the markup
        return None
    for decide in (_bot_wall, _consent, _soft_404, _js_shell, _paywall_stub, _index_page, _too_short):
        reason = decide(page)
        if reason is not None:
            return reason
    return None


def _is_plain_article(html: str, text: str) -> bool:
    """Whether a look at the text tells, so that the page need not be parsed again."""
    size = size_of(text)
    if size < TEASER or (size < MUCH and _is_closed(html)):
        return False
    # Neither notices nor teasers are paragraphs of this size.
    is_prose = _has_article_mark(html) or any(size_of(part) >= LITTLE for part in text.split("\n\n"))
    return is_prose and (size >= MUCH or not _parts_in((*_BOT, *_CONSENT, *_PAYWALL), [_fold(text)]))


def _has_article_mark(html: str) -> bool:
    return any(mark.search(html) for mark in _ARTICLE_MARKS)


def _is_closed(html: str) -> bool:
    claim = next((found[1] for pattern in _CLAIMS_OF_PRICE if (found := pattern.search(html))), "")
    return claim.lower() in ("false", "locked")


@dataclass
class _Page:
    """A page as the rules look at it: folded texts, and the tree where they need it."""

    html: str
    text: str

    def __post_init__(self) -> None:
        self.tree = parse_markup(self.html)
        self.paragraphs = [_fold(line) for line in self.text.split("\n\n") if line]
        self.size = size_of(self.text)
        self.has_mark = _has_article_mark(self.html)

    @cached_property
    def seen(self) -> list[str]:
        """The folded lines that a reader sees, `noscript` among them."""
        return [line for chunk in _chunks(self.tree, _UNSEEN) if (line := _fold(chunk))]

    @cached_property
    def seen_size(self) -> int:
        return size_of(" ".join(self.seen))

    @cached_property
    def lines(self) -> list[str]:
        """The extracted paragraphs; where hardly anything was extracted, what is seen."""
        return self.paragraphs if self.size >= A_LINE else self.seen

    @cached_property
    def lines_size(self) -> int:
        return size_of(" ".join(self.lines))

    @cached_property
    def headlines(self) -> list[str]:
        """The title and the first headings, folded."""
        heads = [*self.tree.iter("title"), *self.tree.iter("h1"), *self.tree.iter("h2")]
        return [_fold(str(head.text_content())) for head in heads[:4]]


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace("’", "'").replace("İ", "i").casefold().split())


def _chunks(tree: HtmlElement, unseen: frozenset[str]) -> list[str]:
    """What a tree shows, a piece for each block that is not blank."""
    pieces: list[list[str]] = [[]]
    walk = iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        if element.tag not in _INLINE and pieces[-1]:
            pieces.append([])
        if event == "start" and element.tag in unseen:
            walk.skip_subtree()
        elif text := element.tail if event == "end" else " " if element.tag == "br" else element.text:
            pieces[-1].append(text)
    return [chunk for piece in pieces if (chunk := "".join(piece)) and not chunk.isspace()]


_Phrases: TypeAlias = tuple[tuple[str, str], ...]


def _folded(phrases: tuple[str, ...]) -> _Phrases:
    """The phrases, each after the longest word within it, '' where there is none: what says the one has the other."""
    unique = dict.fromkeys(map(_fold, phrases))
    return tuple((max(phrase.split(" ")[1:-1], key=len, default=""), phrase) for phrase in unique)


# Looked for one by one: a pattern of hundreds of branches is ten times as slow.
_BOT = _folded(BOT_PARTS)
_CONSENT = _folded(CONSENT_PARTS)
_SCRIPT = _folded(SCRIPT_PARTS)
_MISSING = _folded(MISSING_OPENINGS)
_PAYWALL = _folded(PAYWALL_OPENINGS)
_MISSING_TITLES = frozenset(map(_fold, MISSING_TITLES))


def _parts_in(phrases: _Phrases, lines: list[str]) -> list[str]:
    """The phrases that are said and not cited, but those that are part of another one."""
    text = _CITED.sub('"', "\n".join(lines))
    words = {"", *text.split()}
    said = [phrase for word, phrase in phrases if word in words and phrase in text]
    return [phrase for phrase in said if not any(phrase != other and phrase in other for other in said)]


def _opening_in(phrases: _Phrases, lines: list[str]) -> str | None:
    """A phrase that one of the lines begins with, perhaps after a "Sorry,"."""
    said = _parts_in(phrases, lines)
    return next((phrase for phrase in said if any(_begins_with(phrase, line) for line in lines)), None)


def _begins_with(phrase: str, line: str) -> bool:
    at = line.find(phrase)
    return at == 0 or (0 < at <= _BEFORE_OPENING and line[:at].rstrip()[-1:] in ",.:;!?،؛。、,!-–—|")


def _prose_beside(said: list[str], lines: list[str]) -> str:
    """The sentences that stand in lines without these phrases."""
    return " ".join(line for line in lines if _SENTENCE.search(line) and not any(part in line for part in said))


def _bot_wall(page: _Page) -> NotAnArticle | None:
    if page.has_mark or page.lines_size > 2 * LITTLE or page.seen_size > MUCH:
        return None
    said = _parts_in(_BOT, [*page.headlines[:1], *page.lines])
    is_wall = len(said) >= 2 or (said and (page.seen_size < 2 * A_LINE or _CHALLENGE.search(page.html)))
    return NotAnArticle(Reason.BOT_WALL, said[0]) if is_wall else None


def _consent(page: _Page) -> NotAnArticle | None:
    if page.lines_size > 2 * MUCH:
        return None
    # The buttons of a notice are no prose, and a reader may leave them out.
    lines = page.seen if page.size < LITTLE else page.lines
    said = _parts_in(_CONSENT, lines)
    if len(said) < 2 or not any(_begins_with(part, line) for line in lines for part in said):
        return None
    other = _prose_beside(said, [line for line in lines if not _CONSENT_STEM.search(line)])
    return (
        NotAnArticle(Reason.CONSENT, said[0]) if size_of(other) <= (A_LINE if page.has_mark else 3 * A_LINE) else None
    )


def _soft_404(page: _Page) -> NotAnArticle | None:
    if page.size > LITTLE:
        return None
    title = next(filter(_names_missing_page, page.headlines), None)
    opening = _opening_in(_MISSING, page.lines[:12])
    other = size_of(_prose_beside(_parts_in(_MISSING, page.lines), page.lines))
    if other > 3 * A_LINE or (page.has_mark and not (title and opening)):
        return None
    return NotAnArticle(Reason.SOFT_404, title or opening or "") if title or opening else None


def _names_missing_page(headline: str) -> bool:
    for segment in [headline, *_SEGMENTS.split(headline)]:
        words = _NUMBER_404.sub(" ", segment)
        bare = _AROUND.sub("", words)
        if " ".join(bare.split()) in _MISSING_TITLES or (not bare and "404" in segment):
            return True
    return False


def _js_shell(page: _Page) -> NotAnArticle | None:
    asks = _parts_in(_SCRIPT, page.seen) if page.seen_size <= LITTLE else []
    if asks and size_of(_prose_beside(asks, page.paragraphs)) < A_LINE:
        return NotAnArticle(Reason.JS_SHELL, asks[0])
    if page.seen_size >= A_LINE:
        return None
    has_root = any(element.get("id") in _ROOT_IDS for element in page.tree.iter("div", "main", "section"))
    has_script = next(page.tree.iter("script"), None) is not None
    if has_root and has_script:
        return NotAnArticle(Reason.JS_SHELL, "an empty page and scripts")
    return None


def _paywall_stub(page: _Page) -> NotAnArticle | None:
    is_closed = _is_closed(page.html)
    if page.size >= (MUCH if is_closed else TEASER):
        return None
    notice = _opening_in(_PAYWALL, page.paragraphs[-3:])
    is_cut = bool(page.paragraphs and _CUT.search(page.paragraphs[-1]))
    if not (notice or is_cut or is_closed):
        return None
    shown = notice or _opening_in(_PAYWALL, page.seen)
    if notice or (shown and is_cut) or (is_closed and page.size < TEASER):
        return NotAnArticle(Reason.PAYWALL_STUB, shown or "not free, and only a teaser of it")
    return None


def _index_page(page: _Page) -> NotAnArticle | None:
    """A page of headlines that lead elsewhere, alone or each with its teaser, and no prose of its own."""
    if page.has_mark:
        return None
    links = [_fold(str(link.text_content())) for link in page.tree.iter("a")]
    headlines = {link for link in links if size_of(link) >= HEADLINE}
    if len(headlines) < MANY or size_of(" ".join(links)) * 3 < page.seen_size:
        return None
    joined = "\n".join(headlines)
    teasers: set[str] = set()
    own = 0
    since_headline = _TEASER_WITHIN
    for line in filter(None, map(_fold, _chunks(page.tree, _UNSEEN | _FRAME))):
        since_headline += 1
        if line in joined:
            since_headline = 0 if size_of(line) >= HEADLINE else since_headline
        elif since_headline <= _TEASER_WITHIN and HEADLINE <= size_of(line) < LITTLE:
            teasers.add(line)
            since_headline = _TEASER_WITHIN  # one for each
        elif _is_prose(line):
            own += size_of(line)
    text = [paragraph for paragraph in page.paragraphs if paragraph not in joined and paragraph not in teasers]
    if max(own, size_of(" ".join(text))) > (2 * A_LINE if len(teasers) >= MANY else A_LINE):
        return None
    return NotAnArticle(Reason.INDEX_PAGE, f"{len(headlines)} headlines that lead elsewhere")


def _is_prose(line: str) -> bool:
    size = size_of(line)
    return size >= 2 * A_LINE or (size >= A_LINE and bool(_SENTENCE.search(line)))


def _too_short(page: _Page) -> NotAnArticle | None:
    is_flash = page.size >= 2 * HEADLINE and _SENTENCE.search(page.text)
    if page.size >= A_LINE or is_flash or not page.seen_size:
        return None
    return NotAnArticle(Reason.TOO_SHORT, f"{count_letters(page.text)} letters")
