"""Reads HTML: the main text by evidence among several readers, what the page says of itself by ourselves.

Importing this module loads trafilatura, which takes half a second: import it where a page is read, not above.
"""

from __future__ import annotations

from datetime import datetime

from lxml.etree import LxmlError

from pipeline.extract.claims.page import read_page
from pipeline.extract.claims.read import read_claims
from pipeline.extract.clean import clean_field
from pipeline.extract.dates.choose import choose_date
from pipeline.extract.dates.page_dates import page_dates
from pipeline.extract.draft import Draft
from pipeline.extract.text.choose import best_text
from pipeline.extract.text.clues import read_clues
from pipeline.extract.text.markup import parse_markup
from pipeline.extract.text.tame import strip_chrome, tame
from pipeline.models.pages import NotAnArticle, Reason

# What a page can make the libraries raise. It is the page that fails then, not the run:
LIBRARY_FAULTS = (
    LxmlError,  # no document in the markup, a tree that libxml2 refuses
    ValueError,  # control characters handed to lxml, impossible days, broken URLs; UnicodeError is one
    TypeError,  # JSON-LD of another shape than expected: a list for a name
    AttributeError,  # the same, and elements without a parent
    LookupError,  # the same
    ArithmeticError,  # dates out of range (OverflowError)
    AssertionError,  # lxml's checks of a tree it has half torn down
    RecursionError,  # markup or JSON nested deeper than Python's stack
)


def read_html(html: str, *, url: str, now: datetime) -> Draft | NotAnArticle:
    """What a page says: main text without comments, and its claims of title, author, site, date and canonical URL."""
    try:
        tree = parse_markup(html)
        tame(tree)
        page = read_page(tree, url)
        claims, dated = read_claims(page), choose_date(page_dates(page), now)
        clues = read_clues(tree, page.nodes)
        strip_chrome(tree)
        reading = best_text(tree, url, clues)
    except LIBRARY_FAULTS as fault:
        return NotAnArticle(Reason.UNREADABLE, clean_field(f"{type(fault).__name__}: {fault}") or "")
    if not reading.key:
        return NotAnArticle(Reason.NO_TEXT, "no main text on the page")
    return Draft(
        text=reading.text,
        text_by=reading.reader.value,
        title=claims.title,
        authors=claims.authors,
        site=claims.site,
        language_claim=claims.language,
        published_at=dated.at,
        published_at_source=dated.source,
        dates=dated.claims,
        canonical_url=claims.canonical_url,
        image=claims.image,
        tags=claims.tags,
        section=claims.section,
        is_free=claims.is_free,
        opt_out=claims.opt_out,
    )
