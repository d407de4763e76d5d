"""Pages as real content management systems lay them out, with their chrome in the language of the text."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from html import escape
from pathlib import Path

_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
CHROME: dict[str, str] = _DATA["chrome"]
BESIDE: dict[str, str] = _DATA["beside"]
RTL = frozenset(["ar", "ur", "fa", "he"])


class Chrome:
    """A language's words on the page around the article."""

    def __init__(self, language: str) -> None:
        words = [escape(word) for word in CHROME[language].split("|")]
        self.sections, self.also, self.share, self.comments, self.rights, self.letter = words[:4], *words[4:]
        self.headline, self.remark, self.cookies = (escape(part) for part in BESIDE[language].split("|"))
        self.html = f'<html lang="{language}" dir="{"rtl" if language in RTL else "ltr"}">'

    def links(self, tag: str) -> str:
        """The sections as links, each in an element of its own."""
        return "".join(f'<{tag}><a href="/s/{n}">{name}</a></{tag}>' for n, name in enumerate(self.sections))

    def teasers(self, tag: str) -> str:
        """Links to other articles, as long as headlines are."""
        return "".join(
            f'<{tag}><a href="/a/{n}">{name}: {self.also} {self.sections[-n]} {self.comments} {n}</a></{tag}>'
            for n, name in enumerate(self.sections)
        )


def _paragraphs(text: str, tag: str = "p") -> str:
    return "\n".join(f"<{tag}>{escape(part)}</{tag}>" for part in text.split("\n\n"))


def blog_theme(title: str, text: str, chrome: Chrome) -> str:
    """A classic blog theme: entry-content, a sidebar of widgets, a comment form."""
    return f"""<!DOCTYPE html>{chrome.html}<head><title>{title}</title></head><body class="single single-post">
<div id="page"><header id="masthead"><ul class="menu">{chrome.links("li")}</ul></header>
<div id="primary"><article class="post hentry"><h1 class="entry-title">{title}</h1>
<div class="entry-meta"><time datetime="2026-02-03T10:00:00+00:00">2026-02-03</time></div>
<div class="entry-content">{_paragraphs(text)}<div class="sharedaddy"><a href="#f">{chrome.share}</a></div></div>
</article><div id="comments" class="comments-area"><h3>{chrome.comments}</h3><form><textarea></textarea></form></div>
</div><div id="secondary" class="widget-area"><section class="widget"><h2>{chrome.also}</h2>
<ul>{chrome.teasers("li")}</ul>
</section></div><footer id="colophon"><p>© 2026 {chrome.rights}</p></footer></div></body></html>"""


def newspaper(title: str, text: str, chrome: Chrome) -> str:
    """A newspaper on a modular system: regions, blocks, field wrappers, a newsletter box within the text."""
    first, _, rest = text.partition("\n\n")
    return f"""<!DOCTYPE html>{chrome.html}<head><title>{title}</title><meta property="og:title" content="{title}">
<meta property="og:type" content="article"></head><body class="node-type-article">
<div class="region region-header"><nav class="block block-menu"><ul>{chrome.links("li")}</ul></nav></div>
<div class="region region-content"><div class="node node-article"><h1 class="page-header">{title}</h1>
<div class="field field-name-body field-type-text-with-summary"><div class="field-items"><div class="field-item even">
{_paragraphs(first)}<aside class="newsletter"><a href="/letter">{chrome.letter}</a></aside>{_paragraphs(rest)}
</div></div></div></div>
<div class="block block-views related"><h3>{chrome.also}</h3>{chrome.teasers("div")}
</div></div><div class="region region-footer"><p>{chrome.rights}</p><ul>{chrome.links("li")}</ul></div></body></html>"""


