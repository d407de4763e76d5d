"""Load: make articles of bodies, fold them into stories, store them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection

from db import articles, captures, fingerprints, pages
from db.captures import PageToLoad
from db.locks import lock_folding
from flows.making import Made, Material, load_lexicon
from flows.steps.clean import Marked, clean_again, clean_made, known_sites, mark_all
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.extract.text.site import restore
from pipeline.fold.fingerprint import fingerprint
from pipeline.fold.judge import judge
from pipeline.models import NotAnArticle, Options, Outcome, Reason, Verdict

_MARKED_AT_ONCE = 200


def load(env: Environment, scope: Scope, page_ids: Sequence[int]) -> None:
    """Make articles of bodies, fold them into stories, and store them: all of the batch in one transaction."""
    with env.engine.begin() as conn:
        captured = captures.pages_to_load(conn, page_ids)
    made = list(env.make([_material(env, page) for page in captured]))
    with env.engine.begin() as conn:
        seen = known_sites(conn, page_ids, [one.article for one in made if isinstance(one, Made)])
    cleaned = [clean_made(one, seen) if isinstance(one, Made) else one for one in made]
    marked = mark_all(env, cleaned)
    _mark_missing(env)
    with env.engine.begin() as conn:
        lock_folding(conn)
        captures.lock_pages(conn, page_ids)
        for page, one in zip(captured, marked, strict=True):
            _load_one(conn, env, scope, page, one)
        clean_again(conn, env, seen)


def _mark_missing(env: Environment) -> None:
    """Make the fingerprints that an earlier version of newsfold left to be made."""
    while True:
        with env.engine.begin() as conn:
            lock_folding(conn)
            unmarked = fingerprints.missing(conn, limit=_MARKED_AT_ONCE)
            if not unmarked:
                return
            fingerprints.add(conn, [_marked(one) for one in unmarked])


def _marked(article: fingerprints.Unmarked) -> fingerprints.Marked:
    found = fingerprint(article.text, title=article.title, language=article.language)
    return fingerprints.Marked(article.article_id, article.dated_at, found)


def _material(env: Environment, page: PageToLoad) -> Material:
    lexicon = env.lexicon_paths(page.source.options.topic)
    return Material(page.entry, page.capture, page.source.language, lexicon, page.fetched_at or env.now())


def _load_one(conn: Connection, env: Environment, scope: Scope, page: PageToLoad, made: Marked | NotAnArticle) -> None:
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
        now = env.now()
        article_id = articles.add_article(conn, page.id, page.source_id, made.article, made.body_hash, verdict, now)
        fingerprints.add(conn, [fingerprints.Marked(article_id, made.article.published_at or now, made.fingerprint)])
        pages.settle(conn, scope.run_id, page.id, Outcome.FOLDED if verdict else Outcome.LOADED)


def _threshold(env: Environment, options: Options) -> float:
    return load_lexicon(env.lexicon_paths(options.topic)).threshold if options.threshold is None else options.threshold


def _load_again(conn: Connection, scope: Scope, page: PageToLoad, stored: articles.StoredArticle, made: Marked) -> None:
    whole_text = restore(made.article.text, made.article.cut)
    if (stored.whole_text, stored.title) == (whole_text, made.article.title):
        articles.mark_same_text(conn, stored.id, made.body_hash)
        pages.settle(conn, scope.run_id, page.id, Outcome.UNCHANGED)
    else:
        articles.revise_article(conn, stored, made.article, made.body_hash, made.fingerprint)
        pages.settle(conn, scope.run_id, page.id, Outcome.LOADED, "revised")


def _fold(conn: Connection, env: Environment, made: Marked) -> Verdict | None:
    article = made.article
    window = timedelta(days=env.settings.window_days)
    dated_at = article.published_at or env.now()
    [found] = fingerprints.candidates(conn, [(made.fingerprint, dated_at)], window=window)
    return judge(made.fingerprint, article.text, article.language, found)
