"""Pages whose article is beset: boxes between its paragraphs, more text below it than in it, unusual paragraphs."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape

from unit.extract.layouts import Chrome


def _parts(text: str) -> list[str]:
    return [escape(part) for part in text.split("\n\n")]


def _paragraphs(text: str, between: str = "\n") -> str:
    return between.join(f"<p>{part}</p>" for part in _parts(text))


def _page(title: str, chrome: Chrome, main: str, head: str = "", below: str = "") -> str:
    return f"""<!DOCTYPE html>{chrome.html}<head><meta charset="utf-8"><title>{title}</title>{head}</head><body>
<header><nav><ul>{chrome.links("li")}</ul></nav></header>{main}{below}
<footer><ul>{chrome.links("li")}</ul><p>© 2026 {chrome.rights}</p></footer></body></html>"""


def block_theme(title: str, text: str, chrome: Chrome) -> str:
    """A theme of blocks, with a query of other posts, each with its beginning, below."""
    others = "".join(
        f'<li class="wp-block-post post"><h3 class="wp-block-post-title"><a href="/a/{n}">{name}: {chrome.headline}</a>'
        f'</h3><div class="wp-block-post-excerpt"><p>{chrome.remark} […]</p></div></li>'
        for n, name in enumerate(chrome.sections)
    )
    return f"""<!DOCTYPE html>{chrome.html}<head><title>{title}</title></head><body class="wp-singular single">
<div class="wp-site-blocks"><header class="wp-block-template-part"><div class="wp-block-group alignwide">
<ul class="wp-block-navigation__container">{chrome.links("li")}</ul></div></header>
<main class="wp-block-group is-layout-flow"><h1 class="wp-block-post-title">{title}</h1>
<div class="wp-block-post-date"><time datetime="2026-02-03T10:00:00+00:00">2026-02-03</time></div>
<div class="entry-content wp-block-post-content is-layout-constrained">{_paragraphs(text)}</div>
<div class="wp-block-group"><h2 class="wp-block-heading">{chrome.also}</h2><div class="wp-block-query">
<ul class="wp-block-post-template">{others}</ul></div></div></main>
<footer class="wp-block-template-part"><p>{chrome.rights}</p></footer></div></body></html>"""


def membership_blog(title: str, text: str, chrome: Chrome) -> str:
    """A blog with members: a canvas of paragraphs, a call to sign up in it, a feed of cards below."""
    cards = "".join(
        f'<article class="gh-card post"><a class="gh-card-link" href="/{n}/"><h3 class="gh-card-title">{name}: '
        f'{chrome.headline}</h3><p class="gh-card-excerpt">{chrome.remark}</p></a></article>'
        for n, name in enumerate(chrome.sections)
    )
    first, _, rest = text.partition("\n\n")
    signup = (
        f'<div class="kg-card kg-signup-card"><h2>{chrome.letter}</h2><form><input><button>OK</button></form></div>'
    )
    return _page(
        title,
        chrome,
        f"""<main class="gh-main"><article class="gh-article post"><header class="gh-article-header gh-canvas">
<h1 class="gh-article-title">{title}</h1></header><section class="gh-content gh-canvas">
{_paragraphs(first)}{signup}{_paragraphs(rest)}</section></article>
<section class="gh-container"><div class="gh-container-inner"><h2>{chrome.also}</h2><div class="gh-feed">{cards}</div>
</div></section></main>""",
    )


def state_in_script(title: str, text: str, chrome: Chrome) -> str:
    """A page rendered on a server, with all of its content again in a script."""
    elements = [{"type": "text", "content": part} for part in text.split("\n\n")]
    state = json.dumps({"headlines": {"basic": title}, "content_elements": elements}).replace("<", "\\u003c")
    body = "".join(f'<p class="c-paragraph" data-chain="{n}">{part}</p>' for n, part in enumerate(_parts(text)))
    return _page(
        title,
        chrome,
        f"""<div id="fusion-app"><div class="c-stack b-single-chain"><h1 class="c-heading">{title}</h1>
