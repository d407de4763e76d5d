"""Which rules made what is stored: two numbers that are raised by hand when what they stand for gives something else.

Tests keep what the rules make of some pages beside these numbers, and fail where one changes without the other. See
docs/adr/0019-reprocess-and-retention.md.
"""

from __future__ import annotations

from typing import Final

EXTRACTION_RULES: Final = 1
"""From a body to a clean article: extraction, the choice of the date, cleaning, lead-ins."""

FOLDING_RULES: Final = 2
"""From a clean article to its fingerprint, and from two articles to what the judge finds between them."""
