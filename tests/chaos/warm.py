"""What a job loads when it meets its first article, loaded on import: for the process that jobs are forked from."""

from __future__ import annotations

from datetime import UTC, datetime

from site_server import article_html

from flows.making import Made, Material, Matter, make, mark
from flows.wiring import DEFAULT_TOPIC, lexicon_paths
from pipeline.extract import warm as warm
from pipeline.models.pages import Capture, Entry
from pipeline.settings import Settings

_URL = "http://127.0.0.1/warm"
_PAGE = article_html("A page", who="Ada Quill", what="the bees", where="Ely", number=7)
_MADE = make(
    Material(
        Entry(_URL, None, None, None),
        Capture(_URL, _PAGE.encode(), "text/html", "utf-8"),
        "en",
        lexicon_paths(Settings(), DEFAULT_TOPIC),
        datetime.now(UTC),
    )
)
assert isinstance(_MADE, Made)
mark(Matter(_MADE.article.text, (), _MADE.article.title, _MADE.article.language))
