"""Cleaning: what recurs on a site is cut from the articles of a batch, and from earlier ones of the site."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from db import articles, sites
from db.articles import StoredArticle
from flows.making import Made, Matter
from flows.wiring import Environment
from pipeline.articles import clean, clean_article
from pipeline.discover.urls import host
from pipeline.extract.text.site import SiteBlocks, SitePage, learn_pages
from pipeline.models.articles import Article
from pipeline.models.folding import Fingerprint
from pipeline.models.pages import NotAnArticle
from pipeline.rules import EXTRACTION_RULES
from pipeline.topic.relevance import Relevance

Sites = Mapping[str, SiteBlocks]


@dataclass(frozen=True, slots=True)
class Marked:
    """A clean article, with what folding and filtering need of it."""

    article: Article
    body_hash: str
    relevance: Relevance
    fingerprint: Fingerprint


def known_sites(conn: Connection, page_ids: Sequence[int], made: Sequence[Article]) -> Sites:
    """What is known of the sites of a batch, by host: from earlier articles, and from those that were made of it."""
    pages = defaultdict[str, list[SitePage]](list)
    for article in made:
        if site := host(article.canonical_url):
            pages[site].append(SitePage.of(article.text))
    sites.keep_blocks(conn, sites.unread_texts(conn, sorted(pages)))
    wanted = {site: {block for page in pages[site] for block in page.blocks} for site in pages}
    known = sites.known_blocks(conn, wanted, without_pages=page_ids)
    return {site: learn_pages(pages[site], known[site]) for site in pages}


def clean_made(made: Made, seen: Sites, stored: StoredArticle | None) -> Made:
    """What was made of a body, its article cleaned; one that is of no site too, for its lead-ins. Where the page has
    an article of the same whole text by the same rules, that is as clean as it is to be.
    """
    if stored is None:
        return replace(made, article=clean_article(made.article, _site(made, seen)))
    site = SiteBlocks() if is_clean(made, stored) else _site(made, seen)
    return replace(made, article=clean_article(made.article, site, stored.cut))


def is_clean(made: Made, stored: StoredArticle) -> bool:
    """Whether a page's article is of the same whole text, and was made by the rules of now."""
    return stored.row["extraction_rules"] == EXTRACTION_RULES and stored.whole_text == made.article.text


def _site(made: Made, seen: Sites) -> SiteBlocks:
    return seen.get(host(made.article.canonical_url), SiteBlocks())


def mark_all(env: Environment, cleaned: Sequence[Made | NotAnArticle]) -> list[Marked | NotAnArticle]:
    """Each article with its fingerprint, or why it has none."""
    marks = iter(env.mark([_matter(one.article) for one in cleaned if isinstance(one, Made)]))
    return [one if isinstance(one, NotAnArticle) else _marked(one, next(marks)) for one in cleaned]


def _marked(made: Made, found: Fingerprint | NotAnArticle) -> Marked | NotAnArticle:
    if isinstance(found, NotAnArticle):
        return found
    return Marked(made.article, made.body_hash, made.relevance, found)


def _matter(article: Article) -> Matter:
    return Matter(article.text, article.lead_ins, article.title, article.language)


def clean_again(conn: Connection, env: Environment, seen: Sites) -> set[int]:
    """Cut from the latest articles of some sites what is now known to recur there; return which were changed.

    It asks for `db.locks.lock_folding` to be held. An article whose fingerprint cannot be had stays as it is.
    """
    found = [
        (old, clean(old.text, seen[old.host], old.cut))
        for old in sites.texts_with(conn, {site: seen[site].boilerplate for site in seen})
    ]
    changed = [(old, new) for old, new in found if new.cut != old.cut]
    marks = env.mark([Matter(new.text, new.lead_ins, old.title, old.language) for old, new in changed])
    cleaned = set()
    for (old, new), fingerprint in zip(changed, marks, strict=True):
        if isinstance(fingerprint, Fingerprint):
            articles.keep_cleaning(conn, old, new, fingerprint)
            cleaned.add(old.id)
    return cleaned