<article class="b-article-body">{body}</article><div class="c-stack b-results-list">{chrome.teasers("div")}</div></div>
</div><script>Fusion.globalContent={state};</script>""",
    )


def bare_body(title: str, text: str, chrome: Chrome) -> str:
    """Text right in the body, with line breaks between paragraphs."""
    body = "<br><br>\n".join(_parts(text))
    return f"""{chrome.html}<head><title>{title}</title></head><body>{chrome.links("span")}<hr><h1>{title}</h1>
{body}<br><br><hr>© 2026 {chrome.rights}</body></html>"""


def lines_in_div(title: str, text: str, chrome: Chrome) -> str:
    """One div with line breaks for paragraphs, in an unnamed frame."""
    body = "<br/>\n<br/>\n".join(_parts(text))
    return _page(
        title,
        chrome,
        f"<div><div><h2>{title}</h2><div>2026-02-03 10:00</div><div>{body}</div><div>{chrome.share}</div></div>"
        f"<div><h4>{chrome.also}</h4>{chrome.teasers('div')}</div></div>",
    )


def unclosed_paragraphs(title: str, text: str, chrome: Chrome) -> str:
    """Upper-case tags, paragraphs that nothing closes, all centred."""
    return f"""{chrome.html}<HEAD><TITLE>{title}</TITLE></HEAD><BODY><CENTER><H2>{title}</H2></CENTER>
{"".join(f"<P>{part}" for part in _parts(text))}
<HR><A HREF="/">{chrome.sections[0]}</A> {chrome.rights}</BODY></html>"""


def notice_in_main(title: str, text: str, chrome: Chrome) -> str:
    """A notice of cookies within the main part."""
    notice = f'<div id="cookie-notice" role="dialog"><p>{chrome.cookies}</p><button>OK</button></div>'
    return _page(title, chrome, f"<main>{notice}<h1>{title}</h1><div class='body'>{_paragraphs(text)}</div></main>")


def share_bars(title: str, text: str, chrome: Chrome) -> str:
    """A bar to share by, and a space for an advertisement, between any two paragraphs."""
    bar = (
        f'<ul class="social-bar"><li><a href="#f">Facebook</a></li><li><a href="#x">X</a></li>'
        f'<li><a href="#w">WhatsApp</a></li><li><span>{chrome.share}</span></li></ul><div class="ad-slot"></div>'
    )
    return _page(title, chrome, f"<article><h1>{title}</h1>{bar}{_paragraphs(text, bar)}{bar}</article>")


def read_also_boxes(title: str, text: str, chrome: Chrome) -> str:
    """A box that leads to another article between any two paragraphs."""
    box = f'<div class="inline-box"><span>{chrome.also}</span><a href="/a/1">{chrome.headline}</a></div>'
    return _page(title, chrome, f'<article><h1>{title}</h1><div class="story">{_paragraphs(text, box)}</div></article>')


def read_also_paragraphs(title: str, text: str, chrome: Chrome) -> str:
    """A paragraph that is nothing but a link to another article between any two."""
    box = f'<p><strong>{chrome.also}: <a href="/a/1">{chrome.headline}</a></strong></p>'
    return _page(title, chrome, f'<div class="post"><h1>{title}</h1>{_paragraphs(text, box)}</div>')


def long_teasers(title: str, text: str, chrome: Chrome) -> str:
    """A grid of other articles below, with more text than the article has."""
    cards = "".join(
        f'<div class="card"><h3><a href="/a/{n}">{chrome.headline} {n}</a></h3><p>{chrome.remark}</p></div>'
        for n in range(12)
    )
    return _page(
        title,
        chrome,
        f'<main><article><h1>{title}</h1><div class="text">{_paragraphs(text)}</div></article></main>',
        below=f'<section class="more"><h2>{chrome.also}</h2><div class="grid">{cards}</div></section>',
    )


def long_comments(title: str, text: str, chrome: Chrome) -> str:
    """Comments of readers below, with more text than the article has."""
    said = "".join(
        f'<li class="comment" id="comment-{n}"><div class="comment-author">Sam {n}</div><time>2026-02-03</time>'
        f'<div class="comment-content"><p>{chrome.remark} {n}. {chrome.remark}</p></div></li>'
        for n in range(12)
    )
    return _page(
        title,
        chrome,
        f"""<article><h1>{title}</h1><div class="text">{_paragraphs(text)}</div></article>
