"""How much an article is about a topic, and the terms that say so."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

from pipeline.fold.words.tokens import MAX_CHARACTERS, primary, word_count
from pipeline.topic.finder import Mention
from pipeline.topic.lexicon import Lexicon
from pipeline.topic.words import respell

TITLE_BONUS = 1.5
# Up to this many words a text is one piece of news, and one strong term may be all that it says of its topic.
ONE_PIECE_WORDS = 50


@dataclass(frozen=True, slots=True)
class TermHit:
    """A term of the lexicon as the article first writes it, how often, and what one mention weighs."""

    text: str
    count: int
    weight: float
    in_title: bool

    @property
    def points(self) -> float:
        """What the term adds before the text's length is counted: each doubling of its mentions adds one weight."""
        return self.weight * math.log2(1 + self.count)


@dataclass(frozen=True, slots=True)
class Relevance:
    """`score` from 0 to 1, and the terms that earned it, strongest first."""

    score: float
    terms: tuple[TermHit, ...]


def relevance(title: str | None, text: str, language: str | None, lexicon: Lexicon) -> Relevance:
    """How much an article is about the lexicon's topic. `language` is a BCP 47 tag, or None where it is unknown.

    The points of all terms are divided by the square root of the text's length in units of 50 words, each term in the
    title adds its weight one and a half times, and the sum x gives the score x / (x + 1). What stands beyond 100,000
    characters is left out.
    """
    headline, body = respell(title or ""), respell(text[:MAX_CHARACTERS])
    in_title, in_body = _surfaces(headline, language, lexicon), _surfaces(body, language, lexicon)
    hits = [_hit(key, in_title.get(key, []), in_body.get(key, []), lexicon) for key in in_title | in_body]
    length = max(1.0, word_count(text[:MAX_CHARACTERS]) / ONE_PIECE_WORDS)
    points = sum(hit.points for hit in hits) / math.sqrt(length)
    points += TITLE_BONUS * sum(hit.weight for hit in hits if hit.in_title)
    hits.sort(key=lambda hit: (-hit.points - TITLE_BONUS * hit.weight * hit.in_title, hit.text))
    return Relevance(points / (points + 1), tuple(hits))


def _hit(key: str, in_title: list[str], in_body: list[str], lexicon: Lexicon) -> TermHit:
    surfaces = in_title + in_body
    return TermHit(surfaces[0], len(surfaces), lexicon.weight(lexicon.terms[key]), bool(in_title))


def _surfaces(respelled: str, language: str | None, lexicon: Lexicon) -> dict[str, list[str]]:
    """The written forms of each term that counts in this language."""
    found: dict[str, list[str]] = defaultdict(list)
    for mention in lexicon.finder.mentions(respelled):
        if _counts(mention, language, lexicon):
            found[mention.key].append(respelled[mention.start : mention.end])
    return found


def _counts(mention: Mention, language: str | None, lexicon: Lexicon) -> bool:
    term = lexicon.terms[mention.key]
    return lexicon.weight(term) > 0 and (term.languages is None or primary(language) in term.languages)
