"""What matching needs of an article, made once when it arrives."""

from __future__ import annotations

from pipeline.fold.near import shingles
from pipeline.fold.translation.anchors import Found, anchors, mass
from pipeline.fold.translation.background import Backgrounds, background
from pipeline.fold.translation.packed import pack
from pipeline.fold.words.tokens import MAX_CHARACTERS, primary
from pipeline.models.folding import Fingerprint

MOST_KEYS = 64
# Rarer than one in twelve: a commoner key finds more strangers than copies.
_KEY_RARITY = 2.5


def fingerprint(
    text: str, *, title: str | None, language: str | None, background: Backgrounds = background
) -> Fingerprint:
    """The fingerprint of an article. Any text has one; a text without words has no bands and no anchors."""
    body, spoken = text[:MAX_CHARACTERS], primary(language)
    found = anchors(body, spoken, background(spoken))
    return Fingerprint(
        text_hash=shingles.text_hash(text, title),
        bands=shingles.bands(shingles.shingled(body).hashes),
        anchor_keys=_anchor_keys(found),
        anchors=pack(found, len(body)),
        mass=round(mass(found), 3),
    )


def _anchor_keys(found: Found) -> tuple[int, ...]:
    """The hashed keys of the rare anchors that weigh most, in that order."""
    rare = found.heaviest[found.rarities[found.heaviest] >= _KEY_RARITY][:MOST_KEYS]
    return tuple(found.hashes[rare].tolist())