<section id="comments"><h2>{chrome.comments} (12)</h2><ol class="comment-list">{said}</ol></section>""",
    )


def live_blog(title: str, text: str, chrome: Chrome) -> str:
    """Entries with their times, the newest first."""
    entries = "".join(
        f'<div class="live-entry" id="e{n}"><time datetime="2026-02-03T1{n % 10}:30:00Z">1{n % 10}:30</time>'
        f"<div class='live-entry-body'><p>{part}</p></div></div>"
        for n, part in enumerate(_parts(text))
    )
    return _page(title, chrome, f'<main><h1>{title}</h1><div class="live-feed">{entries}</div></main>')


def interview_list(title: str, text: str, chrome: Chrome) -> str:
    """Questions and answers as a list of definitions."""
    tags = ("dt", "dd")
    pairs = "".join(f"<{tags[n % 2]}>{part}</{tags[n % 2]}>" for n, part in enumerate(_parts(text)))
    return _page(title, chrome, f"<article><h1>{title}</h1><dl>{pairs}</dl></article>")


def interview(title: str, text: str, chrome: Chrome) -> str:
    """Questions in bold, answers below."""
    lines = "".join(
        f"<p><strong>{part}</strong></p>" if n % 2 == 0 else f"<p>{part}</p>" for n, part in enumerate(_parts(text))
    )
    return _page(title, chrome, f'<article><h1>{title}</h1><div class="qa">{lines}</div></article>')


def press_release(title: str, text: str, chrome: Chrome) -> str:
    """One paragraph, and the rest as a list of points."""
    first, *points = _parts(text)
    listed = "".join(f"<li>{point}</li>" for point in points)
    return _page(title, chrome, f'<div class="release"><h1>{title}</h1><p>{first}</p><ul>{listed}</ul></div>')


def headline_in_caption(title: str, text: str, chrome: Chrome) -> str:
    """The headline in the caption of the picture above."""
    return _page(
        title,
        chrome,
        f"""<article><figure><img src="/p.jpg" alt=""><figcaption><h1>{title}</h1></figcaption></figure>
<div class="content">{_paragraphs(text)}</div></article>""",
    )


def site_builder(title: str, text: str, chrome: Chrome) -> str:
    """A site builder: styles in each element, paragraphs of spans, empty ones between."""
    lines = '<p class="f8" style="line-height:1.8em"><span class="wixGuard">\u200b</span></p>'.join(
        f'<p class="f8" style="line-height:1.8em"><span style="letter-spacing:0"><span>{part}</span></span></p>'
        for part in _parts(text)
    )
    return _page(
        title,
        chrome,
        f'<div id="SITE_CONTAINER"><section><div class="w1"><h1 class="f0"><span>{title}</span></h1></div>'
        f'<div class="w2">{lines}</div></section><section><div>{chrome.teasers("p")}</div></section></div>',
    )


def drop_cap(title: str, text: str, chrome: Chrome) -> str:
    """The first letter apart, and words of the first paragraph linked."""
    first, *rest = _parts(text)
    words = first.split(" ")
    linked = " ".join(f'<a href="/t/{n}">{word}</a>' if n % 9 == 4 else word for n, word in enumerate(words))
    start = linked[:1]
    opening = f'<p><span class="dropcap">{start}</span>{linked[1:]}</p>' if start.isalpha() else f"<p>{linked}</p>"
    return _page(
        title,
        chrome,
        f"<article><h1>{title}</h1><section>{opening}{''.join(f'<p>{part}</p>' for part in rest)}</section></article>",
    )


def author_box(title: str, text: str, chrome: Chrome) -> str:
    """A word on the author and a call for letters in the article's own element, below its text."""
    return _page(
        title,
        chrome,
        f"""<article class="post"><h1>{title}</h1><div class="post-text">{_paragraphs(text)}</div>
<div class="author-bio"><img src="/a.jpg" alt=""><p>{chrome.remark}</p></div>
<div class="newsletter-signup"><h4>{chrome.letter}</h4><p>{chrome.cookies}</p></div></article>""",
    )


BUSY_LAYOUTS: tuple[Callable[[str, str, Chrome], str], ...] = (
    block_theme,
    membership_blog,
    state_in_script,
    bare_body,
    lines_in_div,
    unclosed_paragraphs,
    notice_in_main,
    share_bars,
    read_also_boxes,
    read_also_paragraphs,
    long_teasers,
    long_comments,
    live_blog,
    interview_list,
    interview,
    press_release,
    headline_in_caption,
    site_builder,
    drop_cap,
    author_box,
)
