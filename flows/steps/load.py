"""Load: make articles of bodies, fold them into stories, store them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from db import articles, captures, pages
from db.captures import PageToLoad
from db.locks import lock_folding
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.articles import build_article
from pipeline.discover.urls import is_front_page
from pipeline.extract.extract import extract
from pipeline.fold.fingerprint import fingerprint
from pipeline.fold.judge import judge
from pipeline.models import Article, Fingerprint, NotAnArticle, Options, Outcome, Reason, Verdict
from pipeline.topic.lexicon import Lexicon
from pipeline.topic.relevance import Relevance, relevance


def load(env: Environment, scope: Scope, page_ids: Sequence[int]) -> None:
    """Make articles of bodies, fold them into stories, and store them: all of the batch in one transaction."""
    with env.engine.begin() as conn:
        captured = captures.pages_to_load(conn, page_ids)
    made = [(page, _make(page, env.lexicon(page.source.options.topic), now=env.now())) for page in captured]
    with env.engine.begin() as conn:
        lock_folding(conn)
        captures.lock_pages(conn, page_ids)
        for page, one in made:
            _load_one(conn, env, scope, page, one)


@dataclass(frozen=True, slots=True)
class _Made:
    """An article that was made of a body, with its fingerprint."""

    article: Article
    body_hash: str
    fingerprint: Fingerprint
    relevance: Relevance


def _make(page: PageToLoad, lexicon: Lexicon, *, now: datetime) -> _Made | NotAnArticle:
    if is_front_page(page.capture.url) and not is_front_page(page.entry.url):
        return NotAnArticle(Reason.FRONT_PAGE, "the address led to the site's front page")
    document = extract(page.capture, language_hint=page.source.language, now=now)
    if isinstance(document, NotAnArticle):
        return document
    article = build_article(page.entry, page.capture, document, now=now)
    body_hash = hashlib.sha256(page.capture.body).hexdigest()
    marks = fingerprint(article.text, title=article.title, language=article.language)
    return _Made(article, body_hash, marks, relevance(article.title, article.text, article.language, lexicon))


def _load_one(conn: Connection, env: Environment, scope: Scope, page: PageToLoad, made: _Made | NotAnArticle) -> None:
    if isinstance(made, NotAnArticle):
        pages.settle(conn, scope.run_id, page.id, Outcome.SKIPPED, made.reason, made.detail)
        return
    topic = page.source.options.topic
    threshold = _threshold(env, page.source.options) if topic else 0.0
    pages.keep_relevance(conn, page.id, made.relevance)
    stored = articles.article_of_page(conn, page.id)
    if stored is not None:
        _load_again(conn, scope, page, stored, made)
    elif not scope.admits(made.article.published_at):
        pages.settle(conn, scope.run_id, page.id, Outcome.SKIPPED, Reason.OUTSIDE_RANGE)
    elif made.relevance.score < threshold:
        detail = f"relevance {made.relevance.score:.2f} of at least {threshold:.2f} for topic {topic}"
        pages.settle(conn, scope.run_id, page.id, Outcome.SKIPPED, Reason.OFF_TOPIC, detail)
    elif articles.is_known_address(conn, made.article.canonical_url):
        pages.settle(conn, scope.run_id, page.id, Outcome.SKIPPED, Reason.SAME_PAGE, made.article.canonical_url)
    else:
        verdict = _fold(conn, env, made)
        articles.add_article(
            conn, page.id, page.source_id, made.article, made.body_hash, made.fingerprint, verdict, env.now()
        )
        pages.settle(conn, scope.run_id, page.id, Outcome.FOLDED if verdict else Outcome.LOADED)


def _threshold(env: Environment, options: Options) -> float:
    return env.lexicon(options.topic).threshold if options.threshold is None else options.threshold


def _load_again(conn: Connection, scope: Scope, page: PageToLoad, stored: articles.StoredArticle, made: _Made) -> None:
    if (stored.text, stored.title) == (made.article.text, made.article.title):
        articles.mark_same_text(conn, stored.id, made.body_hash)
        pages.settle(conn, scope.run_id, page.id, Outcome.UNCHANGED)
    else:
        articles.revise_article(conn, stored, made.article, made.body_hash, made.fingerprint)
        pages.settle(conn, scope.run_id, page.id, Outcome.LOADED, "revised")


def _fold(conn: Connection, env: Environment, made: _Made) -> Verdict | None:
    article = made.article
    window = timedelta(days=env.settings.window_days)
    found = articles.candidates(conn, made.fingerprint, article.published_at or env.now(), window=window)
    return judge(made.fingerprint, article.text, article.language, found)
