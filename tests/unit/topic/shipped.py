"""The lexicon that newsfold ships, and the paragraphs written to judge it."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pipeline.topic.lexicon import Lexicon, parse_lexicon

LEXICON_FILE = Path(__file__).parents[3] / "seeds" / "topics" / "ai.toml"


@cache
def ai() -> Lexicon:
    return parse_lexicon(LEXICON_FILE.read_text("utf-8"), LEXICON_FILE, base=None)


def paragraphs(kind: str) -> list[tuple[str, str, str]]:
    """Language, title, text."""
    rows = tomllib.loads(Path(__file__).with_name("paragraphs.toml").read_text("utf-8"))[kind]
    return [(row["language"], row["title"], row["text"]) for row in rows]