def div_soup(title: str, text: str, chrome: Chrome) -> str:
    """A page rendered by scripts: hashed class names, divs and spans only, state in a script at the end."""
    lines = "".join(f'<div class="css-1x{n}"><span>{escape(p)}</span></div>' for n, p in enumerate(text.split("\n\n")))
    return f"""<!DOCTYPE html>{chrome.html}<head><title>{title}</title></head><body><div id="root"><div class="css-9f1">
<div class="css-a0">{chrome.links("div")}</div><div class="css-b7"><div class="css-c2"><h1>{title}</h1></div>
<div class="css-d4">{lines}</div><div class="css-e1"><span>{chrome.share}</span></div></div>
<div class="css-f8"><div>{chrome.also}</div>{chrome.teasers("div")}</div><div class="css-g3">{chrome.rights}</div>
</div></div><script>window.__STATE__={{"title":"x","items":[1,2,3]}}</script></body></html>"""


def hosted_blog(title: str, text: str, chrome: Chrome) -> str:
    """A hosted blog: one post body with line breaks for paragraphs, gadgets beside it."""
    body = "<br /><br />".join(map(escape, text.split("\n\n")))
    return f"""<!DOCTYPE html>{chrome.html}<head><title>{title}</title></head><body><div class="content-outer">
<div class="tabs"><ul>{chrome.links("li")}</ul></div><div class="main section" id="main"><div class="blog-posts hfeed">
<div class="post hentry"><h3 class="post-title entry-title">{title}</h3>
<div class="post-body entry-content" id="post-body-1">{body}<div style="clear: both;"></div></div>
<div class="post-footer"><a href="#">{chrome.share}</a></div></div></div></div>
<div class="sidebar section"><div class="widget PopularPosts"><h2>{chrome.also}</h2>
<ul>{chrome.teasers("li")}</ul></div>
</div><div class="footer-outer">{chrome.rights}</div></div></body></html>"""


def table_site(title: str, text: str, chrome: Chrome) -> str:
    """A site laid out by tables: upper-case tags, font elements, no classes."""
    body = "<BR><BR>".join(map(escape, text.split("\n\n")))
    return f"""{chrome.html}<HEAD><TITLE>{title}</TITLE></HEAD><BODY BGCOLOR="#FFFFFF"><TABLE WIDTH="100%" BORDER="0">
<TR>{chrome.links("TD")}</TR></TABLE><TABLE WIDTH="760"><TR><TD WIDTH="160" VALIGN="top"><TABLE>
<TR><TD><B>{chrome.also}</B></TD></TR>{"".join(f"<TR>{part}</TR>" for part in [chrome.teasers("TD")])}</TABLE></TD>
<TD VALIGN="top"><FONT SIZE="5"><B>{title}</B></FONT><BR><BR><FONT SIZE="2">{body}</FONT></TD></TR></TABLE>
<CENTER><FONT SIZE="1">{chrome.rights}</FONT></CENTER></BODY></HTML>"""


def mobile_page(title: str, text: str, chrome: Chrome) -> str:
    """An accelerated mobile page: custom elements, a drawer, an ad between paragraphs."""
    parts = "\n<amp-ad width=300 height=250></amp-ad>".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n"))
    return f"""<!doctype html>{chrome.html.replace("<html", "<html ⚡")}<head><meta charset="utf-8">
<title>{title}</title>
</head><body><amp-sidebar id="drawer" layout="nodisplay"><ul>{chrome.links("li")}</ul></amp-sidebar>
<main><article class="amp-wp-article"><header><h1 class="amp-wp-title">{title}</h1></header>
<div class="amp-wp-article-content">{parts}</div><footer><amp-social-share type="x"></amp-social-share>
</footer></article>
</main><section class="amp-related"><h3>{chrome.also}</h3><ul>{chrome.teasers("li")}</ul></section>
<footer class="amp-wp-footer"><p>{chrome.rights}</p></footer></body></html>"""


LAYOUTS: tuple[Callable[[str, str, Chrome], str], ...] = (
    blog_theme,
    newspaper,
    div_soup,
    hosted_blog,
    table_site,
    mobile_page,
)

# Title and text of our own short article, by language.
OWN_TEXTS = {name: (article["title"], article["text"]) for name, article in _DATA["article"].items()}
