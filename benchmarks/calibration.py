"""How well the probabilities of translations hold: a reliability table, and the same with coefficients fitted without
the pair of languages they are tested on.

The pairs are those that share a rare anchor, so each of them is one that the judge is really asked about. A pair of
articles of which one has no `story` counts as two stories.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.fold.fingerprint import fingerprint
from pipeline.fold.judge import evidence_of, probability
from pipeline.fold.near.copies import may_share_language
from pipeline.fold.translation import likelihood
from pipeline.fold.words.tokens import primary
from pipeline.models.folding import Candidate

EDGES = (0.0, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 1.0)
RIDGE = 1e-3

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """Two articles in different languages: their languages, the features, whether it is telling, and the truth."""

    languages: tuple[str, str]
    features: tuple[float, ...]
    is_telling: bool
    is_copy: bool


def pairs(truth: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]]) -> list[Pair]:
    """All pairs in two languages that share a rare anchor, with at least one article of the truth."""
    records = [*truth, *others]
    articles = [_article(i, r["text"], r.get("title"), r.get("language")) for i, r in enumerate(records)]
    by_key: dict[int, list[int]] = defaultdict(list)
    for article in articles:
        for key in article.fingerprint.anchor_keys:
            by_key[key].append(article.article_id)
    found = []
    for i in range(len(truth)):
        likely = {j for key in articles[i].fingerprint.anchor_keys for j in by_key[key] if j > i}
        for j in sorted(likely):
            one, other = records[i], records[j]
            if may_share_language(one.get("language"), other.get("language")):
                continue
            evidence = evidence_of(articles[i], articles[j])
            languages = sorted((primary(one["language"]) or "", primary(other["language"]) or ""))
            found.append(
                Pair(
                    (languages[0], languages[1]),
                    likelihood.features(evidence),
                    likelihood.is_telling(evidence),
                    one["story"] == other.get("story"),
                )
            )
    return found


def measure(truth: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Reliability and Brier score of the shipped coefficients, and of fitted ones on pairs of languages unseen."""
    found = pairs(truth, others)
    x = np.array([pair.features for pair in found])
    y = np.array([pair.is_copy for pair in found], dtype=float)
    telling = np.array([pair.is_telling for pair in found])
    shipped = np.array(likelihood.COEFFICIENTS)
    unseen = np.zeros(len(found))
    for languages in sorted({pair.languages for pair in found}):
        held_out = np.array([pair.languages == languages for pair in found])
        unseen[held_out] = x[held_out] @ fit(x[~held_out], y[~held_out])
    return {
        "pairs": len(found),
        "translations": int(y.sum()),
        "fitted": [round(float(c), 2) for c in fit(x, y)],
        "shipped": _held(_probabilities(x @ shipped, telling), y),
        "unseen_languages": _held(_probabilities(unseen, telling), y),
    }


def fit(x: Vector, y: Vector) -> Vector:
    """Logistic regression by Newton's method, with a slight ridge."""
    coefficients: Vector = np.zeros(x.shape[1])
    for _ in range(50):
        p = _sigmoid(x @ coefficients)
        gradient = x.T @ (p - y) + RIDGE * coefficients
        hessian = (x * (p * (1 - p))[:, None]).T @ x + RIDGE * np.eye(x.shape[1])
        step = np.linalg.solve(hessian, gradient)
        coefficients = coefficients - step
        if float(np.abs(step).max()) < 1e-8:
            break
    return coefficients


def report(result: dict[str, Any]) -> Iterator[str]:
    """The reliability for people."""
    yield f"{result['pairs']} pairs, {result['translations']} of them translations; fitted: {result['fitted']}"
    for name in ("shipped", "unseen_languages"):
        held = result[name]
        yield f"{name}: Brier score {held['brier']:.5f}, log loss {held['log_loss']:.5f}"
        yield f"{'said':>14}{'pairs':>10}{'mean said':>12}{'true share':>12}"
        for one in held["bins"]:
            yield f"{one['from']:>6.2f} to {one['to']:<4.2f}{one['pairs']:>10}{one['said']:>12.3f}{one['true']:>12.3f}"


def _held(p: Vector, y: Vector) -> dict[str, Any]:
    bins = []
    for low, high in pairwise(EDGES):
        inside = (p >= low) & (p < high if high < 1 else p <= high)
        if inside.any():
            said, true = float(p[inside].mean()), float(y[inside].mean())
            bins.append({"from": low, "to": high, "pairs": int(inside.sum()), "said": said, "true": true})
    loss = -np.mean(y * np.log(np.maximum(p, 1e-9)) + (1 - y) * np.log(np.maximum(1 - p, 1e-9)))
    return {"brier": float(np.mean((p - y) ** 2)), "log_loss": float(loss), "bins": bins}


def _probabilities(scores: Vector, telling: NDArray[np.bool_]) -> Vector:
    capped = np.where(telling, scores, np.minimum(scores, likelihood.DOUBTFUL))
    return np.array([probability(float(score)) for score in capped])


def _sigmoid(z: Vector) -> Vector:
    result: Vector = 0.5 * (1 + np.tanh(0.5 * z))
    return result


@cache
def _article(number: int, text: str, title: str | None, language: str | None) -> Candidate:
    return Candidate(number, language, fingerprint(text, title=title, language=language))
