"""Judge: articles get the fingerprints that the rules of now make of their texts, and are judged again."""

from __future__ import annotations

from collections.abc import Sequence

from db import fingerprints
from db.fingerprints import Marked
from db.locks import lock_folding
from db.stories import Cause
from flows.folding import fold, rules
from flows.making import Matter
from flows.steps.scope import Scope
from flows.wiring import Environment
from pipeline.models.folding import Fingerprint

WHY = "judged again"


def judge_again(env: Environment, scope: Scope, article_ids: Sequence[int]) -> None:
    """Fold articles again from their stored texts, in one transaction."""
    with env.engine.begin() as conn:
        read = fingerprints.unmarked(conn, article_ids)
    made = env.mark([Matter(one.text, (), one.title, one.language) for one in read])
    marks = {text: mark for text, mark in zip(read, made, strict=True) if isinstance(mark, Fingerprint)}
    with env.engine.begin() as conn:
        lock_folding(conn)
        # Whoever changed a text meanwhile made its fingerprint too.
        same = [one for one in fingerprints.unmarked(conn, article_ids) if one in marks]
        fingerprints.renew(conn, [Marked(one.article_id, one.dated_at, marks[one]) for one in same])
        fold(conn, rules(env.settings), article_ids, (), Cause(WHY, scope.run_id))
