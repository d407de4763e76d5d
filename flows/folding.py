"""Folding: what is like an article is looked for and judged, and the stories around it are made again."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, Engine

from db import embeddings, fingerprints, stories
from db.fingerprints import Marked, Unmarked
from db.locks import lock_folding
from db.stories import Cause, Move, Neighbourhood
from flows.embed import meanings
from pipeline.fold.fingerprint import fingerprint
from pipeline.fold.judge import Lead, judge, leads, log_odds_of
from pipeline.fold.stories.canonical import copies
from pipeline.fold.stories.grouping import group
from pipeline.fold.stories.moves import describe, name_groups
from pipeline.fold.stories.neighbours import missing_pairs, neighbourhoods
from pipeline.models.folding import Bond, Member
from pipeline.settings import Settings

_MARKED_AT_ONCE = 200
# Articles that an embedding model finds nearest are looked at besides those that share anchors.
NEIGHBOURS = 10


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides over stories: how far apart in time two versions may be, from which log-odds on they merge, and the
    embedding model that has a say, where there is one.
    """

    window: timedelta
    least_log_odds: float
    model: str | None = None


def rules(settings: Settings) -> Rules:
    """The rules that the settings make."""
    return Rules(timedelta(days=settings.window_days), log_odds_of(settings.merge_probability), settings.embeddings)


def fold(conn: Connection, rule: Rules, ids: Collection[int], newborn: Collection[int], cause: Cause) -> list[Move]:
    """Judge articles anew against all that the archive has like them, and make the stories around them again. Those of
    them that are `newborn` have never been in a story that anybody saw. Hold `db.locks.lock_folding`.
    """
    if not ids:
        return []
    find(conn, rule, ids)
    return regroup(conn, rule, ids, newborn, cause)


def find(conn: Connection, rule: Rules, ids: Collection[int]) -> None:
    """Judge articles against all that the archive has like them, and all that was found like them before; what is found
    now replaces what was.
    """
    before = stories.partners(conn, ids)
    articles = fingerprints.fingerprinted(conn, set(ids).union(*before.values()))
    dates = fingerprints.dates(conn, ids)
    asked = [(articles[i], dates[i]) for i in sorted(ids) if i in articles]
    candidates = fingerprints.candidates(conn, asked, window=rule.window) if asked else []
    near = embeddings.neighbours(conn, rule.model, dates, window=rule.window, limit=NEIGHBOURS) if rule.model else {}
    articles |= fingerprints.fingerprinted(conn, {i for others in near.values() for i in others} - articles.keys())
    others = {}
    for (article, _), likely in zip(asked, candidates, strict=True):
        known = before[article.article_id] | near.get(article.article_id, set())
        others[article.article_id] = {one.article_id: one for one in likely} | {
            i: articles[i] for i in known if i in articles
        }
    meant = meanings(conn, rule.model, others) if rule.model else {}
    found = leads([(articles[i], there[j]) for i, there in others.items() for j in sorted(there)], meanings=meant)
    stories.drop_bonds(conn, ids)
    stories.keep_bonds(conn, _judge(conn, found))
    stories.mark_judged(conn, ids)


def regroup(conn: Connection, rule: Rules, ids: Collection[int], newborn: Collection[int], cause: Cause) -> list[Move]:
    """Make the stories around some articles again, of all that was found between articles."""
    around = stories.neighbourhood(conn, ids, rule.least_log_odds)
    if len(around.members) < 2:
        return []
    members = {member.article_id: member for member in around.members}
    bonds = [*around.bonds, *_compare_all(conn, rule, around)]
    groups = group(around.members, bonds, rule.least_log_odds)
    moves = _moves(conn, members, groups)
    stories.move(conn, moves, newborn, cause)
    trees = [copy for found in groups for copy in copies([members[i] for i in found], bonds)]
    stories.replace_copies(conn, members.keys(), trees)
    return [one for one in moves if one.article_id not in newborn]


def _compare_all(conn: Connection, rule: Rules, around: Neighbourhood) -> list[Bond]:
    """What there is between articles that hang together by others and were never compared."""
    known = {(bond.one, bond.other) for bond in around.bonds}
    ids = [member.article_id for member in around.members]
    missing = [
        pair for found in neighbourhoods(ids, around.bonds, rule.least_log_odds) for pair in missing_pairs(found, known)
    ]
    articles = fingerprints.fingerprinted(conn, {one for first, others in missing for one in (first, *others)})
    meant = meanings(conn, rule.model, dict(missing)) if rule.model else {}
    compared = [
        (articles[first], articles[i])
        for first, others in missing
        for i in others
        if first in articles and i in articles
    ]
    found = leads(compared, -math.inf, meant)
    bonds = _judge(conn, found)
    stories.keep_bonds(conn, bonds)
    return bonds


def _judge(conn: Connection, found: Sequence[Lead]) -> list[Bond]:
    """The bonds of articles with those that their fingerprints lead to."""
    texts = fingerprints.texts(conn, {one.article_id for lead in found for one in (lead.article, lead.other)})
    return judge(found, texts)


def _moves(conn: Connection, members: dict[int, Member], groups: list[frozenset[int]]) -> list[Move]:
    """What moves so that each group is one story; new stories are made where one is needed."""
    before = {article_id: member.story_id for article_id, member in members.items()}
    named = name_groups(groups, before)
    new = iter(stories.new_stories(conn, sum(one.story_id is None for one in named)))
    after = {
        article_id: story_id
        for one in named
        for story_id in [next(new) if one.story_id is None else one.story_id]
        for article_id in one.articles
    }
    changes = describe(before, after)
    return [
        Move(article_id, before[article_id], story_id, changes[before[article_id], story_id])
        for article_id, story_id in sorted(after.items())
        if before[article_id] != story_id
    ]


def mark_missing(engine: Engine) -> None:
    """Make the fingerprints that an earlier version of newsfold left to be made."""
    while True:
        with engine.begin() as conn:
            lock_folding(conn)
            unmarked = fingerprints.missing(conn, limit=_MARKED_AT_ONCE)
            if not unmarked:
                return
            fingerprints.add(conn, [_marked(one) for one in unmarked])


def _marked(article: Unmarked) -> Marked:
    found = fingerprint(article.text, title=article.title, language=article.language)
    return Marked(article.article_id, article.dated_at, found)
